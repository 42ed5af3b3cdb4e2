//! `bench looks`: what it costs to put every look on record before it is answered.
//!
//! Two services in this process answer the same questions from the same views: one as it is, and one whose looks are put
//! nowhere. They are asked in turns, so that what the machine does besides falls on both.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use concord_access::{Authenticator, LocalTokens, Policies};
use concord_api::{Api, ApiParts, Limits, Tenant, Tenants};
use concord_executor::{Executor, ExecutorOptions};
use concord_kernel::{
    Actor, Clock, Credentials, LedgerId, PersonId, RandomIds, Role, SystemClock, TenantId, Token,
};
use concord_knowledge::Ruleset;
use concord_ledger::{Ledger, SqliteLedger, SqliteOptions};
use concord_looks::{Answering, Kind, Looks, Wanted};
use concord_projection::{Options as ViewOptions, Projections, Setup, SqliteStore};
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_proto::concord::prescriber::v1::prescriber_service_client::PrescriberServiceClient;
use concord_proto::concord::program::v1 as program;
use concord_proto::concord::program::v1::program_service_client::ProgramServiceClient;
use serde::Serialize;
use tokio::net::TcpListener;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use uuid::Uuid;

use crate::BenchError;
use crate::commands::seed;
use crate::load::{Measured, closed_loop};
use crate::mix::{Mix, PROGRAM};
use crate::server::processor_time;

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Questions in flight at once.
    pub clients: usize,
    /// How long each turn runs.
    pub turn: Duration,
    /// Turns of each of the two.
    pub turns: usize,
    /// Clients of the program that are asked about.
    pub patients: u64,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Charts of one client a second, on record.
    pub charts_per_second: f64,
    /// The same, put on no record.
    pub charts_unrecorded_per_second: f64,
    /// The first to the second: 1 is no cost.
    pub charts_ratio: f64,
    /// Processor time of service and client for one chart on record, in microseconds.
    pub charts_cpu_us: Option<f64>,
    /// The same, put on no record.
    pub charts_unrecorded_cpu_us: Option<f64>,
    /// Half of the charts took at most this long, on record.
    pub charts_p50_ms: f64,
    /// The same, put on no record.
    pub charts_unrecorded_p50_ms: f64,
    /// Pages of fifty clients a second, on record.
    pub lists_per_second: f64,
    /// The same, put on no record.
    pub lists_unrecorded_per_second: f64,
    /// The first to the second.
    pub lists_ratio: f64,
    /// Processor time of service and client for one page on record, in microseconds.
    pub lists_cpu_us: Option<f64>,
    /// The same, put on no record.
    pub lists_unrecorded_cpu_us: Option<f64>,
    /// Looks that were put on record.
    pub looks: u64,
    /// Events that hold them.
    pub events: u64,
    /// Milliseconds in which all looks at one client are found among them.
    pub found_in_ms: f64,
}

const CONNECTIONS: usize = 4;
const KEY: &[u8] = b"a key of thirty-two bytes or more";
/// The pages of a list of clients.
const ROWS: u32 = 50;
/// Longer than the views take to see what was filled.
const PATIENCE: Duration = Duration::from_mins(10);
const TOKEN_LIFETIME: Duration = Duration::from_hours(8);

fn failed(error: impl std::fmt::Display) -> BenchError {
    BenchError::Store(error.to_string())
}

