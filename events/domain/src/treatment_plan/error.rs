//! The refusals of a treatment plan.

use concord_kernel::Role;

use crate::Explain;

/// Why a treatment plan refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The role may not do this to a plan.
    #[error("a {role} may not do this to a treatment plan")]
    RoleNotPermitted {
        /// The role of the actor.
        role: Role,
    },
    /// The stay is not this patient's open stay in this program, or it is paused.
    #[error("the stay is not open")]
    EpisodeNotActive,
    /// Nobody has written the first version.
    #[error("the plan has not been drafted")]
    NotDrafted,
    /// There is a version already.
    #[error("the plan has been drafted already")]
    AlreadyDrafted,
    /// Somebody agrees to a version that is not the latest.
    #[error("the plan is at version {latest}")]
    VersionPassed {
        /// The number of the latest version.
        latest: u32,
    },
    /// There is no open goal to agree on.
    #[error("the plan has no open goal")]
    NoGoal,
    /// The party has agreed to this version.
    #[error("this party has agreed already")]
    AlreadyAgreed,
    /// The identifier has named a goal before.
    #[error("the goal identifier has been used")]
    GoalIdUsed,
    /// There is no such goal in this plan.
    #[error("there is no such goal")]
    UnknownGoal,
    /// The goal was reached or given up.
    #[error("the goal was reached or given up")]
    GoalClosed,
    /// As many goals are open as may be.
    #[error("a plan has at most {most} open goals")]
    TooManyGoals {
        /// The most there may be.
        most: usize,
    },
    /// The day by which something is to come about has passed.
    #[error("the day has passed")]
    DayPassed,
    /// No such order was ever written.
    #[error("there is no such order on the chart")]
    UnknownOrder,
    /// The order has ended.
    #[error("the order has been stopped")]
    OrderStopped,
    /// The medication is said to serve the goal.
    #[error("the goal is linked to the order already")]
    AlreadyLinked,
    /// As many medications serve the goal as may.
    #[error("at most {most} medications serve one goal")]
    TooManyLinks {
        /// The most there may be.
        most: usize,
    },
    /// The formulary has no such row.
    #[error("the formulary has no such drug")]
    UnknownDrug,
    /// No other way was explained.
    #[error("the decision names no other option")]
    NoOption,
    /// More options than one decision explains.
    #[error("a decision explains at most {most} options")]
    TooManyOptions {
        /// The most there may be.
        most: usize,
    },
    /// The identifier has named a concern before.
    #[error("the concern identifier has been used")]
    ConcernIdUsed,
    /// There is no such concern in this plan.
    #[error("there is no such concern")]
    UnknownConcern,
    /// The concern was answered.
    #[error("the concern has been answered already")]
    AlreadyAnswered,
    /// As many concerns wait for an answer as may.
    #[error("at most {most} concerns wait for an answer")]
    TooManyConcerns {
        /// The most there may be.
        most: usize,
    },
    /// Nothing is said to have been taught.
    #[error("the education names no topic")]
    NoTopic,
    /// A topic is named twice.
    #[error("a topic is named twice")]
    TopicRepeated,
    /// The session was recorded for this patient.
    #[error("the session has been recorded already")]
    SessionUsed,
    /// The session has not been held.
    #[error("the session is in the future")]
    SessionInFuture,
    /// The session was held too long ago.
    #[error("a session is recorded within {most_days} days")]
    SessionTooLongAgo {
        /// The most days ago.
        most_days: i64,
    },
    /// Nothing is said of how they took part.
    #[error("whoever came took part in some degree")]
    EngagementRequired,
    /// Something is said of how somebody took part who did not come.
    #[error("whoever did not come did not take part")]
    EngagementNotAsked,
    /// Engagement is above the highest.
    #[error("engagement is 0 to {most}")]
    EngagementOutOfRange {
        /// The highest.
        most: u8,
    },
    /// The identifier has named a life change before.
    #[error("the identifier of the life change has been used")]
    LifeChangeIdUsed,
    /// There is no such life change in this stay.
    #[error("there is no such life change")]
    UnknownLifeChange,
    /// A review has considered the life change.
    #[error("the life change has been reviewed already")]
    LifeChangeReviewed,
    /// A life change is named twice.
    #[error("a life change is named twice")]
    LifeChangeRepeated,
    /// As many life changes wait for a review as may.
    #[error("at most {most} life changes wait for a review")]
    TooManyLifeChanges {
        /// The most there may be.
        most: usize,
    },
    /// The identifier has named a support before.
    #[error("the support identifier has been used")]
    SupportIdUsed,
    /// There is no such support in this plan.
    #[error("there is no such support")]
    UnknownSupport,
    /// Something became of the support.
    #[error("something became of the support already")]
    SupportAlreadyFinished,
    /// As many supports are open as may be.
    #[error("at most {most} supports are open at once")]
    TooManySupports {
        /// The most there may be.
        most: usize,
    },
    /// A stream that the rule depends on was not looked at.
    #[error("the streams that the rule depends on were not read")]
    FactsMissing,
    /// Only the service opens a review.
    #[error("only a timer opens a review")]
    NotATimer,
    /// What would call for a review is not on record, or has passed.
    #[error("nothing calls for the review")]
    ReviewNotCalledFor,
    /// A review was opened for that, or one is open for the same reason.
    #[error("the review has been opened already")]
    ReviewAlreadyOpen,
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ROLE_NOT_PERMITTED",
            Self::EpisodeNotActive => "EPISODE_NOT_ACTIVE",
            Self::NotDrafted => "PLAN_NOT_DRAFTED",
            Self::AlreadyDrafted => "PLAN_ALREADY_DRAFTED",
            Self::VersionPassed { .. } => "PLAN_VERSION_PASSED",
            Self::NoGoal => "PLAN_WITHOUT_GOAL",
            Self::AlreadyAgreed => "PLAN_ALREADY_AGREED",
            Self::GoalIdUsed => "GOAL_ID_USED",
            Self::UnknownGoal => "UNKNOWN_GOAL",
            Self::GoalClosed => "GOAL_CLOSED",
            Self::TooManyGoals { .. } => "TOO_MANY_GOALS",
            Self::DayPassed => "DAY_PASSED",
            Self::UnknownOrder => "UNKNOWN_ORDER",
            Self::OrderStopped => "ORDER_STOPPED",
            Self::AlreadyLinked => "GOAL_ALREADY_LINKED",
            Self::TooManyLinks { .. } => "TOO_MANY_LINKS",
            Self::UnknownDrug => "UNKNOWN_DRUG",
            Self::NoOption => "OPTION_REQUIRED",
            Self::TooManyOptions { .. } => "TOO_MANY_OPTIONS",
            Self::ConcernIdUsed => "CONCERN_ID_USED",
            Self::UnknownConcern => "UNKNOWN_CONCERN",
            Self::AlreadyAnswered => "CONCERN_ALREADY_ANSWERED",
            Self::TooManyConcerns { .. } => "TOO_MANY_CONCERNS",
            Self::NoTopic => "TOPIC_REQUIRED",
            Self::TopicRepeated => "TOPIC_REPEATED",
            Self::SessionUsed => "SESSION_ALREADY_RECORDED",
            Self::SessionInFuture => "SESSION_IN_FUTURE",
            Self::SessionTooLongAgo { .. } => "SESSION_TOO_LONG_AGO",
            Self::EngagementRequired => "ENGAGEMENT_REQUIRED",
            Self::EngagementNotAsked => "ENGAGEMENT_NOT_ASKED",
            Self::EngagementOutOfRange { .. } => "ENGAGEMENT_OUT_OF_RANGE",
            Self::LifeChangeIdUsed => "LIFE_CHANGE_ID_USED",
            Self::UnknownLifeChange => "UNKNOWN_LIFE_CHANGE",
            Self::LifeChangeReviewed => "LIFE_CHANGE_REVIEWED",
            Self::LifeChangeRepeated => "LIFE_CHANGE_REPEATED",
            Self::TooManyLifeChanges { .. } => "TOO_MANY_LIFE_CHANGES",
            Self::SupportIdUsed => "SUPPORT_ID_USED",
            Self::UnknownSupport => "UNKNOWN_SUPPORT",
            Self::SupportAlreadyFinished => "SUPPORT_FINISHED",
            Self::TooManySupports { .. } => "TOO_MANY_SUPPORTS",
            Self::FactsMissing => "FACTS_MISSING",
            Self::NotATimer => "NOT_A_TIMER",
            Self::ReviewNotCalledFor => "REVIEW_NOT_CALLED_FOR",
            Self::ReviewAlreadyOpen => "REVIEW_ALREADY_OPEN",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => {
                "the team keeps goals, prescribers decide and review, therapists record sessions, patients agree"
            }
            Self::EpisodeNotActive => "admit the patient or resume the stay, and name the open stay",
            Self::NotDrafted => "draft the plan first",
            Self::AlreadyDrafted => "revise the plan that was drafted",
            Self::VersionPassed { .. } => "read the latest version and agree to that",
            Self::NoGoal => "add at least one goal first",
            Self::AlreadyAgreed => "wait for the other party, or revise the plan",
            Self::GoalIdUsed => "use a fresh identifier for the new goal",
            Self::UnknownGoal => "add the goal first",
            Self::GoalClosed => "add another goal",
            Self::TooManyGoals { .. } => "meet or drop a goal first",
            Self::DayPassed => "name a day to come",
            Self::UnknownOrder => "name an order of this patient's chart",
            Self::OrderStopped => "name an order that is taken",
            Self::AlreadyLinked => "nothing needs to be done",
            Self::TooManyLinks { .. } => "link the medications that matter most to the goal",
            Self::UnknownDrug => "name a row of the formulary",
            Self::NoOption => "name what else could be done; doing without is an option",
            Self::TooManyOptions { .. } => "name the options that were weighed only",
            Self::ConcernIdUsed => "use a fresh identifier for the new concern",
            Self::UnknownConcern => "raise the concern first",
            Self::AlreadyAnswered => "raise another concern for a doubt that is left",
            Self::TooManyConcerns { .. } => "answer the concerns that wait",
            Self::NoTopic => "name at least one topic",
            Self::TopicRepeated => "name each topic once",
            Self::SessionUsed => "use a fresh identifier for another session",
            Self::SessionInFuture => "record the session once it was held",
            Self::SessionTooLongAgo { .. } => "record sessions while they are remembered",
            Self::EngagementRequired => "say how much they took part, 0 to 4",
            Self::EngagementNotAsked => "leave engagement out for a missed session",
            Self::EngagementOutOfRange { .. } => "give engagement as 0 to 4",
            Self::LifeChangeIdUsed => "use a fresh identifier for the new change",
            Self::UnknownLifeChange => "record the life change first",
            Self::LifeChangeReviewed => "leave out what an earlier review considered",
            Self::LifeChangeRepeated => "name each life change once",
            Self::TooManyLifeChanges { .. } => "review the medication first",
            Self::SupportIdUsed => "use a fresh identifier for the new support",
            Self::UnknownSupport => "plan the support first",
            Self::SupportAlreadyFinished => "plan another support for what is left",
            Self::TooManySupports { .. } => "finish a support first",
            Self::FactsMissing => "send the command again; if it happens again, report it",
            Self::NotATimer => "record a life change to have the medication reviewed, or review it",
            Self::ReviewNotCalledFor => "nothing is needed",
            Self::ReviewAlreadyOpen => "nothing is needed: the review is open",
        }
    }
}
