//! A clinic, its patients, and a partner.

use std::sync::Arc;

use bytes::Bytes;
use concord_domain::consent::{
    Command as ConsentCommand, Expiry, Form, Kind, Recipient, RecipientClass, Signature, Signer, Statements,
    Terms,
};
use concord_domain::feed::{Command as FeedCommand, Delivery, PayloadChoice, Subscription};
use concord_domain::{Command, Relationships, chart};
use concord_executor::{Executor, ExecutorOptions, Request};
use concord_feed::{Begin, Feed, InLedger, Message, Order, PartnerKeys, Parts, Session, Told};
use concord_kernel::{
    Actor, Clock, CommandId, ConsentId, Credentials, DataClass, DataClasses, IdSource, Instant, LedgerId,
    ManualClock, OrganisationId, PatientId, PersonId, Purpose, Role, SeededIds, SubscriptionId, TenantId,
    Text, Token,
};
use concord_knowledge::Ruleset;
use concord_knowledge::safety::{ReactionKind, ReactionSeverity};
use concord_ledger::{Ledger, MemoryLedger};
use uuid::Uuid;

/// What a consent covers here, and what an allergy tells.
pub(crate) const CLINICAL: DataClasses = DataClasses::of(&[DataClass::Clinical]);

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

pub(crate) fn consent(n: u128) -> ConsentId {
    ConsentId::new(Uuid::from_u128(0xC0_0000 + n))
}

pub(crate) fn subscription(n: u128) -> SubscriptionId {
    SubscriptionId::new(Uuid::from_u128(0xF0_0000 + n))
}

pub(crate) fn noon() -> Instant {
    Instant::parse("2026-03-02T12:00:00Z").unwrap()
}

/// A clinic over two ledgers.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) access: Arc<dyn Ledger>,
    pub(crate) executor: Executor,
    pub(crate) feed: Feed,
    ids: Arc<SeededIds>,
}

impl Scene {
    /// In memory, with a clock that stands at noon.
    pub(crate) fn in_memory(seed: u64, order: Order) -> Self {
        Self::at(Arc::new(ManualClock::starting_at(noon())), seed, order)
    }

    /// In memory, by that clock.
    pub(crate) fn at(clock: Arc<ManualClock>, seed: u64, order: Order) -> Self {
        let ids = Arc::new(SeededIds::new(seed));
        let ledger = MemoryLedger::new(LedgerId::clinical(tenant()), clock.clone(), ids.clone());
        let access = MemoryLedger::new(LedgerId::access(tenant()), clock.clone(), ids.clone());
        Self::over(Arc::new(ledger), Arc::new(access), clock, seed, order)
    }

    /// Over ledgers that exist.
    pub(crate) fn over(
        ledger: Arc<dyn Ledger>,
        access: Arc<dyn Ledger>,
        clock: Arc<dyn Clock>,
        seed: u64,
        order: Order,
    ) -> Self {
        let ids = Arc::new(SeededIds::new(seed ^ 0x5EED));
        let rules = Ruleset::embedded();
        let executor =
            Executor::new(Arc::clone(&ledger), Arc::clone(&clock), rules, ExecutorOptions::default());
        let parts = Parts {
            tenant: tenant(),
            ledger,
            disclosures: Arc::new(InLedger::new(Arc::clone(&access), ids.clone())),
            keys: PartnerKeys::new([7; PartnerKeys::BYTES]),
            clock,
        };
        Self { access, executor, feed: Feed::in_order(parts, order), ids }
    }

    /// Issues a command and says where the ledger holds it.
    pub(crate) async fn does(&self, role: Role, patient: PatientId, command: Command) -> Token {
        let request = Request {
            patient,
            command,
            command_id: CommandId::new(self.ids.next()),
            request_hash: [0; 32],
            expected_version: None,
            actor: Actor { id: PersonId::new(Uuid::from_u128(9)), role, credentials: Credentials::default() },
            purpose: Purpose::Treatment,
            effective_at: None,
            correlation: None,
            causation: None,
            permitted: Relationships::ALL,
        };
        self.executor.execute(request).await.unwrap().token
    }

