//! Characteristics, allergies, conditions and results.

use concord_domain::Command as AnyCommand;
use concord_domain::chart::{Command, PdmpResult, Sex};
use concord_kernel::Phi;
use concord_knowledge::safety::{ReactionKind, ReactionSeverity};
use concord_knowledge::{ConditionId, LabId};
use concord_proto::concord::chart::v1 as pb;

use crate::Invalid;
use crate::common::decode::{codings, us_state};
use crate::field::{
    choice, day, instant, name, optional_day, optional_instant, optional_name, optional_text, required, text,
    token,
};

/// Longest UCUM code of a unit.
const UNIT_LENGTH: usize = 32;

pub(super) fn record_characteristics(
    request: pb::RecordCharacteristicsRequest,
) -> Result<AnyCommand, Invalid> {
    let pb::RecordCharacteristicsRequest { header: _, born_on, sex, may_become_pregnant } = request;
    let born_on = Phi::new(day("born_on", &born_on)?);
    let sex = choice("sex", sex, |sex| match sex {
        pb::Sex::Unspecified => None,
        pb::Sex::Female => Some(Sex::Female),
        pb::Sex::Male => Some(Sex::Male),
        pb::Sex::Unknown => Some(Sex::Unknown),
    })?;
    Ok(AnyCommand::Chart(Command::RecordCharacteristics { born_on, sex, may_become_pregnant }))
}

#[expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "one of many decoders, all of one form"
)]
pub(super) fn confirm_no_known_allergies(
    request: pb::ConfirmNoKnownAllergiesRequest,
) -> Result<AnyCommand, Invalid> {
    let pb::ConfirmNoKnownAllergiesRequest { header: _ } = request;
    Ok(AnyCommand::Chart(Command::ConfirmNoKnownAllergies))
}

pub(super) fn record_allergy(request: pb::RecordAllergyRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordAllergyRequest { header: _, substance, codings, reaction, severity, kind } = request;
    Ok(AnyCommand::Chart(Command::RecordAllergy {
        substance: text("substance", &substance)?,
        codings: self::codings(codings)?,
        reaction: optional_text("reaction", &reaction)?,
        severity: choice("severity", severity, |severity| match severity {
            pb::ReactionSeverity::Unspecified => None,
            pb::ReactionSeverity::Mild => Some(ReactionSeverity::Mild),
            pb::ReactionSeverity::Moderate => Some(ReactionSeverity::Moderate),
            pb::ReactionSeverity::Severe => Some(ReactionSeverity::Severe),
        })?,
        kind: choice("kind", kind, |kind| match kind {
            pb::ReactionKind::Unspecified => None,
            pb::ReactionKind::Allergy => Some(ReactionKind::Allergy),
            pb::ReactionKind::Hypersensitivity => Some(ReactionKind::Hypersensitivity),
            pb::ReactionKind::Intolerance => Some(ReactionKind::Intolerance),
        })?,
    }))
}

pub(super) fn refute_allergy(request: pb::RefuteAllergyRequest) -> Result<AnyCommand, Invalid> {
    let pb::RefuteAllergyRequest { header: _, substance, reason } = request;
    Ok(AnyCommand::Chart(Command::RefuteAllergy {
        substance: text("substance", &substance)?,
        reason: text("reason", &reason)?,
    }))
}

pub(super) fn record_condition(request: pb::RecordConditionRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordConditionRequest { header: _, name, codings, condition, onset_on } = request;
    Ok(AnyCommand::Chart(Command::RecordCondition {
        name: text("name", &name)?,
        codings: self::codings(codings)?,
        condition: optional_name("condition", &condition, ConditionId::parse)?,
        onset_on: optional_day("onset_on", &onset_on)?,
    }))
}

pub(super) fn resolve_condition(request: pb::ResolveConditionRequest) -> Result<AnyCommand, Invalid> {
    let pb::ResolveConditionRequest { header: _, name } = request;
    Ok(AnyCommand::Chart(Command::ResolveCondition { name: text("name", &name)? }))
}

pub(super) fn record_result(request: pb::RecordResultRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordResultRequest { header: _, lab, value, unit, taken_at, last_dose_at } = request;
    let value = required("value", value)?;
    if !value.is_finite() {
        return Err(Invalid::new("value", "must be a finite number"));
    }
    Ok(AnyCommand::Chart(Command::RecordResult {
        lab: name("lab", &lab, LabId::parse)?,
        value,
        unit: token("unit", unit, UNIT_LENGTH)?,
        taken_at: instant("taken_at", taken_at)?,
        last_dose_at: optional_instant("last_dose_at", last_dose_at)?,
    }))
}

pub(super) fn record_pdmp_check(request: pb::RecordPdmpCheckRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordPdmpCheckRequest { header: _, state, checked_at, result, note } = request;
    Ok(AnyCommand::Chart(Command::RecordPdmpCheck {
        state: us_state("state", &state)?,
        checked_at: instant("checked_at", checked_at)?,
        result: choice("result", result, |result| match result {
            pb::PdmpResult::Unspecified => None,
            pb::PdmpResult::AsExpected => Some(PdmpResult::AsExpected),
            pb::PdmpResult::Unexpected => Some(PdmpResult::Unexpected),
        })?,
        note: optional_text("note", &note)?,
    }))
}
