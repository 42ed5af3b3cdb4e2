//! The state of a treatment plan, folded from its events.

use std::collections::{BTreeMap, BTreeSet};

use concord_kernel::{ConcernId, GoalId, Instant, LifeChangeId, OrderId, SessionId, SupportId};
use concord_knowledge::DrugId;
use serde::{Deserialize, Serialize};

use super::{Consent, Event, Party, ReviewKind};
use crate::PlanFacts;

/// What the events of a treatment plan say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TreatmentPlan {
    /// The number of the latest version; 0 before the first.
    pub(super) version: u32,
    /// Who has agreed to the latest version.
    pub(super) agreed: BTreeSet<Party>,
    pub(super) goals: BTreeMap<GoalId, Goal>,
    /// The latest decision about each medication that was explained.
    pub(super) consents: BTreeMap<DrugId, Consent>,
    pub(super) concerns: BTreeMap<ConcernId, Concern>,
    pub(super) sessions: BTreeSet<SessionId>,
    pub(super) changes: BTreeMap<LifeChangeId, LifeChange>,
    /// Supports; true once something became of them.
    pub(super) supports: BTreeMap<SupportId, bool>,
}

/// A goal and what serves it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Goal {
    /// Whether it was reached or given up.
    pub(super) closed: bool,
    pub(super) orders: BTreeSet<OrderId>,
}

/// A concern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Concern {
    /// Whether it is about a medication.
    pub(super) about_a_drug: bool,
    pub(super) answered: bool,
}

/// Something that calls for a review: a change in the patient's life, or what the service found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LifeChange {
    pub(super) review_by: Instant,
    pub(super) reviewed: bool,
    /// Why the service had it reviewed; absent for what somebody told.
    #[serde(default)]
    pub(super) opened: Option<ReviewKind>,
}

impl TreatmentPlan {
    /// Takes in one more event.
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::PlanDrafted { .. } => self.turn_to(1),
            Event::PlanRevised { version, .. } => self.turn_to(version),
            Event::PlanAgreementGiven { by, .. } => {
                self.agreed.insert(by);
            }
            // Follows from the agreements; and what was taught bears on no rule.
            Event::PlanAgreed { .. } | Event::EducationProvided { .. } => {}
            Event::GoalAdded { goal, version, .. } => {
                self.turn_to(version);
                self.goals.insert(goal, Goal::default());
            }
            Event::GoalMet { goal, .. } => self.close(goal),
            Event::GoalDropped { goal, version, .. } => {
                self.turn_to(version);
                self.close(goal);
            }
            Event::GoalLinked { goal, order, .. } => {
                if let Some(goal) = self.goals.get_mut(&goal) {
                    goal.orders.insert(order);
                }
            }
            Event::SharedDecisionRecorded { drug, consent, .. } => {
                self.consents.insert(drug, consent);
            }
            Event::ConcernRaised { concern, drug, .. } => {
                let raised = Concern { about_a_drug: drug.is_some(), answered: false };
                self.concerns.insert(concern, raised);
            }
            Event::ConcernAnswered { concern, .. } => {
                if let Some(concern) = self.concerns.get_mut(&concern) {
                    concern.answered = true;
                }
            }
            Event::TherapyParticipationRecorded { session, .. } => {
                self.sessions.insert(session);
            }
            Event::LifeCircumstanceChanged { change, review_by, .. } => {
                self.changes.insert(change, LifeChange { review_by, reviewed: false, opened: None });
            }
            Event::ReviewOpened { change, because, review_by } => {
                let opened = Some(because.kind());
                self.changes.insert(change, LifeChange { review_by, reviewed: false, opened });
            }
            Event::MedicationReviewed { considered, .. } => {
                for change in considered {
                    if let Some(change) = self.changes.get_mut(&change) {
                        change.reviewed = true;
                    }
                }
            }
            Event::SupportPlanned { support, .. } => {
                self.supports.insert(support, false);
            }
            Event::SupportFinished { support, .. } => {
                self.supports.insert(support, true);
            }
        }
    }

    /// Another version is another plan: nobody has agreed to it yet.
    fn turn_to(&mut self, version: u32) {
        self.version = version;
        self.agreed.clear();
    }

    fn close(&mut self, goal: GoalId) {
        if let Some(goal) = self.goals.get_mut(&goal) {
            goal.closed = true;
        }
    }

    /// What other streams may know of it.
    pub(crate) fn facts(&self) -> PlanFacts {
        let both = [Party::Prescriber, Party::Patient].iter().all(|party| self.agreed.contains(party));
        PlanFacts { consents: self.consents.clone(), agreed_version: both.then_some(self.version) }
    }
}
