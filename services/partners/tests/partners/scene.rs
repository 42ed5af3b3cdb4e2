//! A clinic, its patients, a partner that takes something on JetStream, and whoever publishes it.

use std::sync::Arc;
use std::time::Duration;

use concord_domain::consent::{
    Command as ConsentCommand, Expiry, Form, Kind, Recipient, RecipientClass, Signature, Signer, Statements,
    Terms,
};
use concord_domain::feed::{Command as FeedCommand, Delivery, PayloadChoice, Subscription};
use concord_domain::{Command, Relationships, audit, chart};
use concord_executor::{Executor, ExecutorOptions, Request};
use concord_feed::{Feed, InLedger, PartnerKeys, Parts as FeedParts};
use concord_kernel::{
    Actor, CommandId, ConsentId, Credentials, DataClass, DataClasses, Day, ErasureReason, IdSource, Instant,
    LedgerId, ManualClock, OrganisationId, PatientId, PersonId, Purpose, RandomIds, Role, SubscriptionId,
    TenantId, Text,
};
use concord_knowledge::Ruleset;
use concord_knowledge::safety::{ReactionKind, ReactionSeverity};
use concord_ledger::{Ledger, MemoryLedger};
use concord_partners::{Accounts, Options, Parts, Publisher};
use concord_relay::{Nats as Servers, connect};
use concord_servers::Nats;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Longer than anything takes on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_mins(2);
const LOOK: Duration = Duration::from_millis(20);

pub(crate) fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

pub(crate) fn tenant() -> TenantId {
    TenantId::parse("demo").unwrap()
}

pub(crate) fn riverside() -> OrganisationId {
    OrganisationId::parse("riverside").unwrap()
}

pub(crate) fn patient(n: u128) -> PatientId {
    PatientId::new(Uuid::from_u128(0xADA_0000 + n))
}

pub(crate) fn subscription(n: u128) -> SubscriptionId {
    SubscriptionId::new(Uuid::from_u128(0xF0_0000 + n))
}

fn consent(patient: PatientId) -> ConsentId {
    ConsentId::new(patient.uuid())
}

/// What the partner calls a patient.
pub(crate) fn called(patient: PatientId) -> String {
    keys().of(&tenant(), &riverside()).subject(patient).to_string()
}

fn keys() -> PartnerKeys {
    PartnerKeys::new([7; PartnerKeys::BYTES])
}

/// A clinic over two ledgers in memory.
pub(crate) struct Clinic {
    pub(crate) clock: Arc<ManualClock>,
    ledger: Arc<dyn Ledger>,
    access: Arc<dyn Ledger>,
    executor: Executor,
}

