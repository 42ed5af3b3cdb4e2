//! What happened in one month of a stay, added up.

use concord_kernel::Day;
use serde::{Deserialize, Serialize};

use super::Month;

/// Decisions of one month whose time is kept for the median; more are counted without it.
const TIMES_KEPT: usize = 32;

/// One month of a stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Which month.
    pub month: Month,
    /// Side effects that were reported.
    pub reported: u16,
    /// Of these, minutes from report to decision, in the order of decisions.
    pub decided_after: Vec<u32>,
    /// Decided in time.
    pub in_time: u16,
    /// Decided late.
    pub late: u16,
    /// Closed without a decision.
    pub closed: u16,
    /// Of which the service recorded that the deadline passed without a decision.
    pub breached: u16,
    /// Of which there were too many at once to follow each of them.
    pub unfollowed: u16,
    /// Sessions of therapy that were recorded.
    pub sessions: u16,
    /// Of these, attended.
    pub attended: u16,
    /// How much the client took part in those where it was said, 0 to 4 each, together.
    pub engagement: u16,
    /// In how many it was said.
    pub engaged: u16,
    /// Relapses.
    pub relapses: u16,
    /// Overdoses.
    pub overdoses: u16,
    /// The adherence that was measured up to the latest day of the month: that day, and percent of days covered; absent
    /// when too little was told to say.
    pub adherence: Option<(Day, Option<u8>)>,
}

impl Tally {
    pub(super) const fn of(month: Month) -> Self {
        Self {
            month,
            reported: 0,
            decided_after: Vec::new(),
            in_time: 0,
            late: 0,
            closed: 0,
            breached: 0,
            unfollowed: 0,
            sessions: 0,
            attended: 0,
            engagement: 0,
            engaged: 0,
            relapses: 0,
            overdoses: 0,
            adherence: None,
        }
    }

    pub(super) fn decided(&mut self, minutes: u32, late: bool) {
        if self.decided_after.len() < TIMES_KEPT {
            self.decided_after.push(minutes);
        }
        add(if late { &mut self.late } else { &mut self.in_time });
    }

    pub(super) fn session(&mut self, attended: bool, engagement: Option<u8>) {
        add(&mut self.sessions);
        if attended {
            add(&mut self.attended);
        }
        if let Some(engagement) = engagement {
            add(&mut self.engaged);
            self.engagement = self.engagement.saturating_add(u16::from(engagement));
        }
    }

    pub(super) fn measured(&mut self, to: Day, percent: Option<u8>) {
        if self.adherence.is_none_or(|(known, _)| known <= to) {
            self.adherence = Some((to, percent));
        }
    }
}

/// One more.
pub(super) fn add(count: &mut u16) {
    *count = count.saturating_add(1);
}
