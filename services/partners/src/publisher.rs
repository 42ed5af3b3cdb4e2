//! Fills the streams of a tenant's partners.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_nats::Client;
use concord_domain::feed::Delivery;
use concord_feed::{Feed, FeedError, Message};
use concord_kernel::{IdSource, OrganisationId, TenantId};
use concord_proto::concord::feed::v1::SubscribeResponse;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use crate::Options;
use crate::names::Names;
use crate::partner::Partner;

/// What a partner is told as the message that a call is answered with.
pub type Encode = fn(&TenantId, Message) -> SubscribeResponse;

/// What a publisher is made of.
pub struct Parts {
    /// The tenant's feeds.
    pub feed: Feed,
    /// The connection to NATS.
    pub client: Client,
    /// How streams are declared.
    pub options: Options,
    /// Puts what is told into words.
    pub encode: Encode,
    /// Names beginnings.
    pub ids: Arc<dyn IdSource>,
}

/// What the tasks of a publisher share.
pub(crate) struct Shared {
    pub(crate) parts: Parts,
    /// Partners that are sent nothing for now.
    failing: watch::Sender<BTreeSet<OrganisationId>>,
}

impl Shared {
    /// Takes down whether what there is goes to `organisation`.
    pub(crate) fn goes_on(&self, organisation: &OrganisationId, well: bool) {
        self.failing.send_if_modified(|failing| {
            if well { failing.remove(organisation) } else { failing.insert(organisation.clone()) }
        });
    }
}

/// Fills the streams of a tenant's partners. Clones are the same.
#[derive(Clone)]
pub struct Publisher(Arc<Shared>);

impl Publisher {
    /// Publishes once it runs.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Shared { parts, failing: watch::Sender::default() }))
    }

    /// Follows which partners are sent nothing for now, because something fails. While another process publishes, there are none.
    pub fn watch(&self) -> watch::Receiver<BTreeSet<OrganisationId>> {
        self.0.failing.subscribe()
    }

    /// Works until the ledger is closed: each partner by itself, so that one whose stream is full or away holds up nobody else.
    /// Dropping it at any moment is safe. While another process runs one on the same ledger, both begin again and again;
    /// what is in the streams stays right.
    pub async fn run(self) {
        let _over = Over(Arc::clone(&self.0));
        let (mut served, mut partners) = (BTreeSet::new(), JoinSet::new());
        let (mut head, mut failing) = (self.0.parts.feed.watch(), false);
        loop {
            head.mark_unchanged();
            match self.organisations().await {
                Ok(all) => {
                    failing = false;
                    for organisation in all {
                        if served.insert(organisation.clone()) {
                            partners.spawn(self.partner(organisation).run());
                        }
                    }
                }
                Err(error) if !failing => {
                    failing = true;
                    let (tenant, error) = (self.0.parts.feed.tenant(), &error as &dyn std::error::Error);
                    tracing::error!(%tenant, error, "whose streams are to be filled cannot be read");
                }
                Err(_) => {}
            }
            tokio::time::sleep(self.0.parts.options.streams.look).await;
            tokio::select! {
                changed = head.changed() => if changed.is_err() { return },
                Some(ended) = partners.join_next() => broke_off(ended),
            }
        }
    }

    fn partner(&self, organisation: OrganisationId) -> Partner {
        let names = Names::new(self.0.parts.feed.tenant().clone(), organisation);
        Partner { shared: Arc::clone(&self.0), names }
    }

    /// Whoever takes something on JetStream, or did.
    async fn organisations(&self) -> Result<BTreeSet<OrganisationId>, FeedError> {
        self.0.parts.feed.level().await?;
        let known = self.0.parts.feed.known()?;
        let there =
            known.subscriptions.values().filter(|offered| offered.terms.delivery == Delivery::Jetstream);
        Ok(there.map(|offered| offered.terms.organisation.clone()).collect())
    }
}

/// The end of a publisher's work here: what fails is somebody else's from then on.
struct Over(Arc<Shared>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.failing.send_modify(BTreeSet::clear);
    }
}

/// A task that broke off takes the others along: whoever supervises this one must know.
fn broke_off(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && let Ok(cause) = error.try_into_panic()
    {
        std::panic::resume_unwind(cause);
    }
}
