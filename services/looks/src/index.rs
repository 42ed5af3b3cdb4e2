//! Where the records about a patient stand: an index in memory, of bounded size.
//!
//! The ledger is divided into blocks of a few positions each, and of each block it is known who is in it, as a number of
//! four bytes for each patient. Whoever asks about a patient has only those blocks read that may name them. When all of
//! that is more than there is room for, two blocks become one, and so on: what is asked about then costs more reading, and
//! never more memory. Two patients may share a number; then a block is read in vain, and nothing is answered wrongly.
//!
//! It is made anew when the service starts, from the ledger itself, so that it can neither be lost nor be wrong for long;
//! until it has come to the end, a question takes it on by a bounded number of events and says where to go on.

use std::ops::RangeInclusive;
use std::sync::{Arc, Weak};
use std::time::Duration;

use concord_kernel::{PatientId, Token};
use concord_ledger::{Filter, Ledger, ReadError};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::event::patients_of;
use crate::log::Kind;
use crate::{DISCLOSED, LOOKED};

/// Positions in a block as long as there is room.
const BLOCK: u64 = 16;

/// Patients in blocks, each four bytes; for looks and for disclosures each.
const ROOM: usize = 2 * 1024 * 1024;

/// Positions that are taken in at once.
const TAKEN_IN: usize = 2_000;

/// Positions that are read at once where many blocks in a row may name a patient.
const IN_A_ROW: u64 = 256;

/// How long what is new waits until it is taken in, unless somebody asks before.
const EVERY: Duration = Duration::from_secs(1);

/// Between two takings while there is more: whoever looks at records comes first.
const BREATH: Duration = Duration::from_millis(10);

/// The index of one ledger of access.
#[derive(Debug, Default)]
pub(crate) struct Index {
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    /// The history that it is of; absent before the first look at it.
    epoch: Option<Uuid>,
    /// Everything up to here was taken in.
    through: u64,
    looks: Blocks,
    disclosures: Blocks,
}

impl Default for Known {
    fn default() -> Self {
        Self { epoch: None, through: 0, looks: Blocks::new(ROOM), disclosures: Blocks::new(ROOM) }
    }
}

impl Known {
    fn of(&mut self, kind: Kind) -> &mut Blocks {
        match kind {
            Kind::Looks => &mut self.looks,
            Kind::Disclosures => &mut self.disclosures,
        }
    }

    /// Takes in what follows, not further than `until`.
    async fn take_in(&mut self, ledger: &dyn Ledger, until: u64) -> Result<(), ReadError> {
        let event_types = vec![LOOKED.to_owned(), DISCLOSED.to_owned()];
        let filter = Filter { kinds: Vec::new(), event_types };
        let most = usize::try_from(until.saturating_sub(self.through)).unwrap_or(TAKEN_IN).min(TAKEN_IN);
        let page = ledger.read(self.through, &filter, most).await?;
        for entry in &page.entries {
            let kind = if &*entry.event_type == LOOKED { Kind::Looks } else { Kind::Disclosures };
            let patients = patients_of(&entry.payload)
                .map_err(|_| ReadError::Corrupt("a record of looking cannot be read"))?;
            self.of(kind).put(entry.position, patients.into_iter().map(print));
        }
        if page.through <= self.through {
            return Err(ReadError::Corrupt("the ledger ended before its head"));
        }
        self.through = page.through;
        Ok(())
    }
}

impl Index {
    /// Takes in what is new, at most `most` positions of it, and says how far that is.
    pub(crate) async fn level(&self, ledger: &dyn Ledger, head: Token, most: u64) -> Result<u64, ReadError> {
        let mut known = self.known.lock().await;
        if known.epoch != Some(head.epoch) {
            // Another history in the same place.
            *known = Known { epoch: Some(head.epoch), ..Known::default() };
        }
        let until = head.position.min(known.through.saturating_add(most));
        while known.through < until {
            known.take_in(ledger, until).await?;
        }
        Ok(known.through)
    }

