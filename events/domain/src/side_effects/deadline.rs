//! By when a side effect must be answered.

use std::time::Duration;

use concord_kernel::Instant;

use super::Grade;
use crate::Context;

/// For a mild one, which waits for the next visit: the longest time between two visits.
pub(super) const NEXT_VISIT: Duration = Duration::from_hours(28 * 24);

/// Until when a prescriber must have been reached, and until when it must be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deadlines {
    pub(super) contact_by: Instant,
    pub(super) decide_by: Instant,
}

impl Deadlines {
    /// What the escalation table gives a report of this grade that arrives now. What has no time of its own to be
    /// decided is decided when the prescriber is reached, and what has none for that either, at the next visit.
    pub(super) fn of(grade: Grade, red_flag: bool, context: &Context) -> Self {
        let within = context.rules.escalation(grade.number(), red_flag);
        let contact = within.contact_within.unwrap_or(NEXT_VISIT);
        let decide = within.decide_within.unwrap_or(contact);
        Self { contact_by: context.now.plus(contact), decide_by: context.now.plus(decide) }
    }
}
