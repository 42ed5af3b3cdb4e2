//! `conditions.csv`: the conditions that rules and indications know.

use std::collections::HashMap;

use super::fault::{Fault, LoadError};
use super::table::{Row, Table};
use crate::ConditionId;
use crate::recognise::plain_words;

/// A condition.
#[derive(Debug)]
pub(crate) struct Condition {
    pub(crate) id: ConditionId,
    pub(crate) name: String,
}

/// All conditions with what finds them.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    pub(crate) rows: Vec<Condition>,
    pub(crate) by_id: HashMap<String, u16>,
    pub(crate) by_snomed: HashMap<String, u16>,
    /// Codes without their dot; a longer code stands for what it begins with.
    pub(crate) by_icd10: HashMap<String, u16>,
    pub(crate) by_name: HashMap<String, u16>,
}

impl Conditions {
    /// Resolves the names in a column; at least one must be there.
    pub(crate) fn select(&self, row: &Row<'_>, column: &'static str) -> Result<Vec<u16>, LoadError> {
        row.list(column)?
            .into_iter()
            .map(|name| {
                let unknown = || row.fault(Fault::UnknownCondition(name.to_owned()));
                self.by_id.get(name).copied().ok_or_else(unknown)
            })
            .collect()
    }
}

pub(crate) fn read(table: &Table) -> Result<Conditions, LoadError> {
    let mut all = Conditions::default();
    for row in table.rows() {
        let at = u16::try_from(all.rows.len()).map_err(|_| row.fault(Fault::Malformed))?;
        let (id, name): (ConditionId, _) = (row.id()?, row.words("name")?);
        let claim = |map: &mut HashMap<String, u16>, key: String| match map.insert(key.clone(), at) {
            Some(other) if other != at => Err(row.fault(Fault::AmbiguousCondition(key))),
            _ => Ok(()),
        };
        for code in row.list("snomed")? {
            claim(&mut all.by_snomed, code.to_owned())?;
        }
        for code in row.list("icd10")? {
            claim(&mut all.by_icd10, code.replace('.', ""))?;
        }
        for name in std::iter::once(name.as_str()).chain(row.list("aliases")?) {
            claim(&mut all.by_name, plain_words(name))?;
        }
        all.by_id.insert(id.as_str().to_owned(), at);
        all.rows.push(Condition { id, name });
    }
    Ok(all)
}
