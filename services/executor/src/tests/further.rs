//! What a decision rests on beyond what its command names: the stay of an order, which only the chart knows.

use bytes::Bytes;
use concord_domain::chart::{self, Judged, NewOrder, OrderModality, Supply};
use concord_domain::episode::{self, Disposition};
use concord_domain::treatment_plan::{self, Consent};
use concord_domain::{Command, DomainEvent, EpisodeRef, Explain, InEpisode, assessment};
use concord_kernel::{CommandId, EpisodeId, OrderId, StreamRef};
use concord_knowledge::{
    ConditionId, DrugId, Frequency, IngredientId, Milligrams, Regimen, Route, RulesetVersion,
};
use concord_ledger::{Append, Expected, Ledger, NewEvent};
use uuid::Uuid;

use super::shaky::{Shaky, Trouble};
use super::{
    admit, asked, at_noon, clock, executor, memory, patient, program, refer, referral, screen, text,
};
use crate::{ExecuteError, Request};

fn stay() -> EpisodeRef {
    EpisodeRef { program: program(), id: EpisodeId::new(Uuid::from_u128(50)) }
}

fn sertraline() -> DrugId {
    DrugId::parse("sertraline").unwrap()
}

pub(super) fn order() -> OrderId {
    OrderId::new(Uuid::from_u128(60))
}

pub(super) fn stored(event: &DomainEvent) -> NewEvent {
    NewEvent {
        event_type: event.event_type(),
        event_version: event.event_version(),
        payload: Bytes::from(event.encode()),
    }
}

/// An order as it stands in the ledger.
pub(super) fn prescribed() -> Append {
    let event = DomainEvent::Chart(chart::Event::MedicationPrescribed {
        order: Box::new(NewOrder {
            order: order(),
            episode: stay(),
            drug: sertraline(),
            regimen: Regimen {
                dose: Milligrams::parse(50.0).unwrap(),
                frequency: Frequency::Daily,
                route: Route::Oral,
            },
            indication: ConditionId::parse("major-depression").unwrap(),
            reason: text("low mood"),
            supply: Supply { days: 30, refills: 0 },
            start_on: at_noon().day(),
            modality: OrderModality::InPerson,
            legal_basis: None,
            acknowledgements: Vec::new(),
        }),
        policy: None,
        judged: Judged {
            ruleset: RulesetVersion::parse("2026-11-23.1").unwrap(),
            findings: Vec::new(),
            answered: Vec::new(),
        },
        ingredients: vec![IngredientId::parse("sertraline").unwrap()],
        at: at_noon(),
    });
    Append {
        command: CommandId::new(Uuid::from_u128(61)),
        request_hash: [61; 32],
        stream: StreamRef::chart(patient()),
        expected: Expected::Exact(0),
        conditions: Vec::new(),
        events: [DomainEvent::Chart(chart::Event::NoKnownAllergiesConfirmed), event]
            .iter()
            .map(stored)
            .collect(),
        metadata: Bytes::from_static(b"{}"),
        reply: Bytes::new(),
    }
}

pub(super) fn asks(id: u128, command: Command) -> Request {
    Request { command, ..asked(id, referral()) }
}

fn renew(id: u128) -> Request {
    asks(
        id,
        Command::Chart(chart::Command::Renew {
            order: order(),
            supply: Supply { days: 30, refills: 0 },
            modality: OrderModality::InPerson,
            legal_basis: None,
            acknowledgements: Vec::new(),
        }),
    )
}

fn decide(id: u128, consent: Consent) -> Request {
    let command = treatment_plan::Command::RecordSharedDecision {
        drug: sertraline(),
        options: vec![text("therapy alone")],
        preference: text("no weight gain"),
        consent,
    };
    asks(id, Command::TreatmentPlan(InEpisode { episode: stay(), command }))
}

#[tokio::test]
async fn a_refusal_by_the_patient_that_comes_in_between_stops_a_renewal() {
    let clock = clock();
    let ledger = memory(&clock);
    let shaky = Shaky::over(ledger.clone(), clock.clone(), 1);
    let executor = executor(shaky.clone(), &clock);
    for request in [refer(1), screen(2), admit(3)] {
        executor.execute(request).await.unwrap();
    }
    ledger.append(prescribed()).await.unwrap();
    executor.execute(decide(4, Consent::Given)).await.unwrap();
    executor.execute(renew(5)).await.unwrap();

    // Somebody else records it in another process, after this one has read the plan.
    shaky.prepare(Some(Trouble::Rival(Box::new(decide(6, Consent::Declined)))));
    let answer = executor.execute(renew(7)).await;
    assert!(!shaky.was_spared(), "the rival was faster");
    let Err(ExecuteError::Refused(refusal)) = answer else { panic!("{answer:?}") };
    assert_eq!(refusal.reason(), "CONSENT_DECLINED");
    let renewals = ledger.read_stream(StreamRef::chart(patient()), 0, 10).await.unwrap();
    assert_eq!(renewals.len(), 3, "no allergies, an order and one renewal");
}

/// The command names a program; only its stays know which of them is open, and only that one's assessment what it was for.
#[tokio::test]
async fn what_the_stay_was_for_decides_what_its_end_leaves_to_be_offered() {
    let clock = clock();
    let ledger = memory(&clock);
    let executor = executor(ledger.clone(), &clock);
    for request in [refer(1), screen(2), admit(3)] {
        executor.execute(request).await.unwrap();
    }
    let diagnoses = vec![ConditionId::parse("opioid-use-disorder").unwrap()];
    let decided =
        assessment::Event::MedicationNotIndicated { diagnoses, reasons: vec![text("wants to wait")] };
    let assessed = Append {
        command: CommandId::new(Uuid::from_u128(62)),
        stream: StreamRef::assessment(patient(), stay().id),
        events: vec![stored(&DomainEvent::Assessment(decided))],
        ..prescribed()
    };
    ledger.append(assessed).await.unwrap();
    let command = episode::Command::Discharge { disposition: Disposition::Completed, medication_plan: None };
    executor.execute(asked(4, command)).await.unwrap();
    let ends = ledger.read_stream(StreamRef::episode(patient(), &program()), 0, 10).await.unwrap();
    let last = DomainEvent::decode(ends[0].stream.kind, &ends.last().unwrap().payload).unwrap();
    let DomainEvent::Episode(episode::Event::BridgingDue { naloxone, .. }) = last else { panic!("{last:?}") };
    assert!(naloxone);
}
