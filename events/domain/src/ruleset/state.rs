//! The state of a program's rules, folded from their events.

use std::collections::BTreeMap;

use concord_kernel::Day;
use concord_knowledge::RulesetVersion;
use serde::{Deserialize, Serialize};

use super::{Event, Signature};

/// What the events about a program's rules say now. What was published is in the log, see [`super::Archive`]; decisions
/// about rules need its names only.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rulesets {
    pub(super) open: Option<Proposal>,
    pub(super) published: Vec<RulesetVersion>,
}

/// What waits for signatures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Proposal {
    pub(super) ruleset: RulesetVersion,
    pub(super) base: RulesetVersion,
    pub(super) valid_from: Option<Day>,
    pub(super) tables: BTreeMap<String, String>,
    pub(super) signatures: Vec<Signature>,
}

impl Rulesets {
    /// Takes in one more event.
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::RulesetProposed { ruleset, base, valid_from, .. } => {
                let (tables, signatures) = (BTreeMap::new(), Vec::new());
                self.open = Some(Proposal { ruleset, base, valid_from, tables, signatures });
            }
            Event::RulesetRowsProposed { table, text, .. } => {
                if let Some(open) = &mut self.open {
                    open.tables.entry(table).or_default().push_str(&text);
                }
            }
            Event::RulesetSigned { signature, .. } => {
                if let Some(open) = &mut self.open {
                    open.signatures.push(signature);
                }
            }
            Event::RulesetTablePublished { .. } => {}
            Event::RulesetPublished { ruleset, .. } => {
                self.open = None;
                self.published.push(ruleset);
            }
            Event::RulesetRejected { .. } => self.open = None,
        }
    }
}
