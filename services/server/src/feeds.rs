//! What partners take of a tenant's record.

use std::sync::Arc;

use concord_api::Feeds;
use concord_feed::{Feed, InLedger, PartnerKeys, Parts};
use concord_kernel::TenantId;
use concord_ledger::Ledger;
use concord_looks::{Limits, Looks};

use crate::config::Config;
use crate::key;
use crate::serve::{ServeError, Sources};

/// Feeds of `ledger`, whose disclosures are put on record in `access`.
pub(crate) fn open(
    tenant: &TenantId,
    config: &Config,
    ledger: &Arc<dyn Ledger>,
    access: &Arc<dyn Ledger>,
    sources: &Sources,
) -> Result<Feeds, ServeError> {
    let keys = PartnerKeys::new(key::partners(&config.data, &config.feeds.key)?);
    let (clock, ids) = (Arc::clone(&sources.clock), Arc::clone(&sources.ids));
    let log = Looks::new(Arc::clone(access), Arc::clone(&clock), Arc::clone(&ids), Limits::default()).log();
    let feed = Feed::new(Parts {
        tenant: tenant.clone(),
        ledger: Arc::clone(ledger),
        disclosures: Arc::new(InLedger::new(Arc::clone(access), ids)),
        keys,
        clock,
    });
    Ok(Feeds { feed, log })
}
