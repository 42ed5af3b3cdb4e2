//! What passes between the program and a pharmacy.

use concord_proto::concord::prescription::v1 as rx;
use concord_proto::concord::prescription::v1::answer::Decision;

use super::papers::{TWO_FACTORS, cancelled, draft, looked_up, ready, sign};
use super::tale::{Tale, daily};
use crate::script::Body;

/// Room for what a pharmacy says and is asked.
const MOST_REQUESTS: usize = 32;
const MOST_FILLS: usize = 64;
const MOST_CANCELLATIONS: usize = 16;

/// Days after which a controlled prescription is worth nothing.
const WORTH_DAYS: i64 = 182;

/// Has a prescription for an order signed.
fn signed(t: &mut Tale<'_>, order: &str) -> String {
    let (nurse, psychiatrist, id) = (t.nurse(), t.psychiatrist(), t.new_id());
    t.does(&nurse, Body::DraftPrescription(draft(&id, order, 28)));
    t.does(&psychiatrist, ready(&id));
    t.does(&psychiatrist, Body::SignPrescription(sign(t, &id, &TWO_FACTORS, 0)));
    id
}

fn sent(id: &str) -> Body {
    let prescription_id = id.to_owned();
    Body::RecordTransmission(rx::RecordTransmissionRequest { prescription_id, header: None })
}

fn printed(id: &str) -> Body {
    let prescription_id = id.to_owned();
    Body::PrintPrescription(rx::PrintPrescriptionRequest { prescription_id, header: None })
}

fn expired(id: &str) -> Body {
    let prescription_id = id.to_owned();
    Body::ExpirePrescription(rx::ExpirePrescriptionRequest { prescription_id, header: None })
}

fn proposed(id: &str, request: &str) -> Body {
    Body::ProposeChange(rx::ProposeChangeRequest {
        prescription_id: id.to_owned(),
        request_id: request.to_owned(),
        kind: rx::ChangeKind::OutOfStock.into(),
        proposal: "Capsules instead".to_owned(),
        header: None,
    })
}

