//! Messages to commands of a stay.

use concord_domain::episode::{
    BridgingDecision, BridgingLine, Command, Criterion, CriterionAnswer, Disposition, Exclusion,
    Interruption, Phase,
};
use concord_domain::{Command as AnyCommand, EpisodeRef, InProgram};
use concord_kernel::{EpisodeId, OrderId, Phi};
use concord_proto::concord::episode::v1 as pb;

use crate::Invalid;
use crate::common::decode::{episode, program};
use crate::field::{choice, day, id, list, optional_text, text};

/// Most criteria or exclusions of one screening.
const ANSWERS: usize = 16;

/// Most orders of one decision about the time after a stay.
const ORDERS: usize = 64;

fn asks(program: &str, command: Command) -> Result<AnyCommand, Invalid> {
    Ok(AnyCommand::Episode(InProgram { program: self::program(program)?, command }))
}

pub(super) fn refer_patient(request: pb::ReferPatientRequest) -> Result<AnyCommand, Invalid> {
    let pb::ReferPatientRequest { header: _, program, name, born_on, referred_by, reason, part2 } = request;
    asks(
        &program,
        Command::Refer {
            name: Phi::new(text("name", &name)?),
            born_on: Phi::new(day("born_on", &born_on)?),
            referred_by: text("referred_by", &referred_by)?,
            reason: text("reason", &reason)?,
            part2: part2.unwrap_or(true),
        },
    )
}

pub(super) fn screen_candidate(request: pb::ScreenCandidateRequest) -> Result<AnyCommand, Invalid> {
    let pb::ScreenCandidateRequest { header: _, program, criteria, exclusions } = request;
    asks(
        &program,
        Command::Screen {
            criteria: list("criteria", criteria, ANSWERS, answer)?,
            exclusions: list("exclusions", exclusions, ANSWERS, exclusion)?,
        },
    )
}

pub(super) fn waitlist_patient(request: pb::WaitlistPatientRequest) -> Result<AnyCommand, Invalid> {
    let pb::WaitlistPatientRequest { header: _, program, reason } = request;
    asks(&program, Command::Waitlist { reason: text("reason", &reason)? })
}

pub(super) fn admit_patient(request: pb::AdmitPatientRequest) -> Result<AnyCommand, Invalid> {
    let pb::AdmitPatientRequest { header: _, program, episode_id } = request;
    asks(&program, Command::Admit { episode: id("episode_id", &episode_id, EpisodeId::new)? })
}

pub(super) fn change_phase(request: pb::ChangePhaseRequest) -> Result<AnyCommand, Invalid> {
    let pb::ChangePhaseRequest { header: _, program, to, reason } = request;
    asks(&program, Command::ChangePhase { to: phase(to)?, reason: text("reason", &reason)? })
}

pub(super) fn pause_episode(request: pb::PauseEpisodeRequest) -> Result<AnyCommand, Invalid> {
    let pb::PauseEpisodeRequest { header: _, program, because } = request;
    let because = choice("because", because, |because| match because {
        pb::Interruption::Unspecified => None,
        pb::Interruption::Hospitalised => Some(Interruption::Hospitalised),
        pb::Interruption::Incarcerated => Some(Interruption::Incarcerated),
        pb::Interruption::Leave => Some(Interruption::Leave),
    })?;
    asks(&program, Command::Pause { because })
}

pub(super) fn resume_episode(request: pb::ResumeEpisodeRequest) -> Result<AnyCommand, Invalid> {
    let pb::ResumeEpisodeRequest { header: _, program } = request;
    asks(&program, Command::Resume)
}

