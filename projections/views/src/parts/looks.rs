//! Looks into the prescription monitoring program while a controlled substance is taken.

use std::time::Duration;

use concord_domain::ruleset::InForce;
use concord_kernel::{Instant, OrderId};
use serde::{Deserialize, Serialize};

use super::Courses;

/// When somebody last looked, and when the next look is due for each order of a controlled substance. How fresh one must be
/// where the patient is, is asked at the signature; here the program's own interval counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Looks {
    last_at: Option<Instant>,
    due: Vec<(OrderId, Instant)>,
}

impl Looks {
    /// Each order with the time.
    pub(super) fn due(&self) -> impl Iterator<Item = (OrderId, Instant)> {
        self.due.iter().copied()
    }

    /// Somebody has looked.
    pub(super) fn looked(&mut self, at: Instant) {
        self.last_at = self.last_at.max(Some(at));
    }

    /// Derives what is due by these rules.
    pub(super) fn follow(&mut self, courses: &Courses, rules: &InForce) {
        let due = courses.iter().filter_map(|course| {
            let by = rules.due(|rules| {
                rules.drug(&course.drug)?.schedule?;
                let after = |looked: Instant| {
                    let hours = rules.pdmp_max_age("", looked.day()).map_or(0, |(_, hours)| hours);
                    looked.plus(Duration::from_hours(u64::from(hours)))
                };
                Some((self.last_at.map_or(Instant::start_of(course.start_on), after), ()))
            });
            by.map(|(at, ())| (course.order, at))
        });
        self.due = due.collect();
    }
}
