//! Plans of doses that rise, and changes from one medication to another.

use concord_domain::Command as AnyCommand;
use concord_domain::chart::{Command, NewOrder, Switch, TitrationBasis, TitrationStep};
use concord_kernel::{OrderId, ReportId, ScaleId};
use concord_knowledge::{ConditionId, DrugId, LabId};
use concord_proto::concord::chart::v1 as pb;

use super::orders::{legal_basis, modality, order, supply, taper_steps};
use super::safety::acknowledgements;
use crate::Invalid;
use crate::common::decode::{episode, regimen};
use crate::field::{day, id, list, name, required, text};

/// Most steps of one titration.
const TITRATION_STEPS: usize = 100;

pub(super) fn plan_titration(request: pb::PlanTitrationRequest) -> Result<AnyCommand, Invalid> {
    let pb::PlanTitrationRequest { header: _, order_id, steps, reason, acknowledgements } = request;
    Ok(AnyCommand::Chart(Command::PlanTitration {
        order: order(&order_id)?,
        steps: list("steps", steps, TITRATION_STEPS, |pb::TitrationStep { begins_on, regimen }| {
            let on = day("begins_on", &begins_on)?;
            Ok(TitrationStep { on, regimen: self::regimen("regimen", regimen)? })
        })?,
        reason: text("reason", &reason)?,
        acknowledgements: self::acknowledgements(acknowledgements)?,
    }))
}

pub(super) fn advance_titration(request: pb::AdvanceTitrationRequest) -> Result<AnyCommand, Invalid> {
    let pb::AdvanceTitrationRequest { header: _, order_id, rests_on, note, acknowledgements } = request;
    Ok(AnyCommand::Chart(Command::AdvanceTitration {
        order: order(&order_id)?,
        rests_on: basis(required("rests_on", rests_on)?)?,
        note: text("note", &note)?,
        acknowledgements: self::acknowledgements(acknowledgements)?,
    }))
}

pub(super) fn cancel_titration(request: pb::CancelTitrationRequest) -> Result<AnyCommand, Invalid> {
    let pb::CancelTitrationRequest { header: _, order_id, reason } = request;
    let reason = text("reason", &reason)?;
    Ok(AnyCommand::Chart(Command::CancelTitration { order: order(&order_id)?, reason }))
}

pub(super) fn switch_medication(request: pb::SwitchMedicationRequest) -> Result<AnyCommand, Invalid> {
    let pb::SwitchMedicationRequest { header: _, from_order_id, to, overlap_until, taper, reason } = request;
    Ok(AnyCommand::Chart(Command::Switch(Box::new(Switch {
        from: id("from_order_id", &from_order_id, OrderId::new)?,
        to: target(required("to", to)?).map_err(|invalid| invalid.within("to"))?,
        overlap_until: day("overlap_until", &overlap_until)?,
        taper: taper_steps("taper", taper)?,
        reason: text("reason", &reason)?,
    }))))
}

fn target(target: pb::SwitchTarget) -> Result<NewOrder, Invalid> {
    let pb::SwitchTarget {
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
    } = target;
    Ok(NewOrder {
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
    })
}

pub(super) fn basis(basis: pb::TitrationBasis) -> Result<TitrationBasis, Invalid> {
    use pb::titration_basis::Basis;
    match basis.basis {
        Some(Basis::ScaleId(scale)) => {
            Ok(TitrationBasis::Score(id("rests_on.scale_id", &scale, ScaleId::new)?))
        }
        Some(Basis::ReportId(report)) => {
            Ok(TitrationBasis::SideEffect(id("rests_on.report_id", &report, ReportId::new)?))
        }
        Some(Basis::Lab(lab)) => Ok(TitrationBasis::Result(name("rests_on.lab", &lab, LabId::parse)?)),
        Some(Basis::WellTolerated(true)) => Ok(TitrationBasis::WellTolerated),
        Some(Basis::WellTolerated(false)) => Err(Invalid::new("rests_on.well_tolerated", "must be true")),
        None => Err(Invalid::new("rests_on", "is required")),
    }
}
