//! Injections whose last day passes.

use std::time::Duration;

use concord_kernel::{Day, Instant};

use super::Ring;
use crate::parts::Injections;

/// A calendar day has ended everywhere that long after it has ended in UTC.
const WESTERNMOST_BEHIND_UTC: Duration = Duration::from_hours(12);

/// The last instant of a day, wherever the patient is.
fn ends(day: Day) -> Instant {
    Instant::start_of(day).plus_days(1).plus(WESTERNMOST_BEHIND_UTC)
}

/// Shows each injection that is waited for and not yet on record as overdue.
pub(super) fn each(injections: &Injections, mut show: impl FnMut(Instant, Ring)) {
    for next in injections.iter().filter(|next| next.is_awaited()) {
        show(ends(next.until), Ring::InjectionOverdue { order: next.order, due_on: next.on });
    }
}
