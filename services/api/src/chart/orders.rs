//! The program's own orders.

use concord_domain::Command as AnyCommand;
use concord_domain::chart::{
    Cause, Command, Correction, LegalBasis, NewOrder, OrderModality, StopReason, Supply, TaperStep,
};
use concord_kernel::{OrderId, ReportId, ScaleId};
use concord_knowledge::{ConditionId, DrugId, LabId};
use concord_proto::concord::chart::v1 as pb;

use super::safety::acknowledgements;
use super::titration::basis;
use crate::Invalid;
use crate::common::decode::{episode, finding, regimen};
use crate::field::{choice, day, id, list, name, optional_instant, optional_text, required, text};

/// Most steps of one taper.
const TAPER_STEPS: usize = 100;

pub(super) fn prescribe_medication(request: pb::PrescribeMedicationRequest) -> Result<AnyCommand, Invalid> {
    let pb::PrescribeMedicationRequest {
        header: _,
        order_id,
        episode,
        drug,
        regimen,
        indication,
        reason,
        supply,
        start_on,
        modality,
        legal_basis,
        acknowledgements,
    } = request;
    Ok(AnyCommand::Chart(Command::Prescribe(Box::new(NewOrder {
        order: order(&order_id)?,
        episode: self::episode(episode)?,
        drug: name("drug", &drug, DrugId::parse)?,
        regimen: self::regimen("regimen", regimen)?,
        indication: name("indication", &indication, ConditionId::parse)?,
        reason: text("reason", &reason)?,
        supply: self::supply("supply", supply)?,
        start_on: day("start_on", &start_on)?,
        modality: self::modality(modality)?,
        legal_basis: self::legal_basis(legal_basis)?,
        acknowledgements: self::acknowledgements(acknowledgements)?,
    }))))
}

pub(super) fn adjust_dose(request: pb::AdjustDoseRequest) -> Result<AnyCommand, Invalid> {
    let pb::AdjustDoseRequest { header: _, order_id, regimen, cause, rests_on, note, acknowledgements } =
        request;
    Ok(AnyCommand::Chart(Command::AdjustDose {
        order: order(&order_id)?,
        regimen: self::regimen("regimen", regimen)?,
        cause: self::cause(cause)?,
        rests_on: rests_on.map(basis).transpose()?,
        note: text("note", &note)?,
        acknowledgements: self::acknowledgements(acknowledgements)?,
    }))
}

pub(super) fn hold_medication(request: pb::HoldMedicationRequest) -> Result<AnyCommand, Invalid> {
    let pb::HoldMedicationRequest { header: _, order_id, reason } = request;
    Ok(AnyCommand::Chart(Command::Hold { order: order(&order_id)?, reason: text("reason", &reason)? }))
}

pub(super) fn resume_medication(request: pb::ResumeMedicationRequest) -> Result<AnyCommand, Invalid> {
    let pb::ResumeMedicationRequest { header: _, order_id, acknowledgements } = request;
    Ok(AnyCommand::Chart(Command::Resume {
        order: order(&order_id)?,
        acknowledgements: self::acknowledgements(acknowledgements)?,
    }))
}

pub(super) fn plan_taper(request: pb::PlanTaperRequest) -> Result<AnyCommand, Invalid> {
    let pb::PlanTaperRequest { header: _, order_id, steps, reason } = request;
    Ok(AnyCommand::Chart(Command::PlanTaper {
        order: order(&order_id)?,
        steps: taper_steps("steps", steps)?,
        reason: text("reason", &reason)?,
    }))
}

pub(super) fn taper_steps(field: &str, steps: Vec<pb::TaperStep>) -> Result<Vec<TaperStep>, Invalid> {
    list(field, steps, TAPER_STEPS, |pb::TaperStep { begins_on, regimen }| {
        Ok(TaperStep { on: day("begins_on", &begins_on)?, regimen: self::regimen("regimen", regimen)? })
    })
}

pub(super) fn stop_medication(request: pb::StopMedicationRequest) -> Result<AnyCommand, Invalid> {
    let pb::StopMedicationRequest { header: _, order_id, reason, last_dose_at, abrupt_because } = request;
    Ok(AnyCommand::Chart(Command::Stop {
        order: order(&order_id)?,
        reason: choice("reason", reason, stop_reason)?,
        last_dose_at: optional_instant("last_dose_at", last_dose_at)?,
        abrupt_because: optional_text("abrupt_because", &abrupt_because)?,
    }))
}

pub(super) fn renew_medication(request: pb::RenewMedicationRequest) -> Result<AnyCommand, Invalid> {
    let pb::RenewMedicationRequest { header: _, order_id, supply, modality, legal_basis, acknowledgements } =
        request;
    Ok(AnyCommand::Chart(Command::Renew {
        order: order(&order_id)?,
        supply: self::supply("supply", supply)?,
        modality: self::modality(modality)?,
        legal_basis: self::legal_basis(legal_basis)?,
        acknowledgements: self::acknowledgements(acknowledgements)?,
    }))
}

