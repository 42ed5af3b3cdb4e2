//! What is on record of a subscription: how far it came, and who was told of.

use std::collections::{HashMap, HashSet};

use concord_domain::DomainEvent;
use concord_domain::feed::Event;
use concord_kernel::{Instant, PatientId, SubscriptionId};
use concord_ledger::{Entry, ReadError};
use concord_looks::{DISCLOSED, Record, read_event};

use crate::limits::PAST;
use crate::{Disclosures, FeedError};

/// What is on record of a subscription.
#[derive(Debug, Default)]
pub(crate) struct Past {
    /// The version of its stream.
    pub(crate) version: u64,
    /// Patients of whom something was told; with the sequence number by which it had been told that nothing more comes, where
    /// that was the last that was told of them.
    told: HashMap<PatientId, Option<u64>>,
    /// The last sequence number that was sent.
    pub(crate) last: u64,
    /// What was acknowledged last, and the clinical ledger up to which that is.
    pub(crate) acknowledged: (u64, u64),
    /// Steps with messages.
    steps: Vec<Step>,
    /// Whether somebody took the subscription, or sent on it, in what was read.
    pub(crate) taken: bool,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    version: u64,
    first: u64,
    last: u64,
    through: u64,
    at: Instant,
}

/// A stored record of disclosures cannot be read.
const UNREADABLE: ReadError = ReadError::Corrupt("a record of disclosures cannot be read");

impl Past {
    /// Reads everything that was recorded of `subscription` after `version`.
    pub(crate) async fn read(
        disclosures: &dyn Disclosures,
        subscription: SubscriptionId,
        version: u64,
    ) -> Result<Self, FeedError> {
        let mut past = Self { version, ..Self::default() };
        loop {
            let page = disclosures.past(subscription, past.version, PAST).await?;
            let whole = page.len() < PAST;
            for entry in page {
                past.take_in(&entry)?;
            }
            if whole {
                return Ok(past);
            }
        }
    }

    fn take_in(&mut self, entry: &Entry) -> Result<(), ReadError> {
        self.version = entry.version;
        if &*entry.event_type == DISCLOSED {
            let records = read_event(&entry.event_type, &entry.payload).map_err(|_| UNREADABLE)?;
            self.told.extend(records.into_iter().filter_map(|record| match record {
                Record::Disclosure(disclosure) => Some((disclosure.patient, None)),
                Record::Look(_) => None,
            }));
            return Ok(());
        }
        match event(entry)? {
            Event::MessagesDecided { first, through, positions, ended, at, .. } => {
                self.taken = true;
                self.last = (first + positions.len() as u64).saturating_sub(1);
                self.told.extend(ended.into_iter().map(|end| (end.patient, Some(end.sequence))));
                if !positions.is_empty() {
                    self.steps.push(Step { version: entry.version, first, last: self.last, through, at });
                }
            }
            Event::DisclosuresAcknowledged { begins, sequence, through, .. } => {
                self.acknowledged = (sequence, through);
                if begins {
                    (self.taken, self.last) = (true, sequence);
                }
            }
            Event::SubscriptionOpened { .. } | Event::SubscriptionClosed { .. } => return Err(UNREADABLE),
        }
        Ok(())
    }

    /// Patients of whom something was told, and of whom a partner that has everything up to `sequence` does not know yet that
    /// nothing more comes.
    pub(crate) fn told_before(&self, sequence: u64) -> HashSet<PatientId> {
        let told = self.told.iter().filter(|(_, ended)| ended.is_none_or(|ended| ended > sequence));
        told.map(|(patient, _)| *patient).collect()
    }

    /// The clinical ledger up to which everything with this sequence number or a lower one is.
    pub(crate) async fn position_of(
        &self,
        sequence: u64,
        disclosures: &dyn Disclosures,
        subscription: SubscriptionId,
    ) -> Result<u64, FeedError> {
        if sequence == 0 {
            return Ok(0);
        }
        if sequence > self.last {
            return Err(FeedError::NotSent);
        }
        self.place_of(sequence, disclosures, subscription).await
    }

    /// The same, also of a number that somebody else has begun before since: it is in the partner's stream.
    pub(crate) async fn place_of(
        &self,
        sequence: u64,
        disclosures: &dyn Disclosures,
        subscription: SubscriptionId,
    ) -> Result<u64, FeedError> {
        place(&self.steps, sequence, disclosures, subscription).await
    }

    /// What comes before the first message that was decided at `time` or later, or else the last of all: its number, and the
    /// clinical ledger up to there.
    pub(crate) async fn before(
        &self,
        time: Instant,
        disclosures: &dyn Disclosures,
        subscription: SubscriptionId,
    ) -> Result<(u64, u64), FeedError> {
        let late = self.steps.iter().position(|step| step.at >= time).unwrap_or(self.steps.len());
        let (earlier, late) = self.steps.split_at(late);
        let sequence = match (earlier.last(), late.first()) {
            (_, Some(step)) => step.first - 1,
            (Some(step), None) => step.last,
            (None, None) => 0,
        };
        Ok((sequence, place(earlier, sequence, disclosures, subscription).await?))
    }
}

async fn place(
    steps: &[Step],
    sequence: u64,
    disclosures: &dyn Disclosures,
    subscription: SubscriptionId,
) -> Result<u64, FeedError> {
    if sequence == 0 {
        return Ok(0);
    }
    // The latest step that sent it: a partner that begins again is sent numbers again.
    let sent = |step: &&Step| step.first <= sequence && sequence <= step.last;
    let step = steps.iter().rev().find(sent).ok_or(FeedError::NotSent)?;
    if step.last == sequence {
        return Ok(step.through);
    }
    let entries = disclosures.past(subscription, step.version - 1, 1).await?;
    let entry = entries.first().ok_or(UNREADABLE)?;
    let Event::MessagesDecided { positions, .. } = event(entry)? else { return Err(UNREADABLE.into()) };
    let at = usize::try_from(sequence - step.first).map_err(|_| UNREADABLE)?;
    let place = *positions.get(at).ok_or(UNREADABLE)?;
    // One event may be told and end a consent as well: whoever has the first of the two is sent both again.
    Ok(if positions.get(at + 1) == Some(&place) { place - 1 } else { place })
}

fn event(entry: &Entry) -> Result<Event, ReadError> {
    match DomainEvent::decode(entry.stream.kind, &entry.payload) {
        Ok(DomainEvent::Feed(event)) => Ok(event),
        _ => Err(UNREADABLE),
    }
}
