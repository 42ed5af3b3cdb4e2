//! `drugs.csv`: the formulary.

use std::collections::HashMap;

use super::fault::{Fault, LoadError};
use super::ingredients::Substances;
use super::set::At;
use super::table::{Row, Table};
use crate::{Drug, DrugId, Milligrams, Taper};

/// A formulary row with its substances resolved.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) drug: Drug,
    pub(crate) ingredients: Vec<At>,
    pub(crate) excipients: Vec<At>,
    pub(crate) boxed_warning: Option<String>,
}

/// The formulary.
#[derive(Debug, Default)]
pub(crate) struct Formulary {
    pub(crate) rows: Vec<Entry>,
    pub(crate) by_id: HashMap<DrugId, u16>,
}

impl Formulary {
    pub(crate) fn get(&self, id: &DrugId) -> Option<&Entry> {
        self.by_id.get(id).map(|&at| &self.rows[usize::from(at)])
    }
}

pub(crate) fn read(
    table: &Table,
    substances: &Substances,
    warnings: &HashMap<String, String>,
) -> Result<Formulary, LoadError> {
    let mut all = Formulary::default();
    for row in table.rows() {
        let at = u16::try_from(all.rows.len()).map_err(|_| row.fault(Fault::Malformed))?;
        let entry = entry(&row, substances, warnings)?;
        all.by_id.insert(entry.drug.id.clone(), at);
        all.rows.push(entry);
    }
    Ok(all)
}

fn entry(
    row: &Row<'_>,
    substances: &Substances,
    warnings: &HashMap<String, String>,
) -> Result<Entry, LoadError> {
    let resolve = |column| -> Result<Vec<At>, LoadError> {
        row.list(column)?.into_iter().map(|name| substances.vocabulary.ingredient(row, name)).collect()
    };
    let ingredients = resolve("ingredients")?;
    let routes = row.list("routes")?;
    if ingredients.is_empty() || routes.is_empty() {
        return Err(row.fault(Fault::EmptyText(if routes.is_empty() { "routes" } else { "ingredients" })));
    }
    let boxed_warning = match row.text("boxed_warning")? {
        "" => None,
        id => Some(
            warnings.get(id).ok_or_else(|| row.fault(Fault::UnknownBoxedWarning(id.to_owned())))?.clone(),
        ),
    };
    let schedule = match row.text("schedule")? {
        "" => None,
        text => Some(row.stored("schedule", text)?),
    };
    let drug = Drug {
        id: row.id()?,
        name: row.words("name")?,
        ingredients: ingredients.iter().map(|&at| substances.id(at).clone()).collect(),
        routes: routes.into_iter().map(|r| row.stored("routes", r)).collect::<Result<_, _>>()?,
        schedule,
        start: dose(row, "start_mg")?.ok_or_else(|| row.fault(Fault::EmptyText("start_mg")))?,
        soft_maximum: dose(row, "soft_max_mg")?,
        hard_maximum: dose(row, "hard_max_mg")?,
        step: dose(row, "step_mg")?,
        step_days: row.whole("step_days")?.unwrap_or(0),
        restart_hours: row.whole("restart_hours")?,
        boxed_warning: boxed_warning.is_some(),
        taper: taper(row)?,
        prescribable: row.yes("prescribable")?,
        source: row.words("source")?,
    };
    for (below, above, names) in [
        (Some(drug.start), drug.hard_maximum, ("start_mg", "hard_max_mg")),
        (Some(drug.start), drug.soft_maximum, ("start_mg", "soft_max_mg")),
        (drug.soft_maximum, drug.hard_maximum, ("soft_max_mg", "hard_max_mg")),
        (drug.step, drug.hard_maximum, ("step_mg", "hard_max_mg")),
    ] {
        if matches!((below, above), (Some(low), Some(high)) if low > high) {
            return Err(row.fault(Fault::Contradiction(names.0, names.1)));
        }
    }
    Ok(Entry { ingredients, excipients: resolve("excipients")?, boxed_warning, drug })
}

fn dose(row: &Row<'_>, column: &'static str) -> Result<Option<Milligrams>, LoadError> {
    row.number(column)?
        .map(|mg| Milligrams::parse(mg).map_err(|_| row.invalid(column, &mg.to_string())))
        .transpose()
}

fn taper(row: &Row<'_>) -> Result<Taper, LoadError> {
    Ok(match row.text("taper")? {
        "T0" => Taper::None,
        "T1" => Taper::Weeks,
        "T2" => Taper::Slow,
        "T3" => Taper::Seizure,
        "T4" => Taper::Rebound,
        "T5" => Taper::OpioidAgonist,
        "T6" => Taper::TwoWeeks,
        "T7" => Taper::FourWeeks,
        other => return Err(row.invalid("taper", other)),
    })
}
