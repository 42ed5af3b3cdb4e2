//! Fills the stream of one partner.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

use async_nats::connection::State;
use async_nats::jetstream::Context;
use async_nats::jetstream::context::ContextBuilder;
use async_nats::jetstream::stream::Stream;
use concord_domain::feed::Delivery;
use concord_feed::{Begin, CHECKPOINT_EVERY, Feed, FeedError, Message, Session, TICK, Told};
use concord_kernel::{Instant, SubscriptionId};
use tokio::time::{MissedTickBehavior, interval};

use crate::Parts;
use crate::erase::erase;
use crate::error::PartnerError;
use crate::message::{publication, started};
use crate::names::Names;
use crate::publisher::Shared;
use crate::stream::{declare, end, last};
use crate::writer::Writer;

/// Fills the stream of one partner, for as long as it runs. Dropping it at any moment is safe.
pub(crate) struct Partner {
    pub(crate) shared: Arc<Shared>,
    pub(crate) names: Names,
}

/// A partner's stream, and what goes into it.
struct Desk<'a> {
    partner: &'a Partner,
    stream: Stream,
    writer: Writer,
    taken: BTreeMap<SubscriptionId, Session>,
    /// Closed, and nothing of them is left in the stream.
    emptied: BTreeSet<SubscriptionId>,
}

impl Partner {
    /// Works until the ledger is closed.
    pub(crate) async fn run(self) {
        let streams = &self.parts().options.streams;
        let (mut pause, mut told) = (streams.first_pause, None);
        loop {
            let begun = tokio::time::Instant::now();
            let Err(error) = self.session().await;
            if matches!(error, PartnerError::Closed) {
                return;
            }
            // What another look at the stream settles is no failure.
            if !matches!(error, PartnerError::Overtaken | PartnerError::Repeated) {
                self.shared.goes_on(self.names.organisation(), false);
            }
            if begun.elapsed() > streams.longest_pause {
                (pause, told) = (streams.first_pause, None);
            }
            // A failure is told once, not at every attempt that it lasts.
            if told != Some(std::mem::discriminant(&error)) {
                told = Some(std::mem::discriminant(&error));
                self.tell(&error);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(streams.longest_pause);
        }
    }

    /// Finds out where the stream ends and goes on from there, until something fails.
    ///
    /// What is found leaves at ticks that are counted from the beginning, as it does where a partner calls: when a message came
    /// tells nothing of what was searched in between.
    async fn session(&self) -> Result<Infallible, PartnerError> {
        let mut desk = self.open().await?;
        let mut head = self.parts().feed.watch();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            head.mark_unchanged();
            desk.follow().await?;
            desk.drain().await?;
            self.shared.goes_on(self.names.organisation(), true);
            // A day ends consents, and the log does not move for it.
            match tokio::time::timeout(CHECKPOINT_EVERY, head.changed()).await {
                Ok(Ok(())) | Err(_) => {}
                Ok(Err(_)) => return Err(PartnerError::Closed),
            }
            ticks.tick().await;
        }
    }

    async fn open(&self) -> Result<Desk<'_>, PartnerError> {
        let (jetstream, options) = (self.jetstream(), &self.parts().options);
        let stream = declare(&jetstream, &self.names, options).await?;
        // The end comes first: what is published before the first message of ours makes that one refused.
        let writer = Writer::new(jetstream, end(&stream).await?);
        let (taken, emptied) = (BTreeMap::new(), BTreeSet::new());
        Ok(Desk { partner: self, stream, writer, taken, emptied })
    }

    fn jetstream(&self) -> Context {
        let streams = &self.parts().options.streams;
        ContextBuilder::new()
            .timeout(streams.answer_within)
            .ack_timeout(streams.answer_within)
            .api_prefix(self.names.api(self.parts().options.accounts))
            .build(self.parts().client.clone())
    }

    fn connected(&self) -> Result<(), PartnerError> {
        match self.parts().client.connection_state() {
            State::Connected => Ok(()),
            State::Pending | State::Disconnected => Err(PartnerError::Away),
        }
    }

    fn parts(&self) -> &Parts {
        &self.shared.parts
    }

    fn feed(&self) -> &Feed {
        &self.parts().feed
    }

    /// Since when the stream would hold what was put into it.
    fn kept_since(&self) -> Instant {
        let (now, keep) = (self.feed().now(), self.parts().options.streams.keep);
        let kept = i64::try_from(keep.as_micros()).unwrap_or(i64::MAX);
        Instant::from_micros(now.micros().saturating_sub(kept)).unwrap_or(now)
    }

    /// Says why nothing is published now: names and causes, and nothing that is recorded.
    fn tell(&self, error: &PartnerError) {
        let (tenant, organisation) = (self.names.tenant(), self.names.organisation());
        let cause = error as &dyn std::error::Error;
        if matches!(error, PartnerError::Overtaken | PartnerError::Repeated) {
            tracing::warn!(%tenant, %organisation, error = cause, "a partner's stream is looked at again");
        } else {
            tracing::error!(%tenant, %organisation, error = cause, "a partner is sent nothing for now");
        }
    }
}

