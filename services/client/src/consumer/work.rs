//! The consumer at work.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::stream::Stream;
use async_nats::jetstream::{self, AckKind, Message};
use futures::{FutureExt, StreamExt};
use uuid::Uuid;

use super::arrival::{Arrival, Place};
use super::batch::Pending;
use super::declare::{consumer, stream, tail};
use super::{Cursor, EffectError, Effects, History, HistoryError, Settings};

/// Acknowledgements of work in progress for each time that JetStream waits for one.
const PROGRESS_PER_WAIT: u32 = 3;
/// How long a pull may wait for messages before it is asked again.
const PULL: Duration = Duration::from_secs(30);

/// Makes effects of the events of one ledger. One at a time of a name works; another one that runs beside it does nothing twice,
/// because the cursor is compared before it moves.
pub struct Consumer<H> {
    client: Client,
    history: H,
    settings: Settings,
}

/// Why the work begins again from its cursor.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// JetStream does not answer, or the stream or the consumer is gone.
    #[error("JetStream cannot be read now")]
    JetStream(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server says nothing any more.
    #[error("the stream of messages ended")]
    Silent,
    /// What JetStream does not have cannot be read from the ledger.
    #[error("missing events cannot be read")]
    History(#[from] HistoryError),
    /// The ledger gave other events than were asked for.
    #[error("the ledger does not hold what is missing after {0}")]
    Incomplete(u64),
    /// The cursor cannot be read or was moved.
    #[error("effects cannot be made")]
    Effects(#[from] EffectError),
}

/// What is remembered while the work goes on.
struct Standing {
    cursor: Option<Cursor>,
    parked: HashSet<Uuid>,
    /// Messages that are not acknowledged yet.
    held: Vec<Message>,
}

impl<H: History> Consumer<H> {
    /// A consumer that hears of events over `client` and reads what is missing from `history`.
    pub const fn new(client: Client, history: H, settings: Settings) -> Self {
        Self { client, history, settings }
    }

    /// Works for as long as it is polled; dropping it at any moment is safe. Failures are tried again, and logged once.
    pub async fn run(&self, effects: &mut impl Effects) -> Infallible {
        let mut pause = self.settings.first_pause;
        let mut told = None;
        loop {
            let before = effects.cursor().await.ok().flatten();
            let Err(trouble) = self.follow(effects).await;
            if effects.cursor().await.ok().flatten() != before {
                (pause, told) = (self.settings.first_pause, None);
            }
            if told != Some(std::mem::discriminant(&trouble)) {
                told = Some(std::mem::discriminant(&trouble));
                let error = &trouble as &dyn std::error::Error;
                tracing::warn!(
                    consumer = self.settings.name,
                    error,
                    "the consumer begins again from its cursor"
                );
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(self.settings.longest_pause);
        }
    }

    async fn follow(&self, effects: &mut impl Effects) -> Result<Infallible, Trouble> {
        let cursor = effects.cursor().await?;
        let parked = effects.parked().await?.into_iter().collect();
        let jetstream = jetstream::new(self.client.clone());
        let stream = stream(&jetstream, &self.settings).await?;
        let consumer = consumer(&stream, &self.settings, cursor).await?;
        let messages = consumer
            .stream()
            .max_messages_per_batch(self.settings.batch)
            .heartbeat(self.settings.heartbeat)
            .expires(PULL.max(self.settings.heartbeat * 2))
            .messages();
        let mut messages = messages.await.map_err(|cause| Trouble::JetStream(cause.into()))?;
        let mut standing = Standing { cursor, parked, held: Vec::new() };
        loop {
            match tokio::time::timeout(self.settings.quiet, messages.next()).await {
                Ok(first) => self.take(first, &mut messages, &mut standing, effects).await?,
                Err(_quiet) => self.catch_up(&stream, &mut standing, effects).await?,
            }
        }
    }

    /// Makes the effects of a message and of those that have come with it.
    async fn take(
        &self,
        first: Option<Result<Message, pull::MessagesError>>,
        messages: &mut pull::Stream,
        standing: &mut Standing,
        effects: &mut impl Effects,
    ) -> Result<(), Trouble> {
        let mut next = Some(first);
        let mut arrivals = Vec::new();
        // What came before the connection broke is used.
        let mut broken = None;
        while let Some(message) = next.take() {
            match message {
                Some(Ok(message)) => {
                    arrivals.extend(self.read(&message));
                    standing.held.push(message);
                    let full = standing.held.len() >= self.settings.batch;
                    next = if full { None } else { messages.next().now_or_never() };
                }
                Some(Err(cause)) => broken = Some(Trouble::JetStream(cause.into())),
                None => broken = Some(Trouble::Silent),
            }
        }
        self.place_all(arrivals, standing, effects).await?;
        for message in standing.held.drain(..) {
            // One that is lost is delivered again, and passed over.
            message.ack().await.map_err(Trouble::JetStream)?;
        }
        broken.map_or(Ok(()), Err)
    }

    /// Puts arrivals in their places, reads what is missing between them, and has all effects made.
    async fn place_all(
        &self,
        arrivals: Vec<Arrival>,
        standing: &mut Standing,
        effects: &mut impl Effects,
    ) -> Result<(), Trouble> {
        let mut pending = standing.cursor.map(Pending::after);
        let reach: HashMap<_, _> =
            arrivals.iter().map(|arrival| (arrival.at.epoch, arrival.at.position)).collect();
        for arrival in arrivals {
            let at = pending.as_ref().map(Pending::to);
            let mut place = arrival.place(at);
            if place == Place::NewHistory {
                self.flush(pending.take(), standing, effects).await?;
                let cursor = effects.begin(arrival.at.epoch).await?;
                standing.cursor = Some(cursor);
                pending = Some(Pending::after(cursor));
                place = arrival.place(Some(cursor));
            }
            if place == Place::Next && arrival.is_withheld() {
                // With it, everything else that has arrived of this history: one question instead of many.
                place = Place::Gap(reach.get(&arrival.at.epoch).copied().unwrap_or(arrival.at.position));
            }
            if let Place::Gap(through) = place {
                self.flush(pending.take(), standing, effects).await?;
                match self.fill(through, standing, effects).await {
                    // What it is behind will never be read again: another history begins further on in the stream.
                    Ok(()) | Err(Trouble::History(HistoryError::Over)) => {}
                    Err(trouble) => return Err(trouble),
                }
                pending = standing.cursor.map(Pending::after);
                place = arrival.place(standing.cursor);
            }
            if let (Place::Next, Some(pending)) = (place, &mut pending) {
                pending.push(arrival.event, &self.settings.interest);
            }
        }
        self.flush(pending, standing, effects).await
    }

    /// What a message holds. Somebody else's is passed over: what it may have displaced is missed and read from the ledger.
    fn read(&self, message: &Message) -> Option<Arrival> {
        let read = Arrival::read(message.headers.as_ref(), message.payload.clone());
        if read.is_none() {
            let sequence = message.info().map_or(0, |info| info.stream_sequence);
            tracing::error!(
                consumer = self.settings.name,
                sequence,
                "a message of the stream is not the relay's"
            );
        }
        read
    }

    /// After a while without messages: reads what the stream holds and was never delivered here.
    async fn catch_up(
        &self,
        stream: &Stream,
        standing: &mut Standing,
        effects: &mut impl Effects,
    ) -> Result<(), Trouble> {
        let Some(end) = tail(stream, &self.settings).await? else { return Ok(()) };
        if standing.cursor.is_none_or(|cursor| cursor.epoch < end.at.epoch) {
            standing.cursor = Some(effects.begin(end.at.epoch).await?);
        }
        if standing.cursor.is_some_and(|cursor| cursor.epoch == end.at.epoch) {
            self.fill(end.at.position, standing, effects).await?;
        }
        Ok(())
    }

    /// Makes the effects of everything up to `through` from the ledger itself.
    async fn fill(
        &self,
        through: u64,
        standing: &mut Standing,
        effects: &mut impl Effects,
    ) -> Result<(), Trouble> {
        let Some(start) = standing.cursor else { return Ok(()) };
        let mut at = start;
        while at.position < through {
            let limit = (through - at.position).min(self.settings.batch as u64);
            let reading = self.history.read(at.epoch, at.position, limit);
            let events = self.meanwhile(&standing.held, reading).await?;
            let dense =
                events.iter().zip(at.position + 1..).all(|(event, position)| event.position == position);
            if events.is_empty() || !dense {
                return Err(Trouble::Incomplete(at.position));
            }
            let mut pending = Pending::after(at);
            for event in events {
                pending.push(event, &self.settings.interest);
            }
            at = pending.to();
            self.flush(Some(pending), standing, effects).await?;
        }
        Ok(())
    }

    /// Has effects made; parks what is refused, and goes on trying while they cannot be made.
    async fn flush(
        &self,
        pending: Option<Pending>,
        standing: &mut Standing,
        effects: &mut impl Effects,
    ) -> Result<(), Trouble> {
        let mut waiting: Vec<_> = pending.into_iter().collect();
        let mut pause = self.settings.first_pause;
        while let Some(next) = waiting.pop() {
            if next.is_empty() {
                continue;
            }
            let batch = next.batch(&standing.parked);
            match self.meanwhile(&standing.held, effects.apply(batch)).await {
                Ok(()) => standing.cursor = Some(next.to()),
                Err(EffectError::Refused(position)) if next.can_park(position, &standing.parked) => {
                    let stream = next.stream_of(position);
                    let (before, from_it) = next.split(position);
                    // First those before it, in which nothing of its stream is parked.
                    if before.is_empty() {
                        standing.parked.extend(stream);
                        tracing::error!(consumer = self.settings.name, position, "an event is parked");
                    }
                    waiting.push(from_it);
                    waiting.push(before);
                }
                Err(EffectError::Unavailable(cause)) => {
                    self.tell_unavailable(&*cause);
                    self.meanwhile(&standing.held, tokio::time::sleep(pause)).await;
                    pause = (pause * 2).min(self.settings.longest_pause);
                    waiting.push(next);
                }
                Err(error @ (EffectError::Refused(_) | EffectError::Moved)) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn tell_unavailable(&self, cause: &(dyn std::error::Error + 'static)) {
        tracing::warn!(consumer = self.settings.name, error = cause, "effects cannot be made now");
    }

    /// Waits for `work`, and tells JetStream now and then that the messages are being worked on.
    async fn meanwhile<T>(&self, held: &[Message], work: impl Future<Output = T>) -> T {
        let mut tell = tokio::time::interval(self.settings.acknowledge_within / PROGRESS_PER_WAIT);
        tell.tick().await;
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = tell.tick() => {
                    for message in held {
                        // If it is not heard, the message comes again and is passed over.
                        let _unheard = message.ack_with(AckKind::Progress).await;
                    }
                }
            }
        }
    }
}
