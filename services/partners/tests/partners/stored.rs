//! What a partner's stream holds.

use std::fs;
use std::path::Path;

use async_nats::jetstream::{self, stream::RawMessageErrorKind};
use bytes::Bytes;
use concord_kernel::SubscriptionId;
use concord_proto::concord::feed::v1::SubscribeResponse;
use concord_proto::concord::feed::v1::subscribe_response::Message as Said;
use concord_proto::partner;
use concord_servers::Nats;
use prost::Message;

use crate::scene::{riverside, subscription, tenant, until};

/// A message of the stream.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    /// Its number, as its header has it.
    pub(crate) number: u64,
    /// What names the event for the partner.
    pub(crate) id: String,
    pub(crate) payload: Bytes,
}

impl Stored {
    pub(crate) fn said(&self) -> Said {
        SubscribeResponse::decode(self.payload.clone()).unwrap().message.unwrap()
    }

    /// Whether it has a number of its own.
    pub(crate) fn counts(&self) -> bool {
        !matches!(self.said(), Said::Started(_))
    }
}

pub(crate) fn stream_name() -> String {
    partner::stream(tenant().as_str(), riverside().as_str())
}

/// A partner's stream, as whoever runs the servers sees it.
pub(crate) struct Looking(jetstream::Context);

impl Looking {
    pub(crate) async fn at(nats: &Nats) -> Self {
        Self(jetstream::new(async_nats::connect(nats.urls().remove(0)).await.unwrap()))
    }

    /// Everything that the stream holds of a subscription, in its order; nothing while there is no stream.
    pub(crate) async fn of(&self, subscription: SubscriptionId) -> Vec<Stored> {
        let Ok(stream) = self.0.get_stream(stream_name()).await else { return Vec::new() };
        let own = partner::subject("demo", "riverside", &subscription.to_string(), ">");
        let (mut stored, mut from) = (Vec::new(), 1);
        loop {
            let message = match stream.get_first_raw_message_by_subject(&own, from).await {
                Ok(message) => message,
                Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => return stored,
                Err(error) => panic!("{error}"),
            };
            let header = |name: &str| message.headers.get(name).unwrap().as_str().to_owned();
            let number = header(partner::SEQUENCE).parse().unwrap();
            stored.push(Stored { number, id: header("ce-id"), payload: message.payload.clone() });
            from = message.sequence + 1;
        }
    }

    /// Those that have numbers of their own.
    pub(crate) async fn numbered(&self) -> Vec<Stored> {
        self.of(subscription(1)).await.into_iter().filter(Stored::counts).collect()
    }

    /// Waits until a message with this number is the last.
    pub(crate) async fn reaches(&self, number: u64) -> Vec<Stored> {
        let what = format!("number {number} comes");
        until(&what, || async { self.numbered().await.last().is_some_and(|last| last.number >= number) })
            .await;
        self.numbered().await
    }

    pub(crate) async fn lose(&self) {
        self.0.delete_stream(stream_name()).await.unwrap();
    }
}

/// What is wrong with numbers that are to be 1, 2, 3 and so on, and with events that are to come once; nothing, or a sentence.
pub(crate) fn whole_once(stored: &[Stored]) -> Result<(), String> {
    let mut seen = std::collections::HashSet::new();
    for (number, message) in (1..).zip(stored) {
        if message.number != number {
            return Err(format!("{} comes where {number} should", message.number));
        }
        if !seen.insert(&message.id) {
            return Err(format!("{number} has come before"));
        }
    }
    Ok(())
}

/// The files below `folder` that hold `word`.
pub(crate) fn holding(folder: &Path, word: &str) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let in_file = |path: &Path| {
        // What goes away between the look into the folder and the file is not there.
        fs::read(path).unwrap_or_default().windows(word.len()).any(|part| part == word.as_bytes())
    };
    entries.map(|path| if path.is_dir() { holding(&path, word) } else { usize::from(in_file(&path)) }).sum()
}
