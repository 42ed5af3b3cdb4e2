//! What a therapist needs of a plan: goals, how the patient takes part, their doubts, and what changed in their life.

use concord_domain::treatment_plan::{ConcernTopic, Event, LifeEvent, ReviewKind};
use concord_kernel::{ConcernId, Instant, LifeChangeId, Role, Text};
use concord_knowledge::DrugId;
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

use super::Goals;
use super::plans::PlanPart;

/// The latest sessions that a row keeps.
const SESSIONS_KEPT: usize = 8;

/// How many sessions make one side of the trend.
const TREND_SESSIONS: usize = 3;

/// Unanswered concerns that a row keeps with their words; of more, the latest.
const CONCERNS_KEPT: usize = 8;

/// Changes of life that a row keeps; those that wait for a review stay longer.
const CHANGES_KEPT: usize = 8;

/// A session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Session {
    /// When it was held.
    pub held_at: Instant,
    /// Whether the patient came.
    pub attended: bool,
    /// How much they took part, 0 to 4.
    pub engagement: Option<u8>,
}

/// How a patient takes part in therapy, as the latest sessions show.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Participation(Vec<Session>);

impl Participation {
    /// The latest sessions, oldest first.
    pub fn sessions(&self) -> &[Session] {
        &self.0
    }

    /// Sessions attended of the latest ones, in percent; `None` before the first.
    pub fn attended_percent(&self) -> Option<u32> {
        let (all, came) = (self.0.len(), self.0.iter().filter(|session| session.attended).count());
        u32::try_from(came * 100).ok()?.checked_div(u32::try_from(all).ok()?)
    }

    /// Mean engagement of the latest three sessions that they came to, and of the three before those.
    pub fn engagement(&self) -> (Option<f64>, Option<f64>) {
        let shown: Vec<u8> = self.0.iter().rev().filter_map(|session| session.engagement).collect();
        let mean = |some: &[u8]| {
            let count = u32::try_from(some.len()).ok().filter(|count| *count > 0)?;
            Some(f64::from(some.iter().map(|one| u32::from(*one)).sum::<u32>()) / f64::from(count))
        };
        let (now, before) = shown.split_at(shown.len().min(TREND_SESSIONS));
        (mean(now), mean(&before[..before.len().min(TREND_SESSIONS)]))
    }

    fn record(&mut self, session: Session) {
        let at = self.0.partition_point(|known| known.held_at <= session.held_at);
        self.0.insert(at, session);
        if self.0.len() > SESSIONS_KEPT {
            self.0.remove(0);
        }
    }
}

/// A concern that nobody has answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenConcern {
    /// Its identifier.
    pub concern: ConcernId,
    /// What it is about.
    pub topic: ConcernTopic,
    /// The medication, if it is about one.
    pub drug: Option<DrugId>,
    /// In whose words it was raised.
    pub words: Text,
    /// As what somebody raised it.
    pub role: Role,
    /// When.
    pub raised_at: Instant,
    /// Until when it is answered.
    pub answer_by: Instant,
}

/// A change in the patient's life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LifeChange {
    /// Its identifier.
    pub change: LifeChangeId,
    /// What.
    pub event: LifeEvent,
    /// In words.
    pub note: Text,
    /// When it was told.
    pub told_at: Instant,
    /// Until when the medication is reviewed; absent once it was.
    pub review_by: Option<Instant>,
}

/// A review of the medication that the service opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenReview {
    /// Under which identifier a review considers it.
    pub change: LifeChangeId,
    /// Why.
    pub because: ReviewKind,
    /// Until when.
    pub review_by: Instant,
}

/// What a therapist needs of one plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Therapy {
    /// Goals and agreement.
    pub goals: Goals,
    /// How the patient takes part.
    pub participation: Participation,
    /// Unanswered concerns, oldest first; of many, the latest.
    pub concerns: Vec<OpenConcern>,
    /// How many more are unanswered.
    pub more_concerns: u32,
    /// What changed in their life, oldest first.
    pub changes: Vec<LifeChange>,
    /// Reviews that the service opened and nobody has done; at most one for each reason.
    pub reviews: Vec<OpenReview>,
}

impl Therapy {
    fn answered(&mut self, concern: ConcernId) {
        let before = self.concerns.len();
        self.concerns.retain(|known| known.concern != concern);
        if self.concerns.len() == before {
            self.more_concerns = self.more_concerns.saturating_sub(1);
        }
    }

    /// Changes that were reviewed make room for those that were not.
    fn make_room_for_changes(&mut self) {
        if self.changes.len() > CHANGES_KEPT
            && let Some(old) = self.changes.iter().position(|change| change.review_by.is_none())
        {
            self.changes.remove(old);
        }
    }
}

impl PlanPart for Therapy {
    fn fold(&mut self, fact: &Fact, event: &Event) {
        self.goals.fold(fact, event);
        match event {
            Event::TherapyParticipationRecorded { held_at, attended, engagement, .. } => {
                let (held_at, attended, engagement) = (*held_at, *attended, *engagement);
                self.participation.record(Session { held_at, attended, engagement });
            }
            Event::ConcernRaised { concern, topic, drug, words, role, answer_by, .. } => {
                self.concerns.push(OpenConcern {
                    concern: *concern,
                    topic: *topic,
                    drug: drug.clone(),
                    words: words.clone(),
                    role: *role,
                    raised_at: fact.recorded_at,
                    answer_by: *answer_by,
                });
                if self.concerns.len() > CONCERNS_KEPT {
                    self.concerns.remove(0);
                    self.more_concerns = self.more_concerns.saturating_add(1);
                }
            }
            Event::ConcernAnswered { concern, .. } => self.answered(*concern),
            Event::LifeCircumstanceChanged { change, event, note, review_by } => {
                self.changes.push(LifeChange {
                    change: *change,
                    event: *event,
                    note: note.clone(),
                    told_at: fact.recorded_at,
                    review_by: Some(*review_by),
                });
                self.make_room_for_changes();
            }
            Event::ReviewOpened { change, because, review_by } => {
                let (change, because, review_by) = (*change, because.kind(), *review_by);
                self.reviews.push(OpenReview { change, because, review_by });
            }
            Event::MedicationReviewed { considered, .. } => {
                self.reviews.retain(|open| !considered.contains(&open.change));
                for change in self.changes.iter_mut().filter(|known| considered.contains(&known.change)) {
                    change.review_by = None;
                }
                self.make_room_for_changes();
            }
            Event::PlanDrafted { .. }
            | Event::PlanRevised { .. }
            | Event::PlanAgreementGiven { .. }
            | Event::PlanAgreed { .. }
            | Event::GoalAdded { .. }
            | Event::GoalMet { .. }
            | Event::GoalDropped { .. }
            | Event::GoalLinked { .. }
            | Event::SharedDecisionRecorded { .. }
            | Event::EducationProvided { .. }
            | Event::SupportPlanned { .. }
            | Event::SupportFinished { .. } => {}
        }
    }
}