fn more(id: &str, request: &str) -> Body {
    Body::RequestRenewal(rx::RequestRenewalRequest {
        prescription_id: id.to_owned(),
        request_id: request.to_owned(),
        note: String::new(),
        header: None,
    })
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn decided(decision: Decision) -> Option<rx::Answer> {
    Some(rx::Answer { decision: Some(decision) })
}

fn answer(id: &str, request: &str, decision: Decision) -> Body {
    Body::AnswerChange(rx::AnswerChangeRequest {
        prescription_id: id.to_owned(),
        request_id: request.to_owned(),
        answer: decided(decision),
        header: None,
    })
}

fn denied() -> Decision {
    Decision::DeniedBecause("Tablets were tolerated".to_owned())
}

fn filled(t: &mut Tale<'_>, id: &str, in_days: i64) -> Body {
    Body::RecordFill(rx::RecordFillRequest {
        prescription_id: id.to_owned(),
        fill_id: t.new_id(),
        status: rx::FillStatus::PartiallyDispensed.into(),
        quantity: 1,
        on: t.day(in_days),
        header: None,
    })
}

pub(super) fn answered(t: &mut Tale<'_>) {
    let (psychiatrist, pharmacist, timer) = (t.psychiatrist(), t.pharmacist(), t.timer());
    t.is_ready(&["gad"]);
    let buspirone = t.takes("buspirone", 15.0, "gad");
    let id = signed(t, &buspirone);
    let (request, renewal, unsigned) = (t.new_id(), t.new_id(), t.new_id());
    t.errs(&psychiatrist, answer(&id, &request, denied()), "UNKNOWN_PHARMACY_REQUEST");
    t.does(&timer, proposed(&id, &request));
    t.errs(&timer, more(&id, &request), "PHARMACY_REQUEST_ID_USED");
    t.does(&t.nurse(), Body::DraftPrescription(draft(&unsigned, &buspirone, 30)));
    let instead = Decision::ReplacementId(unsigned);
    t.errs(&psychiatrist, answer(&id, &request, instead), "REPLACEMENT_NOT_SIGNED");
    t.does(&psychiatrist, answer(&id, &request, denied()));
    t.errs(&psychiatrist, answer(&id, &request, denied()), "PHARMACY_REQUEST_ANSWERED");
    t.does(&timer, more(&id, &renewal));
    t.does(
        &psychiatrist,
        Body::AnswerRenewal(rx::AnswerRenewalRequest {
            prescription_id: id.clone(),
            request_id: renewal,
            answer: decided(Decision::DeniedBecause("To be seen first".to_owned())),
            header: None,
        }),
    );
    for _ in 2..MOST_REQUESTS {
        let request = t.new_id();
        t.does(&timer, proposed(&id, &request));
    }
    let request = t.new_id();
    t.errs(&timer, proposed(&id, &request), "TOO_MANY_PHARMACY_REQUESTS");
    let tomorrow = filled(t, &id, 3);
    t.errs(&pharmacist, tomorrow, "IN_THE_FUTURE");
    for _ in 0..MOST_FILLS {
        let some = filled(t, &id, 0);
        t.does(&pharmacist, some);
    }
    let some = filled(t, &id, 0);
    t.errs(&pharmacist, some, "TOO_MANY_FILLS");
}

pub(super) fn cancel_answer(id: &str, answer: rx::CancelAnswer) -> Body {
    Body::RecordCancelAnswer(rx::RecordCancelAnswerRequest {
        prescription_id: id.to_owned(),
        answer: answer.into(),
        header: None,
    })
}

pub(super) fn astray(t: &mut Tale<'_>) {
    use rx::CancelAnswer::{Cancelled, NoAnswer};
    let (psychiatrist, timer, nurse) = (t.psychiatrist(), t.timer(), t.nurse());
    t.is_ready(&["panic-disorder", "gad"]);
    t.is_warned_of("clonazepam");
    let clonazepam = t.takes_controlled("clonazepam", daily(0.5), "panic-disorder");
    t.does(&nurse, looked_up(t, 0));
    let unsigned = t.new_id();
    t.does(&nurse, Body::DraftPrescription(draft(&unsigned, &clonazepam, 28)));
    t.errs(&timer, sent(&unsigned), "PRESCRIPTION_NOT_SIGNED");
    let id = signed(t, &clonazepam);
    t.errs(&nurse, sent(&id), "NOT_PERMITTED");
    t.errs(&psychiatrist, printed(&id), "TRANSMISSION_NOT_FAILED");
    t.errs(&timer, cancel_answer(&id, Cancelled), "NOT_CANCELLING");
    let status = rx::RecordPharmacyStatusRequest {
        prescription_id: id.clone(),
        message_id: t.new_id(),
        status: rx::PharmacyStatus::Accepted.into(),
        header: None,
    };
    t.errs(&timer, Body::RecordPharmacyStatus(status), "UNKNOWN_MESSAGE");
    t.does(&timer, sent(&id));
    t.errs(&timer, expired(&id), "PRESCRIPTION_NOT_EXPIRED");
    t.does(&psychiatrist, cancelled(&id));
    t.errs(&psychiatrist, cancelled(&id), "ALREADY_CANCELLING");
    t.does(&timer, cancel_answer(&id, NoAnswer));
    for _ in 1..MOST_CANCELLATIONS {
        t.does(&psychiatrist, cancelled(&id));
        t.does(&timer, cancel_answer(&id, NoAnswer));
    }
    t.errs(&psychiatrist, cancelled(&id), "TOO_MANY_CANCELLATIONS");
    // Taken back before it went out.
    let buspirone = t.takes("buspirone", 15.0, "gad");
    let back = signed(t, &buspirone);
    t.does(&psychiatrist, cancelled(&back));
    t.errs(&timer, sent(&back), "PRESCRIPTION_NOT_TO_BE_SENT");
    t.wait_days(WORTH_DAYS);
    t.does(&timer, expired(&id));
}
