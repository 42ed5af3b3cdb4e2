//! `ingredients.csv`: the substances, their names and their classes.

use std::collections::HashMap;

use super::fault::{Fault, LoadError};
use super::set::{At, Vocabulary};
use super::table::Table;
use crate::IngredientId;
use crate::recognise::Phrases;

/// A substance.
#[derive(Debug)]
pub(crate) struct Substance {
    pub(crate) id: IngredientId,
    pub(crate) name: String,
}

/// All substances with what finds them.
#[derive(Debug)]
pub(crate) struct Substances {
    pub(crate) rows: Vec<Substance>,
    pub(crate) vocabulary: Vocabulary,
    /// RxNorm ingredient codes that somebody checked.
    pub(crate) codes: HashMap<String, At>,
    pub(crate) phrases: Phrases,
}

impl Substances {
    pub(crate) fn at(&self, id: &IngredientId) -> Option<At> {
        self.vocabulary.ingredients.get(id.as_str()).copied()
    }

    pub(crate) fn id(&self, at: At) -> &IngredientId {
        &self.rows[usize::from(at)].id
    }
}

pub(crate) fn read(table: &Table) -> Result<Substances, LoadError> {
    let mut all = Substances {
        rows: Vec::new(),
        vocabulary: Vocabulary::default(),
        codes: HashMap::new(),
        phrases: Phrases::default(),
    };
    for row in table.rows() {
        let id: IngredientId = row.id()?;
        let name = row.words("name")?;
        let at = At::try_from(all.rows.len()).map_err(|_| row.fault(Fault::Malformed))?;
        for class in row.list("classes")? {
            all.vocabulary.classes.entry(class.to_owned()).or_default().insert(at);
        }
        let code = row.text("rxcui")?;
        if !code.chars().all(|c| c.is_ascii_digit()) {
            return Err(row.invalid("rxcui", code));
        }
        match (row.yes("rxcui_checked")?, code.is_empty()) {
            (true, true) => return Err(row.fault(Fault::Contradiction("rxcui_checked", "rxcui"))),
            (true, false) => {
                if all.codes.insert(code.to_owned(), at).is_some() {
                    return Err(row.fault(Fault::DuplicateId(code.to_owned())));
                }
            }
            (false, _) => {}
        }
        let plain = name.split('(').next().unwrap_or_default();
        for alias in std::iter::once(plain).chain(row.list("aliases")?) {
            all.phrases.add(alias, at).map_err(|fault| row.fault(fault))?;
        }
        all.vocabulary.ingredients.insert(id.as_str().to_owned(), at);
        all.rows.push(Substance { id, name });
    }
    all.phrases.finish();
    Ok(all)
}
