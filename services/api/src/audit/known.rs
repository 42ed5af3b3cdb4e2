//! A patient's timeline as it was known, page by page.

use concord_kernel::{PatientId, Token};
use concord_projection::{Cursor, Order, Projections, Reader, ViewId, WaitError};
use concord_proto::concord::timeline::v1::TimelineEntry;
use concord_views::timeline::{Asked, TimelineEntry as Known};
use concord_views::{Timeline, timeline};

use crate::Failure;
use crate::limits::{PAGE_MOST, VIEW_WAIT};

/// What was known of a patient.
pub(super) struct Knowledge {
    reader: Reader,
    patient: PatientId,
    asked: Asked,
    /// Only what was recorded or put right after this position; 0 for all.
    since: u64,
    after: Option<Cursor>,
    over: bool,
}

impl Knowledge {
    /// What was known of `patient` at position `at` of the history, and came to be known after `since`.
    pub(super) async fn of(
        views: &Projections,
        patient: PatientId,
        at: Token,
        since: u64,
    ) -> Result<Self, Failure> {
        let view = ViewId::of::<Timeline>();
        views.wait_for(view, at, VIEW_WAIT).await.map_err(|error| match error {
            // The place was found in the ledger: its views are still those of another history.
            WaitError::EpochChanged { .. }
            | WaitError::UnknownView
            | WaitError::Behind { .. }
            | WaitError::Stopped => Failure::ViewBehind,
        })?;
        let asked = Asked { known_at: Some(at.position), ..Asked::default() };
        Ok(Self { reader: views.reader(), patient, asked, since, after: None, over: false })
    }

    /// The next entries, possibly none; `None` when there are no more.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<TimelineEntry>>, Failure> {
        if self.over {
            return Ok(None);
        }
        let (order, after) = (Order::Ascending, self.after.as_ref());
        let page = timeline::page(&self.reader, self.patient, &self.asked, order, after, PAGE_MOST).await?;
        self.over = page.next.is_none();
        self.after = page.next;
        let new = page.items.iter().filter(|entry| is_new(entry, self.since));
        Ok(Some(new.map(crate::timeline::entry).collect()))
    }
}

fn is_new(entry: &Known, since: u64) -> bool {
    entry.position > since || entry.corrections.iter().any(|(position, _)| *position > since)
}
