//! Side effects that nobody has decided about.

use std::collections::BTreeMap;

use concord_domain::side_effects::Event;
use concord_kernel::{Instant, ReportId};
use serde::{Deserialize, Serialize};

use super::Ring;

/// Until when each must be decided.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Decisions(BTreeMap<ReportId, Instant>);

impl Decisions {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn fold(&mut self, event: &Event) {
        match event {
            Event::SideEffectReported { report, decide_by, .. } => {
                self.0.insert(*report, *decide_by);
            }
            Event::SideEffectTriaged { report, decide_by, .. } => {
                // Judged after a decision or a breach, it has no deadline any more that could be missed first.
                self.0.entry(*report).and_modify(|at| *at = *decide_by);
            }
            Event::SideEffectActionDecided { report, .. }
            | Event::SideEffectResolved { report, .. }
            | Event::EscalationBreached { report, .. } => {
                self.0.remove(report);
            }
        }
    }

    pub(super) fn each(&self, show: &mut impl FnMut(Instant, Ring)) {
        for (report, at) in &self.0 {
            show(*at, Ring::SideEffectDecision(*report));
        }
    }
}
