//! What may have happened in the inbox.

use concord_kernel::{ContributionId, OrganisationId, PersonId, Text};
use serde::{Deserialize, Serialize};

/// What a contribution is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// A medication that the partner prescribes, changed or ended.
    OutsideMedication,
    /// Something else that happened at the partner's.
    Update,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The program takes it over, by commands of its own.
    TakenOver,
    /// It is kept and nothing follows from it.
    Noted,
    /// It is about somebody else, or wrong.
    Rejected,
}

/// What a partner tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// Who tells it.
    pub organisation: OrganisationId,
    /// What it is about.
    pub topic: Topic,
    /// The medication as they call it, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medication: Option<Text>,
    /// What they tell.
    pub summary: Text,
}

/// A fact about what partners tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// A partner told something.
    ContributionReceived {
        /// The contribution.
        contribution: ContributionId,
        /// What they told.
        told: Box<Contribution>,
    },
    /// Somebody of the program has looked at it.
    ContributionReviewed {
        /// Which.
        contribution: ContributionId,
        /// Whether it was taken over.
        outcome: Outcome,
        /// What follows from it.
        note: Text,
        /// Who looked.
        by: PersonId,
    },
}
