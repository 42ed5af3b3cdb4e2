//! Builds that are at the same place of the history and fold the same pages.

use std::time::{Duration, Instant as Monotonic};

use concord_telemetry::{TraceParent, trace};
use tracing::Span;

use crate::fold::{Fold, FoldError};
use crate::source::{Batch, Pending, Source, SourceError};
use crate::{Instance, Progress, Reason, Stage, StoreError, Told};

/// One build with its fold.
pub(crate) struct Member {
    pub(crate) instance: Instance,
    pub(crate) stage: Stage,
    pub(crate) fold: Box<dyn Fold>,
}

/// Builds at one position.
pub(crate) struct Track {
    pub(crate) members: Vec<Member>,
    /// What is in the rows that were written or handed over to be.
    pub(crate) position: u64,
    /// What is in the rows in memory.
    pub(crate) folded: u64,
    /// Whether the last page reached the head as it was when the page was read.
    pub(crate) level: bool,
    /// Up to here every page is written by itself, so that a fact that cannot be folded is met at once.
    pub(crate) careful_until: u64,
    ahead: Option<(u64, Pending)>,
    /// What is folded and not written, as a trace knows it.
    folding: Folding,
    began: (Monotonic, u64),
}

impl Track {
    pub(crate) fn new(position: u64, members: Vec<Member>) -> Self {
        Self {
            members,
            position,
            folded: position,
            level: false,
            careful_until: 0,
            ahead: None,
            folding: Folding::default(),
            began: (Monotonic::now(), position),
        }
    }

    /// Waits for the page after `position` and asks for the one after that; neither goes beyond `end`.
    pub(crate) async fn next(
        &mut self,
        source: &Source,
        position: u64,
        end: u64,
        limit: usize,
    ) -> Result<Batch, SourceError> {
        let pending = match self.ahead.take() {
            Some((after, pending)) if after == position => pending,
            Some(_) | None => source.request(position, within(position, end, limit)),
        };
        let batch = pending.await.map_err(|_| SourceError::Broken)??;
        self.folding.read(&batch.traces);
        if batch.through < batch.head.min(end) {
            let limit = within(batch.through, end, limit);
            self.ahead = Some((batch.through, source.request(batch.through, limit)));
        }
        Ok(batch)
    }

    /// Folds a page after `after` into every build; names the builds, by place, that met a fact they cannot fold.
    pub(crate) fn fold(
        &mut self,
        told: &[Told],
        after: u64,
    ) -> Result<Vec<(usize, u64, Reason)>, StoreError> {
        let mut poisoned = Vec::new();
        for (at, member) in self.members.iter_mut().enumerate() {
            match member.fold.fold(told, after) {
                Ok(()) => {}
                Err(FoldError::Poison { position, reason }) => poisoned.push((at, position, reason)),
                Err(FoldError::Store(error)) => return Err(error),
            }
        }
        Ok(poisoned)
    }

    /// What waits to be written, bytes, about.
    pub(crate) fn waiting(&self) -> u64 {
        self.members.iter().map(|member| member.fold.waiting()).sum()
    }

    /// The span of what is handed over to be written now, in which all of it was folded.
    pub(crate) fn traced(&mut self, ledger: &str, through: u64) -> Span {
        std::mem::take(&mut self.folding).span(ledger, through - self.position, through)
    }

    /// Drops what is folded and not written: the pages from the track's position are read again, one by one up to
    /// `until`.
    pub(crate) fn go_back(&mut self, until: u64) {
        for member in &mut self.members {
            member.fold.forget();
        }
        self.folding = Folding::default();
        self.folded = self.position;
        self.careful_until = until;
    }

    /// How its builds get on towards `head`.
    pub(crate) fn progress(&self, head: u64) -> Progress {
        let (began, from) = self.began;
        Progress::since(from, began.elapsed(), self.position, head)
    }
}

impl Progress {
    /// How a build gets on that was at `from` a while ago.
    pub(crate) fn since(from: u64, elapsed: Duration, position: u64, head: u64) -> Self {
        let rate = as_f64(position.saturating_sub(from)) / elapsed.as_secs_f64().max(f64::EPSILON);
        let left = as_f64(head.saturating_sub(position));
        let remaining = (rate > 0.0).then(|| Duration::try_from_secs_f64(left / rate).ok()).flatten();
        Self { position, head, events_per_second: rate, remaining, fault: None }
    }
}

/// In which traces the events were recorded that are folded and not written.
#[derive(Default)]
struct Folding(Vec<TraceParent>);

impl Folding {
    fn read(&mut self, traces: &[TraceParent]) {
        let room = trace::LINKS.saturating_sub(self.0.len());
        self.0.extend(traces.iter().take(room));
    }

    fn span(self, ledger: &str, events: u64, through: u64) -> Span {
        trace::fold(ledger, events, through, &self.0)
    }
}

/// How many events to read after `position` so as to pass neither `end` nor `limit`.
fn within(position: u64, end: u64, limit: usize) -> usize {
    usize::try_from(end.saturating_sub(position)).unwrap_or(limit).clamp(1, limit)
}

#[expect(clippy::cast_precision_loss, reason = "an estimate; exact below 2^53 events")]
const fn as_f64(events: u64) -> f64 {
    events as f64
}
