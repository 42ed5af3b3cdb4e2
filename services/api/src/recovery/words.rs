//! The choices of a recovery record.

use concord_domain::recovery::{Checkpoint, InductionEnd, OverdoseOutcome, ScreenMethod, Setting, Source};
use concord_knowledge::recovery::OpioidExposure;
use concord_proto::concord::recovery::v1 as pb;

use crate::Invalid;
use crate::field::choice;

pub(super) fn setting(value: i32) -> Result<Setting, Invalid> {
    choice("setting", value, |stated| match stated {
        pb::InductionSetting::Unspecified => None,
        pb::InductionSetting::Clinic => Some(Setting::Clinic),
        pb::InductionSetting::Home => Some(Setting::Home),
        pb::InductionSetting::LowDose => Some(Setting::LowDose),
    })
}

pub(super) fn exposure(value: i32) -> Result<OpioidExposure, Invalid> {
    choice("exposure", value, |stated| match stated {
        pb::OpioidExposure::Unspecified => None,
        pb::OpioidExposure::ShortActing => Some(OpioidExposure::ShortActing),
        pb::OpioidExposure::HighPotency => Some(OpioidExposure::HighPotency),
        pb::OpioidExposure::LongActing => Some(OpioidExposure::LongActing),
        pb::OpioidExposure::NotDependent => Some(OpioidExposure::NotDependent),
    })
}

pub(super) fn because(value: i32) -> Result<InductionEnd, Invalid> {
    choice("because", value, |stated| match stated {
        pb::InductionEnd::Unspecified => None,
        pb::InductionEnd::PrecipitatedWithdrawal => Some(InductionEnd::PrecipitatedWithdrawal),
        pb::InductionEnd::NotTolerated => Some(InductionEnd::NotTolerated),
        pb::InductionEnd::PatientChoice => Some(InductionEnd::PatientChoice),
        pb::InductionEnd::AnotherWay => Some(InductionEnd::AnotherWay),
    })
}

pub(super) fn source(value: i32) -> Result<Source, Invalid> {
    choice("source", value, |stated| match stated {
        pb::Source::Unspecified => None,
        pb::Source::Patient => Some(Source::Patient),
        pb::Source::Family => Some(Source::Family),
        pb::Source::Clinician => Some(Source::Clinician),
        pb::Source::Record => Some(Source::Record),
    })
}

pub(super) fn method(value: i32) -> Result<ScreenMethod, Invalid> {
    choice("method", value, |stated| match stated {
        pb::ScreenMethod::Unspecified => None,
        pb::ScreenMethod::Presumptive => Some(ScreenMethod::Presumptive),
        pb::ScreenMethod::Definitive => Some(ScreenMethod::Definitive),
    })
}

pub(super) fn outcome(value: i32) -> Result<OverdoseOutcome, Invalid> {
    choice("outcome", value, |stated| match stated {
        pb::OverdoseOutcome::Unspecified => None,
        pb::OverdoseOutcome::Recovered => Some(OverdoseOutcome::Recovered),
        pb::OverdoseOutcome::Hospital => Some(OverdoseOutcome::Hospital),
        pb::OverdoseOutcome::Died => Some(OverdoseOutcome::Died),
        pb::OverdoseOutcome::Unknown => Some(OverdoseOutcome::Unknown),
    })
}

pub(super) fn checkpoint(value: i32) -> Result<Checkpoint, Invalid> {
    choice("checkpoint", value, |stated| match stated {
        pb::RetentionCheckpoint::Unspecified => None,
        pb::RetentionCheckpoint::Day30 => Some(Checkpoint::Day30),
        pb::RetentionCheckpoint::Day60 => Some(Checkpoint::Day60),
        pb::RetentionCheckpoint::Day90 => Some(Checkpoint::Day90),
        pb::RetentionCheckpoint::Day180 => Some(Checkpoint::Day180),
    })
}
