//! What runs for one client.

use std::collections::BTreeMap;

use concord_domain::side_effects::Event;
use concord_kernel::{Instant, ReportId};
use serde::{Deserialize, Serialize};

use crate::parts::Injections;

/// The deadlines of one client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Side effects that nobody has decided about, until when they must be.
    decisions: BTreeMap<ReportId, Instant>,
    /// Injections that act for weeks.
    pub(super) injections: Injections,
}

impl Row {
    /// Whether nothing runs.
    pub(super) fn is_empty(&self) -> bool {
        self.decisions.is_empty() && self.injections == Injections::default()
    }

    /// Side effects that wait for a decision, with their deadlines.
    pub(super) fn decisions(&self) -> impl Iterator<Item = (ReportId, Instant)> {
        self.decisions.iter().map(|(report, at)| (*report, *at))
    }

    /// The deadline of a decision that is waited for.
    pub(super) fn decision(&self, report: ReportId) -> Option<Instant> {
        self.decisions.get(&report).copied()
    }

    /// Takes in one more event of a side-effect record.
    pub(super) fn side_effect(&mut self, event: &Event) {
        match event {
            Event::SideEffectReported { report, decide_by, .. } => {
                self.decisions.insert(*report, *decide_by);
            }
            Event::SideEffectTriaged { report, decide_by, .. } => {
                // Judged after a decision or a breach, it has no deadline any more that could be missed first.
                self.decisions.entry(*report).and_modify(|at| *at = *decide_by);
            }
            Event::SideEffectActionDecided { report, .. }
            | Event::SideEffectResolved { report, .. }
            | Event::EscalationBreached { report, .. } => {
                self.decisions.remove(report);
            }
        }
    }
}
