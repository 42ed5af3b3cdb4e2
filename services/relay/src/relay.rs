//! Follows the ledger and publishes what it reads.

use std::convert::Infallible;
use std::sync::Arc;

use async_nats::Client;
use async_nats::jetstream::Context;
use async_nats::jetstream::context::ContextBuilder;
use concord_kernel::{Clock, Instant, TenantId, Token};
use concord_ledger::{Entry, Filter, Ledger, ReadError};
use concord_telemetry::trace;
use tokio::sync::watch;
use tracing::Span;

use crate::flight::Flight;
use crate::progress::{Progress, State, Watch};
use crate::resume::{Start, Tail, resume};
use crate::stream::{declare, open, tail};
use crate::{Options, RelayError, message, recent};

/// Publishes the events of one ledger.
pub struct Relay {
    ledger: Arc<dyn Ledger>,
    tenant: TenantId,
    client: Client,
    clock: Arc<dyn Clock>,
    options: Options,
    progress: watch::Sender<Progress>,
}

impl Relay {
    /// Publishes what `ledger` records over `client`, once it runs.
    pub fn new(ledger: Arc<dyn Ledger>, client: Client, clock: Arc<dyn Clock>, options: Options) -> Self {
        let tenant = ledger.id().tenant.clone();
        let (progress, _) = watch::channel(Progress { state: State::Starting, position: None });
        Self { ledger, tenant, client, clock, options, progress }
    }

    /// Follows it, also after it has ended.
    pub fn watch(&self) -> Watch {
        Watch {
            ledger: Arc::clone(&self.ledger),
            clock: Arc::clone(&self.clock),
            progress: self.progress.subscribe(),
        }
    }

