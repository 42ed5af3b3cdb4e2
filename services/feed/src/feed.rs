//! The feeds of one tenant.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use concord_domain::consent::RecipientClass;
use concord_domain::feed::Delivery;
use concord_kernel::{Clock, Instant, OrganisationId, PatientId, SubscriptionId, TenantId, Token};
use concord_ledger::{Ledger, ReadError};
use tokio::sync::{Mutex, watch};
use uuid::Uuid;

use crate::limits::FOLDED;
use crate::past::Past;
use crate::{
    Begin, Decision, Disclosures, FeedError, Known, Offered, PartnerKey, PartnerKeys, Session, Taker,
};

/// In which order a step works. The mutations are there so that tests can show that they see them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Fold every consent on record, decide, record, send.
    #[default]
    DecideRecordSend,
    /// Mutation for tests: decide by the consents that happen to be known.
    MutationStaleConsents,
    /// Mutation for tests: send what is not on record.
    MutationSendBeforeRecord,
}

/// What feeds are made of.
pub struct Parts {
    /// Whose.
    pub tenant: TenantId,
    /// The clinical ledger.
    pub ledger: Arc<dyn Ledger>,
    /// Where disclosures are put on record.
    pub disclosures: Arc<dyn Disclosures>,
    /// The keys of partners.
    pub keys: PartnerKeys,
    /// Tells when consents end.
    pub clock: Arc<dyn Clock>,
}

/// The feeds of one tenant. Clones share everything.
#[derive(Clone)]
pub struct Feed(Arc<Inner>);

struct Inner {
    parts: Parts,
    order: Order,
    known: RwLock<Known>,
    /// Held by whoever folds, so that no event is folded twice.
    folding: Mutex<()>,
}

impl Feed {
    /// Nothing is folded yet; it is as soon as somebody asks.
    pub fn new(parts: Parts) -> Self {
        Self::in_order(parts, Order::default())
    }

    /// The same, working in another order.
    pub fn in_order(parts: Parts, order: Order) -> Self {
        let (known, folding) = (RwLock::new(Known::default()), Mutex::new(()));
        Self(Arc::new(Inner { parts, order, known, folding }))
    }

    /// Begins to take `subscription` for `organisation`; whoever took it is overtaken.
    ///
    /// # Errors
    ///
    /// [`FeedError::NotFound`] also for a subscription of another organisation.
    pub async fn subscribe(
        &self,
        organisation: &OrganisationId,
        subscription: SubscriptionId,
        begin: Begin,
    ) -> Result<Session, FeedError> {
        let offered = self.offered(organisation, subscription).await?;
        self.take(subscription, offered, begin, Delivery::Call).await
    }

    /// Begins to take `subscription`, which is delivered on JetStream, in the place of `organisation`; whoever took it is
    /// overtaken.
    ///
    /// # Errors
    ///
    /// See [`FeedError`].
    pub async fn deliver(
        &self,
        organisation: &OrganisationId,
        subscription: SubscriptionId,
        begin: Begin,
    ) -> Result<Session, FeedError> {
        let offered = self.offered(organisation, subscription).await?;
        self.take(subscription, offered, begin, Delivery::Jetstream).await
    }

    async fn take(
        &self,
        subscription: SubscriptionId,
        offered: Offered,
        begin: Begin,
        by: Delivery,
    ) -> Result<Session, FeedError> {
        if offered.closed {
            return Err(FeedError::Closed);
        }
        // Whoever took it another way would end the way that was agreed on.
        if offered.terms.delivery != by {
            return Err(FeedError::OnJetstream);
        }
        Session::begin(self.clone(), subscription, offered, begin).await
    }

    /// Follows where the ledger ends. It is a hint when to look again; what is decided asks the ledger.
    pub fn watch(&self) -> watch::Receiver<Token> {
        self.ledger().watch()
    }

    /// Puts on record that `organisation` has dealt with everything up to `sequence`.
    ///
    /// # Errors
    ///
    /// See [`FeedError`].
    pub async fn acknowledge(
        &self,
        organisation: &OrganisationId,
        subscription: SubscriptionId,
        sequence: u64,
    ) -> Result<(), FeedError> {
        self.offered(organisation, subscription).await?;
        let past = Past::read(self.disclosures(), subscription, 0).await?;
        if sequence <= past.acknowledged.0 {
            return if sequence <= past.last { Ok(()) } else { Err(FeedError::NotSent) };
        }
        let through = past.position_of(sequence, self.disclosures(), subscription).await?;
        let acknowledged = Decision::Acknowledged { sequence, through };
        self.disclosures().record(subscription, None, acknowledged).await?;
        Ok(())
    }