    /// The next positions from `from` on that may name the patient.
    pub(crate) async fn next(
        &self,
        kind: Kind,
        patient: PatientId,
        from: u64,
    ) -> Option<RangeInclusive<u64>> {
        self.known.lock().await.of(kind).next(print(patient), from)
    }
}

/// Takes in what is new until the ledger or the index is given up.
async fn follow(index: Weak<Index>, ledger: Weak<dyn Ledger>) {
    let Some(mut heads) = ledger.upgrade().map(|ledger| ledger.watch()) else { return };
    loop {
        let head = *heads.borrow_and_update();
        let (Some(index), Some(ledger)) = (index.upgrade(), ledger.upgrade()) else { return };
        let reached = index.level(&*ledger, head, TAKEN_IN as u64).await;
        // What is given up meanwhile is not held by who waits here.
        drop((index, ledger));
        match reached {
            Ok(reached) if reached < head.position => tokio::time::sleep(BREATH).await,
            Ok(_) => {
                tokio::time::sleep(EVERY).await;
                if heads.changed().await.is_err() {
                    return;
                }
            }
            Err(error) => {
                // Whoever asks meets the same and is told.
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "records of looking cannot be indexed"
                );
                tokio::time::sleep(EVERY).await;
            }
        }
    }
}

/// A patient as the index knows them: the four parts of the identifier in one.
fn print(patient: PatientId) -> u32 {
    let id = patient.uuid().as_u128();
    let part = |shift: u32| u32::try_from((id >> shift) & u128::from(u32::MAX)).unwrap_or_default();
    [0, 32, 64, 96].into_iter().fold(0, |print, shift| print ^ part(shift))
}

/// Who is in which block.
#[derive(Debug)]
struct Blocks {
    /// Positions in one.
    size: u64,
    /// Where the prints of each block end.
    ends: Vec<usize>,
    /// Those of all blocks, one block after the other; in each but the last every one once.
    prints: Vec<u32>,
    /// As many as there may be, unless a single block holds more; and as many blocks.
    room: usize,
}

impl Blocks {
    const fn new(room: usize) -> Self {
        Self { size: BLOCK, ends: Vec::new(), prints: Vec::new(), room }
    }

    /// Puts those who are named at `position` in, which is not before any other.
    fn put(&mut self, position: u64, named: impl IntoIterator<Item = u32>) {
        let block = self.block_of(position);
        while self.ends.len() <= block {
            self.close();
            self.ends.push(self.prints.len());
        }
        self.prints.extend(named);
        if let Some(end) = self.ends.last_mut() {
            *end = self.prints.len();
        }
        if self.is_full() {
            self.close();
        }
        while self.is_full() && self.ends.len() > 1 {
            self.widen();
        }
    }

    const fn is_full(&self) -> bool {
        self.prints.len() > self.room || self.ends.len() > self.room
    }

    /// Keeps each of the last block once.
    fn close(&mut self) {
        let begin = self.ends.len().checked_sub(2).map_or(0, |before| self.ends[before]);
        once_from(&mut self.prints, begin);
        if let Some(end) = self.ends.last_mut() {
            *end = self.prints.len();
        }
    }

    /// Makes one block of each two.
    fn widen(&mut self) {
        let (mut prints, mut ends) = (Vec::with_capacity(self.prints.len()), Vec::new());
        let mut begin = 0;
        for pair in self.ends.chunks(2) {
            let end = pair.last().copied().unwrap_or(begin);
            let into = prints.len();
            prints.extend_from_slice(&self.prints[begin..end]);
            once_from(&mut prints, into);
            ends.push(prints.len());
            begin = end;
        }
        (self.prints, self.ends, self.size) = (prints, ends, self.size * 2);
    }

    /// The next positions from `from` on that may name `print`: its block, and those that follow and name it too.
    fn next(&self, print: u32, from: u64) -> Option<RangeInclusive<u64>> {
        let first = self.block_of(from);
        let begin = first.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let at = begin? + self.prints[begin?..].iter().position(|each| *each == print)?;
        let block = self.ends.partition_point(|end| *end <= at);
        let mut last = block;
        while ((last - block + 1) as u64) * self.size < IN_A_ROW && self.names(last + 1, print) {
            last += 1;
        }
        Some(from.max(block as u64 * self.size + 1)..=(last as u64 + 1) * self.size)
    }

