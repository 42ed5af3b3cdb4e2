//! Everything that decisions rest on, folded from the clinical ledger up to a position.

use std::collections::BTreeMap;
use std::sync::Arc;

use concord_domain::feed::{Event as FeedEvent, Subscription};
use concord_domain::inbox::{Contribution, Event as InboxEvent};
use concord_domain::{DomainEvent, audit, episode};
use concord_executor::Metadata;
use concord_kernel::{ContributionId, Instant, PatientId, StreamKind, SubscriptionId};
use concord_ledger::{Entry, Filter};

use crate::limits::WAITING;
use crate::{Consents, FeedError};

/// What is known of consents, subscriptions and contributions.
#[derive(Debug, Default)]
pub struct Known {
    /// Everything up to here is in it.
    pub at: u64,
    /// What patients consented to.
    pub consents: Consents,
    /// Every subscription that was opened.
    pub subscriptions: BTreeMap<SubscriptionId, Offered>,
    /// What partners told and nobody has looked at, by where it stands in the ledger.
    pub waiting: BTreeMap<u64, Waiting>,
}

/// A subscription.
#[derive(Clone, Debug)]
pub struct Offered {
    /// What the partner takes.
    pub terms: Arc<Subscription>,
    /// Whether it is over.
    pub closed: bool,
}

/// A contribution that nobody has looked at.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Which.
    pub contribution: ContributionId,
    /// About whom.
    pub patient: PatientId,
    /// What was told.
    pub told: Arc<Contribution>,
    /// When.
    pub received_at: Instant,
}

impl Known {
    /// The events that bear on it.
    pub(crate) fn filter() -> Filter {
        let kinds = [
            StreamKind::Episode,
            StreamKind::Consent,
            StreamKind::Feed,
            StreamKind::Inbox,
            StreamKind::Audit,
        ];
        Filter { kinds: kinds.into(), event_types: Vec::new() }
    }

    /// Takes in one more event.
    ///
    /// # Errors
    ///
    /// [`FeedError::Unreadable`]: nothing may be decided by what is not understood.
    pub(crate) fn take_in(&mut self, entry: &Entry) -> Result<(), FeedError> {
        // Whoever was erased consents to nothing any more.
        if entry.is_shredded() {
            return Ok(());
        }
        let decoded = DomainEvent::decode(entry.stream.kind, &entry.payload);
        let event = decoded.map_err(|_| FeedError::Unreadable)?;
        match event {
            DomainEvent::Consent(event) => {
                let patient = PatientId::new(entry.stream.id);
                self.consents.apply(patient, event);
            }
            DomainEvent::Episode(episode::Event::EpisodeClosed { .. }) => {
                self.consents.stay_ended(whose(entry)?);
            }
            DomainEvent::Audit(audit::Event::SubjectShredded { .. }) => {
                self.consents.erased(whose(entry)?);
            }
            DomainEvent::Feed(FeedEvent::SubscriptionOpened { subscription, terms }) => {
                self.subscriptions.insert(subscription, Offered { terms: Arc::from(terms), closed: false });
            }
            DomainEvent::Feed(FeedEvent::SubscriptionClosed { subscription, .. }) => {
                if let Some(offered) = self.subscriptions.get_mut(&subscription) {
                    offered.closed = true;
                }
            }
            DomainEvent::Inbox(event) => self.inbox(entry, event),
            DomainEvent::Episode(_)
            | DomainEvent::Feed(
                FeedEvent::MessagesDecided { .. } | FeedEvent::DisclosuresAcknowledged { .. },
            )
            | DomainEvent::Assessment(_)
            | DomainEvent::Chart(_)
            | DomainEvent::SideEffects(_)
            | DomainEvent::Scales(_)
            | DomainEvent::FollowUp(_)
            | DomainEvent::CareTeam(_)
            | DomainEvent::TreatmentPlan(_)
            | DomainEvent::Coordination(_)
            | DomainEvent::Adherence(_)
            | DomainEvent::Recovery(_)
            | DomainEvent::Prescription(_)
            | DomainEvent::Ruleset(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(audit::Event::AuditRecorded { .. })
            | DomainEvent::Access(_) => {}
        }
        Ok(())
    }

    fn inbox(&mut self, entry: &Entry, event: InboxEvent) {
        match event {
            InboxEvent::ContributionReceived { contribution, told } => {
                let patient = PatientId::new(entry.stream.id);
                let (told, received_at) = (Arc::from(told), entry.recorded_at);
                // What is more is in the ledger, and is listed once others were looked at and the service starts again.
                if self.waiting.len() < WAITING {
                    self.waiting.insert(entry.position, Waiting { contribution, patient, told, received_at });
                }
            }
            InboxEvent::ContributionReviewed { contribution, .. } => {
                self.waiting.retain(|_, waiting| waiting.contribution != contribution);
            }
        }
    }
}

/// The stream's identifier is derived; whose it is stands in the metadata.
fn whose(entry: &Entry) -> Result<PatientId, FeedError> {
    let metadata: Metadata = serde_json::from_slice(&entry.metadata).map_err(|_| FeedError::Unreadable)?;
    Ok(metadata.patient)
}
