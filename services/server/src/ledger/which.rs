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
    pub(super) fn id(self) -> LedgerId {
        if self.access { LedgerId::access(self.tenant) } else { LedgerId::clinical(self.tenant) }
    }
}
