//! `bench commands`: durable commands a second through gRPC, beside an echo and plain cqrs-es.

use std::path::Path;
use std::time::{Duration, Instant};

use concord_kernel::{Actor, Credentials, PersonId, Role, Schedule, TenantId};
use concord_proto::concord::command::v1::execute_stream_request::Command;
use serde::Serialize;
use tokio::task::JoinHandle;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use uuid::Uuid;

use crate::load::{Measured, Recorder, closed_loop};
use crate::mix::{Mix, SEED_STEPS};
use crate::server::{Launch, Running, processor_time};
use crate::{BenchError, baseline, echo, lag, stream, unary};

/// What is measured.
#[derive(Clone, Debug)]
pub struct Options {
    /// The empty database that the measured ledger and the baseline are kept in; absent for SQLite.
    pub postgres: Option<String>,
    /// Commands in flight at once.
    pub clients: usize,
    /// Processes that answer calls on one ledger; more than one only with `postgres`.
    pub processes: usize,
    /// How long each of the three measurements runs.
    pub length: Duration,
    /// On bidirectional streams instead of unary calls.
    pub stream: bool,
    /// Roles of the measured server, as `serve --roles` takes them.
    pub roles: String,
    /// Clients of the program that commands are spread over.
    pub patients: u64,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Durable commands a second.
    pub commands_per_second: f64,
    /// Half of the commands took at most this long.
    pub p50_ms: f64,
    /// All but one in a hundred took at most this long.
    pub p99_ms: f64,
    /// Processor time that the server used for one command, in microseconds.
    pub server_cpu_us: Option<f64>,
    /// Processor time that the clients used for one command, in microseconds.
    pub client_cpu_us: Option<f64>,
    /// Unary echoes a second, same clients, same machine.
    pub echo_per_second: f64,
    /// Commands to echoes.
    pub ratio_to_echo: f64,
    /// Commands a second of plain cqrs-es on the same kind of store, in process, waiting for the disk at every commit.
    pub baseline_per_second: f64,
    /// Commands to the baseline's.
    pub ratio_to_baseline: f64,
    /// The most memory that the first server held.
    pub peak_rss_mb: Option<f64>,
    /// From a receipt to the last of the views showing it, under this load: half took at most this long. Absent
    /// without the projector role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view_lag_p50_ms: Option<f64>,
    /// All but one in a hundred took at most this long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view_lag_p99_ms: Option<f64>,
}

/// Data folder of the first measured process.
const FIRST: &str = "data";
/// Connections that the clients share, as the peers were measured with.
const CONNECTIONS: usize = 4;
/// Streams' commands in flight while the program is filled.
const SEED_SLOTS: usize = 128;
/// Let go by before anything is counted.
const WARM_UP: Duration = Duration::from_secs(1);

/// Measures. `say` is told what happens, for people.
///
/// # Errors
///
/// [`BenchError`] when a server does not start or a call fails that must not.
pub async fn run(launch: &Launch, options: &Options, say: &dyn Fn(&str)) -> Result<Report, BenchError> {
    let folder = tempfile::tempdir()?;
    let mix = Mix::over(options.patients);
    let (connections, load) = (CONNECTIONS.min(options.clients), (options.clients, options.stream));

    say("echo: a bare tonic service that does nothing");
    let server = Running::start(launch, &["bench", "echo-server"]).await?;
    let channels = server.connect(connections).await?;
    echo::run(channels.clone(), options.clients, mix, WARM_UP).await?;
    let echo = echo::run(channels, options.clients, mix, options.length).await?;
    server.stop().await?;

    let baseline = match &options.postgres {
        None => {
            say("baseline: plain cqrs-es on sqlite-es, synchronous=FULL, no network");
            baseline::sqlite(folder.path(), options.clients, options.patients, options.length).await?
        }
        Some(database) => {
            say("baseline: plain cqrs-es on postgres-es, no network but the database's");
            baseline::postgres(database, options.clients, options.patients, options.length).await?
        }
    };

    let bearer = bearer(launch, &folder.path().join(FIRST))?;
    let servers = servers(launch, folder.path(), options).await?;
    let server = &servers[0];
    let mut channels = Vec::new();
    for server in &servers {
        channels.extend(server.connect(connections.div_ceil(servers.len())).await?);
    }
    say("concord: filling the program");
    seed(&channels, &bearer, mix).await?;
    say("concord: real commands, receipts awaited");
    measure(&channels, &bearer, mix, load, WARM_UP).await?;
    let prober = prober(server, &bearer, mix, options).await?;
    let before = (used(&servers), processor_time("self"));
    let commands = measure(&channels, &bearer, mix, load, options.length).await?;
    let after = (used(&servers), processor_time("self"));
    let lag = match prober {
        Some(prober) => Some(prober.await.expect("the prober does not panic")?),
        None => None,
    };
    let report = Report {
        commands_per_second: commands.per_second,
        p50_ms: commands.p50_ms,
        p99_ms: commands.p99_ms,
        server_cpu_us: each(before.0, after.0, commands.answered),
        client_cpu_us: each(before.1, after.1, commands.answered),
        echo_per_second: echo.per_second,
        ratio_to_echo: commands.per_second / echo.per_second,
        baseline_per_second: baseline.per_second,
        ratio_to_baseline: commands.per_second / baseline.per_second,
        peak_rss_mb: server.peak_rss_mb(),
        view_lag_p50_ms: lag.as_ref().map(|lag| lag.p50_ms),
        view_lag_p99_ms: lag.as_ref().map(|lag| lag.p99_ms),
    };
    for server in servers {
        server.stop().await?;
    }
    Ok(report)
}