/// Measures.
///
/// # Errors
///
/// [`BenchError`] when a store fails or a question is not answered.
pub async fn run(options: &Options, say: &dyn Fn(&str)) -> Result<Report, BenchError> {
    let folder = tempfile::tempdir()?;
    let (ledger, views) = record(folder.path())?;
    let looks = looks(folder.path())?;
    let bearer = bearer()?;
    let recorded = serve(&ledger, &views, looks.clone()).await?;
    let unrecorded = serve(&ledger, &views, looks.clone().answering(Answering::MutationNever)).await?;
    say("filling the program");
    let mix = Mix::over(options.patients);
    seed(&recorded, &bearer, mix).await?;
    let head: Token = *ledger.watch().borrow();
    for status in views.statuses() {
        views.wait_for(status.view, head, PATIENCE).await.map_err(failed)?;
    }
    say("asking for charts, in turns");
    let before = looks.ledger().head().await.map_err(failed)?.token.position;
    let (with, without) = turns(options, (&recorded, &unrecorded), &bearer, Asked::Chart).await?;
    say("asking for lists, in turns");
    let (list_with, list_without) = turns(options, (&recorded, &unrecorded), &bearer, Asked::List).await?;
    let events = looks.ledger().head().await.map_err(failed)?.token.position - before;
    let found_in_ms = find(&looks, options).await?;
    Ok(Report {
        charts_per_second: with.per_second,
        charts_unrecorded_per_second: without.per_second,
        charts_ratio: with.per_second / without.per_second,
        charts_cpu_us: with.cpu_us,
        charts_unrecorded_cpu_us: without.cpu_us,
        charts_p50_ms: with.p50_ms,
        charts_unrecorded_p50_ms: without.p50_ms,
        lists_per_second: list_with.per_second,
        lists_unrecorded_per_second: list_without.per_second,
        lists_ratio: list_with.per_second / list_without.per_second,
        lists_cpu_us: list_with.cpu_us,
        lists_unrecorded_cpu_us: list_without.cpu_us,
        looks: with.answered + list_with.answered,
        events,
        found_in_ms,
    })
}

/// The record, and views of it.
fn record(folder: &Path) -> Result<(Arc<dyn Ledger>, Projections), BenchError> {
    let ledger = open(folder, LedgerId::clinical(tenant()))?;
    let store = Arc::new(SqliteStore::open(&folder.join("views.db")).map_err(failed)?);
    let setup = Setup::new(Arc::clone(&ledger), store, Arc::new(SystemClock), ViewOptions::default());
    Ok((ledger, concord_views::all(setup).start()?))
}

fn looks(folder: &Path) -> Result<Looks, BenchError> {
    let ledger = open(folder, LedgerId::access(tenant()))?;
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    Ok(Looks::new(ledger, clock, ids, concord_looks::Limits::default()))
}

fn open(folder: &Path, id: LedgerId) -> Result<Arc<dyn Ledger>, BenchError> {
    let file = folder.join(id.kind.as_str());
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    Ok(Arc::new(SqliteLedger::open(&file, id, clock, ids, SqliteOptions::default()).map_err(failed)?))
}

fn tenant() -> TenantId {
    TenantId::parse("demo").expect("a valid name")
}

fn bearer() -> Result<MetadataValue<Ascii>, BenchError> {
    let id = PersonId::new(Uuid::from_u128(1));
    let actor = Actor { id, role: Role::Psychiatrist, credentials: Credentials::default() };
    let tokens = LocalTokens::new(KEY).map_err(failed)?;
    let token = tokens.sign(&tenant(), &actor, SystemClock.now(), TOKEN_LIFETIME);
    Ok(format!("Bearer {token}").parse().expect("a token is ASCII"))
}

/// Serves on a port of its own for as long as the process lives, and connects to it.
async fn serve(
    ledger: &Arc<dyn Ledger>,
    views: &Projections,
    looks: Looks,
) -> Result<Vec<Channel>, BenchError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (ledger, options) = (Arc::clone(ledger), ExecutorOptions::default());
    let executor = Executor::new(Arc::clone(&ledger), Arc::clone(&clock), Ruleset::embedded(), options);
    let tenant =
        (tenant(), Tenant { executor, ledger, looks, views: Some(views.clone()), proofs: None, feeds: None });
    let authenticator = Authenticator::new(LocalTokens::new(KEY).map_err(failed)?);
    let tenants = Tenants::new([tenant]);
    let api = Api::new(
        ApiParts { authenticator, policies: Policies::embedded(), clock, tenants, limits: Limits::default() },
        tonic_health::server::HealthReporter::new(),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(api.serve(listener, std::future::pending()));
    let mut channels = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        channels.push(Endpoint::from_shared(address.clone())?.tcp_nodelay(true).connect().await?);
    }
    Ok(channels)
}

