//! What is done when doses of a drug were missed for too long.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::load::drugs::Formulary;
use crate::load::table::Table;
use crate::{DrugId, Fault, LoadError, RuleId};

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissedAction {
    /// It starts at its first dose again.
    Restart,
    /// A late injection is begun again as the label says.
    Reinitiate,
    /// A prescriber assesses and decides.
    Reassess,
}

/// The rule of one drug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissedDoses {
    /// The name of the rule.
    pub id: RuleId,
    /// Hours since the last dose after which it holds.
    pub after_hours: u16,
    /// What is done.
    pub action: MissedAction,
    /// The same in words.
    pub advice: String,
    /// Where it comes from.
    pub source: String,
}

/// The rules of all drugs that have one.
pub(crate) fn read(table: &Table, drugs: &Formulary) -> Result<HashMap<DrugId, MissedDoses>, LoadError> {
    let mut all = HashMap::new();
    for row in table.rows() {
        let name = row.text("drug")?;
        let known = DrugId::parse(name).ok().filter(|drug| drugs.get(drug).is_some());
        let drug = known.ok_or_else(|| row.fault(Fault::UnknownDrug(name.to_owned())))?;
        let rule = MissedDoses {
            id: row.id()?,
            after_hours: row
                .whole("after_hours")?
                .ok_or_else(|| row.fault(Fault::EmptyText("after_hours")))?,
            action: row.stored("action", row.text("action")?)?,
            advice: row.words("advice")?,
            source: row.words("source")?,
        };
        // Two tables say when a drug starts again; they must say the same.
        let restarts = drugs.get(&drug).and_then(|entry| entry.drug.restart_hours);
        let wanted = (rule.action == MissedAction::Restart).then_some(rule.after_hours);
        if restarts != wanted {
            return Err(row.fault(Fault::Contradiction("after_hours", "restart_hours")));
        }
        if all.insert(drug, rule).is_some() {
            return Err(row.fault(Fault::DuplicateId(name.to_owned())));
        }
    }
    let silent = |drug: &crate::Drug| drug.restart_hours.is_some() && !all.contains_key(&drug.id);
    if drugs.rows.iter().any(|entry| silent(&entry.drug)) {
        return Err(table.fault(Fault::MissingRow("restart_hours")));
    }
    Ok(all)
}
