//! What may have happened in a treatment plan.

use concord_kernel::{
    ConcernId, Day, GoalId, Instant, LifeChangeId, OrderId, PersonId, Role, SessionId, SupportId, Text,
};
use concord_knowledge::DrugId;
use serde::{Deserialize, Serialize};

use super::{
    ConcernTopic, Consent, EducationMethod, EducationTopic, LifeEvent, Party, ReviewCause, ReviewOutcome,
    SessionKind, SupportKind, TeachBack,
};
use crate::EpisodeRef;

/// A fact about the plan of one stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// The first version was written; its number is 1.
    PlanDrafted {
        /// The stay it belongs to.
        episode: EpisodeRef,
        /// What the plan is.
        summary: Text,
    },
    /// Another version was written.
    PlanRevised {
        /// Its number.
        version: u32,
        /// What the plan is from then on.
        summary: Text,
        /// Why.
        reason: Text,
    },
    /// One of the two parties agreed.
    PlanAgreementGiven {
        /// The version.
        version: u32,
        /// Which party.
        by: Party,
    },
    /// Both parties have agreed to one version: that is the plan from then on.
    PlanAgreed {
        /// The version.
        version: u32,
        /// Until when the medication is reviewed, if no review comes before.
        review_by: Instant,
    },
    /// A goal was added, which made another version.
    GoalAdded {
        /// The goal.
        goal: GoalId,
        /// The number of the version.
        version: u32,
        /// What is to be reached.
        statement: Text,
        /// The day by which, if one was set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target_on: Option<Day>,
    },
    /// A goal was reached.
    GoalMet {
        /// Which.
        goal: GoalId,
        /// What shows it.
        evidence: Text,
    },
    /// A goal was given up, which made another version.
    GoalDropped {
        /// Which.
        goal: GoalId,
        /// The number of the version.
        version: u32,
        /// Why.
        reason: Text,
    },
    /// A medication was said to serve a goal.
    GoalLinked {
        /// The goal.
        goal: GoalId,
        /// The order.
        order: OrderId,
        /// How it serves the goal.
        how: Text,
    },
    /// A medication was explained, and the patient decided.
    SharedDecisionRecorded {
        /// The formulary row.
        drug: DrugId,
        /// What could be done instead.
        options: Vec<Text>,
        /// What matters to the patient.
        preference: Text,
        /// Their decision.
        consent: Consent,
    },
    /// Somebody raised a concern.
    ConcernRaised {
        /// The concern.
        concern: ConcernId,
        /// What it is about.
        topic: ConcernTopic,
        /// The medication, if it is about one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drug: Option<DrugId>,
        /// In their words.
        words: Text,
        /// Who raised it.
        by: PersonId,
        /// As what.
        role: Role,
        /// Until when it is answered.
        answer_by: Instant,
    },
    /// It was answered.
    ConcernAnswered {
        /// Which.
        concern: ConcernId,
        /// What was said and agreed.
        answer: Text,
    },
    /// The patient was taught something.
    EducationProvided {
        /// What.
        topics: Vec<EducationTopic>,
        /// About which medication; absent: about medication as such.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drug: Option<DrugId>,
        /// How.
        method: EducationMethod,
        /// What they made of it.
        teach_back: TeachBack,
        /// Until when it is taught again; absent when they understood.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        repeat_by: Option<Instant>,
    },
    /// The patient came to a session, or did not.
    TherapyParticipationRecorded {
        /// The session.
        session: SessionId,
        /// What kind.
        kind: SessionKind,
        /// When it was held.
        held_at: Instant,
        /// Whether they came.
        attended: bool,
        /// How much they took part, 0 to 4; absent when they did not come.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        engagement: Option<u8>,
    },
    /// Something changed in the patient's life.
    LifeCircumstanceChanged {
        /// The change.
        change: LifeChangeId,
        /// What.
        event: LifeEvent,
        /// In words.
        note: Text,
        /// Until when the medication is reviewed.
        review_by: Instant,
    },
    /// The medication as a whole was reviewed.
    MedicationReviewed {
        /// The life changes that were considered.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        considered: Vec<LifeChangeId>,
        /// What it came to.
        outcome: ReviewOutcome,
        /// Why.
        reason: Text,
        /// Whether it came after the deadline of a change that was considered.
        late: bool,
        /// Until when it is reviewed again.
        next_review_by: Instant,
    },
    /// Help that serves a goal was planned.
    SupportPlanned {
        /// The support.
        support: SupportId,
        /// The goal that it serves.
        goal: GoalId,
        /// What kind.
        kind: SupportKind,
        /// What is arranged.
        what: Text,
        /// The day by which.
        due_on: Day,
    },
    /// It was arranged, or it was not.
    SupportFinished {
        /// Which.
        support: SupportId,
        /// What became of it.
        outcome: Text,
    },
    /// The service had the medication reviewed, because of what happened elsewhere.
    ReviewOpened {
        /// Under which identifier a review considers it: that of the score or the visit.
        change: LifeChangeId,
        /// What happened.
        because: ReviewCause,
        /// Until when the medication is reviewed.
        review_by: Instant,
    },
}
