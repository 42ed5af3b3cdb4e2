//! Messages to commands of a prescription.

use concord_domain::prescription::{Command, NewPrescription, PharmacyId};
use concord_domain::{Command as AnyCommand, OfPrescription};
use concord_kernel::{FillId, MessageId, OrderId, PharmacyRequestId, PrescriptionId};
use concord_proto::concord::prescription::v1 as pb;

use super::words;
use crate::Invalid;
use crate::chart::supply;
use crate::common::decode::us_state;
use crate::field::{day, id, list, optional_day, optional_id, optional_text, small, text};

/// Most factors of one request; the rule sets a tighter bound.
const FACTORS: usize = 8;

fn asks(prescription_id: &str, command: Command) -> Result<AnyCommand, Invalid> {
    let prescription = id("prescription_id", prescription_id, PrescriptionId::new)?;
    Ok(AnyCommand::Prescription(OfPrescription { prescription, command }))
}

pub(super) fn draft_prescription(request: pb::DraftPrescriptionRequest) -> Result<AnyCommand, Invalid> {
    let pb::DraftPrescriptionRequest {
        header: _,
        prescription_id,
        order_id,
        product,
        quantity,
        supply,
        pharmacy,
        state,
        earliest_fill_on,
        follows_id,
        note,
    } = request;
    let new = NewPrescription {
        order: id("order_id", &order_id, OrderId::new)?,
        product: text("product", &product)?,
        quantity: small("quantity", quantity)?,
        supply: self::supply("supply", supply)?,
        pharmacy: PharmacyId::parse(&pharmacy)
            .map_err(|_| Invalid::new("pharmacy", "must be an NCPDP provider number: seven digits"))?,
        state: us_state("state", &state)?,
        earliest_fill_on: optional_day("earliest_fill_on", &earliest_fill_on)?,
        follows: optional_id("follows_id", &follows_id, PrescriptionId::new)?,
        note: optional_text("note", &note)?,
    };
    asks(&prescription_id, Command::Draft(Box::new(new)))
}

pub(super) fn mark_prescription_ready(
    request: pb::MarkPrescriptionReadyRequest,
) -> Result<AnyCommand, Invalid> {
    let pb::MarkPrescriptionReadyRequest { header: _, prescription_id } = request;
    asks(&prescription_id, Command::MarkReady)
}

pub(super) fn sign_prescription(request: pb::SignPrescriptionRequest) -> Result<AnyCommand, Invalid> {
    let pb::SignPrescriptionRequest { header: _, prescription_id, factors, visit } = request;
    let command = Command::Sign {
        factors: list("factors", factors, FACTORS, |factor| words::factor(&factor))?,
        visit: visit.map(|visit| words::visit(&visit)).transpose()?,
    };
    asks(&prescription_id, command)
}

pub(super) fn record_transmission(request: pb::RecordTransmissionRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordTransmissionRequest { header: _, prescription_id } = request;
    asks(&prescription_id, Command::Transmit)
}

pub(super) fn record_pharmacy_status(
    request: pb::RecordPharmacyStatusRequest,
) -> Result<AnyCommand, Invalid> {
    let pb::RecordPharmacyStatusRequest { header: _, prescription_id, message_id, status } = request;
    let command = Command::RecordStatus {
        message: optional_id("message_id", &message_id, MessageId::new)?,
        status: words::status(status)?,
    };
    asks(&prescription_id, command)
}

pub(super) fn print_prescription(request: pb::PrintPrescriptionRequest) -> Result<AnyCommand, Invalid> {
    let pb::PrintPrescriptionRequest { header: _, prescription_id } = request;
    asks(&prescription_id, Command::Print)
}

pub(super) fn cancel_prescription(request: pb::CancelPrescriptionRequest) -> Result<AnyCommand, Invalid> {
    let pb::CancelPrescriptionRequest { header: _, prescription_id, reason } = request;
    asks(&prescription_id, Command::Cancel { reason: text("reason", &reason)? })
}

pub(super) fn record_cancel_answer(request: pb::RecordCancelAnswerRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordCancelAnswerRequest { header: _, prescription_id, answer } = request;
    asks(&prescription_id, Command::RecordCancelAnswer { refused: words::cancel_answer(answer)? })
}

pub(super) fn record_fill(request: pb::RecordFillRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordFillRequest { header: _, prescription_id, fill_id, status, quantity, on } = request;
    let command = Command::RecordFill {
        fill: id("fill_id", &fill_id, FillId::new)?,
        status: words::fill_status(status)?,
        quantity: small("quantity", quantity)?,
        on: day("on", &on)?,
    };
    asks(&prescription_id, command)
}

pub(super) fn propose_change(request: pb::ProposeChangeRequest) -> Result<AnyCommand, Invalid> {
    let pb::ProposeChangeRequest { header: _, prescription_id, request_id, kind, proposal } = request;
    let command = Command::ProposeChange {
        request: asked(&request_id)?,
        kind: words::change_kind(kind)?,
        proposal: text("proposal", &proposal)?,
    };
    asks(&prescription_id, command)
}

pub(super) fn answer_change(request: pb::AnswerChangeRequest) -> Result<AnyCommand, Invalid> {
    let pb::AnswerChangeRequest { header: _, prescription_id, request_id, answer } = request;
    let command = Command::AnswerChange { request: asked(&request_id)?, answer: words::answer(answer)? };
    asks(&prescription_id, command)
}

pub(super) fn request_renewal(request: pb::RequestRenewalRequest) -> Result<AnyCommand, Invalid> {
    let pb::RequestRenewalRequest { header: _, prescription_id, request_id, note } = request;
    let command =
        Command::RequestRenewal { request: asked(&request_id)?, note: optional_text("note", &note)? };
    asks(&prescription_id, command)
}

pub(super) fn answer_renewal(request: pb::AnswerRenewalRequest) -> Result<AnyCommand, Invalid> {
    let pb::AnswerRenewalRequest { header: _, prescription_id, request_id, answer } = request;
    let command = Command::AnswerRenewal { request: asked(&request_id)?, answer: words::answer(answer)? };
    asks(&prescription_id, command)
}

pub(super) fn expire_prescription(request: pb::ExpirePrescriptionRequest) -> Result<AnyCommand, Invalid> {
    let pb::ExpirePrescriptionRequest { header: _, prescription_id } = request;
    asks(&prescription_id, Command::Expire)
}

fn asked(request_id: &str) -> Result<PharmacyRequestId, Invalid> {
    id("request_id", request_id, PharmacyRequestId::new)
}
