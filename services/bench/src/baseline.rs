//! Plain cqrs-es on sqlite-es with `synchronous=FULL` or on postgres-es, in process, without any network: the same clinical
//! decision without Concord's log, as the libraries give it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use concord_domain::scales::{AdministrationMode, Command, Scales};
use concord_domain::{Context, Facts, Issued};
use concord_kernel::{Actor, Clock, Credentials, PatientId, PersonId, Purpose, Role, ScaleId, SystemClock};
use concord_knowledge::Ruleset;
use concord_knowledge::scale::ScaleKind;
use cqrs_es::CqrsFramework;
use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore};
use postgres_es::PostgresEventRepository;
use sqlite_es::SqliteEventRepository;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use uuid::Uuid;

use crate::BenchError;
use crate::load::{Measured, closed_loop};

/// As the library's own pool has it.
const CONNECTIONS: u32 = 10;

/// The table as the library's own migration makes it.
const SQLITE_TABLE: &str = "CREATE TABLE events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, \
     sequence integer NOT NULL CHECK (sequence >= 0), event_type text NOT NULL, event_version text NOT NULL, \
     payload text NOT NULL, metadata text NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence)) STRICT";

/// The same for PostgreSQL, in a schema that nobody else has.
const POSTGRES_TABLE: &str = "CREATE TABLE events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, \
     sequence bigint CHECK (sequence >= 0) NOT NULL, event_type text NOT NULL, event_version text NOT NULL, \
     payload json NOT NULL, metadata json NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence))";
const SCHEMA: &str = "concord_bench_baseline";
const NEW_SCHEMA: &str = "CREATE SCHEMA concord_bench_baseline";
const NO_SCHEMA: &str = "DROP SCHEMA IF EXISTS concord_bench_baseline CASCADE";

/// Measures it on a new SQLite file in `folder`.
pub(crate) async fn sqlite(
    folder: &Path,
    workers: usize,
    aggregates: u64,
    length: Duration,
) -> Result<Measured, BenchError> {
    let options = SqliteConnectOptions::new()
        .filename(folder.join("baseline.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool =
        SqlitePoolOptions::new().max_connections(CONNECTIONS).connect_with(options).await.map_err(store)?;
    sqlx::query(SQLITE_TABLE).execute(&pool).await.map_err(store)?;
    measure(SqliteEventRepository::new(pool), workers, aggregates, length).await
}

/// Measures it in a schema of its own in `database`, which is gone afterwards.
pub(crate) async fn postgres(
    database: &str,
    workers: usize,
    aggregates: u64,
    length: Duration,
) -> Result<Measured, BenchError> {
    let options: PgConnectOptions = database.parse().map_err(store)?;
    let options = options.options([("search_path", SCHEMA)]);
    let pool =
        PgPoolOptions::new().max_connections(CONNECTIONS).connect_with(options).await.map_err(store)?;
    for statement in [NO_SCHEMA, NEW_SCHEMA, POSTGRES_TABLE] {
        sqlx::query(statement).execute(&pool).await.map_err(store)?;
    }
    let measured = measure(PostgresEventRepository::new(pool.clone()), workers, aggregates, length).await?;
    sqlx::query(NO_SCHEMA).execute(&pool).await.map_err(store)?;
    Ok(measured)
}

/// Runs the same command as the mix holds most of, over as many aggregates.
async fn measure<R: PersistedEventRepository + Send + Sync + 'static>(
    events: R,
    workers: usize,
    aggregates: u64,
    length: Duration,
) -> Result<Measured, BenchError> {
    let events = PersistedEventStore::<R, Scales>::new_event_store(events);
    let cqrs = Arc::new(CqrsFramework::new(events, Vec::new(), ()));
    closed_loop(workers, length, move |worker, n| {
        let cqrs = Arc::clone(&cqrs);
        async move {
            // Workers keep to aggregates of their own: the library answers a lost race with an error.
            let own = aggregates / workers as u64;
            let aggregate = Uuid::from_u128(u128::from(worker as u64 * own + n % own.max(1)));
            let command = administer(PatientId::new(aggregate), worker, n);
            let done = cqrs.execute(&aggregate.to_string(), command).await;
            done.map_err(|error| BenchError::Store(error.to_string()))
        }
    })
    .await
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn store(error: sqlx::Error) -> BenchError {
    BenchError::Store(error.to_string())
}

fn administer(patient: PatientId, worker: usize, n: u64) -> Issued<Command> {
    let now = SystemClock.now();
    let id = Uuid::from_u64_pair(worker as u64 + 1, n + 1);
    let answer = u8::try_from(n % 4).expect("below four");
    Issued {
        command: Command::Administer {
            id: ScaleId::new(id),
            scale: ScaleKind::Phq9,
            items: vec![Some(answer), Some(1), Some(2), Some(1), Some(0), Some(2), Some(1), Some(1), Some(0)],
            stated_total: None,
            mode: AdministrationMode::Clinician,
            language: String::from("en-US"),
            taken_at: now,
            substance: None,
        },
        context: Context {
            patient,
            actor: Actor {
                id: PersonId::new(Uuid::from_u128(1)),
                role: Role::Psychiatrist,
                credentials: Credentials::default(),
            },
            purpose: Purpose::Treatment,
            now,
            effective_at: now,
            rules: Ruleset::embedded(),
            facts: Facts::default(),
        },
    }
}
