//! What may be asked of a treatment plan.

use concord_kernel::{ConcernId, Day, GoalId, Instant, LifeChangeId, OrderId, SessionId, SupportId, Text};
use concord_knowledge::DrugId;

use super::{
    ConcernTopic, Consent, EducationMethod, EducationTopic, LifeEvent, ReviewCause, ReviewOutcome,
    SessionKind, SupportKind, TeachBack,
};

/// A request to change the plan of one stay.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Write the first version.
    Draft {
        /// What the plan is, in the patient's and the team's words.
        summary: Text,
    },
    /// Write another version; who agreed to the one before is asked again.
    Revise {
        /// What the plan is from now on.
        summary: Text,
        /// Why.
        reason: Text,
    },
    /// Agree, as the patient or as a prescriber.
    Agree {
        /// The version that they have before them.
        version: u32,
    },
    /// Add a goal; that makes another version.
    AddGoal {
        /// The new goal; must never have been used.
        goal: GoalId,
        /// What is to be reached, in the patient's words.
        statement: Text,
        /// The day by which, if one was set.
        target_on: Option<Day>,
    },
    /// Say that a goal was reached.
    MeetGoal {
        /// Which.
        goal: GoalId,
        /// What shows it.
        evidence: Text,
    },
    /// Give a goal up; that makes another version.
    DropGoal {
        /// Which.
        goal: GoalId,
        /// Why.
        reason: Text,
    },
    /// Say which goal a medication serves.
    LinkGoalToMedication {
        /// The goal; must be open.
        goal: GoalId,
        /// The order; must be open on the patient's chart.
        order: OrderId,
        /// How it serves the goal.
        how: Text,
    },
    /// Record what was explained about a medication, and what the patient decided.
    RecordSharedDecision {
        /// The formulary row.
        drug: DrugId,
        /// What could be done instead, each as it was explained; doing without is one.
        options: Vec<Text>,
        /// What matters to the patient.
        preference: Text,
        /// Their decision.
        consent: Consent,
    },
    /// Raise a concern or doubt.
    RaiseConcern {
        /// The new concern; must never have been used.
        concern: ConcernId,
        /// What it is about.
        topic: ConcernTopic,
        /// The medication, if it is about one.
        drug: Option<DrugId>,
        /// In whose words it was raised.
        words: Text,
    },
    /// Answer a concern.
    AnswerConcern {
        /// Which.
        concern: ConcernId,
        /// What was said and agreed.
        answer: Text,
    },
    /// Record that the patient was taught something, and what they made of it.
    RecordEducation {
        /// What.
        topics: Vec<EducationTopic>,
        /// About which medication; absent: about medication as such.
        drug: Option<DrugId>,
        /// How.
        method: EducationMethod,
        /// What they said when asked to explain it.
        teach_back: TeachBack,
    },
    /// Record how the patient took part in a session.
    RecordTherapyParticipation {
        /// The session; recorded once for each patient.
        session: SessionId,
        /// What kind.
        kind: SessionKind,
        /// When it was held.
        held_at: Instant,
        /// Whether they came.
        attended: bool,
        /// How much they took part, 0 (present only) to 4 (leads); asked of whoever came, and of nobody else.
        engagement: Option<u8>,
    },
    /// Record that something changed in the patient's life; medication is then reviewed.
    RecordLifeChange {
        /// The new change; must never have been used.
        change: LifeChangeId,
        /// What.
        event: LifeEvent,
        /// In words.
        note: Text,
    },
    /// Review the medication as a whole.
    ReviewMedication {
        /// The life changes that were considered, and reviews that were opened, by what called for them; those that are
        /// not named stay open.
        considered: Vec<LifeChangeId>,
        /// What it came to.
        outcome: ReviewOutcome,
        /// Why.
        reason: Text,
    },
    /// Plan help outside therapy and medication that serves a goal.
    PlanSupport {
        /// The new support; must never have been used.
        support: SupportId,
        /// The goal that it serves; must be open.
        goal: GoalId,
        /// What kind.
        kind: SupportKind,
        /// What is arranged.
        what: Text,
        /// The day by which.
        due_on: Day,
    },
    /// Say what became of it.
    FinishSupport {
        /// Which.
        support: SupportId,
        /// What became of it.
        outcome: Text,
    },
    /// Have the medication reviewed, because of what happened elsewhere.
    OpenReview {
        /// What.
        because: ReviewCause,
    },
}

impl Command {
    /// Whether it names an order, which the chart must know.
    pub const fn cites_an_order(&self) -> bool {
        matches!(self, Self::LinkGoalToMedication { .. })
    }

    /// What made the service open a review, if it does.
    pub const fn opens_because(&self) -> Option<ReviewCause> {
        if let Self::OpenReview { because } = self { Some(*because) } else { None }
    }
}