    async fn offered(
        &self,
        organisation: &OrganisationId,
        subscription: SubscriptionId,
    ) -> Result<Offered, FeedError> {
        self.level().await?;
        let known = self.known()?;
        let offered = known.subscriptions.get(&subscription);
        let own = offered.filter(|offered| offered.terms.organisation == *organisation);
        own.cloned().ok_or(FeedError::NotFound)
    }

    /// The patient whom `organisation` calls `subject`, when something about them may be told to it now.
    ///
    /// # Errors
    ///
    /// [`FeedError::NotFound`] when there is none, also for a patient whose consent has ended.
    pub async fn patient(
        &self,
        organisation: &OrganisationId,
        subject: Uuid,
    ) -> Result<PatientId, FeedError> {
        self.level().await?;
        let (key, now) = (self.key(organisation), self.now());
        let covered: Vec<PatientId> = {
            let known = self.known()?;
            let own = known.subscriptions.values();
            let own = own.filter(|offered| !offered.closed && offered.terms.organisation == *organisation);
            let takers: Vec<_> = own.map(taker).collect();
            takers.iter().flat_map(|taker| known.consents.covered(taker, now).collect::<Vec<_>>()).collect()
        };
        // All of them are compared, so that the time tells nothing of where it was found.
        let mut found = None;
        for patient in covered {
            if key.subject(patient) == subject {
                found = Some(patient);
            }
        }
        found.ok_or(FeedError::NotFound)
    }

    /// Folds everything that is on record now.
    ///
    /// # Errors
    ///
    /// See [`FeedError`].
    pub async fn level(&self) -> Result<(), FeedError> {
        self.reach(self.head().await?).await
    }

    /// Folds everything up to `position`.
    ///
    /// # Errors
    ///
    /// See [`FeedError`].
    pub async fn reach(&self, position: u64) -> Result<(), FeedError> {
        if self.known()?.at >= position {
            return Ok(());
        }
        let _turn = self.0.folding.lock().await;
        loop {
            let at = self.known()?.at;
            if at >= position {
                return Ok(());
            }
            let page = self.ledger().read(at, &Known::filter(), FOLDED).await?;
            if page.through <= at {
                return Err(ReadError::Corrupt("the ledger ended before its head").into());
            }
            let mut known = self.0.known.write().map_err(|_| FeedError::Unreadable)?;
            for entry in &page.entries {
                // What was folded of the page stays, and the place does not move: every later decision fails as well.
                known.take_in(entry)?;
            }
            known.at = page.through;
        }
    }

    /// What is folded so far.
    ///
    /// # Errors
    ///
    /// [`FeedError::Unreadable`] when folding broke off.
    pub fn known(&self) -> Result<RwLockReadGuard<'_, Known>, FeedError> {
        self.0.known.read().map_err(|_: PoisonError<_>| FeedError::Unreadable)
    }

    pub(crate) async fn head(&self) -> Result<u64, FeedError> {
        Ok(self.ledger().head().await?.token.position)
    }

    pub(crate) fn ledger(&self) -> &dyn Ledger {
        &*self.0.parts.ledger
    }

    pub(crate) fn disclosures(&self) -> &dyn Disclosures {
        &*self.0.parts.disclosures
    }

    pub(crate) fn key(&self, organisation: &OrganisationId) -> PartnerKey {
        self.0.parts.keys.of(&self.0.parts.tenant, organisation)
    }

    /// What time it is for consents.
    pub fn now(&self) -> Instant {
        self.0.parts.clock.now()
    }

    pub(crate) fn order(&self) -> Order {
        self.0.order
    }

    /// Whose feeds they are.
    pub fn tenant(&self) -> &TenantId {
        &self.0.parts.tenant
    }
}

fn taker(offered: &Offered) -> Taker {
    let terms = &offered.terms;
    let class: RecipientClass = terms.class;
    Taker { organisation: terms.organisation.clone(), class, purpose: terms.purpose }
}