    /// Works until the ledger is closed. Dropping it at any moment is safe.
    pub async fn run(self) {
        let mut pause = self.options.first_pause;
        let mut told = None;
        loop {
            let before = self.progress.borrow().position;
            let Err(mut error) = self.session().await;
            if let RelayError::Overtaken { position } = error {
                tracing::info!(tenant = %self.tenant, position, "another relay publishes, or the stream lost its end");
                match self.stand_by().await {
                    Ok(()) => continue,
                    Err(failed) => error = failed,
                }
            }
            if matches!(error, RelayError::Closed) {
                return;
            }
            let needs_somebody = matches!(error, RelayError::Superseded { .. } | RelayError::Foreign { .. });
            let state = if needs_somebody { State::Refused } else { State::Retrying };
            self.progress.send_modify(|progress| progress.state = state);
            if self.progress.borrow().position > before {
                (pause, told) = (self.options.first_pause, None);
            }
            // A failure is told once, not at every attempt that it lasts.
            if told != Some(std::mem::discriminant(&error)) {
                told = Some(std::mem::discriminant(&error));
                tell(&self.tenant, &error);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(self.options.longest_pause);
        }
    }

    /// Watches the stream for as long as another relay keeps it level with the ledger, or moves it.
    async fn stand_by(&self) -> Result<(), RelayError> {
        let mut seen = self.look().await?;
        loop {
            tokio::time::sleep(self.options.look).await;
            let now = self.look().await?;
            let head = *self.ledger.watch().borrow();
            let Some(last) = now.last.filter(|last| last.epoch == head.epoch) else { return Ok(()) };
            if now == seen && last != head {
                return Ok(());
            }
            let position = Some(last.position);
            self.progress.send_replace(Progress { state: State::StandingBy, position });
            seen = now;
        }
    }

    async fn look(&self) -> Result<Tail, RelayError> {
        tail(&open(&self.jetstream(), &self.tenant).await?, &self.tenant).await
    }

    /// JetStream over the one connection. Acknowledgements that nobody waits for any more hold their places for a while: a
    /// session has places of its own.
    fn jetstream(&self) -> Context {
        ContextBuilder::new()
            .timeout(self.options.answer_within)
            .ack_timeout(self.options.answer_within)
            .max_ack_inflight(self.options.in_flight.saturating_add(1))
            .build(self.client.clone())
    }

    /// Finds out where the stream ends and goes on from there, until something fails.
    async fn session(&self) -> Result<Infallible, RelayError> {
        let jetstream = self.jetstream();
        let stream = declare(&jetstream, &self.tenant, &self.options).await?;
        let end = tail(&stream, &self.tenant).await?;
        let head = *self.ledger.watch().borrow();
        let after = match resume(&end, head)? {
            Start::After(position) => position,
            Start::Recent => recent::before(&*self.ledger, self.oldest_kept(), head.position).await?,
        };
        let at = Token { epoch: head.epoch, position: after };
        self.progress.send_replace(Progress { state: State::Relaying, position: Some(after) });
        tracing::info!(tenant = %self.tenant, position = after, sequence = end.sequence, "the relay goes on");
        self.publish(&jetstream, at, end.sequence).await
    }

    /// What was recorded before is not to be in the stream any more.
    fn oldest_kept(&self) -> Instant {
        let kept = i64::try_from(self.options.keep.as_micros()).unwrap_or(i64::MAX);
        let oldest = self.clock.now().micros().saturating_sub(kept);
        Instant::from_micros(oldest).unwrap_or(self.clock.now())
    }

    /// Publishes everything after `at` behind `sequence`, and what comes. Ends with the first publication that is not taken: those
    /// that follow it are refused, because they name the sequence that it would have had.
    async fn publish(
        &self,
        jetstream: &Context,
        mut at: Token,
        mut sequence: u64,
    ) -> Result<Infallible, RelayError> {
        let mut head = self.ledger.watch();
        let mut flight = Flight::new(&self.options);
        loop {
            let through = head.borrow_and_update().position;
            while at.position < through {
                for entry in self.page(at.position).await? {
                    let (subject, message) = message::publication(&self.tenant, at, &entry, sequence);
                    let bytes = entry.stored().len() + entry.metadata.len();
                    while !flight.has_room(bytes) {
                        self.landed(flight.landed().await?);
                    }
                    let position = entry.position;
                    let span = traced(&entry);
                    let ack = jetstream
                        .send_publish(subject, message)
                        .await
                        .map_err(|cause| RelayError::NotTaken { position, cause: cause.into() })?;
                    sequence += 1;
                    at.position = position;
                    flight.push((position, sequence), bytes, ack, span);
                }
            }
            tokio::select! {
                // What has landed first, so that a failure is noticed while new events keep coming.
                biased;
                position = flight.landed() => self.landed(position?),
                changed = head.changed() => changed.map_err(|_| RelayError::Closed)?,
            }
        }
    }

    async fn page(&self, after: u64) -> Result<Vec<Entry>, RelayError> {
        let page = self.ledger.read(after, &Filter::default(), self.options.page).await?;
        let dense = page.entries.iter().zip(after + 1..).all(|(entry, position)| entry.position == position);
        if page.entries.is_empty() || !dense {
            return Err(ReadError::Corrupt("events below the head are missing").into());
        }
        Ok(page.entries)
    }

    fn landed(&self, position: u64) {
        self.progress.send_modify(|progress| progress.position = Some(position));
    }
}

/// The span of an event's publication, when spans are told to anybody.
fn traced(entry: &Entry) -> Span {
    let parent = trace::is_on().then(|| message::trace(&entry.metadata)).flatten();
    trace::publish(entry.stream.kind.as_str(), entry.position, parent)
}

/// Says why nothing is relayed now: numbers and causes, and nothing that is recorded.
fn tell(tenant: &TenantId, error: &RelayError) {
    let cause = error as &dyn std::error::Error;
    if matches!(error, RelayError::NotTaken { .. } | RelayError::Repeated { .. }) {
        // A lost answer or a repeated message: looking at the stream again settles it.
        tracing::warn!(%tenant, error = cause, "the relay looks at the stream again");
    } else {
        tracing::error!(%tenant, error = cause, "nothing is relayed for now; commands go on");
    }
}
