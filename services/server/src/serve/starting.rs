//! What is being started, tenant by tenant.

use std::sync::Arc;

use concord_api::Tenant;
use concord_audit::Signer;
use concord_executor::Executor;
use concord_feed::Feed;
use concord_kernel::{LedgerId, TenantId};
use concord_lease::Duty;
use concord_ledger::{DataFolder, Ledger};
use concord_looks::Looks;
use concord_partners::Publisher;
use concord_pharmacy::{Options, Relay, TestNetwork};
use concord_projection::Projections;
use concord_timekeeper::{Outbox, Timekeeper};
use tokio::sync::watch;

use super::{ServeError, Sources, Task, Tasks};
use crate::checkpoints;
use crate::config::{Config, NetworkKind, ProcessRole};
use crate::feeds;
use crate::heads::Remembered;
use crate::health::Parts;
use crate::keys::Shredder;
use crate::log_relays::LogRelays;
use crate::metrics::Watched;
use crate::open::{Opened, Shared, open};

/// In a tenant's folder: reminders that wait for whoever delivers them.
const REMINDERS: &str = "reminders.jsonl";

/// The parts of a service whose API does not answer yet.
pub(super) struct Starting<'a> {
    config: &'a Config,
    sources: &'a Sources,
    folder: &'a DataFolder,
    log_relays: LogRelays,
    pub(super) shared: Shared,
    pub(super) tenants: Vec<(TenantId, Tenant)>,
    pub(super) parts: Vec<Parts>,
    pub(super) watched: Vec<Watched>,
    pub(super) ledgers: Vec<(Remembered, Arc<dyn Ledger>)>,
    pub(super) views: Vec<Projections>,
    pub(super) tasks: Tasks,
    pub(super) closing: watch::Sender<bool>,
    pub(super) recorded: watch::Sender<bool>,
}

impl<'a> Starting<'a> {
    /// Nothing is started yet; data are in `folder`.
    pub(super) fn new(
        config: &'a Config,
        sources: &'a Sources,
        folder: &'a DataFolder,
        shared: Shared,
        log_relays: LogRelays,
    ) -> Self {
        Self {
            config,
            sources,
            folder,
            log_relays,
            shared,
            tenants: Vec::new(),
            parts: Vec::new(),
            watched: Vec::new(),
            ledgers: Vec::new(),
            views: Vec::new(),
            tasks: Tasks::default(),
            closing: watch::Sender::new(false),
            recorded: watch::Sender::new(false),
        }
    }

    /// Opens what belongs to the tenant `id`, and starts what works beside its calls.
    pub(super) async fn tenant(&mut self, id: &TenantId) -> Result<(), ServeError> {
        let opened = open(id, self.config, self.sources, &mut self.shared).await?;
        let unusable = |cause| ServeError::Rules { tenant: id.clone(), cause };
        opened.executor.rules().await.map_err(unusable)?;
        let mut watched = Watched::of(id, &opened);
        let Opened { ledger, looks, executor, views, keys } = opened;
        self.remember(&ledger).await?;
        self.remember(looks.ledger()).await?;
        self.views.extend(views.clone());
        if let Some(views) = views.clone().filter(|_| self.config.has(ProcessRole::Timers)) {
            self.ring(id, executor.clone(), views);
        }
        if let Some(keys) = keys {
            // Each process forgets; those that execute commands also do what was asked.
            let works = self.config.has(ProcessRole::Api) || self.config.has(ProcessRole::Timers);
            let (ledger, executor, views) = (Arc::clone(&ledger), executor.clone(), views.clone());
            let shredder = Shredder { keys, executor, ledger, views, works };
            self.tasks.keep(Task::Shreds, shredder.run());
        }
        if let Some(relay) = pharmacy(self.config, self.sources, &ledger, &executor) {
            self.send(id, relay);
        }
        let store = self.shared.checkpoints.clone();
        let (proofs, signer) =
            checkpoints::open(self.folder, self.config, &ledger, self.sources, store.clone())?;
        // Who looked is signed like the record; nobody asks for proofs of it but with an export.
        let (_, access) = checkpoints::open(self.folder, self.config, looks.ledger(), self.sources, store)?;
        let feeds = self.feeds(id, &ledger, &looks)?;
        let publisher = feeds.as_ref().and_then(|feed| self.log_relays.partners(feed));
        let relay = self.log_relays.of(&ledger, &self.sources.clock);
        watched.relay = relay.as_ref().map(concord_relay::Relay::watch);
        self.parts.push(Parts {
            tenant: id.clone(),
            ledger: Arc::clone(&ledger),
            views: views.clone(),
            signer: signer.as_ref().map(Signer::watch),
            relay: watched.relay.clone(),
            partners: publisher.as_ref().map(Publisher::watch),
            access: Some(Arc::clone(looks.ledger())),
        });
        self.watched.push(watched);
        if let Some(relay) = relay {
            self.tasks.keep(Task::Relay, relay.run());
        }
        for signer in signer.into_iter().chain(access) {
            let mut recorded = self.recorded.subscribe();
            let recorded = async move {
                let _ = recorded.wait_for(|recorded| *recorded).await;
            };
            self.tasks.keep(Task::Signer, signer.run(recorded));
        }
        if let Some(publisher) = publisher {
            self.fill(id, publisher);
        }
        self.tenants.push((id.clone(), Tenant { executor, ledger, looks, views, proofs, feeds }));
        Ok(())
    }

