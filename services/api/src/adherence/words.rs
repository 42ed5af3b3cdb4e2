//! The choices about adherence.

use concord_domain::adherence::{
    BarrierKind, Channel, Doing, MissReason, MissedDecision, OutreachOutcome, Shared, Wording,
};
use concord_proto::concord::adherence::v1 as pb;

use crate::Invalid;
use crate::field::choice;

pub(super) fn wording(value: i32) -> Result<Wording, Invalid> {
    choice("wording", value, |stated| match stated {
        pb::Wording::Unspecified => None,
        pb::Wording::ItIsTime => Some(Wording::ItIsTime),
        pb::Wording::Appointment => Some(Wording::Appointment),
        pb::Wording::CheckIn => Some(Wording::CheckIn),
        pb::Wording::PleaseCall => Some(Wording::PleaseCall),
    })
}

pub(super) fn channel(value: i32) -> Result<Channel, Invalid> {
    choice("channel", value, |stated| match stated {
        pb::Channel::Unspecified => None,
        pb::Channel::TextMessage => Some(Channel::TextMessage),
        pb::Channel::Call => Some(Channel::Call),
        pb::Channel::App => Some(Channel::App),
        pb::Channel::Email => Some(Channel::Email),
    })
}

pub(super) fn doing(value: i32) -> Result<Doing, Invalid> {
    choice("doing", value, |stated| match stated {
        pb::Doing::Unspecified => None,
        pb::Doing::Well => Some(Doing::Well),
        pb::Doing::SoSo => Some(Doing::SoSo),
        pb::Doing::Struggling => Some(Doing::Struggling),
    })
}

pub(super) fn miss_reason(value: i32) -> Result<MissReason, Invalid> {
    choice("reason", value, |stated| match stated {
        pb::MissReason::Unspecified => None,
        pb::MissReason::Forgot => Some(MissReason::Forgot),
        pb::MissReason::RanOut => Some(MissReason::RanOut),
        pb::MissReason::SideEffect => Some(MissReason::SideEffect),
        pb::MissReason::NoNeedSeen => Some(MissReason::NoNeedSeen),
        pb::MissReason::Refused => Some(MissReason::Refused),
        pb::MissReason::Unwell => Some(MissReason::Unwell),
        pb::MissReason::SubstanceUse => Some(MissReason::SubstanceUse),
        pb::MissReason::Unknown => Some(MissReason::Unknown),
    })
}

pub(super) fn missed_decision(value: i32) -> Result<MissedDecision, Invalid> {
    choice("decision", value, |stated| match stated {
        pb::MissedDecision::Unspecified => None,
        pb::MissedDecision::Restart => Some(MissedDecision::Restart),
        pb::MissedDecision::Reinitiate => Some(MissedDecision::Reinitiate),
        pb::MissedDecision::Continue => Some(MissedDecision::Continue),
        pb::MissedDecision::Stop => Some(MissedDecision::Stop),
    })
}

pub(super) fn outreach_outcome(value: i32) -> Result<OutreachOutcome, Invalid> {
    choice("outcome", value, |stated| match stated {
        pb::OutreachOutcome::Unspecified => None,
        pb::OutreachOutcome::Reached => Some(OutreachOutcome::Reached),
        pb::OutreachOutcome::NotReached => Some(OutreachOutcome::NotReached),
        pb::OutreachOutcome::Declined => Some(OutreachOutcome::Declined),
        pb::OutreachOutcome::HandedOn => Some(OutreachOutcome::HandedOn),
    })
}

pub(super) fn barrier_kind(value: i32) -> Result<BarrierKind, Invalid> {
    choice("kind", value, |stated| match stated {
        pb::BarrierKind::Unspecified => None,
        pb::BarrierKind::Cost => Some(BarrierKind::Cost),
        pb::BarrierKind::Transport => Some(BarrierKind::Transport),
        pb::BarrierKind::Supply => Some(BarrierKind::Supply),
        pb::BarrierKind::SideEffects => Some(BarrierKind::SideEffects),
        pb::BarrierKind::Forgetting => Some(BarrierKind::Forgetting),
        pb::BarrierKind::Beliefs => Some(BarrierKind::Beliefs),
        pb::BarrierKind::Stigma => Some(BarrierKind::Stigma),
        pb::BarrierKind::Housing => Some(BarrierKind::Housing),
        pb::BarrierKind::Understanding => Some(BarrierKind::Understanding),
        pb::BarrierKind::Other => Some(BarrierKind::Other),
    })
}

pub(super) fn shared(field: &str, value: i32) -> Result<Shared, Invalid> {
    choice(field, value, |stated| match stated {
        pb::Shared::Unspecified => None,
        pb::Shared::Reminders => Some(Shared::Reminders),
        pb::Shared::Appointments => Some(Shared::Appointments),
        pb::Shared::CheckIns => Some(Shared::CheckIns),
        pb::Shared::Doses => Some(Shared::Doses),
        pb::Shared::WarningSigns => Some(Shared::WarningSigns),
        pb::Shared::NaloxoneTraining => Some(Shared::NaloxoneTraining),
    })
}
