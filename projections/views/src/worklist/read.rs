//! What a prescriber may ask.

use concord_kernel::{OrderId, PatientId, PersonId};
use concord_knowledge::trial::Trial;
use concord_projection::{Cursor, Key, List, Listed, PageOf, Reader, ViewReadError};

use super::{Row, Worklist};
use crate::parts::{Due, DueKind, Identity};

/// One thing that a prescriber has to do.
#[derive(Clone, Debug, PartialEq)]
pub struct WorklistItem {
    /// Whom it is about.
    pub patient: PatientId,
    /// Who they are.
    pub identity: Identity,
    /// What is due.
    pub due: Due,
    /// The trial of the order that it is about, where it is about whether a medication helps.
    pub trial: Option<Trial>,
}

/// Reads a page of what somebody has to do: what cannot wait before the rest, each by deadline.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn page(
    reader: &Reader,
    person: PersonId,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<PageOf<WorklistItem>, ViewReadError> {
    let PageOf { items, next } = reader.list::<Worklist>(List::person(person), after, limit).await?;
    let items = items.into_iter().filter_map(item).collect();
    Ok(PageOf { items, next })
}

/// Reads everything that is due about one client, in the order of a worklist; `None` when nothing is known of them.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn client(reader: &Reader, patient: PatientId) -> Result<Option<Vec<Due>>, ViewReadError> {
    let row = reader.row::<Worklist>(Key::patient(patient)).await?;
    Ok(row.map(|row| {
        let mut due = row.agenda.due(&row.stays);
        let place = |due: &Due| (!due.kind.cannot_wait(), due.at);
        due.sort_by(|one, other| (place(one), &one.item).cmp(&(place(other), &other.item)));
        due
    }))
}

/// List and row are written together, so the item is always among what the row says is due.
fn item(listed: Listed<Row>) -> Option<WorklistItem> {
    let Listed { key, item, row } = listed;
    let due = row.agenda.listed(&row.stays, &item)?;
    let about =
        matches!(due.kind, DueKind::ResponseReview | DueKind::ResponseScore | DueKind::ResponseUnknown);
    let order = due.subject.filter(|_| about).map(OrderId::new);
    let trial = order.and_then(|order| row.agenda.trial(order).cloned());
    Some(WorklistItem { patient: key.as_patient(), identity: row.identity, due, trial })
}
