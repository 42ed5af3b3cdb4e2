//! What is kept of a look and of a disclosure. Stored for ever: fields may be added that may be absent, never changed.

use concord_kernel::{AuditId, Instant, PatientId, PersonId, Purpose, Role};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most patients that one stored look names; a look at more is stored as several, one after the other.
pub(crate) const PATIENTS: usize = 1_000;

/// The most events that one stored disclosure names; one of more is stored as several.
pub(crate) const POSITIONS: usize = 2_000;

/// A record of access.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// Somebody looked, or was refused.
    Look(Look),
    /// Something about a patient left the program.
    Disclosure(Disclosure),
}

/// Who looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// The person or service, as their token says.
    pub person: PersonId,
    /// The role they acted in.
    pub role: Role,
    /// The organisation that vouches for them, where it is another than the program itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Box<str>>,
}

/// What came of a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was answered.
    Answered,
    /// It was refused.
    Refused {
        /// The reason as the contract names it, such as `NOT_PERMITTED`; not always the one that was told.
        reason: Box<str>,
    },
}

/// One look at the record, answered or refused: at one patient's, or at a list of them. Also a command that was refused
/// because of who asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// When.
    pub at: Instant,
    /// Who.
    pub who: Who,
    /// What was asked, as package and name of the contract, such as `concord.prescriber.v1.GetClient`.
    pub call: Box<str>,
    /// What for, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// Everybody of whom something was shown; of a refusal, who was asked about. Empty where nobody was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patients: Vec<PatientId>,
    /// What came of it.
    pub outcome: Outcome,
    /// The policy that decided, where one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Box<str>>,
    /// Whether it was permitted in an emergency alone (break-glass).
    #[serde(default, skip_serializing_if = "is_false")]
    pub break_glass: bool,
    /// The audit that it belongs to: its grounds stand in the clinical ledger (42 CFR 2.53).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<AuditId>,
}

/// Who got what was disclosed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// The organisation, by the name under which the service knows it.
    pub organisation: Box<str>,
    /// Its name for people, and its address where it is known (45 CFR 164.528(b)(2)(ii)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Box<str>>,
    /// The person, where it went to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// The intermediary through whom it went, where there was one (42 CFR 2.24).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intermediary: Option<Box<str>>,
}

/// What a disclosure rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A consent, as it stood.
    Consent {
        /// Which.
        consent: Uuid,
        /// Which version of it.
        version: u64,
        /// The position of the clinical ledger up to which consents were known when it was decided.
        decided_at: u64,
    },
    /// A medical emergency (42 CFR 2.51).
    Emergency,
    /// An audit or evaluation (42 CFR 2.53).
    Audit {
        /// Which.
        audit: AuditId,
    },
}

/// Something about one patient that left the program: one line of the accounting of disclosures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Disclosure {
    /// When it was decided.
    pub at: Instant,
    /// About whom.
    pub patient: PatientId,
    /// To whom.
    pub recipient: Recipient,
    /// What for.
    pub purpose: Purpose,
    /// What it rests on.
    pub basis: Basis,
    /// The classes of data in it, by their stored names.
    pub classes: Vec<Box<str>>,
    /// The positions of the clinical ledger that were disclosed, or whose content was.
    pub positions: Vec<u64>,
    /// The subscription that it went to, where it went to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<Uuid>,
}

impl Record {
    /// The record in pieces that each fit into an event.
    pub(crate) fn pieces(self) -> Vec<Self> {
        match self {
            Self::Look(look) if look.patients.len() > PATIENTS => {
                let piece = |patients: &[PatientId]| Look { patients: patients.to_vec(), ..look.clone() };
                look.patients.chunks(PATIENTS).map(piece).map(Self::Look).collect()
            }
            Self::Disclosure(disclosure) if disclosure.positions.len() > POSITIONS => {
                let piece =
                    |positions: &[u64]| Disclosure { positions: positions.to_vec(), ..disclosure.clone() };
                disclosure.positions.chunks(POSITIONS).map(piece).map(Self::Disclosure).collect()
            }
            Self::Look(_) | Self::Disclosure(_) => vec![self],
        }
    }

    /// When it happened.
    pub const fn at(&self) -> Instant {
        match self {
            Self::Look(look) => look.at,
            Self::Disclosure(disclosure) => disclosure.at,
        }
    }

    /// Whether it is about `patient`.
    pub fn is_about(&self, patient: PatientId) -> bool {
        match self {
            Self::Look(look) => look.patients.contains(&patient),
            Self::Disclosure(disclosure) => disclosure.patient == patient,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}
