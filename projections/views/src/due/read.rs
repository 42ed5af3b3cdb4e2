//! What may be asked about due items.

use concord_kernel::{PatientId, ProgramId};
use concord_projection::{Cursor, Key, List, PageOf, Reader, ViewReadError};

use super::DueItems;
use crate::parts::Due;

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
    let PageOf { items, next } = reader.list::<DueItems>(list, after, limit).await?;
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
    let row = reader.row::<DueItems>(Key::patient(patient)).await?;
    let mut due = row.map_or_else(Vec::new, |row| row.agenda.due(&row.stays));
    due.sort_by(|one, other| (one.at, &one.item).cmp(&(other.at, &other.item)));
    Ok(due)
}
