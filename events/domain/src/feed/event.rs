//! What may have happened to a subscription.

use concord_kernel::{DataClasses, Instant, OrganisationId, PatientId, Purpose, SubscriptionId, Text};
use serde::{Deserialize, Serialize};

use crate::consent::RecipientClass;

/// What a partner takes, and what for. It never changes: another is opened in its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    /// Who takes it.
    pub organisation: OrganisationId,
    /// Their name and address, as an accounting of disclosures tells it. Source: 45 CFR 164.528(b)(2)(ii).
    pub recipient: Text,
    /// What they are to the patients.
    pub class: RecipientClass,
    /// What they use it for.
    pub purpose: Purpose,
    /// What of the record they take at most.
    pub classes: DataClasses,
    /// Only events with these stored names; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub event_types: Vec<String>,
    /// How much of each they are told.
    pub payload: PayloadChoice,
    /// How it reaches them.
    #[serde(default, skip_serializing_if = "Delivery::is_call")]
    pub delivery: Delivery,
}

/// How what a partner takes reaches them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// They call, and it is sent for as long as they listen.
    #[default]
    Call,
    /// It is put into a stream of theirs on JetStream, where they take it when they like.
    Jetstream,
}

impl Delivery {
    /// What stands in records that say nothing of it.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
    const fn is_call(&self) -> bool {
        matches!(self, Self::Call)
    }
}

/// How much of an event a partner is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayloadChoice {
    /// That it happened: identifiers alone.
    IdOnly,
    /// All of it.
    Full,
}

/// A message that nothing more comes about a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldEnd {
    /// Its sequence number.
    pub sequence: u64,
    /// About whom.
    pub patient: PatientId,
}

/// A fact about a subscription.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// A partner may subscribe.
    SubscriptionOpened {
        /// The subscription.
        subscription: SubscriptionId,
        /// What they take.
        terms: Box<Subscription>,
    },
    /// Nothing more goes to them on it.
    SubscriptionClosed {
        /// The subscription.
        subscription: SubscriptionId,
        /// Why.
        reason: Text,
    },
    /// Messages were decided and are being sent; only in the ledger of access, in one append with the disclosures that
    /// they are.
    MessagesDecided {
        /// The subscription.
        subscription: SubscriptionId,
        /// The consents that were decided on are those up to here in the clinical ledger.
        decided_at: u64,
        /// When it was decided.
        at: Instant,
        /// The version of the notice that goes with each event (42 CFR 2.32).
        notice: u16,
        /// The sequence number of the first message.
        first: u64,
        /// The clinical ledger was searched up to here.
        through: u64,
        /// Where the events stand in the clinical ledger, in the order of their sequence numbers; may be none. Of the end
        /// of a consent, where it was found out.
        positions: Vec<u64>,
        /// Of whom it was told that nothing more comes.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ended: Vec<ToldEnd>,
    },
    /// The partner has dealt with everything up to there; only in the ledger of access.
    DisclosuresAcknowledged {
        /// The subscription.
        subscription: SubscriptionId,
        /// Whether somebody begins to take the subscription there: whoever took it before has been overtaken.
        begins: bool,
        /// The last sequence number that they dealt with.
        sequence: u64,
        /// The clinical ledger up to which that is.
        through: u64,
    },
}