    /// What partners take, where calls are answered or streams filled; disclosures go into the ledger of access.
    fn feeds(
        &self,
        id: &TenantId,
        ledger: &Arc<dyn Ledger>,
        looks: &Looks,
    ) -> Result<Option<Feed>, ServeError> {
        if !self.config.has(ProcessRole::Api) && !self.log_relays.publish() {
            return Ok(None);
        }
        feeds::open(id, self.config, ledger, looks, self.sources).map(Some)
    }

    async fn remember(&mut self, ledger: &Arc<dyn Ledger>) -> Result<(), ServeError> {
        let remembered = Remembered::of(self.config, ledger.id());
        // Before anything is served: what cannot be remembered would be missed by nobody.
        remembered.note(&**ledger).await?;
        let followed = remembered.clone().follow(Arc::clone(ledger));
        self.tasks.spawn(Task::Heads, async {
            followed.await?;
            Err(ServeError::EpochChanged)
        });
        self.ledgers.push((remembered, Arc::clone(ledger)));
        Ok(())
    }

    fn ring(&mut self, id: &TenantId, executor: Executor, views: Projections) {
        let outbox = Arc::new(Outbox::at(self.folder.path().join(id.as_str()).join(REMINDERS)));
        let clock = Arc::clone(&self.sources.clock);
        let timekeeper = Arc::new(Timekeeper::new(executor, views, clock, outbox));
        let post = self.shared.posts.stand(&LedgerId::clinical(id.clone()), Duty::Timers);
        self.tasks.keep(Task::Timers, async move {
            let work = |_| {
                let timekeeper = Arc::clone(&timekeeper);
                async move { timekeeper.run().await }
            };
            post.while_held(work).await;
        });
    }

    fn fill(&mut self, id: &TenantId, publisher: Publisher) {
        let post = self.shared.posts.stand(&LedgerId::clinical(id.clone()), Duty::Partners);
        self.tasks.keep(Task::Partners, async move {
            post.while_held(|_| publisher.clone().run()).await;
        });
    }

    fn send(&mut self, id: &TenantId, relay: impl Fn() -> Relay + Send + Sync + 'static) {
        let post = self.shared.posts.stand(&LedgerId::clinical(id.clone()), Duty::Pharmacy);
        let closed = self.closing.subscribe();
        self.tasks.keep(Task::Pharmacy, async move {
            // One that begins anew goes on where the last one stopped, here or elsewhere.
            let work = |_| {
                let mut closed = closed.clone();
                relay().run(async move {
                    let _ = closed.wait_for(|closed| *closed).await;
                })
            };
            post.while_held(work).await;
        });
    }
}

/// Makes what sends a tenant's prescriptions, when a network is configured and this process executes commands.
fn pharmacy(
    config: &Config,
    sources: &Sources,
    ledger: &Arc<dyn Ledger>,
    executor: &Executor,
) -> Option<impl Fn() -> Relay + Send + Sync + use<>> {
    let clock = Arc::clone(&sources.clock);
    let network = match config.pharmacy.network {
        NetworkKind::Test if config.has(ProcessRole::Api) => Arc::new(TestNetwork::new(Arc::clone(&clock))),
        NetworkKind::Test | NetworkKind::None => return None,
    };
    let (ledger, executor) = (Arc::clone(ledger), executor.clone());
    Some(move || {
        let (ledger, network, clock) = (Arc::clone(&ledger), network.clone(), Arc::clone(&clock));
        Relay::new(ledger, executor.clone(), network, clock, Options::default())
    })
}
