//! Who acts, and what for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::PersonId;

/// What somebody is to the program and its patients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Physician (MD, DO) with psychiatric training.
    Psychiatrist,
    /// Psychiatric-mental-health nurse practitioner (NUCC 363LP0808X).
    Pmhnp,
    /// LCSW, LPC, PhD or the like.
    Therapist,
    /// Keeps the plan together: schedule, access, supports.
    CaseManager,
    /// RN or LPN.
    Nurse,
    /// Verifies, co-signs overrides, reconciles.
    Pharmacist,
    /// Primary care outside the program.
    PrimaryCare,
    /// Psychiatrist, therapist or specialist outside the program.
    OutsideProvider,
    /// Somebody whom the patient named.
    Family,
    /// The patient.
    Patient,
    /// Replays and verifies.
    Auditor,
    /// A program acting on its own: timers, imports.
    Service,
    /// Answers for the program as a whole; reads no chart.
    Director,
    /// Answers for privacy: reviews access and accounts for disclosures (45 CFR 164.530(a)).
    PrivacyOfficer,
    /// A partner clinic that takes what patients consent to.
    Partner,
}

/// The text names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a role")]
pub struct UnknownRole;

impl Role {
    /// Every role, in the order of the access table.
    pub const ALL: [Self; 15] = [
        Self::Psychiatrist,
        Self::Pmhnp,
        Self::Therapist,
        Self::CaseManager,
        Self::Nurse,
        Self::Pharmacist,
        Self::PrimaryCare,
        Self::OutsideProvider,
        Self::Family,
        Self::Patient,
        Self::Auditor,
        Self::Service,
        Self::Director,
        Self::PrivacyOfficer,
        Self::Partner,
    ];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Psychiatrist => "psychiatrist",
            Self::Pmhnp => "pmhnp",
            Self::Therapist => "therapist",
            Self::CaseManager => "case_manager",
            Self::Nurse => "nurse",
            Self::Pharmacist => "pharmacist",
            Self::PrimaryCare => "primary_care",
            Self::OutsideProvider => "outside_provider",
            Self::Family => "family",
            Self::Patient => "patient",
            Self::Auditor => "auditor",
            Self::Service => "service",
            Self::Director => "director",
            Self::PrivacyOfficer => "privacy_officer",
            Self::Partner => "partner",
        }
    }

    /// Whether the role may prescribe for the program.
    pub const fn prescribes(self) -> bool {
        matches!(self, Self::Psychiatrist | Self::Pmhnp)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

/// Schedule of a controlled substance. Source: 21 U.S.C. 812.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Schedule {
    /// High potential for abuse, accepted medical use.
    #[serde(rename = "II")]
    II,
    /// Less than II.
    #[serde(rename = "III")]
    III,
    /// Less than III.
    #[serde(rename = "IV")]
    IV,
    /// Least.
    #[serde(rename = "V")]
    V,
}

/// What the law lets a prescriber prescribe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// DEA schedules covered by the registration; empty when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Schedule>,
}

/// Who issues a command or asks a question, as their token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The person or service.
    pub id: PersonId,
    /// The role they act in now.
    pub role: Role,
    /// What they may prescribe.
    #[serde(default, skip_serializing_if = "no_credentials")]
    pub credentials: Credentials,
}

fn no_credentials(credentials: &Credentials) -> bool {
    credentials.schedules.is_empty()
}

/// What the record is used for. Source: HL7 v3 `PurposeOfUse`, 45 CFR 164.501.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Care of this patient (`TREAT`).
    Treatment,
    /// Payment (`HPAYMT`).
    Payment,
    /// Running the program (`HOPERAT`).
    Operations,
    /// Bona fide medical emergency (`ETREAT`).
    Emergency,
    /// The patient asked (`PATRQT`).
    PatientRequest,
    /// Audit or evaluation (42 CFR 2.53).
    Audit,
}

impl Purpose {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Treatment => "treatment",
            Self::Payment => "payment",
            Self::Operations => "operations",
            Self::Emergency => "emergency",
            Self::PatientRequest => "patient_request",
            Self::Audit => "audit",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_names_are_the_stored_names() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse::<Role>(), Ok(role));
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
        }
        assert_eq!("doctor".parse::<Role>(), Err(UnknownRole));
    }
}
