//! What may have happened to the glass before a record.

use concord_kernel::{Day, GlassId, Instant, PersonId, Role, Text};
use serde::{Deserialize, Serialize};

/// What a review found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// There was an emergency or a need of treatment.
    Justified,
    /// There was not.
    NotJustified,
}

/// One time that somebody broke the glass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenGlass {
    /// Which time.
    pub glass: GlassId,
    /// Who.
    pub by: PersonId,
    /// In which role; they reach what this role reaches of its own patients.
    pub role: Role,
    /// Why.
    pub reason: Text,
    /// Until when they reach the record, exclusive.
    pub until: Instant,
    /// The day until which another person reviews it.
    pub review_by: Day,
}

/// A fact about emergency access to a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// Somebody broke the glass.
    GlassBroken(BrokenGlass),
    /// The record was looked at through it; written before the answer is given.
    BrokenGlassUsed {
        /// Which time it was broken.
        glass: GlassId,
        /// What was asked, by its name in the policies.
        what: Text,
    },
    /// Another person judged it.
    BrokenGlassReviewed {
        /// Which time.
        glass: GlassId,
        /// What they found.
        finding: Finding,
        /// In words.
        note: Text,
    },
}
