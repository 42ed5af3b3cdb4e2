//! The refusals of a follow-up plan.

use concord_kernel::Role;

use super::Condition;
use crate::Explain;

/// Why a follow-up plan refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The role may not do this to a visit of this kind.
    #[error("a {role} may not do this in a follow-up plan")]
    RoleNotPermitted {
        /// The role of the actor.
        role: Role,
    },
    /// The stay is not this patient's open stay in this program, or it is paused.
    #[error("the stay is not open")]
    EpisodeNotActive,
    /// The identifier has named a visit before.
    #[error("the visit identifier has been used")]
    VisitUsed,
    /// There is no such visit in this stay.
    #[error("there is no such visit")]
    UnknownVisit,
    /// The time of a new appointment has passed.
    #[error("the visit would be in the past")]
    VisitInThePast,
    /// The next medication visit would come later than the cadence says.
    #[error("the next medication visit comes within {most_days} days")]
    IntervalTooLong {
        /// The days of the cadence.
        most_days: i64,
    },
    /// A risk is open or was raised since the last medication visit; the next comes soon.
    #[error("after a red flag the next medication visit comes within {most_days} days")]
    RedFlag {
        /// The most days from now.
        most_days: i64,
    },
    /// The visit took place long before its time.
    #[error("the visit is recorded long before its time")]
    BeforeItsTime,
    /// The visit took place.
    #[error("the visit has been recorded already")]
    AlreadyRecorded,
    /// The visit was missed.
    #[error("the visit has been missed")]
    AlreadyMissed,
    /// The time of the visit has not passed.
    #[error("the time of the visit has not passed")]
    NotYetMissed,
    /// Adherence is above 100 percent.
    #[error("adherence is 0 to 100 percent")]
    AdherenceOutOfRange,
    /// Visits come that often already.
    #[error("the cadence is the same already")]
    SameCadence,
    /// Visits would become rarer by more than one step.
    #[error("visits become rarer by one step at a time")]
    OneStepAtATime,
    /// The stability rule does not hold.
    #[error("the stability rule does not hold in {} of its conditions", failing.len())]
    NotStable {
        /// Which, in the order of the rule.
        failing: Vec<Condition>,
    },
    /// A stream that the rule depends on was not looked at.
    #[error("the streams that the rule depends on were not read")]
    FactsMissing,
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ROLE_NOT_PERMITTED",
            Self::EpisodeNotActive => "EPISODE_NOT_ACTIVE",
            Self::VisitUsed => "VISIT_ID_USED",
            Self::UnknownVisit => "UNKNOWN_VISIT",
            Self::VisitInThePast => "VISIT_IN_THE_PAST",
            Self::IntervalTooLong { .. } => "VISIT_INTERVAL_TOO_LONG",
            Self::RedFlag { .. } => "VISIT_AFTER_RED_FLAG",
            Self::BeforeItsTime => "VISIT_BEFORE_ITS_TIME",
            Self::AlreadyRecorded => "VISIT_ALREADY_RECORDED",
            Self::AlreadyMissed => "VISIT_ALREADY_MISSED",
            Self::NotYetMissed => "VISIT_NOT_YET_MISSED",
            Self::AdherenceOutOfRange => "ADHERENCE_OUT_OF_RANGE",
            Self::SameCadence => "SAME_CADENCE",
            Self::OneStepAtATime => "CADENCE_ONE_STEP_AT_A_TIME",
            Self::NotStable { .. } => "NOT_STABLE",
            Self::FactsMissing => "FACTS_MISSING",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => {
                "prescribers record medication visits and change the cadence; others record their own visits"
            }
            Self::EpisodeNotActive => "admit the patient or resume the stay, and name the open stay",
            Self::VisitUsed => "use a fresh identifier for the new visit",
            Self::UnknownVisit => "schedule the visit first",
            Self::VisitInThePast => "name a time to come",
            Self::IntervalTooLong { .. } => "name an earlier time, or change the cadence first",
            Self::RedFlag { .. } => {
                "name a time within seven days, or resolve the risk and see the patient first"
            }
            Self::BeforeItsTime => "schedule a visit for the time at which it took place",
            Self::AlreadyRecorded => "schedule another visit for what happened since",
            Self::AlreadyMissed => "schedule another visit for a patient who came later",
            Self::NotYetMissed => "wait until the time of the visit has passed",
            Self::AdherenceOutOfRange => "give doses taken of doses due as 0 to 100 percent",
            Self::SameCadence => "name another cadence",
            Self::OneStepAtATime => "go from weekly to bi-weekly, and from there to monthly",
            Self::NotStable { .. } => "keep the cadence until every condition of the stability rule holds",
            Self::FactsMissing => "send the command again; if it happens again, report it",
        }
    }

    fn details(&self) -> Vec<&'static str> {
        if let Self::NotStable { failing } = self {
            failing.iter().map(|condition| condition.as_str()).collect()
        } else {
            Vec::new()
        }
    }
}