    /// Records an allergy of the patient: an event that a consent here covers.
    pub(crate) async fn event(&self, patient: PatientId, n: usize) -> Token {
        let allergy = chart::Command::RecordAllergy {
            substance: text(&format!("substance {n}")),
            codings: vec![],
            reaction: None,
            severity: ReactionSeverity::Mild,
            kind: ReactionKind::Allergy,
        };
        self.does(Role::Nurse, patient, Command::Chart(allergy)).await
    }

    /// Has the patient consent, under an identifier and what it covers.
    pub(crate) async fn consents(&self, patient: PatientId, id: ConsentId) -> Token {
        self.consents_until(patient, id, Expiry::EndOfTreatment).await
    }

    /// The same, until it ends by itself.
    pub(crate) async fn consents_until(&self, patient: PatientId, id: ConsentId, expires: Expiry) -> Token {
        let command = ConsentCommand::Give { consent: id, terms: Box::new(Terms { expires, ..terms() }) };
        self.does(Role::Nurse, patient, Command::Consent(command)).await
    }

    pub(crate) async fn revokes(&self, patient: PatientId, id: ConsentId) -> Token {
        let command = ConsentCommand::Revoke { consent: id, how: text("told the nurse") };
        self.does(Role::Patient, patient, Command::Consent(command)).await
    }

    pub(crate) async fn opens(&self, id: SubscriptionId, payload: PayloadChoice) -> Token {
        self.opens_by(id, payload, Delivery::Call).await
    }

    pub(crate) async fn opens_by(
        &self,
        id: SubscriptionId,
        payload: PayloadChoice,
        delivery: Delivery,
    ) -> Token {
        let terms = Box::new(Subscription { delivery, ..takes(payload) });
        let command = FeedCommand::Open { subscription: id, terms };
        self.does(Role::PrivacyOfficer, PatientId::NOBODY, Command::Feed(command)).await
    }

    pub(crate) async fn subscribe(&self, id: SubscriptionId, begin: Begin) -> Session {
        self.feed.subscribe(&riverside(), id, begin).await.unwrap()
    }
}

pub(crate) fn terms() -> Terms {
    Terms {
        kind: Kind::Named,
        patient_name: text("Ada Example"),
        discloser: text("Riverbend IOP"),
        what: text("my allergies and results"),
        classes: CLINICAL,
        recipients: vec![Recipient::Organisation(riverside())],
        purposes: vec![Purpose::Treatment],
        statements: Statements { right_to_revoke: text("in writing"), redisclosure: true, refusal: true },
        expires: Expiry::EndOfTreatment,
        signature: Signature { by: Signer::Patient, name: text("Ada"), form: Form::Paper, on: noon().day() },
    }
}

fn takes(payload: PayloadChoice) -> Subscription {
    Subscription {
        organisation: riverside(),
        recipient: text("Riverside Primary Care, 1 Main Street, Dayton OH"),
        class: RecipientClass::TreatingProvider,
        purpose: Purpose::Treatment,
        classes: CLINICAL,
        event_types: vec![],
        payload,
        delivery: Delivery::Call,
    }
}

/// Everything that is allowed by now.
pub(crate) async fn drained(session: &mut Session) -> Vec<Message> {
    let mut all = Vec::new();
    while let Some(messages) = session.step().await.unwrap() {
        all.extend(messages);
    }
    all
}

/// What a partner can tell two messages apart by.
pub(crate) fn bytes(messages: &[Message]) -> Vec<Bytes> {
    messages.iter().map(|message| Bytes::from(format!("{message:?}"))).collect()
}

/// Of each message, its number and whether it is an event.
pub(crate) fn outline(messages: &[Message]) -> Vec<(u64, bool)> {
    messages.iter().map(|message| (message.sequence, matches!(message.told, Told::Event(_)))).collect()
}