pub(super) fn correct_order(request: pb::CorrectOrderRequest) -> Result<AnyCommand, Invalid> {
    use pb::correction::Part;
    let pb::CorrectOrderRequest { header: _, order_id, correction, reason } = request;
    let correction = match correction.and_then(|correction| correction.part) {
        Some(Part::Supply(supply)) => Correction::Supply(self::supply("correction.supply", Some(supply))?),
        Some(Part::Reason(reason)) => Correction::Reason(text("correction.reason", &reason)?),
        Some(Part::StartOn(start_on)) => Correction::StartOn(day("correction.start_on", &start_on)?),
        None => return Err(Invalid::new("correction", "is required")),
    };
    let reason = text("reason", &reason)?;
    Ok(AnyCommand::Chart(Command::Correct { order: order(&order_id)?, correction, reason }))
}

pub(super) fn order(order_id: &str) -> Result<OrderId, Invalid> {
    id("order_id", order_id, OrderId::new)
}

pub(crate) fn supply(field: &str, supply: Option<pb::Supply>) -> Result<Supply, Invalid> {
    let pb::Supply { days, refills } = required(field, supply)?;
    let days = u16::try_from(days).ok().filter(|days| (1..=365).contains(days));
    let refills = u8::try_from(refills).ok().filter(|refills| *refills <= 11);
    let missing = |name, wanted| Invalid::new(name, wanted).within(field);
    Ok(Supply {
        days: days.ok_or_else(|| missing("days", "must be 1 to 365"))?,
        refills: refills.ok_or_else(|| missing("refills", "must be 0 to 11"))?,
    })
}

fn cause(cause: Option<pb::Cause>) -> Result<Cause, Invalid> {
    use pb::cause::Basis;
    match cause.and_then(|cause| cause.basis) {
        Some(Basis::ScaleId(scale)) => Ok(Cause::Score(id("cause.scale_id", &scale, ScaleId::new)?)),
        Some(Basis::ReportId(report)) => {
            Ok(Cause::SideEffect(id("cause.report_id", &report, ReportId::new)?))
        }
        Some(Basis::Lab(lab)) => Ok(Cause::Result(name("cause.lab", &lab, LabId::parse)?)),
        Some(Basis::Interaction(key)) => Ok(Cause::Interaction(finding("cause.interaction", Some(key))?)),
        Some(Basis::Plain(plain)) => choice("cause.plain", plain, |plain| match plain {
            pb::PlainCause::Unspecified => None,
            pb::PlainCause::PlannedTitration => Some(Cause::PlannedTitration),
            pb::PlainCause::PlannedTaper => Some(Cause::PlannedTaper),
            pb::PlainCause::PatientPreference => Some(Cause::PatientPreference),
        }),
        None => Err(Invalid::new("cause", "is required")),
    }
}

pub(super) fn modality(value: i32) -> Result<OrderModality, Invalid> {
    choice("modality", value, |modality| match modality {
        pb::OrderModality::Unspecified => None,
        pb::OrderModality::InPerson => Some(OrderModality::InPerson),
        pb::OrderModality::AudioVideo => Some(OrderModality::AudioVideo),
        pb::OrderModality::Audio => Some(OrderModality::Audio),
    })
}

/// Unspecified is an answer here: not a controlled substance.
pub(super) fn legal_basis(value: i32) -> Result<Option<LegalBasis>, Invalid> {
    choice("legal_basis", value, |basis| match basis {
        pb::LegalBasis::Unspecified => Some(None),
        pb::LegalBasis::InPersonEvaluation => Some(Some(LegalBasis::InPersonEvaluation)),
        pb::LegalBasis::TelemedicineFlexibility => Some(Some(LegalBasis::TelemedicineFlexibility)),
        pb::LegalBasis::BuprenorphineTelemedicine => Some(Some(LegalBasis::BuprenorphineTelemedicine)),
    })
}

fn stop_reason(reason: pb::StopReason) -> Option<StopReason> {
    match reason {
        pb::StopReason::Unspecified => None,
        pb::StopReason::Ineffective => Some(StopReason::Ineffective),
        pb::StopReason::SideEffect => Some(StopReason::SideEffect),
        pb::StopReason::Interaction => Some(StopReason::Interaction),
        pb::StopReason::Completed => Some(StopReason::Completed),
        pb::StopReason::PatientChoice => Some(StopReason::PatientChoice),
        pb::StopReason::Switched => Some(StopReason::Switched),
        pb::StopReason::Pregnancy => Some(StopReason::Pregnancy),
        pb::StopReason::Misuse => Some(StopReason::Misuse),
        pb::StopReason::EnteredInError => Some(StopReason::EnteredInError),
    }
}
