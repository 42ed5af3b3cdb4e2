//! `bench proofs`: how long a proof takes, and how fast a whole record is checked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use concord_audit::note::{KeyKind, SigningKey};
use concord_audit::{Log, Recorded, Signer, SignerOptions, SqliteCheckpoints, Walk, key_name, proof};
use concord_kernel::SystemClock;
use concord_ledger::{Filter, Ledger};
use hdrhistogram::Histogram;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::BenchError;
use crate::fill::fill;
use crate::replay::open;
use crate::server::Launch;

/// Proofs that are made of each kind.
const PROOFS: u64 = 2_000;
/// Positions searched at once.
const PAGE: usize = 5_000;
/// Proofs above this are counted as this: ten seconds, in nanoseconds.
const LONGEST_NANOS: u64 = 10_000_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Events in the record.
    pub events: u64,
    /// Seconds until the first checkpoint of a record that had none.
    pub first_checkpoint_seconds: f64,
    /// Half of the proofs of inclusion took at most this long.
    pub inclusion_p50_ms: f64,
    /// All but one in a hundred took at most this long.
    pub inclusion_p99_ms: f64,
    /// Half of the proofs of consistency took at most this long.
    pub consistency_p50_ms: f64,
    /// All but one in a hundred took at most this long.
    pub consistency_p99_ms: f64,
    /// Events a second whose hashes, links and place were checked, in memory.
    pub checked_per_second: f64,
}

fn failed(error: impl std::fmt::Display) -> BenchError {
    BenchError::Store(error.to_string())
}

/// Measures.
///
/// # Errors
///
/// [`BenchError`] when a server or ledger fails, or a proof does not hold.
pub async fn run(
    launch: &Launch,
    events: u64,
    patients: u64,
    say: &dyn Fn(&str),
) -> Result<Report, BenchError> {
    let folder = tempfile::tempdir()?;
    say("filling a ledger through the API");
    let filled = fill(launch, folder.path(), events, patients).await?;
    let ledger = open(&filled)?;
    let key = SigningKey::from_seed(&key_name(ledger.id()), KeyKind::Log, &[1; 32]).map_err(failed)?;
    let store = Arc::new(SqliteCheckpoints::open(&folder.path().join("measured.db")).map_err(failed)?);
    let log = Arc::new(Log::new(Arc::clone(&ledger), store, key.public().clone()));
    say("signing the first checkpoint");
    let started = Instant::now();
    let mut signer = Signer::new(Arc::clone(&log), key, Arc::new(SystemClock), SignerOptions::default());
    let checkpoint = signer.turn().await.map_err(failed)?.ok_or_else(|| failed("nothing was signed"))?;
    let first_checkpoint_seconds = started.elapsed().as_secs_f64();
    let (size, root) = (checkpoint.checkpoint().size, checkpoint.checkpoint().root);
    say("making proofs");
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let (mut inclusion, mut consistency) = (histogram()?, histogram()?);
    for _ in 0..PROOFS {
        let position = random.random_range(1..=size);
        let started = Instant::now();
        let path = log.inclusion(position, size).await.map_err(failed)?;
        inclusion.saturating_record(nanos(started.elapsed()));
        let page = ledger.read(position - 1, &Filter::default(), 1).await.map_err(failed)?;
        let leaf = page.entries.first().ok_or_else(|| failed("an event is gone"))?.leaf_hash;
        if proof::inclusion_root(position - 1, size, leaf, &path) != Some(root) {
            return Err(failed("a proof does not hold"));
        }
        let started = Instant::now();
        log.consistency(position, size).await.map_err(failed)?;
        consistency.saturating_record(nanos(started.elapsed()));
    }
    say("checking every event");
    let checked_per_second = checked(&*ledger, &checkpoint, size).await?;
    Ok(Report {
        events: size,
        first_checkpoint_seconds,
        inclusion_p50_ms: millis(inclusion.value_at_quantile(0.5)),
        inclusion_p99_ms: millis(inclusion.value_at_quantile(0.99)),
        consistency_p50_ms: millis(consistency.value_at_quantile(0.5)),
        consistency_p99_ms: millis(consistency.value_at_quantile(0.99)),
        checked_per_second,
    })
}

/// Reading is not counted: whoever checks a file reads it from wherever it is.
async fn checked(
    ledger: &dyn Ledger,
    checkpoint: &concord_audit::Signed,
    size: u64,
) -> Result<f64, BenchError> {
    let mut walk = Walk::new(&ledger.id().to_string(), vec![checkpoint.checkpoint().clone()]);
    let mut spent = Duration::ZERO;
    while walk.size() < size {
        let page = ledger.read(walk.size(), &Filter::default(), PAGE).await.map_err(failed)?;
        let events = page.entries.iter().map(|entry| Ok((Recorded::of(entry)?, entry.leaf_hash)));
        let events = events.collect::<Result<Vec<_>, concord_audit::NotText>>().map_err(failed)?;
        let started = Instant::now();
        for (event, leaf) in &events {
            walk.step(event, Some(*leaf)).map_err(failed)?;
        }
        spent += started.elapsed();
    }
    let report = walk.finish().map_err(failed)?;
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    Ok(report.events as f64 / spent.as_secs_f64())
}

fn histogram() -> Result<Histogram<u64>, BenchError> {
    Histogram::new_with_max(LONGEST_NANOS, SIGNIFICANT_DIGITS).map_err(failed)
}

fn nanos(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_nanos()).unwrap_or(LONGEST_NANOS)
}

#[expect(clippy::cast_precision_loss, reason = "a time in nanoseconds stays far below 2^53")]
fn millis(nanos: u64) -> f64 {
    nanos as f64 / 1e6
}
