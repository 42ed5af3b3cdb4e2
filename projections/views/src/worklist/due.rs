//! A program's question: what is due, for whom, until when?
//!
//! Answers hold no names, words or doses: kind, time and the name of a knowledge row are enough to hand out work.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use concord_kernel::{Instant, PatientId, ProgramId};
use concord_projection::{Cursor, Key, List, PageOf, Reader, Sort, ViewReadError};

use super::Worklist;
use crate::parts::{Due, DueKind};

/// One thing that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct DueItem {
    /// Whom it is about.
    pub patient: PatientId,
    /// What is due.
    pub due: Due,
}

/// Whose items are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everybody's.
    All,
    /// Those of a program's patients.
    Program(ProgramId),
}

/// Reads a page of what is due, earliest first.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn page(
    reader: &Reader,
    scope: &Scope,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<PageOf<DueItem>, ViewReadError> {
    let list = match scope {
        Scope::All => List::all(),
        Scope::Program(program) => List::program(program),
    };
    let PageOf { items, next } = reader.list::<Worklist>(list, after, limit).await?;
    let items = items
        .into_iter()
        .filter_map(|listed| {
            let due = listed.row.agenda.listed(&listed.row.stays, &listed.item)?;
            Some(DueItem { patient: listed.key.as_patient(), due })
        })
        .collect();
    Ok(PageOf { items, next })
}

/// Reads everything that is due about one client, earliest first; empty when nothing is known of them.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn client(reader: &Reader, patient: PatientId) -> Result<Vec<Due>, ViewReadError> {
    let row = reader.row::<Worklist>(Key::patient(patient)).await?;
    let mut due = row.map_or_else(Vec::new, |row| row.agenda.due(&row.stays));
    due.sort_by(|one, other| (one.at, &one.item).cmp(&(other.at, &other.item)));
    Ok(due)
}

/// Most items of one program that are counted as overdue for one answer.
pub const OVERDUE_MOST: usize = 200_000;

/// What is overdue of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overdue {
    /// How many items.
    pub items: u32,
    /// Of which clients.
    pub clients: BTreeSet<PatientId>,
}

/// Counts what is overdue at `now` in a program, by kind; `None` when that are more than [`OVERDUE_MOST`] items. Reads
/// the list alone and no client's row.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn overdue(
    reader: &Reader,
    program: &ProgramId,
    now: Instant,
) -> Result<Option<BTreeMap<DueKind, Overdue>>, ViewReadError> {
    let until = Sort::new().earliest(now);
    let found = reader.outline::<Worklist>(List::program(program), until, OVERDUE_MOST).await?;
    let mut kinds: BTreeMap<DueKind, Overdue> = BTreeMap::new();
    for (key, item) in &found.items {
        // A list is written by the program that reads it: another version of the view has a list of its own.
        let Some(kind) = DueKind::of_item(item) else { continue };
        let overdue = kinds.entry(kind).or_default();
        overdue.items += 1;
        overdue.clients.insert(key.as_patient());
    }
    Ok(found.complete.then_some(kinds))
}
