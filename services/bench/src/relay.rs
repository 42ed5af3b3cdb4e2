//! `bench relay`: a whole ledger published on JetStream, and read from it by a consumer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use concord_client::consumer::{
    Batch, Consumer, Cursor, EffectError, Effects, History, HistoryError, Settings,
};
use concord_kernel::SystemClock;
use concord_proto::concord::ledger::v1::StoredEvent;
use concord_relay::{Client, Nats, Options, Relay};
use serde::Serialize;
use tokio::sync::watch;
use uuid::Uuid;

use crate::BenchError;
use crate::fill::{Filled, fill};
use crate::replay::open;
use crate::server::Launch;

/// Longer than any ledger that is measured takes.
const LONGEST: Duration = Duration::from_hours(1);

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Events in the ledger.
    pub events: u64,
    /// Copies of the stream.
    pub replicas: usize,
    /// Events a second that JetStream acknowledged, read from the ledger and published in order.
    pub published_per_second: f64,
    /// Events a second whose (empty) effects a consumer made.
    pub consumed_per_second: f64,
}

/// Measures with the stream in `replicas` copies on `nats`, which must hold no stream of the tenant `demo`; it holds none
/// afterwards.
///
/// # Errors
///
/// [`BenchError`] when a server or ledger fails.
pub async fn run(
    launch: &Launch,
    nats: &Nats,
    replicas: usize,
    events: u64,
    patients: u64,
    say: &dyn Fn(&str),
) -> Result<Report, BenchError> {
    let client = concord_relay::connect(nats).await.map_err(failed)?;
    let folder = tempfile::tempdir()?;
    say("filling a ledger through the API");
    let filled = fill(launch, folder.path(), events, patients).await?;
    if concord_relay::exists(&client, &filled.id.tenant).await.map_err(failed)? {
        return Err(BenchError::Store(format!("there is a stream of tenant {} already", filled.id.tenant)));
    }
    say("publishing it on JetStream");
    let measured = measure(&client, &filled, replicas, say).await;
    let removed = concord_relay::remove(&client, &filled.id.tenant).await.map_err(failed);
    let (published_per_second, consumed_per_second) = measured?;
    removed?;
    Ok(Report { events: filled.events, replicas, published_per_second, consumed_per_second })
}

async fn measure(
    client: &Client,
    filled: &Filled,
    replicas: usize,
    say: &dyn Fn(&str),
) -> Result<(f64, f64), BenchError> {
    let options = Options { replicas, ..Options::default() };
    let relay = Relay::new(open(filled)?, client.clone(), Arc::new(SystemClock), options);
    let mut progress = relay.watch();
    let started = Instant::now();
    let relay = tokio::spawn(relay.run());
    let published = async {
        while progress.progress().position < Some(filled.events) {
            progress.changed().await.map_err(failed)?;
        }
        Ok(())
    };
    within(published).await?;
    let published = rate(filled, started);
    relay.abort();

    say("reading it from there");
    let (cursor, mut seen) = watch::channel(0);
    let settings = Settings::new(filled.id.tenant.as_str(), "bench");
    let consumer = Consumer::new(client.clone(), Nothing, settings);
    let started = Instant::now();
    let consuming = tokio::spawn(async move {
        let mut count = Count { cursor: None, position: cursor };
        consumer.run(&mut count).await;
    });
    within(async { seen.wait_for(|position| *position >= filled.events).await.map(drop).map_err(failed) })
        .await?;
    consuming.abort();
    Ok((published, rate(filled, started)))
}

async fn within(work: impl Future<Output = Result<(), BenchError>>) -> Result<(), BenchError> {
    tokio::time::timeout(LONGEST, work).await.map_err(failed)?
}

/// Counts, and makes no other effect.
struct Count {
    cursor: Option<Cursor>,
    position: watch::Sender<u64>,
}

#[async_trait]
impl Effects for Count {
    async fn cursor(&mut self) -> Result<Option<Cursor>, EffectError> {
        Ok(self.cursor)
    }

    async fn parked(&mut self) -> Result<Vec<Uuid>, EffectError> {
        Ok(Vec::new())
    }

    async fn begin(&mut self, epoch: Uuid) -> Result<Cursor, EffectError> {
        Ok(*self.cursor.insert(Cursor { epoch, position: 0 }))
    }

    async fn apply(&mut self, batch: Batch) -> Result<(), EffectError> {
        self.cursor = Some(batch.to);
        self.position.send_replace(batch.to.position);
        Ok(())
    }
}

/// The stream holds everything that is measured, so nothing is missing.
struct Nothing;

#[async_trait]
impl History for Nothing {
    async fn read(&self, _: Uuid, after: u64, _: u64) -> Result<Vec<StoredEvent>, HistoryError> {
        Err(HistoryError::Unavailable(format!("event {} is not in the stream", after + 1).into()))
    }
}

fn failed(error: impl std::error::Error) -> BenchError {
    BenchError::Store(error.to_string())
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn rate(filled: &Filled, started: Instant) -> f64 {
    filled.events as f64 / started.elapsed().as_secs_f64()
}