impl Desk<'_> {
    /// Begins what was opened, and empties what was closed.
    async fn follow(&mut self) -> Result<(), PartnerError> {
        let (open, closed) = self.subscriptions().await?;
        for subscription in open {
            if !self.taken.contains_key(&subscription) {
                self.begin(subscription).await?;
            }
        }
        for subscription in closed {
            self.empty(subscription).await?;
        }
        Ok(())
    }

    /// The partner's subscriptions that are delivered here: those that are open, and those that are not any more.
    async fn subscriptions(&self) -> Result<(Vec<SubscriptionId>, Vec<SubscriptionId>), PartnerError> {
        let feed = self.partner.feed();
        feed.level().await?;
        let known = feed.known()?;
        let own = known.subscriptions.iter().filter(|(_, offered)| {
            offered.terms.delivery == Delivery::Jetstream
                && offered.terms.organisation == *self.partner.names.organisation()
        });
        let (closed, open): (Vec<_>, Vec<_>) = own.partition(|(_, offered)| offered.closed);
        let ids = |some: Vec<(&SubscriptionId, _)>| some.into_iter().map(|(id, _)| *id).collect();
        Ok((ids(open), ids(closed)))
    }

    async fn begin(&mut self, subscription: SubscriptionId) -> Result<(), PartnerError> {
        let (names, parts) = (&self.partner.names, self.partner.parts());
        let begin = match last(&self.stream, names, subscription).await? {
            Some(number) => Begin::Published(number),
            None => Begin::DecidedSince(self.partner.kept_since()),
        };
        let session = match parts.feed.deliver(names.organisation(), subscription, begin).await {
            Err(FeedError::Closed) => return Ok(()),
            other => other?,
        };
        // Nothing is decided before this is in the stream: from here on nobody else can put anything behind what was read.
        self.writer.publish(started(names, subscription, session.last(), parts.ids.next())).await?;
        let sequence = self.writer.sequence();
        for subject in session.ended().await? {
            erase(&self.stream, &names.subject(subscription, &subject.to_string()), sequence).await?;
        }
        tracing::info!(tenant = %names.tenant(), %subscription, after = session.last(), "a partner's stream goes on");
        self.taken.insert(subscription, session);
        Ok(())
    }

    /// Nothing more goes to a partner on a subscription that was closed, and nothing that waits does.
    async fn empty(&mut self, subscription: SubscriptionId) -> Result<(), PartnerError> {
        self.taken.remove(&subscription);
        if !self.emptied.contains(&subscription) {
            erase(&self.stream, &self.partner.names.of(subscription), u64::MAX).await?;
            self.emptied.insert(subscription);
        }
        Ok(())
    }

    /// Publishes everything that is allowed by now.
    async fn drain(&mut self) -> Result<(), PartnerError> {
        let taken: Vec<_> = self.taken.keys().copied().collect();
        for subscription in taken {
            while let Some(messages) = self.step(subscription).await? {
                self.publish(subscription, messages).await?;
            }
        }
        Ok(())
    }

    async fn step(&mut self, subscription: SubscriptionId) -> Result<Option<Vec<Message>>, PartnerError> {
        // What is decided leaves at once or not at all.
        self.partner.connected()?;
        let Some(session) = self.taken.get_mut(&subscription) else { return Ok(None) };
        match session.step().await {
            // It is emptied by the next look, which the same event brings about.
            Err(FeedError::Closed) => Ok(None),
            other => Ok(other?),
        }
    }

    async fn publish(
        &mut self,
        subscription: SubscriptionId,
        messages: Vec<Message>,
    ) -> Result<(), PartnerError> {
        let (names, parts) = (&self.partner.names, self.partner.parts());
        let mut ended = Vec::new();
        for message in messages {
            let of = match &message.told {
                Told::Event(_) => None,
                Told::ConsentEnded(of) => Some(of.subject),
            };
            self.writer.publish(publication(names, subscription, message, parts.encode)).await?;
            ended.extend(of.map(|subject| (subject, self.writer.sequence())));
        }
        for (subject, sequence) in ended {
            erase(&self.stream, &names.subject(subscription, &subject.to_string()), sequence).await?;
        }
        Ok(())
    }
}
