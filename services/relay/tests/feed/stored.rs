//! What a stream holds, and what is to be said of it.

use std::time::Duration;

use async_nats::jetstream;
use concord_kernel::Token;
use concord_ledger::Ledger;
use concord_proto::concord::ledger::v1::StoredEvent;
use concord_proto::feed;
use futures::StreamExt;
use prost::Message;

use crate::scene::{PATIENCE, payloads, tenant, until};

/// A message in the stream.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stored {
    pub(crate) at: Token,
    pub(crate) previous: u64,
    pub(crate) event: StoredEvent,
}

/// Everything that the stream holds, in its order. A cluster that has just lost a server may need a while to answer.
pub(crate) async fn stored(client: &async_nats::Client) -> Vec<Stored> {
    let read = async {
        loop {
            match try_stored(client).await {
                Ok(stored) => return stored,
                Err(error) => println!("the stream cannot be read yet: {error}"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, read).await.expect("the stream can be read")
}

async fn try_stored(client: &async_nats::Client) -> Result<Vec<Stored>, async_nats::Error> {
    let stream = stream(client).await;
    let info = stream.get_info().await?;
    let consumer = stream
        .create_consumer(jetstream::consumer::pull::Config {
            ack_policy: jetstream::consumer::AckPolicy::None,
            inactive_threshold: Duration::from_mins(1),
            ..Default::default()
        })
        .await?;
    let mut messages = consumer.messages().await?;
    let mut stored = Vec::new();
    while (stored.len() as u64) < info.state.messages {
        let message = messages.next().await.ok_or("the messages ended")??;
        let headers = message.headers.as_ref().unwrap();
        let number = |name| headers.get(name).unwrap().as_str().parse::<u64>().unwrap();
        stored.push(Stored {
            at: Token {
                epoch: headers.get(feed::EPOCH).unwrap().as_str().parse().unwrap(),
                position: number(feed::POSITION),
            },
            previous: number(feed::PREVIOUS),
            event: StoredEvent::decode(message.payload.clone()).unwrap(),
        });
    }
    Ok(stored)
}

pub(crate) async fn stream(client: &async_nats::Client) -> jetstream::stream::Stream {
    // After a start of the server, JetStream may not be there yet.
    let found = || async { jetstream::new(client.clone()).get_stream(name()).await.is_ok() };
    until("the stream is there", found).await;
    jetstream::new(client.clone()).get_stream(name()).await.unwrap()
}

pub(crate) fn name() -> String {
    feed::stream(tenant().as_str())
}

/// What is wrong with a stream that is to hold the whole ledger once; nothing, or a sentence.
pub(crate) async fn whole_once(client: &async_nats::Client, ledger: &dyn Ledger) -> Result<(), String> {
    let (stored, payloads) = (stored(client).await, payloads(ledger).await);
    let epoch = ledger.watch().borrow().epoch;
    for (number, message) in (1_u64..).zip(&stored) {
        if message.at != (Token { epoch, position: number }) || message.previous != number - 1 {
            return Err(format!(
                "message {number} is event {}, after {}",
                message.at.position, message.previous
            ));
        }
        let index = usize::try_from(number).unwrap() - 1;
        if payloads.get(index) != Some(&message.event.payload) {
            return Err(format!("message {number} is not what the ledger holds"));
        }
    }
    if stored.len() == payloads.len() {
        Ok(())
    } else {
        Err(format!("the stream holds {} of {} events", stored.len(), payloads.len()))
    }
}
