//! Effects that are written down, and what is to be said of them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use concord_client::consumer::{
    Batch, Consumer, Cursor, Deed, EffectError, Effects, History, HistoryError, Settings,
};
use concord_ledger::{Filter, Ledger};
use concord_proto::concord::ledger::v1::StoredEvent;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::scene::{client, payloads, tenant, until};

/// What a consumer has done, as a database would hold it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Done {
    pub(crate) cursor: Option<Cursor>,
    /// Positions and payloads of the events whose effects were made.
    pub(crate) effects: Vec<(u64, Bytes)>,
    pub(crate) parked: Vec<(u64, Uuid)>,
    pub(crate) histories: Vec<Uuid>,
    /// Batches that were taken.
    pub(crate) batches: usize,
}

/// What is wrong with effects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Effects are made and the cursor is not written with them, as when a process ends in between.
    CursorApart,
}

/// Effects in memory, all of a batch or nothing.
#[derive(Clone, Default)]
pub(crate) struct Witness {
    pub(crate) done: Arc<Mutex<Done>>,
    pub(crate) fault: Fault,
    /// An event that can have no effect.
    pub(crate) refuses: Option<u64>,
    /// How long effects take.
    pub(crate) slow: Duration,
    /// How often effects cannot be made before they can.
    pub(crate) away: Arc<Mutex<u32>>,
}

impl Witness {
    pub(crate) fn done(&self) -> Done {
        self.done.lock().unwrap().clone()
    }

    pub(crate) fn position(&self) -> u64 {
        self.done.lock().unwrap().cursor.map_or(0, |cursor| cursor.position)
    }

    /// Waits until the cursor is there.
    pub(crate) async fn reaches(&self, position: u64) {
        until(&format!("the consumer comes to {position}"), || async { self.position() >= position }).await;
    }

    /// What is wrong with effects that are to be those of the whole ledger, once, in order; nothing, or a sentence.
    pub(crate) async fn whole_once(&self, ledger: &dyn Ledger) -> Result<(), String> {
        let (done, payloads) = (self.done(), payloads(ledger).await);
        for (position, (seen, payload)) in (1_u64..).zip(&done.effects) {
            if *seen != position {
                return Err(format!("effect {position} is of event {seen}"));
            }
            if payloads.get(usize::try_from(position).unwrap() - 1) != Some(payload) {
                return Err(format!("effect {position} is not of what the ledger holds"));
            }
        }
        if done.effects.len() == payloads.len() {
            Ok(())
        } else {
            Err(format!("{} of {} events have their effect", done.effects.len(), payloads.len()))
        }
    }
}

#[async_trait]
impl Effects for Witness {
    async fn cursor(&mut self) -> Result<Option<Cursor>, EffectError> {
        Ok(self.done.lock().unwrap().cursor)
    }

    async fn parked(&mut self) -> Result<Vec<Uuid>, EffectError> {
        Ok(self.done.lock().unwrap().parked.iter().map(|(_, stream)| *stream).collect())
    }

    async fn begin(&mut self, epoch: Uuid) -> Result<Cursor, EffectError> {
        let mut done = self.done.lock().unwrap();
        done.effects.clear();
        done.histories.push(epoch);
        Ok(*done.cursor.insert(Cursor { epoch, position: 0 }))
    }

    async fn apply(&mut self, batch: Batch) -> Result<(), EffectError> {
        tokio::time::sleep(self.slow).await;
        {
            let mut away = self.away.lock().unwrap();
            if *away > 0 {
                *away -= 1;
                return Err(EffectError::Unavailable("the database is away".into()));
            }
        }
        let mut done = self.done.lock().unwrap();
        if done.cursor != Some(batch.from) {
            return Err(EffectError::Moved);
        }
        let taken = |deed: &&Deed| matches!(deed, Deed::Take(_));
        let refused = |deed: &&Deed| Some(deed.event().position) == self.refuses;
        if let Some(refused) = batch.events.iter().filter(taken).find(refused) {
            return Err(EffectError::Refused(refused.event().position));
        }
        for deed in &batch.events {
            match deed {
                Deed::Take(event) => done.effects.push((event.position, event.payload.clone())),
                Deed::Park(event) => {
                    done.parked.push((event.position, Uuid::from_slice(&event.stream_id).unwrap()));
                }
            }
        }
        done.batches += 1;
        if self.fault == Fault::CursorApart && done.batches.is_multiple_of(3) {
            return Err(EffectError::Moved);
        }
        done.cursor = Some(batch.to);
        Ok(())
    }
}

/// The ledger itself, read directly.
pub(crate) struct FromLedger(pub(crate) Arc<dyn Ledger>);

#[async_trait]
impl History for FromLedger {
    async fn read(&self, epoch: Uuid, after: u64, limit: u64) -> Result<Vec<StoredEvent>, HistoryError> {
        if self.0.watch().borrow().epoch != epoch {
            return Err(HistoryError::Over);
        }
        let limit = usize::try_from(limit).unwrap();
        let page = self.0.read(after, &Filter::default(), limit).await;
        let page = page.map_err(|error| HistoryError::Unavailable(Box::new(error)))?;
        let event = |entry: concord_ledger::Entry| StoredEvent {
            position: entry.position,
            stream_type: entry.stream.kind.as_str().to_owned(),
            stream_id: Bytes::copy_from_slice(entry.stream.id.as_bytes()),
            event_type: entry.event_type.to_string(),
            payload: entry.payload,
            ..StoredEvent::default()
        };
        Ok(page.entries.into_iter().map(event).collect())
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        batch: 16,
        quiet: Duration::from_millis(300),
        heartbeat: Duration::from_secs(1),
        acknowledge_within: Duration::from_secs(3),
        longest_pause: Duration::from_millis(500),
        ..Settings::new(tenant().as_str(), "witness")
    }
}

/// A consumer at work; it ends when this is dropped.
pub(crate) struct Consuming(JoinHandle<()>);

impl Drop for Consuming {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub(crate) async fn consume(
    urls: &[String],
    ledger: &Arc<dyn Ledger>,
    witness: &Witness,
    settings: Settings,
) -> Consuming {
    let consumer = Consumer::new(client(urls).await, FromLedger(Arc::clone(ledger)), settings);
    let mut witness = witness.clone();
    Consuming(tokio::spawn(async move {
        consumer.run(&mut witness).await;
    }))
}
