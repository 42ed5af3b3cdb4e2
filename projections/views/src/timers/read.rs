//! What may be asked about deadlines.

use concord_kernel::{Day, Instant, OrderId, PatientId, ReportId};
use concord_projection::{List, Reader, ViewReadError};
use uuid::Uuid;

use super::{Timers, injection};

/// Something that happens when a deadline passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timer {
    /// Whom it is about.
    pub patient: PatientId,
    /// The last instant at which what it asks for is in time.
    pub deadline: Instant,
    /// What passes then.
    pub ring: Ring,
}

/// What a deadline is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    /// A side effect must have been decided about.
    SideEffectDecision(ReportId),
    /// An injection must have been given; it was due on that day.
    InjectionOverdue(OrderId, Day),
}

/// Reads deadlines that have passed at `now`, earliest first, at most `limit`.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn due(reader: &Reader, now: Instant, limit: usize) -> Result<Vec<Timer>, ViewReadError> {
    let page = reader.list::<Timers>(List::all(), None, limit).await?;
    let timers = page.items.into_iter().filter_map(|listed| {
        if let Some(timer) = injection::timer(&listed) {
            return Some(timer);
        }
        let report = ReportId::new(Uuid::from_slice(&listed.item).ok()?);
        let deadline = listed.row.decision(report)?;
        let patient = listed.key.as_patient();
        Some(Timer { patient, deadline, ring: Ring::SideEffectDecision(report) })
    });
    Ok(timers.take_while(|timer| timer.deadline < now).collect())
}
