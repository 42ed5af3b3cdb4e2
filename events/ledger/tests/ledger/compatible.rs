//! The log as other cqrs-es programs see it.

use std::convert::Infallible;

use bytes::Bytes;
use concord_ledger::{Expected, Ledger};
use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore};
use cqrs_es::{Aggregate, AggregateContext, DomainEvent, EventStore};
use serde::{Deserialize, Serialize};
use sqlite_es::SqliteEventRepository;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use crate::support::{append, file, new, open, options, stream};

/// Another program's aggregate over the same streams: it adds up scores.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Scores {
    pub(crate) sum: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Score {
    ScaleTaken { score: u32 },
}

impl DomainEvent for Score {
    fn event_type(&self) -> String {
        "ScaleTaken".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Scores {
    const TYPE: &'static str = "scales";
    type Command = ();
    type Event = Score;
    type Error = Infallible;
    type Services = ();

    async fn handle(&mut self, (): (), (): &(), _: &EventSink<Self>) -> Result<(), Infallible> {
        Ok(())
    }

    fn apply(&mut self, Score::ScaleTaken { score }: Score) {
        self.sum += score;
    }
}

#[tokio::test]
async fn a_cqrs_es_program_reads_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(&file(&folder), options());
    for number in 1..=6_u128 {
        let mut append = append(number, stream(number % 2), Expected::Any, 1);
        append.events[0].payload = Bytes::from(format!("{{\"ScaleTaken\":{{\"score\":{number}}}}}"));
        new(ledger.append(append).await);
    }
    let connect = SqliteConnectOptions::new().filename(file(&folder)).read_only(true);
    let pool = SqlitePool::connect_with(connect).await.unwrap();
    let repository = SqliteEventRepository::new(pool.clone());
    let id = stream(1).id.to_string();

    let events = repository.get_events::<Scores>(&id).await.unwrap();
    let rows: Vec<_> = events.iter().map(|event| (event.sequence, event.event_type.as_str())).collect();
    assert_eq!(rows, [(1, "ScaleTaken"), (2, "ScaleTaken"), (3, "ScaleTaken")]);
    let last = &events[2];
    assert_eq!((&last.aggregate_type, &last.aggregate_id), (&"scales".to_owned(), &id));
    assert_eq!((last.event_version.as_str(), &last.metadata["command"]), ("1", &"5".into()));
    assert_eq!(repository.get_last_events::<Scores>(&id, 2).await.unwrap().len(), 1);

    let store = PersistedEventStore::<_, Scores>::new_event_store(repository);
    assert_eq!(store.load_aggregate(&id).await.unwrap().aggregate().sum, 1 + 3 + 5);
    pool.close().await;
}
