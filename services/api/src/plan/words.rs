//! The choices of a treatment plan.

use concord_domain::treatment_plan::{
    ConcernTopic, Consent, EducationMethod, EducationTopic, LifeEvent, ReviewOutcome, SessionKind,
    SupportKind, TeachBack,
};
use concord_proto::concord::plan::v1 as pb;

use crate::Invalid;
use crate::field::choice;

pub(super) fn consent(value: i32) -> Result<Consent, Invalid> {
    choice("consent", value, |stated| match stated {
        pb::Consent::Unspecified => None,
        pb::Consent::Given => Some(Consent::Given),
        pb::Consent::Declined => Some(Consent::Declined),
    })
}

pub(super) fn concern_topic(value: i32) -> Result<ConcernTopic, Invalid> {
    choice("topic", value, |stated| match stated {
        pb::ConcernTopic::Unspecified => None,
        pb::ConcernTopic::SideEffects => Some(ConcernTopic::SideEffects),
        pb::ConcernTopic::Dependence => Some(ConcernTopic::Dependence),
        pb::ConcernTopic::Stigma => Some(ConcernTopic::Stigma),
        pb::ConcernTopic::Benefit => Some(ConcernTopic::Benefit),
        pb::ConcernTopic::Access => Some(ConcernTopic::Access),
        pb::ConcernTopic::Mixing => Some(ConcernTopic::Mixing),
        pb::ConcernTopic::Other => Some(ConcernTopic::Other),
    })
}

pub(super) fn education_topic(value: i32) -> Result<EducationTopic, Invalid> {
    choice("", value, |stated| match stated {
        pb::EducationTopic::Unspecified => None,
        pb::EducationTopic::Purpose => Some(EducationTopic::Purpose),
        pb::EducationTopic::ProperUse => Some(EducationTopic::ProperUse),
        pb::EducationTopic::Interactions => Some(EducationTopic::Interactions),
        pb::EducationTopic::SideEffects => Some(EducationTopic::SideEffects),
        pb::EducationTopic::MissedDoses => Some(EducationTopic::MissedDoses),
        pb::EducationTopic::RoleInRecovery => Some(EducationTopic::RoleInRecovery),
        pb::EducationTopic::Overdose => Some(EducationTopic::Overdose),
    })
}

pub(super) fn education_method(value: i32) -> Result<EducationMethod, Invalid> {
    choice("method", value, |stated| match stated {
        pb::EducationMethod::Unspecified => None,
        pb::EducationMethod::Spoken => Some(EducationMethod::Spoken),
        pb::EducationMethod::Written => Some(EducationMethod::Written),
        pb::EducationMethod::Video => Some(EducationMethod::Video),
        pb::EducationMethod::Demonstrated => Some(EducationMethod::Demonstrated),
    })
}

pub(super) fn teach_back(value: i32) -> Result<TeachBack, Invalid> {
    choice("teach_back", value, |stated| match stated {
        pb::TeachBack::Unspecified => None,
        pb::TeachBack::Understood => Some(TeachBack::Understood),
        pb::TeachBack::PartlyUnderstood => Some(TeachBack::PartlyUnderstood),
        pb::TeachBack::Misunderstood => Some(TeachBack::Misunderstood),
        pb::TeachBack::NotAsked => Some(TeachBack::NotAsked),
    })
}

pub(super) fn session_kind(value: i32) -> Result<SessionKind, Invalid> {
    choice("kind", value, |stated| match stated {
        pb::SessionKind::Unspecified => None,
        pb::SessionKind::Group => Some(SessionKind::Group),
        pb::SessionKind::Individual => Some(SessionKind::Individual),
        pb::SessionKind::Family => Some(SessionKind::Family),
    })
}

pub(super) fn life_event(value: i32) -> Result<LifeEvent, Invalid> {
    choice("event", value, |stated| match stated {
        pb::LifeEvent::Unspecified => None,
        pb::LifeEvent::Housing => Some(LifeEvent::Housing),
        pb::LifeEvent::Work => Some(LifeEvent::Work),
        pb::LifeEvent::Relationship => Some(LifeEvent::Relationship),
        pb::LifeEvent::Bereavement => Some(LifeEvent::Bereavement),
        pb::LifeEvent::Pregnancy => Some(LifeEvent::Pregnancy),
        pb::LifeEvent::Health => Some(LifeEvent::Health),
        pb::LifeEvent::Legal => Some(LifeEvent::Legal),
        pb::LifeEvent::Coverage => Some(LifeEvent::Coverage),
        pb::LifeEvent::Caregiving => Some(LifeEvent::Caregiving),
        pb::LifeEvent::Other => Some(LifeEvent::Other),
    })
}

pub(super) fn review_outcome(value: i32) -> Result<ReviewOutcome, Invalid> {
    choice("outcome", value, |stated| match stated {
        pb::ReviewOutcome::Unspecified => None,
        pb::ReviewOutcome::Continue => Some(ReviewOutcome::Continue),
        pb::ReviewOutcome::Change => Some(ReviewOutcome::Change),
        pb::ReviewOutcome::StopConsidered => Some(ReviewOutcome::StopConsidered),
    })
}

pub(super) fn support_kind(value: i32) -> Result<SupportKind, Invalid> {
    choice("kind", value, |stated| match stated {
        pb::SupportKind::Unspecified => None,
        pb::SupportKind::Housing => Some(SupportKind::Housing),
        pb::SupportKind::Transport => Some(SupportKind::Transport),
        pb::SupportKind::Work => Some(SupportKind::Work),
        pb::SupportKind::Coverage => Some(SupportKind::Coverage),
        pb::SupportKind::Legal => Some(SupportKind::Legal),
        pb::SupportKind::Childcare => Some(SupportKind::Childcare),
        pb::SupportKind::Peer => Some(SupportKind::Peer),
        pb::SupportKind::Other => Some(SupportKind::Other),
    })
}
