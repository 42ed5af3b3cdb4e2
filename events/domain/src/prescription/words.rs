//! The terms of prescriptions.

use std::fmt;

use concord_kernel::{Instant, PrescriptionId, Text};
use serde::{Deserialize, Serialize};

/// Names a pharmacy by its NCPDP provider identification number: seven digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PharmacyId(String);

/// The text is not seven digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a pharmacy is named by its NCPDP provider number: seven digits")]
pub struct InvalidPharmacy;

const PHARMACY_DIGITS: usize = 7;

impl PharmacyId {
    /// Checks the form.
    ///
    /// # Errors
    ///
    /// [`InvalidPharmacy`] when the form is broken.
    pub fn parse(text: &str) -> Result<Self, InvalidPharmacy> {
        let digits = text.len() == PHARMACY_DIGITS && text.bytes().all(|b| b.is_ascii_digit());
        if digits { Ok(Self(text.to_owned())) } else { Err(InvalidPharmacy) }
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PharmacyId {
    type Error = InvalidPharmacy;

    fn try_from(text: String) -> Result<Self, InvalidPharmacy> {
        Self::parse(&text)
    }
}

impl From<PharmacyId> for String {
    fn from(pharmacy: PharmacyId) -> Self {
        pharmacy.0
    }
}

impl fmt::Display for PharmacyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What shows that somebody is who they say. Source: 21 CFR 1311.115(a).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorKind {
    /// Something they know.
    Knowledge,
    /// Something they are.
    Biometric,
    /// Something they have, apart from the device that they sign on.
    HardToken,
}

/// One factor as the authentication service verified it; never the factor itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// What kind.
    pub kind: FactorKind,
    /// When it was verified.
    pub verified_at: Instant,
    /// The authentication service's name for that verification.
    pub evidence: Text,
}

/// How a pharmacy took a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PharmacyStatus {
    /// It has it.
    Accepted,
    /// It does not.
    Failed(TransmissionFailure),
}

/// Why a pharmacy does not have a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransmissionFailure {
    /// It was turned away.
    Rejected,
    /// Nobody knows the pharmacy.
    UnknownPharmacy,
    /// The pharmacy does not take controlled substances this way.
    NotSupported,
    /// Nobody answered in time.
    NoAnswer,
    /// There is no network to send it over.
    NoNetwork,
}

/// Why a pharmacy did not cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelRefusal {
    /// It was handed out.
    AlreadyDispensed,
    /// The pharmacy has no such prescription.
    UnknownPrescription,
    /// Nobody answered in time.
    NoAnswer,
    /// Something else.
    Other,
}

/// How a prescription came to be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelCause {
    /// Before it was signed.
    Withdrawn,
    /// By the pharmacy, when it was asked to.
    ByPharmacy,
    /// Another one took its place when the pharmacy proposed a change.
    Replaced,
}

/// What a pharmacy proposes to change. Source: NCPDP SCRIPT, `RxChangeRequest` types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// The generic product.
    GenericSubstitution,
    /// Another drug with the same effect.
    TherapeuticInterchange,
    /// A payer asks for authorization first.
    PriorAuthorization,
    /// What the pharmacy found when it reviewed the use of the drug.
    DrugUseEvaluation,
    /// Something is not clear.
    Clarification,
    /// It cannot be had.
    OutOfStock,
}

/// A prescriber's answer to a pharmacy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// No.
    Denied {
        /// Why.
        reason: Text,
    },
    /// Yes: by another prescription, for nothing of a signed one alters.
    Approved {
        /// The other one, signed.
        replacement: PrescriptionId,
    },
}

/// What a pharmacy did with a prescription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FillStatus {
    /// Handed out in full.
    Dispensed,
    /// Handed out in part.
    PartiallyDispensed,
    /// Not called for, and put back.
    NotDispensed,
}
