//! Which ledger of a tenant a command is about.

use clap::Args;
use concord_kernel::{LedgerId, TenantId};

use crate::cli::tenant;

/// A ledger of a tenant.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Whose ledger
    #[arg(long, value_parser = tenant)]
    tenant: TenantId,
    /// The ledger of who looked at the record, instead of the record itself
    #[arg(long)]
    access: bool,
}

impl Which {
    pub(crate) fn id(&self) -> LedgerId {
        let tenant = self.tenant.clone();
        if self.access { LedgerId::access(tenant) } else { LedgerId::clinical(tenant) }
    }
}
