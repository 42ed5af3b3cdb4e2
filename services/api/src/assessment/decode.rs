//! Messages to commands of an assessment.

use concord_domain::assessment::{Command, Section};
use concord_domain::{Command as AnyCommand, InEpisode};
use concord_knowledge::ConditionId;
use concord_proto::concord::assessment::v1 as pb;
use concord_proto::concord::common::v1::EpisodeRef;

use crate::Invalid;
use crate::common::decode::episode;
use crate::field::{choice, list, name, required, text};

/// Most diagnoses or reasons of one decision.
const GROUNDS: usize = 32;

fn asks(episode: Option<EpisodeRef>, command: Command) -> Result<AnyCommand, Invalid> {
    Ok(AnyCommand::Assessment(InEpisode { episode: self::episode(episode)?, command }))
}

pub(super) fn start_assessment(request: pb::StartAssessmentRequest) -> Result<AnyCommand, Invalid> {
    let pb::StartAssessmentRequest { header: _, episode } = request;
    asks(episode, Command::Start)
}

pub(super) fn record_section(request: pb::RecordSectionRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordSectionRequest { header: _, episode, section, finding } = request;
    let finding = text("finding", &finding)?;
    asks(episode, Command::RecordSection { section: self::section(section)?, finding })
}

pub(super) fn complete_assessment(request: pb::CompleteAssessmentRequest) -> Result<AnyCommand, Invalid> {
    let pb::CompleteAssessmentRequest { header: _, episode } = request;
    asks(episode, Command::Complete)
}

pub(super) fn decide_indication(request: pb::DecideIndicationRequest) -> Result<AnyCommand, Invalid> {
    let pb::DecideIndicationRequest { header: _, episode, indicated, diagnoses, reasons } = request;
    let command = Command::DecideIndication {
        indicated: required("indicated", indicated)?,
        diagnoses: list("diagnoses", diagnoses, GROUNDS, |row| name("", &row, ConditionId::parse))?,
        reasons: list("reasons", reasons, GROUNDS, |reason| text("", &reason))?,
    };
    asks(episode, command)
}

pub(super) fn reopen_assessment(request: pb::ReopenAssessmentRequest) -> Result<AnyCommand, Invalid> {
    let pb::ReopenAssessmentRequest { header: _, episode, reason } = request;
    asks(episode, Command::Reopen { reason: text("reason", &reason)? })
}

fn section(value: i32) -> Result<Section, Invalid> {
    choice("section", value, |section| match section {
        pb::Section::Unspecified => None,
        pb::Section::PresentingProblem => Some(Section::PresentingProblem),
        pb::Section::PsychiatricHistory => Some(Section::PsychiatricHistory),
        pb::Section::MedicalHistory => Some(Section::MedicalHistory),
        pb::Section::SubstanceUse => Some(Section::SubstanceUse),
        pb::Section::Allergies => Some(Section::Allergies),
        pb::Section::CurrentMedications => Some(Section::CurrentMedications),
        pb::Section::FamilyHistory => Some(Section::FamilyHistory),
        pb::Section::Social => Some(Section::Social),
        pb::Section::Risk => Some(Section::Risk),
        pb::Section::MentalStatus => Some(Section::MentalStatus),
        pb::Section::Vitals => Some(Section::Vitals),
        pb::Section::BaselineScales => Some(Section::BaselineScales),
        pb::Section::GoalsAndPreferences => Some(Section::GoalsAndPreferences),
        pb::Section::CapacityAndConsent => Some(Section::CapacityAndConsent),
    })
}