    fn names(&self, block: usize, print: u32) -> bool {
        let begin =
            block.checked_sub(1).map_or(0, |before| self.ends.get(before).copied().unwrap_or(usize::MAX));
        let end = self.ends.get(block).copied().unwrap_or(begin);
        self.prints.get(begin..end).is_some_and(|prints| prints.contains(&print))
    }

    fn block_of(&self, position: u64) -> usize {
        usize::try_from(position.saturating_sub(1) / self.size).unwrap_or(usize::MAX)
    }
}

/// Sorts what begins at `begin`, and keeps each once.
fn once_from(prints: &mut Vec<u32>, begin: usize) {
    let mut tail = prints.split_off(begin);
    tail.sort_unstable();
    tail.dedup();
    prints.append(&mut tail);
}

/// Follows `ledger` for as long as somebody holds both. Called within a runtime, which runs the task.
pub(crate) fn following(ledger: &Arc<dyn Ledger>) -> Arc<Index> {
    let index = Arc::new(Index::default());
    tokio::spawn(follow(Arc::downgrade(&index), Arc::downgrade(ledger)));
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every position at which `print` is, as the blocks have it searched.
    fn found(blocks: &Blocks, print: u32, written: &[(u64, Vec<u32>)]) -> Vec<u64> {
        let (mut from, mut found) = (1, Vec::new());
        while let Some(range) = blocks.next(print, from) {
            assert!(*range.start() >= from && range.end() >= range.start(), "{range:?} from {from}");
            let within = written.iter().filter(|(at, named)| range.contains(at) && named.contains(&print));
            found.extend(within.map(|(at, _)| *at));
            from = range.end() + 1;
        }
        found
    }

    /// Draws numbers that are always the same.
    fn draw(seed: &mut u64) -> u64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *seed >> 33
    }

    fn written(seed: u64, most: u64) -> Vec<(u64, Vec<u32>)> {
        let (mut seed, mut at, mut written) = (seed, 0, Vec::new());
        for _ in 0..most {
            // Other events lie between, sometimes many.
            at += 1 + draw(&mut seed) % 3 + if draw(&mut seed).is_multiple_of(50) { 100 } else { 0 };
            let named = (0..=draw(&mut seed) % 4).map(|_| u32::try_from(draw(&mut seed) % 40).unwrap());
            written.push((at, named.collect()));
        }
        written
    }

    #[test]
    fn whoever_is_named_anywhere_is_found_there_however_little_room_there_is() {
        for room in [1, 40, 100, 400, 100_000] {
            let written = written(room as u64, 2_000);
            let mut blocks = Blocks::new(room);
            for (at, named) in &written {
                blocks.put(*at, named.iter().copied());
                assert!(blocks.prints.len() <= room.max(40), "{} of {room}", blocks.prints.len());
            }
            for print in 0..41 {
                let each = written.iter().filter(|(_, named)| named.contains(&print)).map(|(at, _)| *at);
                assert_eq!(found(&blocks, print, &written), each.collect::<Vec<_>>(), "{print} in {room}");
            }
        }
    }

    #[test]
    fn who_is_named_once_has_one_block_read() {
        let mut blocks = Blocks::new(ROOM);
        for at in 1..=100_000 {
            blocks.put(at, [if at == 70_001 { 7 } else { u32::try_from(at % 50).unwrap() + 100 }]);
        }
        assert_eq!(blocks.next(7, 1), Some(70_001..=70_016));
        assert_eq!(blocks.next(7, 70_010), Some(70_010..=70_016));
        assert_eq!(blocks.next(7, 70_017), None);
        assert_eq!(blocks.next(8, 1), None);
        assert_eq!(blocks.next(7, 200_000), None);
    }
}
