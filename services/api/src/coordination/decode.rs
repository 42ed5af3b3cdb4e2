//! Messages to commands of coordination.

use concord_domain::Command as AnyCommand;
use concord_domain::coordination::{Command, ConflictResolution, SharedPart, UpdateKind, Urgency};
use concord_kernel::{ConflictId, ConsultId, OutsideUpdateId, PersonId};
use concord_proto::concord::coordination::v1 as pb;

use crate::Invalid;
use crate::common::decode::{episode, finding};
use crate::field::{choice, day, id, instant, list, text};

/// Most parts of the record that one request may name.
const PARTS: usize = 16;

const fn asks(command: Command) -> AnyCommand {
    AnyCommand::Coordination(command)
}

pub(super) fn record_sharing_consent(
    request: pb::RecordSharingConsentRequest,
) -> Result<AnyCommand, Invalid> {
    let pb::RecordSharingConsentRequest { header: _, recipient_id, parts, signed_on, expires_on } = request;
    Ok(asks(Command::RecordSharingConsent {
        recipient: id("recipient_id", &recipient_id, PersonId::new)?,
        parts: list("parts", parts, PARTS, part)?,
        signed_on: day("signed_on", &signed_on)?,
        expires_on: day("expires_on", &expires_on)?,
    }))
}

pub(super) fn revoke_sharing_consent(
    request: pb::RevokeSharingConsentRequest,
) -> Result<AnyCommand, Invalid> {
    let pb::RevokeSharingConsentRequest { header: _, recipient_id } = request;
    Ok(asks(Command::RevokeSharingConsent { recipient: id("recipient_id", &recipient_id, PersonId::new)? }))
}

pub(super) fn share_plan(request: pb::SharePlanRequest) -> Result<AnyCommand, Invalid> {
    let pb::SharePlanRequest { header: _, episode, recipient_id, parts } = request;
    Ok(asks(Command::SharePlan {
        episode: self::episode(episode)?,
        recipient: id("recipient_id", &recipient_id, PersonId::new)?,
        parts: list("parts", parts, PARTS, part)?,
    }))
}

pub(super) fn record_outside_update(request: pb::RecordOutsideUpdateRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordOutsideUpdateRequest { header: _, update_id, kind, from, summary } = request;
    Ok(asks(Command::RecordOutsideUpdate {
        update: id("update_id", &update_id, OutsideUpdateId::new)?,
        kind: choice("kind", kind, update_kind)?,
        from: text("from", &from)?,
        summary: text("summary", &summary)?,
    }))
}

pub(super) fn review_outside_update(request: pb::ReviewOutsideUpdateRequest) -> Result<AnyCommand, Invalid> {
    let pb::ReviewOutsideUpdateRequest { header: _, update_id, outcome } = request;
    Ok(asks(Command::ReviewOutsideUpdate {
        update: id("update_id", &update_id, OutsideUpdateId::new)?,
        outcome: text("outcome", &outcome)?,
    }))
}

pub(super) fn request_consult(request: pb::RequestConsultRequest) -> Result<AnyCommand, Invalid> {
    let pb::RequestConsultRequest { header: _, consult_id, of_person_id, urgency, question } = request;
    Ok(asks(Command::RequestConsult {
        consult: id("consult_id", &consult_id, ConsultId::new)?,
        of: id("of_person_id", &of_person_id, PersonId::new)?,
        urgency: choice("urgency", urgency, |urgency| match urgency {
            pb::Urgency::Unspecified => None,
            pb::Urgency::Routine => Some(Urgency::Routine),
            pb::Urgency::Urgent => Some(Urgency::Urgent),
        })?,
        question: text("question", &question)?,
    }))
}

pub(super) fn answer_consult(request: pb::AnswerConsultRequest) -> Result<AnyCommand, Invalid> {
    let pb::AnswerConsultRequest { header: _, consult_id, answer } = request;
    Ok(asks(Command::AnswerConsult {
        consult: id("consult_id", &consult_id, ConsultId::new)?,
        answer: text("answer", &answer)?,
    }))
}

pub(super) fn raise_conflict(request: pb::RaiseConflictRequest) -> Result<AnyCommand, Invalid> {
    let pb::RaiseConflictRequest { header: _, conflict_id, finding: shown, description } = request;
    Ok(asks(Command::RaiseConflict {
        conflict: id("conflict_id", &conflict_id, ConflictId::new)?,
        finding: shown.map(|shown| finding("finding", Some(shown))).transpose()?,
        description: text("description", &description)?,
    }))
}

pub(super) fn resolve_conflict(request: pb::ResolveConflictRequest) -> Result<AnyCommand, Invalid> {
    let pb::ResolveConflictRequest { header: _, conflict_id, resolution, responsible_id, what } = request;
    Ok(asks(Command::ResolveConflict {
        conflict: id("conflict_id", &conflict_id, ConflictId::new)?,
        resolution: choice("resolution", resolution, |resolution| match resolution {
            pb::ConflictResolution::Unspecified => None,
            pb::ConflictResolution::ProgramChanges => Some(ConflictResolution::ProgramChanges),
            pb::ConflictResolution::OutsideChanges => Some(ConflictResolution::OutsideChanges),
            pb::ConflictResolution::KeptAndWatched => Some(ConflictResolution::KeptAndWatched),
        })?,
        responsible: id("responsible_id", &responsible_id, PersonId::new)?,
        what: text("what", &what)?,
    }))
}

#[expect(clippy::needless_pass_by_value, reason = "in the form in which every request is decoded")]
pub(super) fn acknowledge_changes(request: pb::AcknowledgeChangesRequest) -> Result<AnyCommand, Invalid> {
    let pb::AcknowledgeChangesRequest { header: _, up_to } = request;
    Ok(asks(Command::AcknowledgeChanges { up_to: instant("up_to", up_to)? }))
}

fn part(part: i32) -> Result<SharedPart, Invalid> {
    choice("", part, |part| match part {
        pb::SharedPart::Unspecified => None,
        pb::SharedPart::Plan => Some(SharedPart::Plan),
        pb::SharedPart::Medications => Some(SharedPart::Medications),
        pb::SharedPart::Allergies => Some(SharedPart::Allergies),
        pb::SharedPart::Diagnoses => Some(SharedPart::Diagnoses),
        pb::SharedPart::Results => Some(SharedPart::Results),
        pb::SharedPart::SubstanceUse => Some(SharedPart::SubstanceUse),
    })
}

const fn update_kind(kind: pb::UpdateKind) -> Option<UpdateKind> {
    match kind {
        pb::UpdateKind::Unspecified => None,
        pb::UpdateKind::MedicationChange => Some(UpdateKind::MedicationChange),
        pb::UpdateKind::Hospitalisation => Some(UpdateKind::Hospitalisation),
        pb::UpdateKind::EmergencyVisit => Some(UpdateKind::EmergencyVisit),
        pb::UpdateKind::Diagnosis => Some(UpdateKind::Diagnosis),
        pb::UpdateKind::Results => Some(UpdateKind::Results),
        pb::UpdateKind::Visit => Some(UpdateKind::Visit),
        pb::UpdateKind::Other => Some(UpdateKind::Other),
    }
}
