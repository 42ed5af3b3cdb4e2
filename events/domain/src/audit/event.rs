//! What may have happened in an audit.

use concord_kernel::{Day, ErasureReason, PersonId, Text};
use serde::{Deserialize, Serialize};

/// On whose behalf an audit or evaluation looks. Source: 42 CFR 2.53(a) to (c).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A government agency that funds or regulates the program.
    Government,
    /// Somebody who pays for treatment.
    Payer,
    /// A quality improvement organisation, or peers who review use.
    PeerReview,
    /// The program itself, or who administers it directly.
    Program,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inquiry {
    /// Events as they are stored.
    Replay,
    /// Everything about one patient, with proofs, to be taken away.
    Export,
    /// What was known of a patient at a moment.
    AsOf,
    /// What could be known when something was decided.
    Knew,
    /// What came to be known of a patient between two moments.
    Diff,
}

/// One look at the record. Whose record it is about, and who looked, stand in the metadata.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// On whose behalf.
    pub basis: Basis,
    /// What for, in words.
    pub reason: Text,
    /// Who gets what is found.
    pub recipient: Text,
    /// The day until which what was taken is returned or destroyed; absent where nothing leaves the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_or_destroy_by: Option<Day>,
    /// What is looked at.
    pub inquiry: Inquiry,
    /// Only what this person did, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// What was recorded after this position of the ledger.
    pub after: u64,
    /// Up to this position.
    pub through: u64,
}

/// A fact about looking after records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// Somebody looks at the record for an audit or evaluation; written before they are answered.
    AuditRecorded(Record),
    /// The patient's keys are destroyed: what was recorded of them can be read by nobody. Who asked for it stands in the
    /// metadata.
    SubjectShredded {
        /// Why.
        reason: ErasureReason,
        /// Who agreed.
        approved_by: PersonId,
    },
}
