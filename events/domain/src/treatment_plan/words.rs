//! The terms of a treatment plan.

use concord_kernel::{LifeChangeId, ScaleId, VisitId};
use serde::{Deserialize, Serialize};

/// Whose agreement a plan needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Somebody who prescribes for the program.
    Prescriber,
    /// The patient.
    Patient,
}

/// What a patient said to a medication after its purpose, risks and alternatives were explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Yes.
    Given,
    /// No, or no longer.
    Declined,
}

/// What a concern is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConcernTopic {
    /// Side effects, felt or feared.
    SideEffects,
    /// Becoming dependent, or relying on medication.
    Dependence,
    /// What others, or they themselves, think of taking medication.
    Stigma,
    /// Whether it helps.
    Benefit,
    /// Cost, pharmacy, transport.
    Access,
    /// Mixing with other medication, alcohol or food.
    Mixing,
    /// Something else; the words say what.
    Other,
}

/// What was taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EducationTopic {
    /// What it is for.
    Purpose,
    /// How and when it is taken, stored and disposed of.
    ProperUse,
    /// What it does not mix with.
    Interactions,
    /// Side effects, and whom to call.
    SideEffects,
    /// What to do about a missed dose, and why not to stop at once.
    MissedDoses,
    /// Its part in recovery: a tool, not a weakness.
    RoleInRecovery,
    /// Overdose and naloxone.
    Overdose,
}

impl EducationTopic {
    /// Every topic.
    pub const ALL: [Self; 7] = [
        Self::Purpose,
        Self::ProperUse,
        Self::Interactions,
        Self::SideEffects,
        Self::MissedDoses,
        Self::RoleInRecovery,
        Self::Overdose,
    ];
}

/// How it was taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EducationMethod {
    /// In conversation.
    Spoken,
    /// With written material that they took home.
    Written,
    /// By video.
    Video,
    /// By showing it, and letting them do it.
    Demonstrated,
}

/// What the patient said when they were asked to explain it in their own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeachBack {
    /// They explained it.
    Understood,
    /// They explained part of it.
    PartlyUnderstood,
    /// They explained something else.
    Misunderstood,
    /// They were not asked.
    NotAsked,
}

/// What kind of therapy a session was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// In a group.
    Group,
    /// With one therapist.
    Individual,
    /// With family.
    Family,
}

/// What changed in a patient's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LifeEvent {
    /// Where they live.
    Housing,
    /// Work or school.
    Work,
    /// A relationship began, ended or turned.
    Relationship,
    /// Somebody died.
    Bereavement,
    /// A pregnancy, planned or begun, or a birth.
    Pregnancy,
    /// Their physical health.
    Health,
    /// Something before a court or an agency.
    Legal,
    /// Insurance or money.
    Coverage,
    /// They care for somebody, or no longer do.
    Caregiving,
    /// Something else; the note says what.
    Other,
}

/// What a review of medication came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewOutcome {
    /// It goes on as it is.
    Continue,
    /// It is changed; orders say how.
    Change,
    /// Whether it ends is considered together.
    StopConsidered,
}

/// What kind of help somebody arranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupportKind {
    /// Somewhere to live.
    Housing,
    /// Getting to the program, or being seen from home.
    Transport,
    /// Work or school.
    Work,
    /// Insurance, money, a pharmacy that has it.
    Coverage,
    /// Courts and agencies.
    Legal,
    /// Children and others who are cared for.
    Childcare,
    /// Somebody who has been through it.
    Peer,
    /// Something else; the words say what.
    Other,
}

/// What made the service open a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewCause {
    /// A score that is clearly worse than those before it.
    Worsening {
        /// The administration.
        score: ScaleId,
    },
    /// Medication visits that were missed one after the other: how medication is taken is to be looked at.
    MissedVisits {
        /// The last of them.
        visit: VisitId,
    },
}

/// The same without what it was.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ReviewKind {
    /// A score is worse.
    Worsening,
    /// Visits were missed.
    MissedVisits,
}

impl ReviewCause {
    /// Without what it was.
    pub const fn kind(self) -> ReviewKind {
        match self {
            Self::Worsening { .. } => ReviewKind::Worsening,
            Self::MissedVisits { .. } => ReviewKind::MissedVisits,
        }
    }

    /// Under which identifier a review considers it: that of the score or the visit.
    pub const fn change(self) -> LifeChangeId {
        match self {
            Self::Worsening { score } => LifeChangeId::new(score.uuid()),
            Self::MissedVisits { visit } => LifeChangeId::new(visit.uuid()),
        }
    }
}
