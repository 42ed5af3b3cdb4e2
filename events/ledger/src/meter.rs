//! What a writer of a ledger measures.

use std::time::{Duration, Instant};

use concord_kernel::{LedgerId, LedgerKind};
use concord_telemetry::{as_f64, metric, trace};
use metrics::{Counter, Histogram};
use tracing::Span;

use crate::work::{Answer, Work};
use crate::{AppendError, Appended};

/// The instruments of one ledger. Without anybody who measures they do nothing.
pub(crate) struct Meter {
    ledger: String,
    batch: Histogram,
    commit: Histogram,
    failures: Counter,
    new: Counter,
    repeated: Counter,
    conflict: Counter,
    failed: Counter,
}

/// A transaction that was begun.
pub(crate) struct Begun {
    at: Instant,
    span: Span,
}

impl Meter {
    pub(crate) fn new(ledger: &LedgerId) -> Self {
        let id = ledger.to_string();
        // The record of a tenant by the tenant's name, and what stands beside it by its own.
        let tenant = match ledger.kind {
            LedgerKind::Clinical => ledger.tenant.as_str(),
            LedgerKind::Access => &id,
        };
        let appends = |result| metric::LEDGER_APPENDS.of([tenant, result]);
        Self {
            ledger: id.clone(),
            batch: metric::LEDGER_BATCH.of([tenant]),
            commit: metric::LEDGER_COMMIT_SECONDS.of([tenant]),
            failures: metric::LEDGER_COMMIT_FAILURES.of([tenant]),
            new: appends("new"),
            repeated: appends("repeated"),
            conflict: appends("conflict"),
            failed: appends("failed"),
        }
    }

    /// A transaction begins with `batch`.
    pub(crate) fn begin(&self, batch: &[Work]) -> Begun {
        let traced: Vec<_> = batch.iter().filter_map(|work| work.traced).take(trace::LINKS).collect();
        Begun { at: Instant::now(), span: trace::commit(&self.ledger, batch.len(), &traced) }
    }

    /// It was committed, and the ledger goes up to `position`.
    pub(crate) fn committed(&self, begun: &Begun, answers: &[Answer], position: u64) {
        trace::committed(&begun.span, position);
        self.commit.record(begun.at.elapsed());
        self.batch.record(as_f64(u64::try_from(answers.len()).unwrap_or(u64::MAX)));
        for answer in answers {
            let counter = match answer {
                Ok(Appended::New(_)) => &self.new,
                Ok(Appended::Repeated(_)) => &self.repeated,
                Err(AppendError::Conflict { .. }) => &self.conflict,
                Err(
                    AppendError::CommandReused
                    | AppendError::TooLarge
                    | AppendError::Overloaded
                    | AppendError::Unavailable
                    | AppendError::Shredded
                    | AppendError::Corrupt(_),
                ) => &self.failed,
            };
            counter.increment(1);
        }
    }

    /// It was not committed.
    pub(crate) fn not_committed(&self) {
        self.failures.increment(1);
    }

    /// These appends are told that they failed.
    pub(crate) fn failed(&self, appends: usize) {
        self.failed.increment(u64::try_from(appends).unwrap_or(u64::MAX));
    }
}

/// What moving the write-ahead log takes.
#[derive(Clone)]
pub(crate) struct CheckpointMeter {
    tenant: String,
    failures: Counter,
}

impl CheckpointMeter {
    pub(crate) fn new(ledger: &LedgerId) -> Self {
        let tenant = ledger.tenant.as_str();
        Self { tenant: tenant.to_owned(), failures: metric::CHECKPOINT_FAILURES.of([tenant]) }
    }

    /// A checkpoint took so long. They are rare, so that nothing is kept for them.
    pub(crate) fn took(&self, mode: &str, time: Duration) {
        metric::CHECKPOINT_SECONDS.of([&self.tenant, mode]).record(time);
    }

    pub(crate) fn failed(&self) {
        self.failures.increment(1);
    }
}
