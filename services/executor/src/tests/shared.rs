//! A command that has another stream record something first: signatures of prescriptions that share one supply.

use bytes::Bytes;
use concord_domain::chart::Supply;
use concord_domain::prescription::{self, Contents, PharmacyId};
use concord_domain::{Command, DomainEvent, Explain, OfPrescription, UsState};
use concord_kernel::{CommandId, PrescriptionId, StreamRef};
use concord_knowledge::{ConditionId, DrugId, Frequency, Milligrams, Regimen, Route};
use concord_ledger::{Append, Expected, Ledger};
use uuid::Uuid;

use super::further::{asks, order, prescribed, stored};
use super::shaky::{Shaky, Trouble};
use super::{admit, asked, at_noon, clock, executor, memory, patient, refer, referral, screen, text};
use crate::{ExecuteError, Executor, Metadata, Request};

fn rx(number: u128) -> PrescriptionId {
    PrescriptionId::new(Uuid::from_u128(70 + number))
}

fn stream(number: u128) -> StreamRef {
    StreamRef::prescription(patient(), rx(number))
}

/// A prescription of all that the order hands out, read ready, as it stands in the ledger.
fn ready(number: u128) -> Append {
    let contents = Contents {
        order: order(),
        drug: DrugId::parse("sertraline").unwrap(),
        schedule: None,
        regimen: Regimen {
            dose: Milligrams::parse(50.0).unwrap(),
            frequency: Frequency::Daily,
            route: Route::Oral,
        },
        indication: ConditionId::parse("major-depression").unwrap(),
        product: text("50 mg tablet"),
        quantity: 30,
        supply: Supply { days: 30, refills: 0 },
        pharmacy: PharmacyId::parse("1234567").unwrap(),
        state: UsState::parse("OH").unwrap(),
        earliest_fill_on: None,
        follows: None,
        series_days: 30,
        note: None,
    };
    let drafted = prescription::Event::PrescriptionDrafted {
        prescription: rx(number),
        contents: Box::new(contents),
        on: at_noon().day(),
    };
    let by = asked(1, referral()).actor.id;
    let ready = prescription::Event::PrescriptionReady { by };
    Append {
        command: CommandId::new(Uuid::from_u128(80 + number)),
        request_hash: [80; 32],
        stream: stream(number),
        expected: Expected::Exact(0),
        conditions: Vec::new(),
        events: [drafted, ready].map(DomainEvent::Prescription).iter().map(stored).collect(),
        metadata: Bytes::from_static(b"{}"),
        reply: Bytes::new(),
    }
}

fn sign(id: u128, number: u128) -> Request {
    let command = prescription::Command::Sign { factors: Vec::new(), visit: None };
    asks(id, Command::Prescription(OfPrescription { prescription: rx(number), command }))
}

/// One order, and two prescriptions of it that wait for their signatures.
async fn two_ready(executor: &Executor, ledger: &dyn Ledger) {
    for request in [refer(1), screen(2), admit(3)] {
        executor.execute(request).await.unwrap();
    }
    for append in [prescribed(), ready(1), ready(2)] {
        ledger.append(append).await.unwrap();
    }
}

#[tokio::test]
async fn a_signature_has_its_share_set_aside_first_and_is_recorded_once() {
    let clock = clock();
    let ledger = memory(&clock);
    let executor = executor(ledger.clone(), &clock);
    two_ready(&executor, &*ledger).await;
    let receipt = executor.execute(sign(5, 1)).await.unwrap();
    assert_eq!((receipt.count, receipt.stream_version), (1, 3), "of the signature, not of what came first");
    let chart = ledger.read_stream(StreamRef::chart(patient()), 2, 10).await.unwrap();
    assert_eq!(chart.len(), 1);
    assert_eq!(&*chart[0].event_type, "SupplyAllotted");
    let metadata: Metadata = serde_json::from_slice(&chart[0].metadata).unwrap();
    assert_eq!(metadata.causation, Some(CommandId::new(Uuid::from_u128(5))));
    assert_eq!(executor.execute(sign(5, 1)).await.unwrap(), receipt);
    assert_eq!(ledger.read_stream(StreamRef::chart(patient()), 2, 10).await.unwrap().len(), 1);
    let Err(ExecuteError::Refused(refusal)) = executor.execute(sign(6, 2)).await else { panic!("refused") };
    assert_eq!(refusal.reason(), "SUPPLY_HANDED_OUT");
}

#[tokio::test]
async fn of_two_signatures_that_race_for_one_supply_one_is_refused() {
    let clock = clock();
    let ledger = memory(&clock);
    let shaky = Shaky::over(ledger.clone(), clock.clone(), 1);
    let executor = executor(shaky.clone(), &clock);
    two_ready(&executor, &*ledger).await;
    // The other one is signed in another process, after this one has looked at everything.
    shaky.prepare(Some(Trouble::Rival(Box::new(sign(6, 2)))));
    let answer = executor.execute(sign(5, 1)).await;
    assert!(!shaky.was_spared(), "the rival was faster");
    let Err(ExecuteError::Refused(refusal)) = answer else { panic!("{answer:?}") };
    assert_eq!(refusal.reason(), "SUPPLY_HANDED_OUT");
    assert_eq!(ledger.read_stream(stream(1), 0, 10).await.unwrap().len(), 2, "it is not signed");
    assert_eq!(ledger.read_stream(stream(2), 0, 10).await.unwrap().len(), 3);
}