/// Starts the measured processes: all answer calls, and the first does what else is asked for.
async fn servers(launch: &Launch, folder: &Path, options: &Options) -> Result<Vec<Running>, BenchError> {
    let key = folder.join(FIRST).join("token.key");
    let key = key.to_string_lossy();
    let mut servers = Vec::with_capacity(options.processes);
    for number in 0..options.processes {
        let (name, roles) = match number {
            0 => (FIRST.to_owned(), options.roles.as_str()),
            _ => (format!("{FIRST}-{number}"), "api"),
        };
        let data = folder.join(name);
        let data = data.to_string_lossy();
        let mut settings = options.postgres.as_deref().map(on_postgres).unwrap_or_default();
        settings.push(("CONCORD_TOKENS__KEY", &key));
        let arguments = ["--data", &data, "serve", "--listen", "127.0.0.1:0", "--roles", roles];
        servers.push(Running::start_with(launch, &arguments, &settings).await?);
    }
    Ok(servers)
}

/// Processor time of all of them; `None` where it cannot be told.
fn used(servers: &[Running]) -> Option<Duration> {
    servers.iter().map(Running::processor_time).sum()
}

/// What makes a server keep its ledgers in `database`.
pub(crate) fn on_postgres(database: &str) -> Vec<(&'static str, &str)> {
    vec![("CONCORD_LEDGER__STORE", "postgres"), ("CONCORD_LEDGER__POSTGRES", database)]
}

/// Microseconds of processor time for one of `count`.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn each(before: Option<Duration>, after: Option<Duration>, count: u64) -> Option<f64> {
    Some(after?.saturating_sub(before?).as_secs_f64() * 1e6 / count.max(1) as f64)
}

/// Starts asking the views beside the load, when the measured server keeps them.
async fn prober(
    server: &Running,
    bearer: &MetadataValue<Ascii>,
    mix: Mix,
    options: &Options,
) -> Result<Option<JoinHandle<Result<Measured, BenchError>>>, BenchError> {
    if options.roles == "api" {
        return Ok(None);
    }
    let channel = server.connect(1).await?.swap_remove(0);
    Ok(Some(tokio::spawn(lag::probe(channel, bearer.clone(), mix, options.length))))
}

/// A prescriber's token for the measured server.
pub(crate) fn bearer(launch: &Launch, data: &Path) -> Result<MetadataValue<Ascii>, BenchError> {
    token(launch, data, Role::Psychiatrist)
}

/// An auditor's token for the measured server.
pub(crate) fn reader(launch: &Launch, data: &Path) -> Result<MetadataValue<Ascii>, BenchError> {
    token(launch, data, Role::Auditor)
}

fn token(launch: &Launch, data: &Path, role: Role) -> Result<MetadataValue<Ascii>, BenchError> {
    let tenant = TenantId::parse("demo").expect("a valid name");
    let actor = Actor {
        id: PersonId::new(Uuid::from_u128(1)),
        role,
        credentials: Credentials { schedules: vec![Schedule::II, Schedule::III, Schedule::IV, Schedule::V] },
    };
    let token = (launch.sign)(data, &tenant, &actor)?;
    Ok(format!("Bearer {token}").parse().expect("a token is ASCII"))
}

/// Brings every client of the program from referral to a first order.
pub(crate) async fn seed(
    channels: &[Channel],
    bearer: &MetadataValue<Ascii>,
    mix: Mix,
) -> Result<(), BenchError> {
    let share = channels.len() as u64;
    let tasks: Vec<_> = (0_u64..)
        .zip(channels)
        .map(|(part, channel)| {
            let slots = SEED_SLOTS / channels.len();
            let next = move |slot: usize, n: u64| {
                let nth = slot as u64 + (n / SEED_STEPS) * slots as u64;
                let client = nth * share + part;
                (client < mix.clients()).then(|| Mix::seed(client, n % SEED_STEPS))
            };
            tokio::spawn(stream::drive(channel.clone(), bearer.clone(), slots, next))
        })
        .collect();
    for task in tasks {
        task.await.expect("the seeding does not panic")?;
    }
    Ok(())
}

pub(crate) async fn measure(
    channels: &[Channel],
    bearer: &MetadataValue<Ascii>,
    mix: Mix,
    (clients, stream): (usize, bool),
    length: Duration,
) -> Result<Measured, BenchError> {
    if stream {
        return streamed(channels, bearer, mix, clients, length).await;
    }
    let (channels, bearer) = (channels.to_vec(), bearer.clone());
    closed_loop(clients, length, move |worker, n| {
        let channel = channels[worker % channels.len()].clone();
        unary::call(channel, bearer.clone(), mix.command(worker, n))
    })
    .await
}

async fn streamed(
    channels: &[Channel],
    bearer: &MetadataValue<Ascii>,
    mix: Mix,
    clients: usize,
    length: Duration,
) -> Result<Measured, BenchError> {
    let started = Instant::now();
    let slots = clients.div_ceil(channels.len());
    let tasks: Vec<_> = channels
        .iter()
        .enumerate()
        .map(|(part, channel)| {
            let next = move |slot: usize, n: u64| -> Option<Command> {
                (started.elapsed() < length).then(|| mix.command(part * slots + slot, n))
            };
            tokio::spawn(stream::drive(channel.clone(), bearer.clone(), slots, next))
        })
        .collect();
    let mut all = Recorder::new();
    for task in tasks {
        all.add(&task.await.expect("the load does not panic")?.0);
    }
    Ok(all.measured(started.elapsed()))
}
