//! `bench feed`: how long a decision by consent takes, and how many events a second partners are told.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use concord_domain::consent::{
    Event as ConsentEvent, Expiry, Form, Kind, Recipient, RecipientClass, Signature, Signer, Statements,
    Terms,
};
use concord_domain::feed::{Delivery, Event as FeedEvent, PayloadChoice, Subscription};
use concord_domain::{DomainEvent, chart};
use concord_executor::{By, Metadata};
use concord_feed::{Begin, Consents, Feed, InLedger, PartnerKeys, Parts, Taker};
use concord_kernel::{
    Clock, CommandId, ConsentId, DataClass, DataClasses, IdSource, LedgerId, OrganisationId, PatientId,
    PersonId, Purpose, RandomIds, Role, StreamRef, SubscriptionId, SystemClock, TenantId, Text,
};
use concord_knowledge::safety::{ReactionKind, ReactionSeverity};
use concord_ledger::{Append, Expected, Ledger, NewEvent, SqliteLedger, SqliteOptions};
use futures::stream::{self, StreamExt, TryStreamExt};
use hdrhistogram::Histogram;
use serde::Serialize;
use uuid::Uuid;

use crate::BenchError;

/// Partners that are told at once in the second measurement.
const PARTNERS: u32 = 50;
/// Decisions that are timed.
const DECISIONS: u32 = 500_000;
/// Events in one append while the ledger is filled.
const APPENDED: u64 = 200;
/// Appends that are under way at once while the ledger is filled.
const APPENDS: usize = 64;
/// Decisions above this are counted as this: a second, in nanoseconds.
const LONGEST_NANOS: u64 = 1_000_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;
const CLASSES: DataClasses = DataClasses::of(&[DataClass::Clinical]);

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Events in the ledger that a partner may be told.
    pub events: u64,
    /// Patients, each of whom consented.
    pub patients: u64,
    /// Half of the decisions took at most this long, in microseconds.
    pub decision_p50_us: f64,
    /// All but one in a hundred took at most this long.
    pub decision_p99_us: f64,
    /// Events a second told to one partner, each decided and its disclosure on the disk before.
    pub one_partner_per_second: f64,
    /// The same, told to fifty partners at once, all together.
    pub fifty_partners_per_second: f64,
}

/// Measures with SQLite files in a folder of its own. Fifty partners take a fiftieth of the events each.
///
/// # Errors
///
/// [`BenchError`] when a ledger fails.
pub async fn run(events: u64, patients: u64, say: &dyn Fn(&str)) -> Result<Report, BenchError> {
    say("deciding in memory");
    let (decision_p50_us, decision_p99_us) = decisions(patients);
    say("telling one partner");
    let one_partner_per_second = told(events, patients, 1).await?;
    say("telling fifty partners");
    let each = (events / u64::from(PARTNERS)).max(1);
    let fifty_partners_per_second = told(each, patients, PARTNERS).await?;
    Ok(Report {
        events,
        patients,
        decision_p50_us,
        decision_p99_us,
        one_partner_per_second,
        fifty_partners_per_second,
    })
}

fn failed(error: impl std::fmt::Display) -> BenchError {
    BenchError::Store(error.to_string())
}

fn text(words: &str) -> Text {
    Text::parse(words).expect("short and not blank")
}

fn organisation(n: u32) -> OrganisationId {
    OrganisationId::parse(&format!("partner-{n}")).expect("a valid name")
}

fn patient(n: u64) -> PatientId {
    PatientId::new(Uuid::from_u128(0xADA_0000_0000 + u128::from(n)))
}

fn consent(n: u64, partners: u32) -> ConsentEvent {
    let terms = Terms {
        kind: Kind::Named,
        patient_name: text("Ada Example"),
        discloser: text("Riverbend IOP"),
        what: text("allergies and results"),
        classes: CLASSES,
        recipients: (0..partners).map(|partner| Recipient::Organisation(organisation(partner))).collect(),
        purposes: vec![Purpose::Treatment],
        statements: Statements { right_to_revoke: text("in writing"), redisclosure: true, refusal: true },
        expires: Expiry::EndOfTreatment,
        signature: Signature {
            by: Signer::Patient,
            name: text("Ada Example"),
            form: Form::Paper,
            on: SystemClock.now().day(),
        },
    };
    let consent = ConsentId::new(Uuid::from_u128(0xC0_0000_0000 + u128::from(n)));
    ConsentEvent::ConsentGiven { consent, version: 1, terms: Box::new(terms) }
}

/// Median and 99th percentile of a decision, microseconds, every fourth of which withholds.
fn decisions(patients: u64) -> (f64, f64) {
    let mut consents = Consents::default();
    for n in 0..patients {
        consents.apply(patient(n), consent(n, PARTNERS));
    }
    let taker = |partner| Taker {
        organisation: organisation(partner),
        class: RecipientClass::TreatingProvider,
        purpose: Purpose::Treatment,
    };
    let takers: Vec<_> = (0..PARTNERS).map(taker).collect();
    let now = SystemClock.now();
    let mut nanos = Histogram::<u64>::new_with_bounds(1, LONGEST_NANOS, SIGNIFICANT_DIGITS)
        .expect("the bounds are in order");
    for n in 0..DECISIONS {
        let whose = patient(u64::from(n).wrapping_mul(0x9E37_79B9) % patients);
        let classes = if n % 4 == 0 { DataClasses::ALL } else { CLASSES };
        let taker = &takers[(n % PARTNERS) as usize];
        let begun = Instant::now();
        let granted = consents.decide(whose, classes, taker, now);
        let took = begun.elapsed();
        std::hint::black_box(granted);
        nanos.saturating_record(u64::try_from(took.as_nanos()).unwrap_or(LONGEST_NANOS));
    }
    (micros(nanos.value_at_quantile(0.5)), micros(nanos.value_at_quantile(0.99)))
}

