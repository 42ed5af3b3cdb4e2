//! Side effects that wait for a clinician, as an agenda needs to know them.

use concord_domain::side_effects::Event;
use concord_kernel::{Instant, ReportId};
use concord_knowledge::SymptomId;
use serde::{Deserialize, Serialize};

use super::DueKind;
use super::beyond::Beyond;
use super::due::Open;

/// Reports that are due one by one. Of more, the latest deadlines are due together, as one thing.
const KEPT: usize = 8;

/// A side effect without a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Complaint {
    report: ReportId,
    symptom: Option<SymptomId>,
    contact_by: Instant,
    decide_by: Instant,
    triaged: bool,
}

/// Side effects without a decision.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Complaints {
    kept: Vec<Complaint>,
    /// Those for which there is no room, with their deadlines.
    beyond: Beyond<Instant>,
}

impl Complaint {
    /// What is due, and until when.
    fn due(&self) -> (DueKind, Instant) {
        if self.triaged {
            (DueKind::SideEffectDecision, self.decide_by)
        } else {
            (DueKind::SideEffectTriage, self.contact_by.min(self.decide_by))
        }
    }
}

impl Complaints {
    pub(super) fn fold(&mut self, event: &Event) {
        match event {
            Event::SideEffectReported { report, symptom, contact_by, decide_by, .. } => {
                self.kept.push(Complaint {
                    report: *report,
                    symptom: symptom.clone(),
                    contact_by: *contact_by,
                    decide_by: *decide_by,
                    triaged: false,
                });
                self.make_room();
            }
            Event::SideEffectTriaged { report, decide_by, .. } => {
                if let Some(known) = self.kept.iter_mut().find(|known| known.report == *report) {
                    known.triaged = true;
                    known.decide_by = *decide_by;
                } else {
                    self.beyond.change(*report, *decide_by);
                }
            }
            Event::SideEffectActionDecided { report, .. } | Event::SideEffectResolved { report, .. } => {
                self.kept.retain(|known| known.report != *report);
                self.beyond.remove(*report);
            }
            Event::EscalationBreached { .. } => {}
        }
    }

    fn make_room(&mut self) {
        if self.kept.len() <= KEPT {
            return;
        }
        let last = (0..self.kept.len()).max_by_key(|at| self.kept[*at].due().1);
        if let Some(last) = last {
            let last = self.kept.remove(last);
            self.beyond.push(last.report, last.due().1);
        }
    }

    pub(super) fn each<'a>(&'a self, show: &mut impl FnMut(Open<'a>)) {
        for open in &self.kept {
            let (kind, at) = open.due();
            let name = open.symptom.as_ref().map(SymptomId::as_str);
            show(Open::about(kind, at, open.report.uuid(), name));
        }
        // One thing that is due for all the others, until the earliest of their deadlines.
        if let Some(at) = self.beyond.least() {
            show(Open::one(DueKind::SideEffectTriage, at));
        }
    }
}
