//! What may be asked of a program's rules.

use std::collections::BTreeMap;

use concord_kernel::{Day, Text};
use concord_knowledge::RulesetVersion;

/// A request about the rules that decisions are judged by.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Show what is to be signed.
    Propose {
        /// The program's tables by file name, as CSV with the columns of our tables; rows that add, tighten or confirm.
        tables: BTreeMap<String, String>,
        /// The day from which they hold; absent: from the second signature.
        valid_from: Option<Day>,
        /// What for.
        reason: Text,
    },
    /// Sign what is proposed. The second signature publishes it.
    Sign {
        /// What is signed.
        ruleset: RulesetVersion,
        /// Name and licence, as they are to stand on the rows.
        name: Text,
    },
    /// Turn down what is proposed, or take it back.
    Reject {
        /// What.
        ruleset: RulesetVersion,
        /// Why.
        reason: Text,
    },
}
