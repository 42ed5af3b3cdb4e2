//! The small tables: results, names of symptoms and warning signs, deadlines, policies, score bands.

use std::collections::HashMap;

use concord_kernel::{Day, Instant};

use super::fault::{Fault, LoadError};
use super::set::{Set, Vocabulary};
use super::table::{Row, Table};
use crate::escalation::Deadlines;
use crate::policy::PolicyRow;
use crate::scale::{Band, Bands};
use crate::within::Terms;
use crate::{LabId, Within};

/// A kind of result.
#[derive(Debug)]
pub(crate) struct Lab {
    pub(crate) id: LabId,
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) lowest: f64,
    pub(crate) highest: f64,
}

/// All kinds of results.
#[derive(Debug, Default)]
pub(crate) struct Labs {
    pub(crate) rows: Vec<Lab>,
    pub(crate) by_id: HashMap<String, u16>,
    pub(crate) by_loinc: HashMap<String, u16>,
}

impl Labs {
    pub(crate) fn get(&self, id: &LabId) -> Option<&Lab> {
        self.by_id.get(id.as_str()).map(|&at| &self.rows[usize::from(at)])
    }

    pub(crate) fn select(&self, row: &Row<'_>, column: &'static str) -> Result<Vec<u16>, LoadError> {
        row.list(column)?
            .into_iter()
            .map(|name| {
                let unknown = || row.fault(Fault::UnknownLab(name.to_owned()));
                self.by_id.get(name).copied().ok_or_else(unknown)
            })
            .collect()
    }
}

fn needed(row: &Row<'_>, column: &'static str) -> Result<f64, LoadError> {
    row.number(column)?.ok_or_else(|| row.fault(Fault::EmptyText(column)))
}

pub(crate) fn labs(table: &Table) -> Result<Labs, LoadError> {
    let mut all = Labs::default();
    for row in table.rows() {
        let at = u16::try_from(all.rows.len()).map_err(|_| row.fault(Fault::Malformed))?;
        let id: LabId = row.id()?;
        let lab = Lab {
            name: row.words("name")?,
            unit: row.words("unit")?,
            lowest: needed(&row, "lowest")?,
            highest: needed(&row, "highest")?,
            id,
        };
        if lab.lowest >= lab.highest {
            return Err(row.fault(Fault::Contradiction("lowest", "highest")));
        }
        for code in row.list("loinc")? {
            if all.by_loinc.insert(code.to_owned(), at).is_some() {
                return Err(row.fault(Fault::DuplicateId(code.to_owned())));
            }
        }
        all.by_id.insert(lab.id.as_str().to_owned(), at);
        all.rows.push(lab);
    }
    Ok(all)
}

pub(crate) fn warnings(table: &Table) -> Result<HashMap<String, String>, LoadError> {
    table.rows().map(|row| Ok((row.text("id")?.to_owned(), row.words("text")?))).collect()
}

/// Reads a table that gives names to ids.
pub(crate) fn names(table: &Table) -> Result<HashMap<String, String>, LoadError> {
    table.rows().map(|row| Ok((row.text("id")?.to_owned(), row.words("name")?))).collect()
}

pub(crate) fn escalation(table: &Table) -> Result<Deadlines, LoadError> {
    let mut rows = HashMap::new();
    for row in table.rows() {
        let (contact, decide) = (row.whole("contact_minutes")?, row.whole("decide_minutes")?);
        if matches!((contact, decide), (Some(c), Some(d)) if c > d) {
            return Err(row.fault(Fault::Contradiction("contact_minutes", "decide_minutes")));
        }
        rows.insert(row.text("id")?.to_owned(), (contact, decide));
    }
    Deadlines::from_rows(&rows).map_err(|missing| table.fault(Fault::MissingRow(missing)))
}

/// Reads the policies by what they rule; rows of one rule follow each other in time and never hold on the same day.
pub(crate) fn policies(table: &Table) -> Result<HashMap<String, Vec<PolicyRow>>, LoadError> {
    let mut all: HashMap<String, Vec<PolicyRow>> = HashMap::new();
    for row in table.rows() {
        let (from, to) = (day(&row, "valid_from")?, day(&row, "valid_to")?);
        if matches!((from, to), (Some(from), Some(to)) if from > to) {
            return Err(row.fault(Fault::Contradiction("valid_from", "valid_to")));
        }
        let value = row.whole("value")?.ok_or_else(|| row.fault(Fault::EmptyText("value")))?;
        let policy = PolicyRow { id: row.id()?, value, from, to };
        let same = all.entry(row.text("rule")?.to_owned()).or_default();
        if same.iter().any(|other| other.overlaps(&policy)) {
            return Err(row.fault(Fault::Contradiction("valid_from", "valid_to")));
        }
        same.push(policy);
    }
    match crate::policy::NEEDED.iter().find(|id| !all.contains_key(**id)) {
        Some(missing) => Err(table.fault(Fault::MissingRow(missing))),
        None => Ok(all),
    }
}

fn day(row: &Row<'_>, column: &'static str) -> Result<Option<Day>, LoadError> {
    match row.text(column)? {
        "" => Ok(None),
        text => Instant::parse(&format!("{text}T00:00:00Z"))
            .map(|instant| Some(instant.day()))
            .map_err(|_| row.invalid(column, text)),
    }
}

/// Reads how soon those who treat together hear from each other.
pub(crate) fn terms(table: &Table) -> Result<Terms, LoadError> {
    let mut all = HashMap::new();
    for row in table.rows() {
        let id = row.text("id")?;
        if Within::ALL.into_iter().all(|within| within.id() != id) {
            return Err(row.invalid("id", id));
        }
        let hours = row.whole("hours")?.ok_or_else(|| row.fault(Fault::EmptyText("hours")))?;
        all.insert(id.to_owned(), hours);
    }
    Terms::from_rows(&all).map_err(|missing| table.fault(Fault::MissingRow(missing)))
}

/// Reads a table that names medications, each with why.
pub(crate) fn medications(table: &Table, words: &Vocabulary) -> Result<Set, LoadError> {
    let mut all = Set::default();
    for row in table.rows() {
        let _for_people = row.words("why")?;
        all.extend(&words.select_some(&row, "drug")?);
    }
    Ok(all)
}

pub(crate) fn bands(table: &Table) -> Result<Bands, LoadError> {
    let mut bands = Bands::default();
    for row in table.rows() {
        let kind = row.stored("scale", row.text("scale")?)?;
        let lowest = row.whole("lowest")?.ok_or_else(|| row.fault(Fault::EmptyText("lowest")))?;
        let highest = row.whole("highest")?.ok_or_else(|| row.fault(Fault::EmptyText("highest")))?;
        let follows = bands.last(kind).is_none_or(|band| band.highest + 1 == lowest);
        if lowest > highest || !follows {
            return Err(row.fault(Fault::Contradiction("lowest", "highest")));
        }
        bands.push(Band { kind, lowest, highest, name: row.words("band")? });
    }
    Ok(bands)
}
