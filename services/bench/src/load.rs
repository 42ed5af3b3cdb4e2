//! A closed loop of workers: each sends its next request when the last one is answered.

use std::future::Future;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::BenchError;

/// Latencies above this are counted as this: a minute, in microseconds.
const LONGEST_MICROS: u64 = 60_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;

/// What a loop measured.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) answered: u64,
}

/// Counts answers and their latencies.
pub(crate) struct Recorder(Histogram<u64>);

impl Recorder {
    pub(crate) fn new() -> Self {
        Self(Histogram::new_with_max(LONGEST_MICROS, SIGNIFICANT_DIGITS).expect("bounds are valid"))
    }

    pub(crate) fn record(&mut self, latency: Duration) {
        self.0.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(LONGEST_MICROS));
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.0.add(&other.0).expect("both have the same bounds");
    }

    #[expect(clippy::cast_precision_loss, reason = "counts and microseconds stay far below 2^53")]
    pub(crate) fn measured(&self, took: Duration) -> Measured {
        let ms = |quantile| self.0.value_at_quantile(quantile) as f64 / 1_000.0;
        Measured {
            per_second: self.0.len() as f64 / took.as_secs_f64(),
            p50_ms: ms(0.50),
            p99_ms: ms(0.99),
            answered: self.0.len(),
        }
    }
}

/// Runs `workers` at once for `length`; `work(worker, n)` is the n-th request of a worker.
pub(crate) async fn closed_loop<W, F>(
    workers: usize,
    length: Duration,
    work: W,
) -> Result<Measured, BenchError>
where
    W: Fn(usize, u64) -> F + Clone + Send + 'static,
    F: Future<Output = Result<(), BenchError>> + Send,
{
    let started = Instant::now();
    let tasks: Vec<_> = (0..workers)
        .map(|worker| {
            let work = work.clone();
            tokio::spawn(async move {
                let mut recorder = Recorder::new();
                let mut n = 0;
                while started.elapsed() < length {
                    let sent = Instant::now();
                    work(worker, n).await?;
                    recorder.record(sent.elapsed());
                    n += 1;
                }
                Ok::<_, BenchError>(recorder)
            })
        })
        .collect();
    let mut all = Recorder::new();
    for task in tasks {
        all.add(&task.await.expect("workers do not panic")?);
    }
    Ok(all.measured(started.elapsed()))
}