impl Clinic {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(ManualClock::starting_at(Instant::parse("2026-03-02T13:00:00Z").unwrap()));
        let ids = Arc::new(RandomIds);
        let memory = |id| Arc::new(MemoryLedger::new(id, clock.clone(), ids.clone()));
        let ledger: Arc<dyn Ledger> = memory(LedgerId::clinical(tenant()));
        let access = memory(LedgerId::access(tenant()));
        let options = ExecutorOptions::default();
        let executor = Executor::new(Arc::clone(&ledger), clock.clone(), Ruleset::embedded(), options);
        Self { clock, ledger, access, executor }
    }

    /// What partners take, as a process of its own has it.
    pub(crate) fn feed(&self) -> Feed {
        Feed::new(FeedParts {
            tenant: tenant(),
            ledger: Arc::clone(&self.ledger),
            disclosures: Arc::new(InLedger::new(Arc::clone(&self.access), Arc::new(RandomIds))),
            keys: keys(),
            clock: self.clock.clone(),
        })
    }

    /// A publisher with a connection of its own.
    pub(crate) async fn publishes(&self, nats: &Nats) -> JoinHandle<()> {
        let servers = Servers { servers: nats.urls(), ..Servers::default() };
        let mut options = Options { accounts: Accounts::Shared, streams: concord_relay::Options::default() };
        options.streams.look = LOOK;
        options.streams.first_pause = LOOK;
        options.streams.longest_pause = Duration::from_millis(200);
        let client = connect(&servers).await.unwrap();
        let parts =
            Parts { feed: self.feed(), client, options, encode: concord_api::told, ids: Arc::new(RandomIds) };
        tokio::spawn(Publisher::new(parts).run())
    }

    async fn does(&self, role: Role, patient: PatientId, command: Command) {
        let request = Request {
            patient,
            command,
            command_id: CommandId::new(RandomIds.next()),
            request_hash: [0; 32],
            expected_version: None,
            actor: Actor { id: PersonId::new(Uuid::from_u128(9)), role, credentials: Credentials::default() },
            purpose: Purpose::Treatment,
            effective_at: None,
            correlation: None,
            causation: None,
            permitted: Relationships::ALL,
        };
        self.executor.execute(request).await.unwrap();
    }

    /// Records an allergy of the patient, which a consent here covers.
    pub(crate) async fn event(&self, patient: PatientId, substance: &str) {
        let allergy = chart::Command::RecordAllergy {
            substance: text(substance),
            codings: vec![],
            reaction: None,
            severity: ReactionSeverity::Mild,
            kind: ReactionKind::Allergy,
        };
        self.does(Role::Nurse, patient, Command::Chart(allergy)).await;
    }

    /// Records so many of them.
    pub(crate) async fn events(&self, patient: PatientId, numbers: std::ops::Range<usize>) {
        for n in numbers {
            self.event(patient, &format!("substance {n}")).await;
        }
    }

    pub(crate) async fn consents(&self, patient: PatientId) {
        let command = ConsentCommand::Give { consent: consent(patient), terms: Box::new(terms()) };
        self.does(Role::Nurse, patient, Command::Consent(command)).await;
    }

    pub(crate) async fn revokes(&self, patient: PatientId) {
        let command = ConsentCommand::Revoke { consent: consent(patient), how: text("told the nurse") };
        self.does(Role::Patient, patient, Command::Consent(command)).await;
    }

    /// Has the ledger say that everything about the patient was destroyed.
    pub(crate) async fn is_erased(&self, patient: PatientId) {
        let approved_by = PersonId::new(Uuid::from_u128(10));
        let command = audit::Command::Shred { reason: ErasureReason::RetentionEnded, approved_by };
        self.does(Role::PrivacyOfficer, patient, Command::Audit(command)).await;
    }

    pub(crate) async fn opens(&self, subscription: SubscriptionId, delivery: Delivery) {
        let command = FeedCommand::Open { subscription, terms: Box::new(takes(delivery)) };
        self.does(Role::PrivacyOfficer, PatientId::NOBODY, Command::Feed(command)).await;
    }

    pub(crate) async fn closes(&self, subscription: SubscriptionId) {
        let command = FeedCommand::Close { subscription, reason: text("the agreement has ended") };
        self.does(Role::PrivacyOfficer, PatientId::NOBODY, Command::Feed(command)).await;
    }
}

fn day(within: &str) -> Day {
    Instant::parse(within).unwrap().day()
}

/// The last day of every consent here.
pub(crate) fn last_day() -> Day {
    day("2026-06-05T00:00:00Z")
}

fn terms() -> Terms {
    let clinical = DataClasses::of(&[DataClass::Clinical]);
    Terms {
        kind: Kind::Named,
        patient_name: text("Ada Example"),
        discloser: text("Riverbend IOP"),
        what: text("my allergies and results"),
        classes: clinical,
        recipients: vec![Recipient::Organisation(riverside())],
        purposes: vec![Purpose::Treatment],
        statements: Statements { right_to_revoke: text("in writing"), redisclosure: true, refusal: true },
        expires: Expiry::On(last_day()),
        signature: Signature {
            by: Signer::Patient,
            name: text("Ada"),
            form: Form::Paper,
            on: day("2026-03-02T12:00:00Z"),
        },
    }
}

fn takes(delivery: Delivery) -> Subscription {
    Subscription {
        organisation: riverside(),
        recipient: text("Riverside Primary Care, 1 Main Street, Dayton OH"),
        class: RecipientClass::TreatingProvider,
        purpose: Purpose::Treatment,
        classes: DataClasses::of(&[DataClass::Clinical]),
        event_types: vec![],
        payload: PayloadChoice::Full,
        delivery,
    }
}

/// Waits until `holds`.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let wait = async {
        while !holds().await {
            tokio::time::sleep(LOOK).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "waited in vain: {what}");
}

/// Ends a publisher as a process is ended: wherever it is.
pub(crate) async fn cut_off(publisher: JoinHandle<()>) {
    publisher.abort();
    let _ended = publisher.await;
}
