//! What pharmacies say and are answered.

use concord_kernel::{FillId, Role};

use super::super::*;
use super::told::*;
use crate::Facts;
use crate::testing::{by, noon, text, uuid};

fn patient() -> concord_kernel::PatientId {
    prescriber().0.patient
}

fn new_message() -> concord_kernel::MessageId {
    message_id(patient(), rx(), MessageKind::New)
}

fn status(status: PharmacyStatus) -> Command {
    Command::RecordStatus { message: Some(new_message()), status }
}

fn failed() -> Command {
    status(PharmacyStatus::Failed(TransmissionFailure::NoAnswer))
}

fn cancel() -> Command {
    Command::Cancel { reason: text("allergic after all") }
}

fn fill(number: u128, days: i64) -> Command {
    let fill = FillId::new(uuid(number));
    Command::RecordFill { fill, status: FillStatus::Dispensed, quantity: 30, on: in_days(days) }
}

#[test]
fn what_is_sent_twice_is_the_same_message() {
    let given = after(signed(&plain()), [relay().of_rx(Command::Transmit)]);
    assert_eq!(given.last(), Some(&Event::PrescriptionTransmitted { message: new_message() }));
    nothing_happens(&given, &relay().of_rx(Command::Transmit));
    let given = accepted();
    nothing_happens(&given, &relay().of_rx(status(PharmacyStatus::Accepted)));
    nothing_happens(&given, &relay().of_rx(Command::Transmit));
    let role = Role::Psychiatrist;
    refused(&given, &prescriber().of_rx(Command::Transmit), &Error::RoleNotPermitted { role });
    let stranger = message_id(patient(), rx(), MessageKind::Cancel(3));
    let strange = Command::RecordStatus { message: Some(stranger), status: PharmacyStatus::Accepted };
    refused(&given, &relay().of_rx(strange), &Error::UnknownMessage);
    // Two patients' prescriptions of one identifier are two prescriptions.
    let other = message_id(concord_kernel::PatientId::new(uuid(0xBEE)), rx(), MessageKind::New);
    assert_ne!(other, new_message());
}

#[test]
fn only_what_failed_is_printed_and_an_answer_that_comes_late_still_counts() {
    let print = || prescriber().of_rx(Command::Print);
    refused(&signed(&plain()), &print(), &Error::NotFailed);
    let lost = after(signed(&plain()), [relay().of_rx(Command::Transmit), relay().of_rx(failed())]);
    let printed = after(lost, [print()]);
    assert_eq!(printed.last(), Some(&Event::PrescriptionPrinted { instead_of: new_message() }));
    nothing_happens(&printed, &relay().of_rx(failed()));
    refused(&printed, &print(), &Error::NotFailed);
    let late = after(printed, [relay().of_rx(status(PharmacyStatus::Accepted))]);
    assert!(matches!(late.last(), Some(Event::PrescriptionAccepted { .. })));
    let cancelling = after(signed(&plain()), [relay().of_rx(failed()), prescriber().of_rx(cancel())]);
    refused(&cancelling, &print(), &Error::NotToBeSent);
}

#[test]
fn a_signed_prescription_is_cancelled_by_the_pharmacy_only() {
    let asked = after(accepted(), [prescriber().of_rx(cancel())]);
    assert!(matches!(asked.last(), Some(Event::CancellationRequested { .. })));
    refused(&asked, &prescriber().of_rx(cancel()), &Error::AlreadyCancelling);
    let answer = |refused| relay().of_rx(Command::RecordCancelAnswer { refused });
    refused(&accepted(), &answer(None), &Error::NotCancelling);
    let denied = after(asked.clone(), [answer(Some(CancelRefusal::AlreadyDispensed))]);
    nothing_happens(&denied, &answer(None));
    let again = after(denied, [prescriber().of_rx(cancel())]);
    let (
        Some(Event::CancellationRequested { message: first, .. }),
        Some(Event::CancellationRequested { message: second, .. }),
    ) = (asked.last(), again.last())
    else {
        panic!("{again:?}")
    };
    assert_ne!(first, second, "asking again is another message");
    let gone = after(asked, [answer(None)]);
    assert!(matches!(gone.last(), Some(Event::PrescriptionCancelled { cause: CancelCause::ByPharmacy, .. })));
    refused(&gone, &prescriber().of_rx(cancel()), &Error::Over);
    refused(&gone, &relay().of_rx(Command::Transmit), &Error::NotToBeSent);
    refused(&gone, &prescriber().of_rx(Command::Print), &Error::Over);
    let unsent = after(signed(&plain()), [prescriber().of_rx(cancel())]);
    refused(&unsent, &relay().of_rx(Command::Transmit), &Error::NotToBeSent);
    let mut often = accepted();
    for _ in 0..16 {
        often = after(often, [prescriber().of_rx(cancel()), answer(Some(CancelRefusal::NoAnswer))]);
    }
    refused(&often, &prescriber().of_rx(cancel()), &Error::TooManyCancellations { most: 16 });
}

