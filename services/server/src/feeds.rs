//! What partners take of a tenant's record.

use std::sync::Arc;

use concord_feed::{Feed, InLedger, PartnerKeys, Parts};
use concord_kernel::TenantId;
use concord_ledger::Ledger;
use concord_looks::Looks;

use crate::config::Config;
use crate::key;
use crate::serve::{ServeError, Sources};

/// Feeds of `ledger`, whose disclosures are put on record beside the `looks`.
pub(crate) fn open(
    tenant: &TenantId,
    config: &Config,
    ledger: &Arc<dyn Ledger>,
    looks: &Looks,
    sources: &Sources,
) -> Result<Feed, ServeError> {
    let keys = PartnerKeys::new(key::partners(&config.data, &config.feeds.key)?);
    let (clock, ids) = (Arc::clone(&sources.clock), Arc::clone(&sources.ids));
    Ok(Feed::new(Parts {
        tenant: tenant.clone(),
        ledger: Arc::clone(ledger),
        disclosures: Arc::new(InLedger::new(Arc::clone(looks.ledger()), ids)),
        keys,
        clock,
    }))
}
