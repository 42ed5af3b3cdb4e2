//! Side effects that wait for a clinician, as an agenda needs to know them.

use concord_domain::side_effects::Event;
use concord_kernel::{Instant, ReportId};
use concord_knowledge::SymptomId;
use serde::{Deserialize, Serialize};

use super::DueKind;
use super::due::Open;

/// Reports that are due one by one. Of more, those with the latest deadlines are due together, as one thing.
const KEPT: usize = 5;
/// Reports that are due together, at most; older ones are in the course.
const TOGETHER: usize = 24;

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
    /// Those that are due together; the ends of their identifiers tell them apart.
    together: Vec<u32>,
    /// Until when.
    together_at: Option<Instant>,
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

/// The random end of an identifier: enough to tell the reports of one patient apart.
fn end_of(report: ReportId) -> u32 {
    let [.., a, b, c, d] = *report.uuid().as_bytes();
    u32::from_be_bytes([a, b, c, d])
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
                } else if self.together.contains(&end_of(*report)) {
                    self.together_at = self.together_at.min(Some(*decide_by));
                }
            }
            Event::SideEffectActionDecided { report, .. } | Event::SideEffectResolved { report, .. } => {
                self.kept.retain(|known| known.report != *report);
                self.together.retain(|end| *end != end_of(*report));
                self.together_at = self.together_at.filter(|_| !self.together.is_empty());
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
            let at = last.due().1;
            self.together.push(end_of(last.report));
            self.together_at = Some(self.together_at.map_or(at, |known| known.min(at)));
            if self.together.len() > TOGETHER {
                self.together.remove(0);
            }
        }
    }

    pub(super) fn each<'a>(&'a self, show: &mut impl FnMut(Open<'a>)) {
        for open in &self.kept {
            let (kind, at) = open.due();
            let name = open.symptom.as_ref().map(SymptomId::as_str);
            show(Open::about(kind, at, open.report.uuid(), name));
        }
        if let Some(at) = self.together_at {
            show(Open::one(DueKind::SideEffectTriage, at));
        }
    }
}
