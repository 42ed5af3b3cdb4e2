//! What a plan waits for, as an agenda needs to know it.

use concord_domain::treatment_plan::{Consent, EducationTopic, Event};
use concord_kernel::{ConcernId, Day, Instant, LifeChangeId, SupportId};
use concord_knowledge::DrugId;
use concord_projection::Fact;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::DueKind;
use super::due::Open;
use super::plans::PlanPart;

/// Days from a new version to the agreement of both parties. Program rule.
const AGREE_DAYS: i64 = 7;

/// A concern that nobody has answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Doubt {
    concern: ConcernId,
    drug: Option<DrugId>,
    answer_by: Instant,
}

/// A topic that was not understood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Repeat {
    drug: Option<DrugId>,
    topic: EducationTopic,
    by: Instant,
}

/// What one plan waits for. The rules of the plan bound each list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Pending {
    unagreed_since: Option<Instant>,
    doubts: Vec<Doubt>,
    repeats: Vec<Repeat>,
    changes: Vec<(LifeChangeId, Instant)>,
    next_review_by: Option<Instant>,
    supports: Vec<(SupportId, Day)>,
}

impl Pending {
    /// Shows everything that is due; `plan` names the plan.
    pub(super) fn each<'a>(&'a self, plan: Uuid, show: &mut impl FnMut(Open<'a>)) {
        if let Some(since) = self.unagreed_since {
            show(Open::about(DueKind::PlanAgreement, since.plus_days(AGREE_DAYS), plan, None));
        }
        for doubt in &self.doubts {
            let drug = doubt.drug.as_ref().map(DrugId::as_str);
            show(Open::about(DueKind::ConcernAnswer, doubt.answer_by, doubt.concern.uuid(), drug));
        }
        // One thing for each medication: what is taught again is taught together.
        for (at, repeat) in self.repeats.iter().enumerate() {
            if self.repeats[..at].iter().all(|earlier| earlier.drug != repeat.drug) {
                let same = self.repeats.iter().filter(|other| other.drug == repeat.drug);
                let by = same.map(|other| other.by).min().unwrap_or(repeat.by);
                let drug = repeat.drug.as_ref().map(DrugId::as_str);
                show(Open::named(DueKind::EducationRepeat, by, drug));
            }
        }
        for (change, review_by) in &self.changes {
            show(Open::about(DueKind::MedicationReview, *review_by, change.uuid(), None));
        }
        if let Some(at) = self.next_review_by.filter(|_| self.changes.is_empty()) {
            show(Open::about(DueKind::MedicationReview, at, plan, None));
        }
        for (support, due_on) in &self.supports {
            show(Open::about(DueKind::Support, Instant::start_of(*due_on), support.uuid(), None));
        }
    }

    fn taught(&mut self, topics: &[EducationTopic], drug: Option<&DrugId>, repeat_by: Option<Instant>) {
        self.repeats.retain(|known| known.drug.as_ref() != drug || !topics.contains(&known.topic));
        if let Some(by) = repeat_by {
            let again = topics.iter().map(|topic| Repeat { drug: drug.cloned(), topic: *topic, by });
            self.repeats.extend(again);
        }
    }
}

impl PlanPart for Pending {
    fn fold(&mut self, fact: &Fact, event: &Event) {
        match event {
            Event::PlanDrafted { .. }
            | Event::PlanRevised { .. }
            | Event::GoalAdded { .. }
            | Event::GoalDropped { .. } => {
                self.unagreed_since = self.unagreed_since.or(Some(fact.recorded_at));
            }
            Event::PlanAgreed { review_by, .. } => {
                self.unagreed_since = None;
                self.next_review_by = self.next_review_by.or(Some(*review_by));
            }
            Event::ConcernRaised { concern, drug, answer_by, .. } => {
                let (concern, drug, answer_by) = (*concern, drug.clone(), *answer_by);
                self.doubts.push(Doubt { concern, drug, answer_by });
            }
            Event::ConcernAnswered { concern, .. } => {
                self.doubts.retain(|known| known.concern != *concern);
            }
            Event::EducationProvided { topics, drug, repeat_by, .. } => {
                self.taught(topics, drug.as_ref(), *repeat_by);
            }
            Event::LifeCircumstanceChanged { change, review_by, .. } => {
                self.changes.push((*change, *review_by));
            }
            Event::ReviewOpened { change, review_by, .. } => self.changes.push((*change, *review_by)),
            Event::MedicationReviewed { considered, next_review_by, .. } => {
                self.changes.retain(|(change, _)| !considered.contains(change));
                self.next_review_by = Some(*next_review_by);
            }
            Event::SupportPlanned { support, due_on, .. } => self.supports.push((*support, *due_on)),
            Event::SupportFinished { support, .. } => {
                self.supports.retain(|(known, _)| known != support);
            }
            Event::PlanAgreementGiven { .. }
            | Event::GoalMet { .. }
            | Event::GoalLinked { .. }
            | Event::SharedDecisionRecorded { .. }
            | Event::TherapyParticipationRecorded { .. } => {}
        }
    }
}

/// The medications that the patient agreed to, in any stay: who agreed to a drug need not be asked again on readmission.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Consents(Vec<DrugId>);

impl Consents {
    pub(super) fn has(&self, drug: &DrugId) -> bool {
        self.0.contains(drug)
    }

    pub(super) fn fold(&mut self, event: &Event) {
        if let Event::SharedDecisionRecorded { drug, consent, .. } = event {
            self.0.retain(|known| known != drug);
            if *consent == Consent::Given {
                self.0.push(drug.clone());
            }
        }
    }
}
