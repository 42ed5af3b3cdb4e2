//! `bench scale`: what a command costs as the ledger grows.

use std::time::Duration;

use serde::Serialize;

use crate::BenchError;
use crate::commands::{bearer, measure, on_postgres, reader, seed};
use crate::fill::grow;
use crate::mix::Mix;
use crate::server::{Launch, Running};

const CONNECTIONS: usize = 4;
/// Let go by before anything is counted.
const WARM_UP: Duration = Duration::from_secs(1);

/// What is measured.
#[derive(Clone, Debug)]
pub struct Options {
    /// The empty database that the ledger is kept in; absent for SQLite.
    pub postgres: Option<String>,
    /// Events at which it is measured, ascending.
    pub sizes: Vec<u64>,
    /// Commands in flight at once.
    pub clients: usize,
    /// How long each measurement runs.
    pub length: Duration,
    /// On bidirectional streams instead of unary calls.
    pub stream: bool,
    /// Clients of the program that commands are spread over.
    pub patients: u64,
}

/// What was measured at one size.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Events in the ledger when it was measured.
    pub events: u64,
    /// Durable commands a second.
    pub commands_per_second: f64,
    /// Commands a second to those of the first size.
    pub ratio_to_first: f64,
    /// Half of the commands took at most this long.
    pub p50_ms: f64,
    /// All but one in a hundred took at most this long.
    pub p99_ms: f64,
    /// Processor time of the server for one command, in microseconds.
    pub server_cpu_us: Option<f64>,
    /// The most memory that the server held so far.
    pub peak_rss_mb: Option<f64>,
}

/// Measures one ledger at each of the sizes, while it grows. `say` is told what happens, for people.
///
/// # Errors
///
/// [`BenchError`] when a server does not start or a call fails that must not.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub async fn run(launch: &Launch, options: &Options, say: &dyn Fn(&str)) -> Result<Vec<Step>, BenchError> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (bearer, auditor) = (bearer(launch, &data)?, reader(launch, &data)?);
    let data = data.to_string_lossy();
    let arguments = ["--data", &data, "serve", "--listen", "127.0.0.1:0", "--roles", "api"];
    let settings = options.postgres.as_deref().map(on_postgres).unwrap_or_default();
    let server = Running::start_with(launch, &arguments, &settings).await?;
    let channels = server.connect(CONNECTIONS).await?;
    let mix = Mix::over(options.patients);
    say("filling the program");
    seed(&channels, &bearer, mix).await?;
    let (mut steps, mut round) = (Vec::<Step>::new(), 1);
    for size in &options.sizes {
        say(&format!("growing the ledger to {size} events"));
        let events = grow(&channels, (&bearer, &auditor), mix, *size, &mut round).await?;
        let load = (options.clients, options.stream);
        measure(&channels, &bearer, mix, load, WARM_UP).await?;
        let before = server.processor_time();
        let measured = measure(&channels, &bearer, mix, load, options.length).await?;
        let used = server.processor_time().zip(before).map(|(after, before)| after.saturating_sub(before));
        let first = steps.first().map_or(measured.per_second, |first| first.commands_per_second);
        steps.push(Step {
            events,
            commands_per_second: measured.per_second,
            ratio_to_first: measured.per_second / first,
            p50_ms: measured.p50_ms,
            p99_ms: measured.p99_ms,
            server_cpu_us: used.map(|used| used.as_secs_f64() * 1e6 / measured.answered.max(1) as f64),
            peak_rss_mb: server.peak_rss_mb(),
        });
    }
    server.stop().await?;
    Ok(steps)
}
