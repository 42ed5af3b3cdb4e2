//! What pharmacies say by themselves, and what is said to them.

use concord_domain::prescription::{Answer, ChangeKind, Event, MessageKind, message_id};
use concord_kernel::{MessageId, PharmacyRequestId, PrescriptionId};
use uuid::Uuid;

use super::given::{Clinic, new_rx, patient, rx, text};
use crate::{Body, Decision, Incoming, Said};

async fn cancelled(pharmacy: &str, sent_first: bool) -> Clinic {
    let clinic = Clinic::with_signed(pharmacy).await;
    if sent_first {
        let mut relay = clinic.relay();
        relay.turn().await.unwrap();
        relay.turn().await.unwrap();
    }
    let message = message_id(patient(), rx(), MessageKind::Cancel(0));
    clinic.write(vec![Event::CancellationRequested { message, reason: text("allergic") }]).await;
    let mut relay = clinic.relay();
    relay.turn().await.unwrap();
    relay.turn().await.unwrap();
    clinic
}

#[tokio::test]
async fn a_cancellation_is_asked_and_answered() {
    let there = cancelled("1234561", true).await;
    assert_eq!(there.recorded().await.last().unwrap(), "PrescriptionCancelled");
    let sold = cancelled("1234565", true).await;
    assert_eq!(
        sold.recorded().await,
        [
            "PrescriptionTransmitted",
            "PrescriptionAccepted",
            "PrescriptionFilled",
            "CancellationRequested",
            "CancellationDenied"
        ]
    );
    let unsent = cancelled("1234561", false).await;
    assert_eq!(unsent.recorded().await, ["CancellationRequested", "CancellationDenied"]);
    assert_eq!(unsent.network.copies(new_rx()), 0, "what is to be cancelled is not sent");
}

#[tokio::test]
async fn a_pharmacy_that_repeats_itself_is_recorded_once_and_answered() {
    let clinic = Clinic::with_signed("1234561").await;
    let request = PharmacyRequestId::new(Uuid::from_u128(0x4E));
    let said =
        Said::RxChangeRequest { request, kind: ChangeKind::OutOfStock, proposal: text("capsules instead") };
    let says = |id: u128| Incoming {
        id: MessageId::new(Uuid::from_u128(id)),
        patient: patient(),
        prescription: rx(),
        said: said.clone(),
    };
    let mut relay = clinic.relay();
    relay.turn().await.unwrap();
    clinic.network.say(says(1));
    relay.turn().await.unwrap();
    // The same message again, and the same request in another message.
    clinic.network.say(says(1));
    clinic.network.say(says(2));
    relay.turn().await.unwrap();
    let proposed = |names: Vec<String>| names.iter().filter(|name| *name == "ChangeProposed").count();
    assert_eq!(proposed(clinic.recorded().await), 1);

    let message = message_id(patient(), rx(), MessageKind::ChangeAnswer(request));
    let replacement = PrescriptionId::new(Uuid::from_u128(0x18));
    let answer = Answer::Approved { replacement };
    clinic.write(vec![Event::ChangeAnswered { request, answer, message }]).await;
    let mut relay = clinic.relay();
    relay.turn().await.unwrap();
    relay.turn().await.unwrap();
    let answered = clinic.network.delivered().into_iter().find(|sent| sent.id == message).unwrap();
    let decision = Decision::NewPrescriptionFollows(replacement);
    assert_eq!(answered.body, Body::RxChangeResponse { request, decision });
    assert_eq!(clinic.recorded().await.last().unwrap(), "AnswerDelivered");
}

#[tokio::test]
async fn what_is_said_about_no_prescription_of_ours_holds_nothing_up() {
    let clinic = Clinic::with_signed("1234561").await;
    clinic.network.say(Incoming {
        id: MessageId::new(Uuid::from_u128(7)),
        patient: patient(),
        prescription: PrescriptionId::new(Uuid::from_u128(0xBAD)),
        said: Said::Status { of: new_rx() },
    });
    let mut relay = clinic.relay();
    relay.turn().await.unwrap();
    relay.turn().await.unwrap();
    assert_eq!(clinic.recorded().await, ["PrescriptionTransmitted", "PrescriptionAccepted"]);
    assert_eq!(clinic.network.unheard(), 0);
}

#[tokio::test]
async fn a_renewal_is_asked_for_and_denied_and_a_prescription_expires() {
    let clinic = Clinic::with_signed("1234561").await;
    let request = PharmacyRequestId::new(Uuid::from_u128(0x4F));
    clinic.network.say(Incoming {
        id: MessageId::new(Uuid::from_u128(3)),
        patient: patient(),
        prescription: rx(),
        said: Said::RxRenewalRequest { request, note: None },
    });
    let mut relay = clinic.relay();
    relay.turn().await.unwrap();
    relay.turn().await.unwrap();
    let message = message_id(patient(), rx(), MessageKind::RenewalAnswer(request));
    let answer = Answer::Denied { reason: text("visit first") };
    clinic.write(vec![Event::RenewalAnswered { request, answer, message }]).await;
    let mut relay = clinic.relay();
    relay.turn().await.unwrap();
    relay.turn().await.unwrap();
    assert_eq!(clinic.recorded().await.last().unwrap(), "AnswerDelivered");
    clinic.later(365 * 24 * 60);
    relay.turn().await.unwrap();
    assert_eq!(clinic.recorded().await.last().unwrap(), "AnswerDelivered", "its last day is not over");
    clinic.later(24 * 60);
    relay.turn().await.unwrap();
    relay.turn().await.unwrap();
    let names = clinic.recorded().await;
    assert_eq!(names.iter().filter(|name| *name == "PrescriptionExpired").count(), 1);
}
