//! Sets of ingredients and the selectors that name them.

use std::collections::HashMap;

use super::fault::{Fault, LoadError};
use super::table::Row;

/// Position of an ingredient in its table.
pub(crate) type At = u16;

/// A set of ingredients.
#[derive(Clone, Debug, Default)]
pub(crate) struct Set(Vec<u64>);

impl Set {
    pub(crate) fn insert(&mut self, at: At) {
        let word = usize::from(at) / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (at % 64);
    }

    pub(crate) fn contains(&self, at: At) -> bool {
        self.0.get(usize::from(at) / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    pub(crate) fn any_of(&self, of: &[At]) -> bool {
        of.iter().any(|&at| self.contains(at))
    }

    /// Whether all of `other` are in it.
    pub(crate) fn contains_all(&self, other: &Self) -> bool {
        other.iter().all(|at| self.contains(at))
    }

    fn remove(&mut self, other: &Self) {
        for (word, gone) in self.0.iter_mut().zip(&other.0) {
            *word &= !gone;
        }
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = At> + '_ {
        (0..=At::MAX).take(self.0.len() * 64).filter(|&at| self.contains(at))
    }
}

/// Which names and classes there are.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    pub(crate) ingredients: HashMap<String, At>,
    pub(crate) classes: HashMap<String, Set>,
}

impl Vocabulary {
    /// Reads a selector: names and `@classes` between `|`, then perhaps ` !` and those to leave out.
    pub(crate) fn select(&self, row: &Row<'_>, column: &'static str) -> Result<Set, LoadError> {
        let text = row.text(column)?;
        let (take, leave) = text.split_once('!').unwrap_or((text, ""));
        let mut set = self.union(row, take)?;
        set.remove(&self.union(row, leave)?);
        Ok(set)
    }

    /// As [`Self::select`], where nothing is written means nothing is asked.
    pub(crate) fn select_if_any(
        &self,
        row: &Row<'_>,
        column: &'static str,
    ) -> Result<Option<Set>, LoadError> {
        if row.text(column)?.is_empty() { Ok(None) } else { self.select(row, column).map(Some) }
    }

    /// As [`Self::select`], where at least one ingredient must be meant.
    pub(crate) fn select_some(&self, row: &Row<'_>, column: &'static str) -> Result<Set, LoadError> {
        let set = self.select(row, column)?;
        if set.iter().next().is_none() { Err(row.fault(Fault::EmptyText(column))) } else { Ok(set) }
    }

    fn union(&self, row: &Row<'_>, text: &str) -> Result<Set, LoadError> {
        let mut set = Set::default();
        for term in text.split('|').map(str::trim).filter(|term| !term.is_empty()) {
            match term.strip_prefix('@') {
                Some(class) => set.extend(
                    self.classes
                        .get(class)
                        .ok_or_else(|| row.fault(Fault::UnknownClass(class.to_owned())))?,
                ),
                None => set.insert(self.ingredient(row, term)?),
            }
        }
        Ok(set)
    }

    pub(crate) fn ingredient(&self, row: &Row<'_>, name: &str) -> Result<At, LoadError> {
        self.ingredients
            .get(name)
            .copied()
            .ok_or_else(|| row.fault(Fault::UnknownIngredient(name.to_owned())))
    }
}
