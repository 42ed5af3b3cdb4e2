//! The state of a side-effect record: open reports, and which identifiers were used.

use std::collections::{BTreeMap, BTreeSet};

use concord_kernel::{Instant, ReportId};
use serde::{Deserialize, Serialize};

use super::{Decision, Event, Grade};
use crate::SideEffectFacts;

/// What the events of a side-effect record say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SideEffects {
    /// Reports that are not resolved.
    pub(super) open: BTreeMap<ReportId, Report>,
    /// Identifiers of reports that are resolved, never to be used again.
    pub(super) resolved: BTreeSet<ReportId>,
}

/// A report that is not resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Report {
    /// As judged last.
    pub(super) grade: Grade,
    /// The worst that it was ever judged, the report itself included.
    pub(super) worst: Grade,
    /// Whether a warning sign was seen with it.
    pub(super) red_flag: bool,
    pub(super) decide_by: Instant,
    /// The latest decision.
    pub(super) decided: Option<Decision>,
    pub(super) breached: bool,
}

impl Report {
    /// Whether a prescriber must decide before it can be closed. Judging it milder takes nothing back.
    pub(super) fn must_be_decided(&self) -> bool {
        self.red_flag || self.worst >= Grade::Moderate
    }
}

impl SideEffects {
    /// Takes in one more event.
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::SideEffectReported { report, grade, red_flags, decide_by, .. } => {
                let red_flag = !red_flags.is_empty();
                let new = Report { grade, worst: grade, red_flag, decide_by, decided: None, breached: false };
                self.open.insert(report, new);
            }
            Event::SideEffectTriaged { report, grade, note: _, decide_by } => {
                self.change(report, |open| {
                    open.grade = grade;
                    open.worst = open.worst.max(grade);
                    open.decide_by = decide_by;
                });
            }
            Event::SideEffectActionDecided { report, decision, .. } => {
                self.change(report, |open| open.decided = Some(decision));
            }
            Event::SideEffectResolved { report, outcome: _ } => {
                self.open.remove(&report);
                self.resolved.insert(report);
            }
            Event::EscalationBreached { report, decide_by: _ } => {
                self.change(report, |open| open.breached = true);
            }
        }
    }

    fn change(&mut self, report: ReportId, change: impl FnOnce(&mut Report)) {
        if let Some(open) = self.open.get_mut(&report) {
            change(open);
        }
    }

    /// What other streams may know of it.
    pub(crate) fn facts(&self) -> SideEffectFacts {
        let weighty = self.open.values().filter(|report| report.grade >= Grade::Moderate);
        let mut reports: Vec<_> = self.open.keys().chain(&self.resolved).copied().collect();
        reports.sort_unstable();
        SideEffectFacts { open_moderate_or_worse: weighty.count(), reports }
    }
}