pub(super) fn discharge_patient(request: pb::DischargePatientRequest) -> Result<AnyCommand, Invalid> {
    let pb::DischargePatientRequest { header: _, program, disposition, medication_plan } = request;
    let disposition = choice("disposition", disposition, |disposition| match disposition {
        pb::Disposition::Unspecified => None,
        pb::Disposition::Completed => Some(Disposition::Completed),
        pb::Disposition::Transferred => Some(Disposition::Transferred),
        pb::Disposition::AgainstAdvice => Some(Disposition::AgainstAdvice),
        pb::Disposition::LostToFollowUp => Some(Disposition::LostToFollowUp),
        pb::Disposition::Administrative => Some(Disposition::Administrative),
        pb::Disposition::Deceased => Some(Disposition::Deceased),
    })?;
    let medication_plan = optional_text("medication_plan", &medication_plan)?;
    asks(&program, Command::Discharge { disposition, medication_plan })
}

pub(super) fn decide_bridging(request: pb::DecideBridgingRequest) -> Result<AnyCommand, Invalid> {
    let pb::DecideBridgingRequest { header: _, episode, lines, note } = request;
    let EpisodeRef { program, id: episode } = self::episode(episode)?;
    let lines = list("lines", lines, ORDERS, bridged)?;
    let command = Command::DecideBridging { episode, lines, note: text("note", &note)? };
    Ok(AnyCommand::Episode(InProgram { program, command }))
}

fn bridged(line: pb::BridgingLine) -> Result<BridgingLine, Invalid> {
    let pb::BridgingLine { order_id, decision } = line;
    let decision = choice("decision", decision, |decision| match decision {
        pb::BridgingDecision::Unspecified => None,
        pb::BridgingDecision::Supplied => Some(BridgingDecision::Supplied),
        pb::BridgingDecision::Tapered => Some(BridgingDecision::Tapered),
        pb::BridgingDecision::TakenOver => Some(BridgingDecision::TakenOver),
        pb::BridgingDecision::Ended => Some(BridgingDecision::Ended),
        pb::BridgingDecision::NotNeeded => Some(BridgingDecision::NotNeeded),
    })?;
    Ok(BridgingLine { order: id("order_id", &order_id, OrderId::new)?, decision })
}

fn answer(answer: pb::CriterionAnswer) -> Result<CriterionAnswer, Invalid> {
    let pb::CriterionAnswer { criterion, met, evidence } = answer;
    let criterion = choice("criterion", criterion, |criterion| match criterion {
        pb::Criterion::Unspecified => None,
        pb::Criterion::CoOccurring => Some(Criterion::CoOccurring),
        pb::Criterion::MoodInstability => Some(Criterion::MoodInstability),
        pb::Criterion::RelapseFromSymptoms => Some(Criterion::RelapseFromSymptoms),
        pb::Criterion::IncompleteTherapyResponse => Some(Criterion::IncompleteTherapyResponse),
    })?;
    Ok(CriterionAnswer { criterion, met, evidence: text("evidence", &evidence)? })
}

fn exclusion(value: i32) -> Result<Exclusion, Invalid> {
    choice("", value, |exclusion| match exclusion {
        pb::Exclusion::Unspecified => None,
        pb::Exclusion::ImminentRisk => Some(Exclusion::ImminentRisk),
        pb::Exclusion::SevereAlcoholWithdrawal => Some(Exclusion::SevereAlcoholWithdrawal),
        pb::Exclusion::AcutePsychosis => Some(Exclusion::AcutePsychosis),
        pb::Exclusion::MedicallyUnstable => Some(Exclusion::MedicallyUnstable),
        pb::Exclusion::SevereOpioidWithdrawal => Some(Exclusion::SevereOpioidWithdrawal),
    })
}

fn phase(value: i32) -> Result<Phase, Invalid> {
    choice("to", value, |phase| match phase {
        pb::Phase::Unspecified => None,
        pb::Phase::Assessing => Some(Phase::Assessing),
        pb::Phase::MedicationNotIndicated => Some(Phase::MedicationNotIndicated),
        pb::Phase::Planning => Some(Phase::Planning),
        pb::Phase::Titrating => Some(Phase::Titrating),
        pb::Phase::Stabilising => Some(Phase::Stabilising),
        pb::Phase::Maintenance => Some(Phase::Maintenance),
        pb::Phase::SteppingDown => Some(Phase::SteppingDown),
    })
}
