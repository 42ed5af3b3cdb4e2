//! `trials.csv`: one row a drug and what it is taken for.

use super::conditions::Conditions;
use super::drugs::Formulary;
use super::fault::{Fault, LoadError};
use super::table::{Row, Table};
use crate::trial::TrialRule;
use crate::{DrugId, Milligrams};

pub(crate) fn read(
    table: &Table,
    drugs: &Formulary,
    conditions: &Conditions,
) -> Result<Vec<TrialRule>, LoadError> {
    let mut all: Vec<TrialRule> = Vec::new();
    for row in table.rows() {
        let rule = rule(&row, drugs, conditions)?;
        let twice = |known: &TrialRule| known.drug == rule.drug && known.purpose == rule.purpose;
        if all.iter().any(twice) {
            return Err(row.fault(Fault::DuplicateId(rule.id.as_str().to_owned())));
        }
        all.push(rule);
    }
    Ok(all)
}

fn rule(row: &Row<'_>, drugs: &Formulary, conditions: &Conditions) -> Result<TrialRule, LoadError> {
    let needed = |column| row.whole(column)?.ok_or_else(|| row.fault(Fault::EmptyText(column)));
    let (name, purpose) = (row.text("drug")?, row.text("purpose")?);
    let drug: DrugId = row.stored("drug", name)?;
    if drugs.get(&drug).is_none() {
        return Err(row.fault(Fault::UnknownDrug(name.to_owned())));
    }
    if !conditions.by_id.contains_key(purpose) {
        return Err(row.fault(Fault::UnknownCondition(purpose.to_owned())));
    }
    let mg = row.number("adequate_mg")?.ok_or_else(|| row.fault(Fault::EmptyText("adequate_mg")))?;
    let rule = TrialRule {
        id: row.id()?,
        drug,
        purpose: row.stored("purpose", purpose)?,
        scale: row.stored("scale", row.text("scale")?)?,
        adequate: Milligrams::parse(mg).map_err(|_| row.invalid("adequate_mg", &mg.to_string()))?,
        none_weeks: needed("none_weeks")?,
        none_percent: needed("none_percent")?,
        partial_weeks: needed("partial_weeks")?,
        partial_percent: needed("partial_percent")?,
        source: row.words("source")?,
    };
    if rule.adequate == Milligrams::ZERO || rule.none_weeks == 0 || rule.none_weeks > rule.partial_weeks {
        return Err(row.fault(Fault::Contradiction("none_weeks", "partial_weeks")));
    }
    if rule.none_percent > rule.partial_percent || rule.partial_percent > 100 {
        return Err(row.fault(Fault::Contradiction("none_percent", "partial_percent")));
    }
    Ok(rule)
}
