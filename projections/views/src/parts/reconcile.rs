//! Until when the list of medications is compared with what is taken.

use concord_domain::ruleset::InForce;
use concord_kernel::Instant;
use concord_knowledge::Within;
use serde::{Deserialize, Serialize};

/// Why a comparison is waited for, each since when: which of them is due first is for the rules to say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Reconcile {
    waits: Vec<(Within, Instant)>,
    by: Option<Instant>,
}

impl Reconcile {
    /// Until when; absent: nothing waits.
    pub(super) const fn by(&self) -> Option<Instant> {
        self.by
    }

    /// One more reason; of two of the same kind the earlier one counts.
    pub(super) fn since(&mut self, at: Instant, why: Within, rules: &InForce) {
        if self.waits.iter().all(|(known, _)| *known != why) {
            self.waits.push((why, at));
        }
        self.follow(rules);
    }

    /// It was compared: the next time comes by time alone.
    pub(super) fn done(&mut self, at: Instant, rules: &InForce) {
        self.waits.clear();
        self.since(at, Within::ReconcileRegular, rules);
    }

    /// Who comes back much later begins anew.
    pub(super) fn over(&mut self) {
        *self = Self::default();
    }

    /// Derives the time by these rules.
    pub(super) fn follow(&mut self, rules: &InForce) {
        let due = rules.due(|rules| {
            let by = self.waits.iter().map(|(why, at)| at.plus(rules.within(*why)));
            by.min().map(|by| (by, ()))
        });
        self.by = due.map(|(by, ())| by);
    }
}
