//! Which rules stood where in the ledger, as far as pages were read.

use concord_domain::DomainEvent;
use concord_domain::ruleset::{Calendar, InForce};
use concord_kernel::{Instant, StreamRef, Token};
use concord_ledger::{Entry, Ledger};
use uuid::Uuid;

use crate::source::SourceError;

/// Events of the stream of rules that are read at once.
const PAGE: usize = 500;

/// The publications up to a position, read once and again when a page has more.
#[derive(Default)]
pub(crate) struct Rules {
    calendar: Calendar,
    /// The history that they are of; places in another one mean something else.
    epoch: Option<Uuid>,
    /// Up to which position every publication is known; absent: nobody has looked.
    through: Option<u64>,
}

impl Rules {
    /// Makes sure that every publication up to `through` is known; `news` says whether the page up to there has some.
    ///
    /// # Errors
    ///
    /// When they cannot be read, or nothing may be derived from them: lists stay as they are until somebody has published
    /// rules that can be used.
    pub(crate) async fn know(
        &mut self,
        ledger: &dyn Ledger,
        through: Token,
        now: Instant,
        news: impl FnOnce() -> bool,
    ) -> Result<(), SourceError> {
        let Token { epoch, position: through } = through;
        if self.epoch != Some(epoch) {
            *self = Self { epoch: Some(epoch), ..Self::default() };
        }
        let reads = match self.through {
            None => true,
            Some(known) => through > known && news(),
        };
        if reads {
            self.calendar = read(ledger, now).await?;
        }
        self.through = self.through.max(Some(through));
        Ok(())
    }

    /// Those that what follows from an entry is derived by.
    pub(crate) fn at(&self, entry: &Entry) -> InForce {
        self.calendar.at(entry.position, entry.recorded_at)
    }
}

async fn read(ledger: &dyn Ledger, now: Instant) -> Result<Calendar, SourceError> {
    let (mut events, mut version) = (Vec::new(), 0);
    loop {
        let page = ledger.read_stream(StreamRef::ruleset(), version, PAGE).await?;
        let last = page.len() < PAGE;
        for entry in page {
            version = entry.version;
            // Views that follow rules stop before what nobody can read; the others do not ask.
            if let Ok(DomainEvent::Ruleset(event)) = DomainEvent::decode(entry.stream.kind, &entry.payload) {
                events.push((entry.position, event));
            }
        }
        if last {
            break;
        }
    }
    Calendar::read(events, now).map_err(|why| {
        tracing::error!(
            error = &why as &dyn std::error::Error,
            "nothing can be derived from published rules"
        );
        SourceError::Unavailable
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use concord_kernel::{LedgerId, ManualClock, SeededIds, TenantId};
    use concord_ledger::MemoryLedger;

    use super::*;

    #[tokio::test]
    async fn what_is_known_of_one_history_is_not_taken_for_another() {
        let now = Instant::parse("2026-03-02T12:00:00Z").unwrap();
        let id = LedgerId::clinical(TenantId::parse("riverbend").unwrap());
        let clock = Arc::new(ManualClock::starting_at(now));
        let ledger = MemoryLedger::new(id, clock, Arc::new(SeededIds::new(1)));
        let mut rules = Rules::default();
        let at = |epoch, position| Token { epoch: Uuid::from_u128(epoch), position };
        rules.know(&ledger, at(1, 900), now, || true).await.unwrap();
        rules.know(&ledger, at(1, 20), now, || panic!("it is known up to there")).await.unwrap();
        let mut asked = false;
        rules.know(&ledger, at(2, 20), now, || true).await.unwrap();
        rules
            .know(&ledger, at(2, 30), now, || {
                asked = true;
                false
            })
            .await
            .unwrap();
        assert!(asked, "the other history is known up to 20 only");
    }
}
