//! Side effects that are open.

use concord_domain::side_effects::{Decision, Event, Grade};
use concord_kernel::{Instant, OrderId, ReportId, Text};
use concord_knowledge::{RedFlagId, SymptomId};
use concord_projection::ViewError;
use serde::{Deserialize, Serialize};

/// A side effect that is not resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenEffect {
    /// The report.
    pub report: ReportId,
    /// What it is, when the list knows it.
    pub symptom: Option<SymptomId>,
    /// In the words of who reported it.
    pub description: Text,
    /// How bad; as triaged, once it was.
    pub grade: Grade,
    /// Warning signs seen with it.
    pub red_flags: Vec<RedFlagId>,
    /// The order that is suspected.
    pub suspected: Option<OrderId>,
    /// Whether whoever reported it was not on the care team.
    pub not_on_care_team: bool,
    /// When it was reported.
    pub reported_at: Instant,
    /// Until when a prescriber must have been reached.
    pub contact_by: Instant,
    /// Until when it must be decided.
    pub decide_by: Instant,
    /// Whether a clinician has judged it.
    pub triaged: bool,
    /// What was decided, once it was.
    pub decision: Option<Decision>,
    /// Whether the deadline passed without a decision.
    pub breached: bool,
}

/// Side effects that a row keeps with all that was said of them. Of more, the mildest, among them the oldest, are only
/// counted; what was said of them is in the course.
const KEPT: usize = 5;

/// The side effects that are not resolved, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Effects {
    kept: Vec<OpenEffect>,
    /// How many more there are.
    more: u32,
    /// No one of those is worse.
    more_worst: Option<Grade>,
}

impl Effects {
    /// Each of them that is kept; the worst ones are.
    pub fn iter(&self) -> impl Iterator<Item = &OpenEffect> {
        self.kept.iter()
    }

    /// How many there are, kept or counted.
    pub const fn len(&self) -> usize {
        self.kept.len() + self.more as usize
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How bad the worst is.
    pub fn worst(&self) -> Option<Grade> {
        self.kept.iter().map(|effect| effect.grade).max().max(self.more_worst)
    }

    /// The kept one; `None` when it is only counted.
    fn find(&mut self, report: ReportId) -> Result<Option<&mut OpenEffect>, ViewError> {
        let known = self.kept.iter_mut().find(|known| known.report == report);
        if known.is_none() && self.more == 0 {
            return Err(ViewError::Unknown("side effect report"));
        }
        Ok(known)
    }

    fn push(&mut self, effect: OpenEffect) {
        self.kept.push(effect);
        if self.kept.len() > KEPT
            && let Some(mildest) = (0..self.kept.len()).min_by_key(|at| self.kept[*at].grade)
        {
            self.more += 1;
            self.more_worst = self.more_worst.max(Some(self.kept.remove(mildest).grade));
        }
    }

    pub(crate) fn fold(&mut self, recorded_at: Instant, event: &Event) -> Result<(), ViewError> {
        match event {
            Event::SideEffectReported {
                report,
                symptom,
                description,
                grade,
                red_flags,
                suspected,
                contact_by,
                decide_by,
                not_on_care_team,
                by: _,
                role: _,
                onset_at: _,
            } => self.push(OpenEffect {
                report: *report,
                symptom: symptom.clone(),
                description: description.clone(),
                grade: *grade,
                red_flags: red_flags.clone(),
                suspected: *suspected,
                not_on_care_team: *not_on_care_team,
                reported_at: recorded_at,
                contact_by: *contact_by,
                decide_by: *decide_by,
                triaged: false,
                decision: None,
                breached: false,
            }),
            Event::SideEffectTriaged { report, grade, decide_by, .. } => match self.find(*report)? {
                Some(open) => {
                    open.triaged = true;
                    open.grade = *grade;
                    open.decide_by = *decide_by;
                }
                None => self.more_worst = self.more_worst.max(Some(*grade)),
            },
            Event::SideEffectActionDecided { report, decision, .. } => {
                if let Some(open) = self.find(*report)? {
                    open.decision = Some(*decision);
                }
            }
            Event::SideEffectResolved { report, .. } => {
                if self.find(*report)?.is_some() {
                    self.kept.retain(|known| known.report != *report);
                } else {
                    self.more -= 1;
                    self.more_worst = self.more_worst.filter(|_| self.more > 0);
                }
            }
            Event::EscalationBreached { report, .. } => {
                if let Some(open) = self.find(*report)? {
                    open.breached = true;
                }
            }
        }
        Ok(())
    }
}