#[derive(Clone, Copy)]
enum Asked {
    Chart,
    List,
}

/// Turns of one of the two, together.
struct Turns {
    per_second: f64,
    p50_ms: f64,
    answered: u64,
    cpu_us: Option<f64>,
}

/// Both, in turns; of each the mean of its turns, after one that is not counted.
async fn turns(
    options: &Options,
    (recorded, unrecorded): (&[Channel], &[Channel]),
    bearer: &MetadataValue<Ascii>,
    asked: Asked,
) -> Result<(Turns, Turns), BenchError> {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for turn in 0..=options.turns {
        let one = ask(options, recorded, bearer, asked).await?;
        let other = ask(options, unrecorded, bearer, asked).await?;
        if turn > 0 {
            with.push(one);
            without.push(other);
        }
    }
    Ok((mean(&with), mean(&without)))
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn mean(turns: &[(Measured, Option<Duration>)]) -> Turns {
    let of = |figure: fn(&Measured) -> f64| {
        turns.iter().map(|(turn, _)| figure(turn)).sum::<f64>() / turns.len() as f64
    };
    let answered: u64 = turns.iter().map(|(turn, _)| turn.answered).sum();
    let spent: Option<Duration> = turns.iter().map(|(_, spent)| *spent).sum();
    Turns {
        per_second: of(|turn| turn.per_second),
        p50_ms: of(|turn| turn.p50_ms),
        answered,
        cpu_us: spent.map(|spent| spent.as_secs_f64() * 1e6 / answered.max(1) as f64),
    }
}

async fn ask(
    options: &Options,
    channels: &[Channel],
    bearer: &MetadataValue<Ascii>,
    asked: Asked,
) -> Result<(Measured, Option<Duration>), BenchError> {
    let before = processor_time("self");
    let (channels, bearer, patients) = (channels.to_vec(), bearer.clone(), options.patients);
    let measured = closed_loop(options.clients, options.turn, move |worker, n| {
        let (channel, bearer) = (channels[worker % channels.len()].clone(), bearer.clone());
        async move {
            match asked {
                Asked::Chart => {
                    let patient_id = Mix::patient(Mix::drawn(worker, n, patients));
                    let asks = prescriber::GetClientRequest { patient_id, min_position: None };
                    PrescriberServiceClient::new(channel).get_client(with(bearer, asks)).await?;
                }
                Asked::List => {
                    let page = concord_proto::concord::common::v1::PageRequest {
                        page_size: ROWS,
                        page_token: String::new(),
                    };
                    let program = PROGRAM.to_owned();
                    let asks = program::ListEpisodesRequest { program, page: Some(page), min_position: None };
                    ProgramServiceClient::new(channel).list_episodes(with(bearer, asks)).await?;
                }
            }
            Ok(())
        }
    })
    .await?;
    let spent = processor_time("self").zip(before).map(|(after, before)| after.saturating_sub(before));
    Ok((measured, spent))
}

fn with<T>(bearer: MetadataValue<Ascii>, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", bearer);
    request
}

/// How long it takes to find all looks at one client.
async fn find(looks: &Looks, options: &Options) -> Result<f64, BenchError> {
    let patient = Mix::patient(options.patients / 2).parse().map_err(failed)?;
    let patient = concord_kernel::PatientId::new(patient);
    let wanted = Wanted { patient, from: None, to: None, kind: Kind::Looks };
    let (started, mut after) = (std::time::Instant::now(), None);
    loop {
        let found = looks.log().page(&wanted, after, usize::MAX).await.map_err(failed)?;
        if found.next.is_none() {
            return Ok(started.elapsed().as_secs_f64() * 1_000.0);
        }
        after = found.next;
    }
}
