//! What may have happened to a program's rules.

use concord_kernel::{Day, Instant, PersonId, Role, Text};
use concord_knowledge::RulesetVersion;
use serde::{Deserialize, Serialize};

/// As what somebody signs: a ruleset needs one of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signatory {
    /// A pharmacist.
    Pharmacist,
    /// A prescriber, such as the medical director.
    Prescriber,
}

/// Somebody's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Who.
    pub by: PersonId,
    /// As what.
    pub signatory: Signatory,
    /// In which role they acted.
    pub role: Role,
    /// Name and licence, as they stand on the rows.
    pub name: Text,
}

/// A fact about the rules that decisions are judged by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// Somebody wants other rules. Their rows follow.
    RulesetProposed {
        /// The name that verdicts will bear.
        ruleset: RulesetVersion,
        /// SHA-256 of everything that the rules say, in hexadecimal.
        digest: String,
        /// The tables under the program's rows.
        base: RulesetVersion,
        /// The day from which they hold; absent: from the second signature.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        valid_from: Option<Day>,
        /// What for.
        reason: Text,
        /// Who proposes.
        by: PersonId,
        /// In which role.
        role: Role,
    },
    /// A part of one table of the program, as it was proposed.
    RulesetRowsProposed {
        /// Of which proposal.
        ruleset: RulesetVersion,
        /// The table.
        table: String,
        /// The text; parts of one table follow each other.
        text: String,
    },
    /// Somebody signed.
    RulesetSigned {
        /// What.
        ruleset: RulesetVersion,
        /// The signature.
        signature: Signature,
    },
    /// A part of one whole table, the program's rows in it and signed. It follows the second signature.
    RulesetTablePublished {
        /// Of which ruleset.
        ruleset: RulesetVersion,
        /// The table.
        table: String,
        /// The text; parts of one table follow each other.
        text: String,
    },
    /// Two have signed, and all tables stand before this in the log.
    RulesetPublished {
        /// What.
        ruleset: RulesetVersion,
        /// From when decisions are judged by it.
        in_force_from: Instant,
        /// The day that stands on the rows.
        reviewed_on: Day,
    },
    /// It was turned down, or taken back by who proposed it.
    RulesetRejected {
        /// What.
        ruleset: RulesetVersion,
        /// Who.
        by: PersonId,
        /// In which role.
        role: Role,
        /// Why.
        reason: Text,
    },
}
