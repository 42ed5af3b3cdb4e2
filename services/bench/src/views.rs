//! `bench views`: a whole ledger folded into every view.

use std::sync::Arc;
use std::time::{Duration, Instant};

use concord_kernel::{SystemClock, Token};
use concord_postgres::Server;
use concord_projection::{Options, PostgresViews, Setup, SqliteStore, StoreError, ViewStore};
use serde::Serialize;

use crate::BenchError;
use crate::fill::fill;
use crate::replay::open;
use crate::server::Launch;

/// Longer than any ledger that is measured takes.
const LONGEST: Duration = Duration::from_hours(2);

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Events in the ledger.
    pub events: u64,
    /// Views that were built at once.
    pub views: usize,
    /// Events a second until all of them were level with the ledger.
    pub events_per_second: f64,
}

/// Measures views in a file, or in the empty database `postgres`.
///
/// # Errors
///
/// [`BenchError`] when a server, ledger or store fails.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub async fn run(
    launch: &Launch,
    events: u64,
    patients: u64,
    postgres: Option<String>,
    say: &dyn Fn(&str),
) -> Result<Report, BenchError> {
    let folder = tempfile::tempdir()?;
    say("filling a ledger through the API");
    let filled = fill(launch, folder.path(), events, patients).await?;
    say("building every view");
    let ledger = open(&filled)?;
    let failed = |error: &dyn std::error::Error| BenchError::Store(error.to_string());
    let (file, id) = (folder.path().join("views.db"), ledger.id().clone());
    // Opening a database waits for it.
    let opened = tokio::task::spawn_blocking(move || -> Result<Arc<dyn ViewStore>, StoreError> {
        let Some(address) = postgres else { return Ok(Arc::new(SqliteStore::open(&file)?)) };
        let database = Server::parse(&address);
        let database =
            database.ok_or_else(|| StoreError::Unavailable("not an address of a database".into()))?;
        Ok(Arc::new(PostgresViews::open(database)?.of(&id)))
    });
    let store = opened.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
    let setup = Setup::new(Arc::clone(&ledger), store, Arc::new(SystemClock), Options::default());
    let epoch = ledger.watch().borrow().epoch;
    let started = Instant::now();
    let views = concord_views::all(setup).start()?;
    let statuses = views.statuses();
    for status in &statuses {
        let head = Token { epoch, position: filled.events };
        views.wait_for(status.view, head, LONGEST).await.map_err(|error| failed(&error))?;
    }
    let took = started.elapsed();
    views.shutdown().await;
    Ok(Report {
        events: filled.events,
        views: statuses.len(),
        events_per_second: filled.events as f64 / took.as_secs_f64(),
    })
}
