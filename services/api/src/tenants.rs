//! Whose records this process serves.

use std::collections::HashMap;
use std::sync::Arc;

use concord_audit::note::SigningKey;
use concord_audit::{Cosigners, Log};
use concord_executor::Executor;
use concord_feed::Feed;
use concord_kernel::TenantId;
use concord_ledger::Ledger;
use concord_looks::Looks;
use concord_projection::Projections;

/// Everything that belongs to one tenant. Nothing in it can reach another's.
pub struct Tenant {
    /// Takes its commands.
    pub executor: Executor,
    /// Its clinical record.
    pub ledger: Arc<dyn Ledger>,
    /// Who looks at it: nothing is shown before that is on record.
    pub looks: Looks,
    /// Its views, where this process runs them; questions are answered `UNAVAILABLE` where it does not.
    pub views: Option<Projections>,
    /// What proves its record, where this process has the key; such questions are answered `UNAVAILABLE` where it has not.
    pub proofs: Option<Proofs>,
    /// What partners take, where this process serves them; such calls are answered `UNAVAILABLE` where it does not.
    pub feeds: Option<Feed>,
}

/// What proves a tenant's record.
#[derive(Clone)]
pub struct Proofs {
    /// The record as a log, with its checkpoints.
    pub log: Arc<Log>,
    /// Signs what is said of a patient's streams.
    pub key: Arc<SigningKey>,
    /// Whose cosignatures are kept.
    pub cosigners: Cosigners,
}

/// The tenants that this process serves.
#[derive(Clone, Default)]
pub struct Tenants(Arc<HashMap<TenantId, Arc<Tenant>>>);

impl Tenants {
    /// Serves `tenants`.
    pub fn new(tenants: impl IntoIterator<Item = (TenantId, Tenant)>) -> Self {
        Self(Arc::new(tenants.into_iter().map(|(id, tenant)| (id, Arc::new(tenant))).collect()))
    }

    /// The tenant of that name, if it is served here.
    pub fn get(&self, id: &TenantId) -> Option<Arc<Tenant>> {
        self.0.get(id).map(Arc::clone)
    }
}