#[test]
fn a_fill_is_recorded_whatever_was_expected_and_marked_when_it_was_not() {
    let unexpected = |events: &[Event]| match events.last() {
        Some(Event::PrescriptionFilled { fill, .. }) => fill.unexpected,
        other => panic!("{other:?}"),
    };
    let first = after(accepted(), [relay().of_rx(fill(1, 0))]);
    assert!(!unexpected(&first));
    nothing_happens(&first, &by(Role::Pharmacist).of_rx(fill(1, 0)));
    let second = after(first.clone(), [relay().of_rx(fill(2, 0))]);
    assert!(unexpected(&second), "there was one fill to hand out");
    let gone = [prescriber().of_rx(cancel()), relay().of_rx(Command::RecordCancelAnswer { refused: None })];
    let after_all = after(after(accepted(), gone), [relay().of_rx(fill(1, 0))]);
    assert!(unexpected(&after_all), "it was cancelled");
    refused(&accepted(), &relay().of_rx(fill(1, 2)), &Error::InTheFuture);
    refused(&ready(&plain()), &relay().of_rx(fill(1, 0)), &Error::NotSigned);
    refused(&first, &prescriber().of_rx(cancel()), &Error::Over);
    let many = after(accepted(), (0..64).map(|number| relay().of_rx(fill(number, 0))));
    refused(&many, &relay().of_rx(fill(64, 0)), &Error::TooManyFills { most: 64 });
}

fn propose(number: u128) -> Command {
    let proposal = text("Generic film instead");
    Command::ProposeChange { request: request(number), kind: ChangeKind::GenericSubstitution, proposal }
}

fn ask_for_more(number: u128) -> Command {
    Command::RequestRenewal { request: request(number), note: None }
}

fn denied() -> Answer {
    Answer::Denied { reason: text("seen next week") }
}

fn approved() -> Answer {
    Answer::Approved { replacement: other() }
}

#[test]
fn a_proposed_change_is_answered_once_and_another_prescription_takes_the_place() {
    let given = after(accepted(), [relay().of_rx(propose(1))]);
    nothing_happens(&given, &relay().of_rx(propose(1)));
    refused(&given, &relay().of_rx(ask_for_more(1)), &Error::RequestIdUsed);
    let answer = |number, answer| Command::AnswerChange { request: request(number), answer };
    let replaced = |signed, void| prescriber().knowing(beside(Facts::default(), another(signed, void)));
    refused(&given, &replaced(false, false).of_rx(answer(1, approved())), &Error::ReplacementNotSigned);
    refused(&given, &replaced(true, true).of_rx(answer(1, approved())), &Error::ReplacementNotSigned);
    let itself = Answer::Approved { replacement: rx() };
    refused(&given, &replaced(true, false).of_rx(answer(1, itself)), &Error::ReplacementNotSigned);
    refused(&given, &prescriber().of_rx(answer(2, denied())), &Error::UnknownRequest);
    let renewal = Command::AnswerRenewal { request: request(1), answer: denied() };
    refused(&given, &prescriber().of_rx(renewal), &Error::UnknownRequest);
    let role = Role::Nurse;
    refused(&given, &by(role).of_rx(answer(1, denied())), &Error::RoleNotPermitted { role });

    let approved = after(given, [replaced(true, false).of_rx(answer(1, approved()))]);
    let [.., Event::ChangeAnswered { message, .. }, Event::PrescriptionCancelled { cause, .. }] =
        approved.as_slice()
    else {
        panic!("{approved:?}")
    };
    assert_eq!(*cause, CancelCause::Replaced);
    refused(&approved, &prescriber().of_rx(answer(1, denied())), &Error::RequestAnswered);
    let told = |status| relay().of_rx(Command::RecordStatus { message: Some(*message), status });
    let delivered = after(approved.clone(), [told(PharmacyStatus::Accepted)]);
    assert_eq!(delivered.last(), Some(&Event::AnswerDelivered { message: *message }));
    nothing_happens(&delivered, &told(PharmacyStatus::Accepted));
    let lost = after(approved.clone(), [told(PharmacyStatus::Failed(TransmissionFailure::NoAnswer))]);
    assert!(matches!(lost.last(), Some(Event::AnswerFailed { .. })));
}

#[test]
fn more_is_asked_for_and_answered_also_after_all_was_handed_out() {
    let given = after(accepted(), [relay().of_rx(fill(1, 0)), relay().of_rx(ask_for_more(1))]);
    let answer = |answer| Command::AnswerRenewal { request: request(1), answer };
    let no = after(given, [prescriber().of_rx(answer(denied()))]);
    assert!(matches!(no.last(), Some(Event::RenewalAnswered { .. })));
    let many = after(accepted(), (0..32).map(|number| relay().of_rx(ask_for_more(number))));
    refused(&many, &relay().of_rx(ask_for_more(32)), &Error::TooManyRequests { most: 32 });
}

#[test]
fn a_prescription_expires_after_its_last_day() {
    let at = |days| relay().at(noon().plus_days(days)).of_rx(Command::Expire);
    refused(&accepted(), &at(365), &Error::NotExpired);
    let gone = after(accepted(), [at(366)]);
    assert!(matches!(gone.last(), Some(Event::PrescriptionExpired { .. })));
    nothing_happens(&gone, &at(367));
    let mut controlled = signed(&bup());
    refused(&controlled, &at(180), &Error::NotExpired);
    controlled = after(controlled, [at(181)]);
    assert!(matches!(controlled.last(), Some(Event::PrescriptionExpired { .. })));
}

#[test]
fn the_same_history_gives_the_same_state() {
    let events = after(
        accepted(),
        [relay().of_rx(propose(1)), prescriber().of_rx(cancel()), relay().of_rx(fill(1, 0))],
    );
    let state = folded(&events);
    let snapshot = serde_json::to_vec(&state).unwrap();
    assert_eq!(serde_json::from_slice::<Prescription>(&snapshot).unwrap(), state);
    let stored: Vec<Event> = events
        .iter()
        .map(|event| serde_json::from_slice(&serde_json::to_vec(event).unwrap()).unwrap())
        .collect();
    assert_eq!(stored, events);
}
