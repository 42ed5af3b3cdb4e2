//! Checks, overrides and what they are answered with.

use concord_domain::Command as AnyCommand;
use concord_domain::chart::{Acknowledgement, Command, LongerUse, LongerUseReason, OverrideReason};
use concord_knowledge::safety::Proposal;
use concord_knowledge::{ConditionId, DrugId};
use concord_proto::concord::chart::v1 as pb;

use crate::Invalid;
use crate::common::decode::{finding, regimen};
use crate::field::{choice, day, list, name, optional_id, optional_name, text};

/// Most findings that one command answers.
const ACKNOWLEDGEMENTS: usize = 32;

pub(super) fn check_safety(request: pb::CheckSafetyRequest) -> Result<AnyCommand, Invalid> {
    let pb::CheckSafetyRequest { header: _, proposal } = request;
    let proposal = proposal.map(self::proposal).transpose().map_err(|invalid| invalid.within("proposal"))?;
    Ok(AnyCommand::Chart(Command::CheckSafety { proposal }))
}

fn proposal(proposal: pb::Proposal) -> Result<Proposal, Invalid> {
    let pb::Proposal { drug, regimen, replaces_id, indication } = proposal;
    Ok(Proposal {
        drug: name("drug", &drug, DrugId::parse)?,
        regimen: self::regimen("regimen", regimen)?,
        replaces: optional_id("replaces_id", &replaces_id, |id| id)?,
        purpose: optional_name("indication", &indication, ConditionId::parse)?,
    })
}

pub(super) fn acknowledge_boxed_warning(
    request: pb::AcknowledgeBoxedWarningRequest,
) -> Result<AnyCommand, Invalid> {
    let pb::AcknowledgeBoxedWarningRequest { header: _, drug } = request;
    Ok(AnyCommand::Chart(Command::AcknowledgeBoxedWarning { drug: name("drug", &drug, DrugId::parse)? }))
}

pub(super) fn override_interaction(request: pb::OverrideInteractionRequest) -> Result<AnyCommand, Invalid> {
    let pb::OverrideInteractionRequest { header: _, finding, reason, note } = request;
    Ok(AnyCommand::Chart(Command::OverrideInteraction {
        finding: self::finding("finding", finding)?,
        reason: choice("reason", reason, |reason| match reason {
            pb::OverrideReason::Unspecified => None,
            pb::OverrideReason::BenefitOutweighsRisk => Some(OverrideReason::BenefitOutweighsRisk),
            pb::OverrideReason::ToleratedBefore => Some(OverrideReason::ToleratedBefore),
            pb::OverrideReason::NoAlternative => Some(OverrideReason::NoAlternative),
            pb::OverrideReason::CrossTaper => Some(OverrideReason::CrossTaper),
            pb::OverrideReason::InformationIncorrect => Some(OverrideReason::InformationIncorrect),
        })?,
        note: text("note", &note)?,
    }))
}

pub(super) fn cosign_override(request: pb::CosignOverrideRequest) -> Result<AnyCommand, Invalid> {
    let pb::CosignOverrideRequest { header: _, finding } = request;
    Ok(AnyCommand::Chart(Command::CosignOverride { finding: self::finding("finding", finding)? }))
}

pub(super) fn resolve_interaction(request: pb::ResolveInteractionRequest) -> Result<AnyCommand, Invalid> {
    let pb::ResolveInteractionRequest { header: _, finding, resolution } = request;
    Ok(AnyCommand::Chart(Command::ResolveInteraction {
        finding: self::finding("finding", finding)?,
        resolution: text("resolution", &resolution)?,
    }))
}

pub(super) fn acknowledgements(
    acknowledgements: Vec<pb::Acknowledgement>,
) -> Result<Vec<Acknowledgement>, Invalid> {
    list("acknowledgements", acknowledgements, ACKNOWLEDGEMENTS, |acknowledgement| {
        let pb::Acknowledgement { finding, reason, longer_use } = acknowledgement;
        Ok(Acknowledgement {
            finding: self::finding("finding", finding)?,
            reason: text("reason", &reason)?,
            longer_use: longer_use.as_ref().map(self::longer_use).transpose()?,
        })
    })
}

fn longer_use(longer: &pb::LongerUse) -> Result<LongerUse, Invalid> {
    Ok(LongerUse {
        reason: choice("longer_use.reason", longer.reason, |reason| match reason {
            pb::LongerUseReason::Unspecified => None,
            pb::LongerUseReason::UntilAnotherActs => Some(LongerUseReason::UntilAnotherActs),
            pb::LongerUseReason::OthersFailed => Some(LongerUseReason::OthersFailed),
            pb::LongerUseReason::TaperWouldHarm => Some(LongerUseReason::TaperWouldHarm),
        })?,
        until: day("longer_use.until", &longer.until)?,
    })
}
