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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub red_flags: Vec<RedFlagId>,
    /// The order that is suspected.
    pub suspected: Option<OrderId>,
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

/// The side effects that are not resolved, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Effects(Vec<OpenEffect>);

impl Effects {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &OpenEffect> {
        self.0.iter()
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How bad the worst is.
    pub fn worst(&self) -> Option<Grade> {
        self.0.iter().map(|effect| effect.grade).max()
    }

    fn find(&mut self, report: ReportId) -> Result<&mut OpenEffect, ViewError> {
        self.0.iter_mut().find(|known| known.report == report).ok_or(ViewError::Unknown("side effect report"))
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
                ..
            } => self.0.push(OpenEffect {
                report: *report,
                symptom: symptom.clone(),
                description: description.clone(),
                grade: *grade,
                red_flags: red_flags.clone(),
                suspected: *suspected,
                reported_at: recorded_at,
                contact_by: *contact_by,
                decide_by: *decide_by,
                triaged: false,
                decision: None,
                breached: false,
            }),
            Event::SideEffectTriaged { report, grade, decide_by, .. } => {
                let open = self.find(*report)?;
                open.triaged = true;
                open.grade = *grade;
                open.decide_by = *decide_by;
            }
            Event::SideEffectActionDecided { report, decision, .. } => {
                self.find(*report)?.decision = Some(*decision);
            }
            Event::SideEffectResolved { report, .. } => {
                self.find(*report)?;
                self.0.retain(|known| known.report != *report);
            }
            Event::EscalationBreached { report, .. } => self.find(*report)?.breached = true,
        }
        Ok(())
    }
}