#[expect(clippy::cast_precision_loss, reason = "less than a second")]
fn micros(nanos: u64) -> f64 {
    nanos as f64 / 1_000.0
}

/// Events a second that `partners` partners are told together.
async fn told(events: u64, patients: u64, partners: u32) -> Result<f64, BenchError> {
    let folder = tempfile::tempdir()?;
    let tenant = TenantId::parse("demo").expect("a valid name");
    let ledger = open(folder.path(), LedgerId::clinical(tenant.clone()))?;
    let access = open(folder.path(), LedgerId::access(tenant.clone()))?;
    fill(&*ledger, events, patients, partners).await?;
    let feed = Feed::new(Parts {
        tenant,
        ledger,
        disclosures: Arc::new(InLedger::new(access, Arc::new(RandomIds))),
        keys: PartnerKeys::new([7; PartnerKeys::BYTES]),
        clock: Arc::new(SystemClock),
    });
    feed.level().await.map_err(failed)?;
    let begun = Instant::now();
    let each = (0..partners).map(|n| {
        let feed = feed.clone();
        tokio::spawn(async move {
            let (organisation, subscription) = (organisation(n), subscription(n));
            let mut session = feed.subscribe(&organisation, subscription, Begin::Beginning).await?;
            let mut told = 0;
            while let Some(messages) = session.step().await? {
                told += messages.len() as u64;
            }
            Ok::<u64, concord_feed::FeedError>(told)
        })
    });
    let mut all = 0;
    for each in futures::future::join_all(each).await {
        all += each.map_err(failed)?.map_err(failed)?;
    }
    let took = begun.elapsed();
    if all != events * u64::from(partners) {
        return Err(BenchError::Store(format!("{all} events were told, not {events} to each of {partners}")));
    }
    Ok(rate(all, took))
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn rate(events: u64, took: Duration) -> f64 {
    events as f64 / took.as_secs_f64()
}

fn subscription(n: u32) -> SubscriptionId {
    SubscriptionId::new(Uuid::from_u128(0xF0_0000_0000 + u128::from(n)))
}

fn open(folder: &Path, id: LedgerId) -> Result<Arc<dyn Ledger>, BenchError> {
    let file = folder.join(id.to_string().replace('/', "-"));
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    let ledger = SqliteLedger::open(&file, id, clock, ids, SqliteOptions::default()).map_err(failed)?;
    Ok(Arc::new(ledger))
}

/// Subscriptions, consents, and events of one kind.
async fn fill(ledger: &dyn Ledger, events: u64, patients: u64, partners: u32) -> Result<(), BenchError> {
    for n in 0..partners {
        let terms = Subscription {
            organisation: organisation(n),
            recipient: text("A clinic, 1 Main Street, Dayton OH"),
            class: RecipientClass::TreatingProvider,
            purpose: Purpose::Treatment,
            classes: CLASSES,
            event_types: Vec::new(),
            payload: PayloadChoice::Full,
            delivery: Delivery::Call,
        };
        let opened = FeedEvent::SubscriptionOpened { subscription: subscription(n), terms: Box::new(terms) };
        let stream = StreamRef::feed(subscription(n));
        append(ledger, stream, PatientId::NOBODY, vec![DomainEvent::Feed(opened)]).await?;
    }
    let consents = (0..patients).map(|n| {
        let event = DomainEvent::Consent(consent(n, partners));
        append(ledger, StreamRef::consent(patient(n)), patient(n), vec![event])
    });
    stream::iter(consents).buffer_unordered(APPENDS).try_collect::<()>().await?;
    let mut left = events;
    for n in (0..patients).cycle() {
        if left == 0 {
            return Ok(());
        }
        let count = left.min(APPENDED);
        let chart = (0..count).map(|_| DomainEvent::Chart(allergy())).collect();
        append(ledger, StreamRef::chart(patient(n)), patient(n), chart).await?;
        left -= count;
    }
    Ok(())
}

fn allergy() -> chart::Event {
    chart::Event::AllergyRecorded {
        substance: text("latex gloves"),
        ingredient: None,
        reaction: Some(text("a rash on both hands after half an hour")),
        severity: ReactionSeverity::Mild,
        kind: ReactionKind::Allergy,
    }
}

async fn append(
    ledger: &dyn Ledger,
    stream: StreamRef,
    patient: PatientId,
    events: Vec<DomainEvent>,
) -> Result<(), BenchError> {
    let command = CommandId::new(RandomIds.next());
    let metadata = Metadata {
        command,
        patient,
        actor: By { id: PersonId::new(Uuid::from_u128(9)), role: Role::Nurse },
        purpose: Purpose::Treatment,
        effective_at: None,
        correlation: None,
        causation: None,
        traceparent: None,
        part2: true,
        classes: CLASSES,
        glass: None,
    };
    let stored = |event: &DomainEvent| NewEvent {
        event_type: event.event_type(),
        event_version: event.event_version(),
        payload: Bytes::from(event.encode()),
    };
    let append = Append {
        command,
        request_hash: [0; 32],
        stream,
        expected: Expected::Any,
        conditions: Vec::new(),
        events: events.iter().map(stored).collect(),
        metadata: Bytes::from(serde_json::to_vec(&metadata).map_err(failed)?),
        reply: Bytes::new(),
    };
    ledger.append(append).await.map(drop).map_err(failed)
}
