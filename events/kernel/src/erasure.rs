//! Why a patient's record is destroyed.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a patient's record is destroyed. A reason is one of a few, so that it tells nothing about the patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureReason {
    /// The time for which it must be kept is over.
    RetentionEnded,
    /// A court or an agency has ordered it.
    Ordered,
    /// It was recorded in error: it is of nobody, or of somebody else.
    RecordedInError,
    /// The patient asked, and nothing obliges to keep it.
    PatientRequest,
}

/// The text names no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a reason to destroy a record")]
pub struct UnknownErasureReason;

impl ErasureReason {
    /// Every reason.
    pub const ALL: [Self; 4] =
        [Self::RetentionEnded, Self::Ordered, Self::RecordedInError, Self::PatientRequest];

    /// The stored name; never renamed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RetentionEnded => "retention_ended",
            Self::Ordered => "ordered",
            Self::RecordedInError => "recorded_in_error",
            Self::PatientRequest => "patient_request",
        }
    }
}

impl FromStr for ErasureReason {
    type Err = UnknownErasureReason;
    fn from_str(text: &str) -> Result<Self, UnknownErasureReason> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text).ok_or(UnknownErasureReason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_names_read_back() {
        for reason in ErasureReason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("\"{}\"", reason.as_str()));
        }
    }
}
