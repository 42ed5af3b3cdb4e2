//! Finds records about one patient.
//!
//! The index says which few events may be about them, and only those are read. A page reads a bounded number of events and
//! says where to go on, so that a long history costs several calls and never a long one.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use concord_kernel::{Instant, PatientId};
use concord_ledger::{Filter, Ledger, ReadError};
use memchr::memmem::Finder;

use crate::event::read_event;
use crate::index::Index;
use crate::{AccessLogError, DISCLOSED, LOOKED, Record};

/// Positions that one page reads at most, and as many that it takes into the index.
const SEARCHED: u64 = 200_000;

/// Positions that are read at once.
const READ: u64 = 2_000;

/// Which records are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// About whom.
    pub patient: PatientId,
    /// Not before; absent, from the beginning.
    pub from: Option<Instant>,
    /// Before; absent, to the end.
    pub to: Option<Instant>,
    /// Of which kind.
    pub kind: Kind,
}

/// Which records there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Looks and refusals.
    Looks,
    /// The accounting of disclosures.
    Disclosures,
}

impl Kind {
    const fn event_type(self) -> &'static str {
        match self {
            Self::Looks => LOOKED,
            Self::Disclosures => DISCLOSED,
        }
    }
}

/// Where a list goes on: behind so many records of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Everything before this position has been told.
    position: u64,
    /// So many of the records at it have been told.
    told: usize,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.position, self.told)
    }
}

impl FromStr for Cursor {
    type Err = AccessLogError;
    fn from_str(text: &str) -> Result<Self, AccessLogError> {
        let (position, told) = text.split_once('.').ok_or(AccessLogError::Cursor)?;
        let position = position.parse().ok().filter(|position| *position > 0);
        let told = told.parse().map_err(|_| AccessLogError::Cursor)?;
        Ok(Self { position: position.ok_or(AccessLogError::Cursor)?, told })
    }
}

/// A page of records, in the order in which they were written.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Those that were found; may be none although the list goes on.
    pub records: Vec<Record>,
    /// Where it goes on; absent at the end.
    pub next: Option<Cursor>,
    /// Everything up to here was searched.
    pub searched: u64,
    /// Where the ledger of access ended.
    pub through: u64,
}

/// The access log of a tenant.
#[derive(Clone)]
pub struct AccessLog {
    ledger: Arc<dyn Ledger>,
    index: Arc<Index>,
}

impl AccessLog {
    pub(crate) fn new(ledger: Arc<dyn Ledger>, index: Arc<Index>) -> Self {
        Self { ledger, index }
    }

    /// At most `limit` records that are wanted, from `after` on.
    ///
    /// # Errors
    ///
    /// See [`AccessLogError`].
    pub async fn page(
        &self,
        wanted: &Wanted,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Found, AccessLogError> {
        let token = self.ledger.head().await?.token;
        let (head, through) = (token.position, self.index.level(&*self.ledger, token, SEARCHED).await?);
        let begin = match (after, wanted.from) {
            (Some(cursor), _) => cursor.position,
            (None, Some(from)) => first_from(&*self.ledger, from, head).await?,
            (None, None) => 1,
        };
        let mut searched = begin.saturating_sub(1);
        let mut left = SEARCHED;
        let filter = Filter { kinds: Vec::new(), event_types: vec![wanted.kind.event_type().to_owned()] };
        let name = wanted.patient.to_string();
        let finder = Finder::new(&name);
        let mut records = Vec::new();
        while let Some(range) = self.index.next(wanted.kind, wanted.patient, searched + 1).await {
            let (from, last) = (*range.start(), (*range.end()).min(through));
            let most = (last + 1).saturating_sub(from).min(left).min(READ);
            if most == 0 {
                break;
            }
            let page =
                self.ledger.read(from - 1, &filter, usize::try_from(most).unwrap_or(usize::MAX)).await?;
            for entry in &page.entries {
                if wanted.to.is_some_and(|to| entry.recorded_at >= to.plus(LATE)) {
                    return Ok(Found { records, next: None, searched: entry.position - 1, through: head });
                }
                if finder.find(&entry.payload).is_none() {
                    continue;
                }
                let told =
                    after.filter(|after| after.position == entry.position).map_or(0, |after| after.told);
                let stored = read_event(&entry.event_type, &entry.payload)
                    .map_err(|_| ReadError::Corrupt("a record of looking cannot be read"))?;
                for (index, record) in stored.into_iter().enumerate().skip(told) {
                    if !wanted.wants(&record) {
                        continue;
                    }
                    if records.len() == limit {
                        let next = Some(Cursor { position: entry.position, told: index });
                        return Ok(Found { records, next, searched: entry.position, through: head });
                    }
                    records.push(record);
                }
            }
            if page.through < from {
                return Err(ReadError::Corrupt("the ledger ended before its head").into());
            }
            searched = page.through;
            left -= most;
        }
        // What is left, where nothing is left to read, is not about the patient.
        let searched = if left > 0 { searched.max(through) } else { searched };
        let next = (searched < head).then(|| Cursor { position: searched + 1, told: 0 });
        Ok(Found { records, next, searched, through: head })
    }
}

/// How much later than it happened a record may have been written: longer than any call lasts.
const LATE: std::time::Duration = std::time::Duration::from_mins(1);

impl Wanted {
    fn wants(&self, record: &Record) -> bool {
        let at = record.at();
        self.from.is_none_or(|from| at >= from)
            && self.to.is_none_or(|to| at < to)
            && record.is_about(self.patient)
    }
}

/// The first position that was recorded at `from` or later. Times rise with positions, so the way there is halved with
/// each look.
async fn first_from(ledger: &dyn Ledger, from: Instant, head: u64) -> Result<u64, ReadError> {
    let (mut before, mut reached) = (0, head + 1);
    while reached - before > 1 {
        let middle = before + (reached - before) / 2;
        let page = ledger.read(middle - 1, &Filter::default(), 1).await?;
        let entry = page.entries.first().ok_or(ReadError::Corrupt("the ledger ended before its head"))?;
        if entry.recorded_at < from {
            before = middle;
        } else {
            reached = middle;
        }
    }
    Ok(reached)
}
