//! The rules in force at a place of the log, and those that wait for their day.

use std::fmt;
use std::sync::Arc;

use concord_kernel::Instant;
use concord_knowledge::Ruleset;

/// What judges at one place of the log, and what was published before it and begins later. What follows from it depends on
/// the log alone: on no clock, and on nothing that is published afterwards.
#[derive(Clone)]
pub struct InForce {
    now: &'static Ruleset,
    /// From when each holds, rising. Nearly always nothing waits.
    later: Option<Arc<[(Instant, &'static Ruleset)]>>,
}

impl InForce {
    /// These rules, and none that wait.
    pub const fn only(now: &'static Ruleset) -> Self {
        Self { now, later: None }
    }

    /// The tables that this program was built with.
    pub fn embedded() -> Self {
        Self::only(Ruleset::embedded())
    }

    /// The same with rules that wait for `from`. What waited for that moment or a later one was published before them, and
    /// never begins.
    #[must_use]
    pub fn followed_by(self, from: Instant, rules: &'static Ruleset) -> Self {
        let before = self.later().filter(|(begins, _)| *begins < from);
        let later = before.chain([(from, rules)]).collect();
        Self { now: self.now, later: Some(later) }
    }

    /// Those in force.
    pub const fn now(&self) -> &'static Ruleset {
        self.now
    }

    /// Those in force, and those that wait.
    pub fn each(&self) -> impl Iterator<Item = &'static Ruleset> {
        std::iter::once(self.now).chain(self.later().map(|(_, rules)| rules))
    }

    /// When something is due, and what goes with that: by the rules in force, where that comes before others begin; else by
    /// those, and not before they begin. So a list that was made once is right on the day on which rules change.
    pub fn due<T>(&self, by: impl Fn(&'static Ruleset) -> Option<(Instant, T)>) -> Option<(Instant, T)> {
        let mut due = by(self.now);
        for (from, rules) in self.later() {
            if due.as_ref().is_some_and(|(at, _)| *at < from) {
                break;
            }
            due = by(rules).map(|(at, what)| (at.max(from), what));
        }
        due
    }

    fn later(&self) -> impl Iterator<Item = (Instant, &'static Ruleset)> {
        self.later.iter().flat_map(|later| later.iter().copied())
    }
}

/// Names, and not a megabyte of tables.
impl fmt::Debug for InForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.each().map(Ruleset::version)).finish()
    }
}
