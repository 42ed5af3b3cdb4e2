//! The goals of a plan, what serves them, and what was agreed.

use concord_domain::treatment_plan::{Event, SupportKind};
use concord_kernel::{Day, GoalId, OrderId, SupportId, Text};
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

use super::plans::PlanPart;

/// A goal that is open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// Its identifier.
    pub goal: GoalId,
    /// The version of the plan that it came with.
    pub version: u32,
    /// What is to be reached.
    pub statement: Text,
    /// The day by which, if one was set.
    pub target_on: Option<Day>,
    /// The medications that serve it, also those that have ended since.
    pub orders: Vec<OrderId>,
    /// The help that serves it and is not arranged yet.
    pub supports: Vec<Support>,
}

/// Help that is planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Support {
    /// Its identifier.
    pub support: SupportId,
    /// What kind.
    pub kind: SupportKind,
    /// What is arranged.
    pub what: Text,
    /// The day by which.
    pub due_on: Day,
}

/// What both parties agreed to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// The version.
    pub version: u32,
    /// The day.
    pub on: Day,
    /// What the plan is.
    pub summary: Text,
}

/// The goals of one plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Goals {
    /// The number of the latest version; 0 before the first.
    pub version: u32,
    /// What the latest version says.
    pub summary: Option<Text>,
    /// The version that was last agreed.
    pub agreed: Option<Agreement>,
    /// Goals that are neither met nor given up, in the order of setting.
    pub open: Vec<Goal>,
    /// How many goals were met.
    pub met: u32,
}

impl Goals {
    /// Whether both parties agreed to the latest version.
    pub fn is_agreed(&self) -> bool {
        self.agreed.as_ref().is_some_and(|agreed| agreed.version == self.version)
    }

    /// The open goals that both parties agreed to.
    pub fn agreed_goals(&self) -> impl Iterator<Item = &Goal> {
        let agreed = self.agreed.as_ref().map_or(0, |agreed| agreed.version);
        self.open.iter().filter(move |goal| goal.version <= agreed)
    }

    fn find(&mut self, goal: GoalId) -> Option<&mut Goal> {
        self.open.iter_mut().find(|known| known.goal == goal)
    }

    fn close(&mut self, goal: GoalId) {
        self.open.retain(|known| known.goal != goal);
    }

    /// Whether an event changes goals or agreement.
    pub(crate) const fn concerns(event: &Event) -> bool {
        match event {
            Event::PlanDrafted { .. }
            | Event::PlanRevised { .. }
            | Event::PlanAgreed { .. }
            | Event::GoalAdded { .. }
            | Event::GoalMet { .. }
            | Event::GoalDropped { .. }
            | Event::GoalLinked { .. }
            | Event::SupportPlanned { .. }
            | Event::SupportFinished { .. } => true,
            Event::PlanAgreementGiven { .. }
            | Event::SharedDecisionRecorded { .. }
            | Event::ConcernRaised { .. }
            | Event::ConcernAnswered { .. }
            | Event::EducationProvided { .. }
            | Event::TherapyParticipationRecorded { .. }
            | Event::LifeCircumstanceChanged { .. }
            | Event::MedicationReviewed { .. }
            | Event::ReviewOpened { .. } => false,
        }
    }
}

impl PlanPart for Goals {
    fn fold(&mut self, fact: &Fact, event: &Event) {
        match event {
            Event::PlanDrafted { summary, .. } => {
                (self.version, self.summary) = (1, Some(summary.clone()));
            }
            Event::PlanRevised { version, summary, .. } => {
                (self.version, self.summary) = (*version, Some(summary.clone()));
            }
            Event::PlanAgreed { version, .. } => {
                let agreed = |summary| Agreement { version: *version, on: fact.effective_at.day(), summary };
                self.agreed = self.summary.clone().map(agreed);
            }
            Event::GoalAdded { goal, version, statement, target_on } => {
                self.version = *version;
                self.open.push(Goal {
                    goal: *goal,
                    version: *version,
                    statement: statement.clone(),
                    target_on: *target_on,
                    orders: Vec::new(),
                    supports: Vec::new(),
                });
            }
            Event::GoalMet { goal, .. } => {
                self.met = self.met.saturating_add(1);
                self.close(*goal);
            }
            Event::GoalDropped { goal, version, .. } => {
                self.version = *version;
                self.close(*goal);
            }
            Event::GoalLinked { goal, order, .. } => {
                if let Some(goal) = self.find(*goal) {
                    goal.orders.push(*order);
                }
            }
            Event::SupportPlanned { support, goal, kind, what, due_on } => {
                if let Some(goal) = self.find(*goal) {
                    let (support, kind, what, due_on) = (*support, *kind, what.clone(), *due_on);
                    goal.supports.push(Support { support, kind, what, due_on });
                }
            }
            Event::SupportFinished { support, .. } => {
                for goal in &mut self.open {
                    goal.supports.retain(|known| known.support != *support);
                }
            }
            Event::PlanAgreementGiven { .. }
            | Event::SharedDecisionRecorded { .. }
            | Event::ConcernRaised { .. }
            | Event::ConcernAnswered { .. }
            | Event::EducationProvided { .. }
            | Event::TherapyParticipationRecorded { .. }
            | Event::LifeCircumstanceChanged { .. }
            | Event::MedicationReviewed { .. }
            | Event::ReviewOpened { .. } => {}
        }
    }
}
