//! A clinic with one signed prescription, and what is found in its ledger.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use concord_domain::chart::Supply;
use concord_domain::prescription::{Contents, Event, MessageKind, PharmacyId, message_id};
use concord_domain::{DomainEvent, UsState};
use concord_executor::{By, Executor, ExecutorOptions, Metadata};
use concord_kernel::{
    Clock, CommandId, Instant, LedgerId, ManualClock, MessageId, OrderId, PatientId, PersonId,
    PrescriptionId, Purpose, Role, SeededIds, StreamKind, StreamRef, TenantId, Text,
};
use concord_knowledge::{ConditionId, DrugId, Frequency, Milligrams, Regimen, Route, Ruleset};
use concord_ledger::{Append, Expected, Filter, Ledger, MemoryLedger, NewEvent};
use uuid::Uuid;

use crate::{Options, Relay, TestNetwork};

pub(super) fn patient() -> PatientId {
    PatientId::new(Uuid::from_u128(0xADA))
}

pub(super) fn rx() -> PrescriptionId {
    PrescriptionId::new(Uuid::from_u128(0x17))
}

pub(super) fn order() -> OrderId {
    OrderId::new(Uuid::from_u128(5))
}

pub(super) fn new_rx() -> MessageId {
    message_id(patient(), rx(), MessageKind::New)
}

pub(super) fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

/// A ledger, its clock and its pharmacies. Relays come and go.
pub(super) struct Clinic {
    pub(super) clock: Arc<ManualClock>,
    pub(super) ledger: Arc<MemoryLedger>,
    pub(super) network: Arc<TestNetwork>,
    written: std::sync::atomic::AtomicU64,
}

impl Clinic {
    /// Somebody has signed a prescription for `pharmacy`.
    pub(super) async fn with_signed(pharmacy: &str) -> Self {
        let clock = Arc::new(ManualClock::starting_at(Instant::parse("2026-03-02T12:00:00Z").unwrap()));
        let shared: Arc<dyn Clock> = Arc::clone(&clock) as _;
        let id = LedgerId::clinical(TenantId::parse("demo").unwrap());
        let ledger = Arc::new(MemoryLedger::new(id, Arc::clone(&shared), Arc::new(SeededIds::new(1))));
        let network = Arc::new(TestNetwork::new(shared));
        let clinic = Self { clock, ledger, network, written: 0.into() };
        let today = clinic.clock.now().day();
        let by = PersonId::new(Uuid::from_u128(0xD0C));
        clinic
            .write(vec![
                Event::PrescriptionDrafted {
                    prescription: rx(),
                    contents: Box::new(contents(pharmacy)),
                    on: today,
                },
                Event::PrescriptionReady { by },
                Event::PrescriptionSigned {
                    order: order(),
                    by,
                    issued_on: today,
                    expires_on: clinic.clock.now().plus_days(365).day(),
                    message: new_rx(),
                    factors: Vec::new(),
                    resting: None,
                },
            ])
            .await;
        clinic
    }

    /// Somebody of the program writes these events.
    pub(super) async fn write(&self, events: Vec<Event>) {
        let number = self.written.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let stream = StreamRef::prescription(patient(), rx());
        let metadata = Metadata {
            glass: None,
            traceparent: None,
            command: CommandId::new(Uuid::from_u128(0xC0_0000 + u128::from(number))),
            patient: patient(),
            actor: By { id: PersonId::new(Uuid::from_u128(0xD0C)), role: Role::Psychiatrist },
            purpose: Purpose::Treatment,
            effective_at: None,
            correlation: None,
            causation: None,
            part2: true,
            classes: concord_kernel::DataClasses::ALL,
        };
        let version = self.ledger.read_stream(stream, 0, 1_000).await.unwrap().len() as u64;
        let stored = events.into_iter().map(DomainEvent::Prescription).map(|event| NewEvent {
            event_type: event.event_type(),
            event_version: event.event_version(),
            payload: Bytes::from(event.encode()),
        });
        let append = Append {
            command: metadata.command,
            request_hash: [0; 32],
            stream,
            expected: Expected::Exact(version),
            conditions: Vec::new(),
            events: stored.collect(),
            metadata: Bytes::from(serde_json::to_vec(&metadata).unwrap()),
            reply: Bytes::new(),
        };
        self.ledger.append(append).await.unwrap();
    }

    /// A relay as it is after a start: it knows nothing, nor does its executor.
    pub(super) fn relay(&self) -> Relay {
        let (ledger, clock) = (Arc::clone(&self.ledger) as _, Arc::clone(&self.clock) as _);
        let executor = Executor::new(ledger, clock, Ruleset::embedded(), ExecutorOptions::default());
        Relay::new(
            Arc::clone(&self.ledger) as _,
            executor,
            Arc::clone(&self.network) as _,
            Arc::clone(&self.clock) as _,
            Options::default(),
        )
    }

    pub(super) fn later(&self, minutes: u64) {
        let now = self.clock.now();
        self.clock.advance_to(now.plus(Duration::from_mins(minutes)));
    }

    /// Events of the prescription after its signature, by name.
    pub(super) async fn recorded(&self) -> Vec<String> {
        let wanted = Filter { kinds: vec![StreamKind::Prescription], event_types: Vec::new() };
        let page = self.ledger.read(0, &wanted, 1_000).await.unwrap();
        page.entries.iter().skip(3).map(|entry| entry.event_type.to_string()).collect()
    }
}

fn contents(pharmacy: &str) -> Contents {
    Contents {
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
        supply: Supply { days: 30, refills: 1 },
        pharmacy: PharmacyId::parse(pharmacy).unwrap(),
        state: UsState::parse("OH").unwrap(),
        earliest_fill_on: None,
        follows: None,
        series_days: 60,
        note: None,
    }
}
