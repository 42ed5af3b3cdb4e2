//! `titrations.csv`: fixed schedules, one row a step.

use super::drugs::Formulary;
use super::fault::{Fault, LoadError};
use super::set::{Set, Vocabulary};
use super::table::{Row, Table};
use crate::titration::{Rung, TitrationSchedule};
use crate::{DrugId, Milligrams, RuleId};

pub(crate) fn read(
    table: &Table,
    words: &Vocabulary,
    drugs: &Formulary,
) -> Result<Vec<TitrationSchedule>, LoadError> {
    let mut all: Vec<TitrationSchedule> = Vec::new();
    let mut begun: Option<[String; 3]> = None;
    for row in table.rows() {
        let id: RuleId = row.stored("schedule", row.text("schedule")?)?;
        let rung = rung(&row)?;
        let circumstances = [row.text("drug")?, row.text("with")?, row.text("without")?].map(str::to_owned);
        let Some(last) = all.last_mut().filter(|last| last.id == id) else {
            if all.iter().any(|known| known.id == id) {
                return Err(row.fault(Fault::DuplicateId(id.as_str().to_owned())));
            }
            all.push(begin(&row, id, rung, words, drugs)?);
            begun = Some(circumstances);
            continue;
        };
        if begun.as_ref() != Some(&circumstances) {
            return Err(row.fault(Fault::Contradiction("schedule", "with")));
        }
        if !last.rungs.last().is_some_and(|before| rung.follows(before)) {
            return Err(row.fault(Fault::Contradiction("dose_mg", "schedule")));
        }
        last.rungs.push(rung);
    }
    Ok(all)
}

fn begin(
    row: &Row<'_>,
    id: RuleId,
    rung: Rung,
    words: &Vocabulary,
    drugs: &Formulary,
) -> Result<TitrationSchedule, LoadError> {
    let drug: DrugId = row.stored("drug", row.text("drug")?)?;
    if drugs.get(&drug).is_none() {
        return Err(row.invalid("drug", drug.as_str()));
    }
    let without = words.select_if_any(row, "without")?.unwrap_or_else(Set::default);
    Ok(TitrationSchedule { id, drug, with: words.select_if_any(row, "with")?, without, rungs: vec![rung] })
}

fn rung(row: &Row<'_>) -> Result<Rung, LoadError> {
    let number = |column| row.whole(column)?.ok_or_else(|| row.fault(Fault::EmptyText(column)));
    let mg = row.number("dose_mg")?.ok_or_else(|| row.fault(Fault::EmptyText("dose_mg")))?;
    let dose = Milligrams::parse(mg).map_err(|_| row.invalid("dose_mg", &mg.to_string()))?;
    let (every_days, after_days) = (number("every_days")?, number("after_days")?);
    if dose == Milligrams::ZERO || every_days == 0 {
        return Err(row.fault(Fault::Contradiction("dose_mg", "every_days")));
    }
    Ok(Rung { dose, every_days, after_days })
}
