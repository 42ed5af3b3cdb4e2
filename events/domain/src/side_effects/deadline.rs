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
    /// What the escalation table gives a report of this grade that arrives now.
    pub(super) fn of(grade: Grade, red_flag: bool, context: &Context) -> Self {
        let minutes = |minutes: u64| context.now.plus(Duration::from_mins(minutes));
        if red_flag || grade >= Grade::LifeThreatening {
            return Self { contact_by: minutes(15), decide_by: minutes(15) };
        }
        match grade {
            Grade::Mild => {
                let next_visit = context.now.plus(NEXT_VISIT);
                Self { contact_by: next_visit, decide_by: next_visit }
            }
            Grade::Moderate => Self { contact_by: minutes(1440), decide_by: minutes(1440) },
            Grade::Severe | Grade::LifeThreatening | Grade::Fatal => {
                Self { contact_by: minutes(60), decide_by: minutes(240) }
            }
        }
    }
}
