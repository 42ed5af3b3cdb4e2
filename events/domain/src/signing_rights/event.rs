//! What may have happened to the rights to sign.

use concord_kernel::{Day, PersonId, Role, Schedule, SigningRightId, Text};
use serde::{Deserialize, Serialize};

use crate::prescription::Factor;

/// Why a right ends. Source: 21 CFR 1311.125(d).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A factor was lost, stolen or compromised.
    FactorCompromised,
    /// The registration has expired, or was terminated, revoked or suspended.
    RegistrationEnded,
    /// The prescriber is no longer to sign for the program.
    NoLongerAuthorised,
    /// It was proposed by mistake.
    Mistake,
    /// Another right of the same prescriber took its place.
    Replaced,
}

/// What is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Which right.
    pub right: SigningRightId,
    /// Whom it is for.
    pub prescriber: PersonId,
    /// What they may sign.
    pub schedules: Vec<Schedule>,
    /// The last day of the registration that it rests on.
    pub registered_until: Day,
    /// Who proposed it.
    pub by: PersonId,
}

/// A fact about the rights to sign controlled prescriptions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// Somebody was proposed.
    SigningRightProposed(Proposal),
    /// A registrant gave the right; from now on its prescriber signs.
    SigningRightGranted {
        /// Which.
        right: SigningRightId,
        /// Whom it is for.
        prescriber: PersonId,
        /// The registrant.
        by: PersonId,
        /// In which role.
        role: Role,
        /// How they showed who they are.
        factors: Vec<Factor>,
    },
    /// It has ended, or what was proposed is withdrawn.
    SigningRightRevoked {
        /// Which.
        right: SigningRightId,
        /// Whom it was for.
        prescriber: PersonId,
        /// Why.
        cause: Cause,
        /// In words; absent where another right says it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Text>,
        /// Who ended it.
        by: PersonId,
        /// In which role.
        role: Role,
    },
}
