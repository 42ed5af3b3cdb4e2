//! The log on JetStream, published by the running program and read by a service of ours through the client's consumer.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use concord_client::Client;
use concord_client::consumer::async_nats;
use concord_client::consumer::{Batch, Consumer, Cursor, EffectError, Effects, Settings};
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::ledger::v1::{GetHeadRequest, ReadRangeRequest};
use concord_servers::Nats;
use concord_support::{Concord, Intake, Person, now};
use tokio::process::Command;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::keys::Place;
use crate::{CONCORD, PSYCHIATRIST};

const SERVICE: Person = Person::new("service", 5);
const PATIENCE: Duration = Duration::from_mins(2);

/// Leaf hashes of the events in the order in which they came.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<(Option<Cursor>, Vec<Bytes>)>>);

#[async_trait]
impl Effects for Seen {
    async fn cursor(&mut self) -> Result<Option<Cursor>, EffectError> {
        Ok(self.0.lock().unwrap().0)
    }

    async fn parked(&mut self) -> Result<Vec<Uuid>, EffectError> {
        Ok(Vec::new())
    }

    async fn begin(&mut self, epoch: Uuid) -> Result<Cursor, EffectError> {
        Ok(*self.0.lock().unwrap().0.insert(Cursor { epoch, position: 0 }))
    }

    async fn apply(&mut self, batch: Batch) -> Result<(), EffectError> {
        let mut seen = self.0.lock().unwrap();
        if seen.0 != Some(batch.from) {
            return Err(EffectError::Moved);
        }
        // Whatever was in the message, a consumer is told what happened.
        assert!(batch.events.iter().all(|deed| !deed.event().payload.is_empty()));
        seen.1.extend(batch.events.iter().map(|deed| deed.event().leaf_hash.clone()));
        seen.0 = Some(batch.to);
        Ok(())
    }
}

impl Seen {
    async fn reaches(&self, position: u64) {
        let there = async {
            while self.0.lock().unwrap().0.is_none_or(|cursor| cursor.position < position) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        assert!(
            tokio::time::timeout(PATIENCE, there).await.is_ok(),
            "the consumer does not come to {position}"
        );
    }
}

async fn start(folder: &Path, nats: &Nats) -> Concord {
    let mut command = Command::new(CONCORD);
    command.env("CONCORD_NATS__SERVERS", format!("[\"{}\"]", nats.urls()[0]));
    Concord::start_with(command, CONCORD, folder, &[]).await.unwrap()
}

/// Reads what `server` publishes, and from itself what is missing.
async fn read(server: &Concord, nats: &Nats, seen: &Seen) -> JoinHandle<()> {
    let history = server.client(SERVICE).await.unwrap();
    let client = async_nats::connect(nats.urls().remove(0)).await.unwrap();
    let settings = Settings { quiet: Duration::from_millis(500), ..Settings::new("demo", "tests") };
    let (consumer, mut seen) = (Consumer::new(client, history, settings), seen.clone());
    tokio::spawn(async move {
        consumer.run(&mut seen).await;
    })
}

async fn work(client: &Client, commands: u64) {
    let intake = Intake::admit(client).await.unwrap();
    for _ in 0..commands {
        let result = chart::RecordResultRequest {
            header: intake.header(),
            lab: "sodium".to_owned(),
            value: Some(139.0),
            unit: "mmol/L".to_owned(),
            taken_at: Some(now()),
            last_dose_at: None,
        };
        client.send(result).await.unwrap();
    }
}

async fn head(client: &Client) -> u64 {
    client.ledger().get_head(GetHeadRequest {}).await.unwrap().into_inner().token.unwrap().position
}

async fn leaves(client: &Client) -> Vec<Bytes> {
    let mut batches = client.ledger().read_range(ReadRangeRequest::default()).await.unwrap().into_inner();
    let mut leaves = Vec::new();
    while let Some(batch) = batches.message().await.unwrap() {
        leaves.extend(batch.events.into_iter().map(|event| event.leaf_hash));
    }
    leaves
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_recorded_is_published_though_server_stream_and_nats_are_lost_in_turn() {
    let (folder, mut nats, seen) = (tempfile::tempdir().unwrap(), Nats::start().unwrap(), Seen::default());
    let server = start(folder.path(), &nats).await;
    let psychiatrist = server.client(PSYCHIATRIST).await.unwrap();
    let reading = read(&server, &nats, &seen).await;
    work(&psychiatrist, 20).await;
    let service = server.client(SERVICE).await.unwrap();
    seen.reaches(head(&service).await).await;

    // Commands need no NATS.
    nats.kill(0).unwrap();
    work(&psychiatrist, 20).await;
    let recorded = head(&service).await;
    server.kill().await.unwrap();
    reading.abort();
    nats.run(0).unwrap();
    let server = start(folder.path(), &nats).await;
    let reading = read(&server, &nats, &seen).await;
    seen.reaches(recorded).await;

    let jetstream = async_nats::jetstream::new(async_nats::connect(nats.urls().remove(0)).await.unwrap());
    jetstream.delete_stream("CONCORD-demo").await.unwrap();
    work(&server.client(PSYCHIATRIST).await.unwrap(), 20).await;
    let service = server.client(SERVICE).await.unwrap();
    seen.reaches(head(&service).await).await;
    let recorded = leaves(&service).await;
    assert!(recorded.len() > 60);
    assert_eq!(seen.0.lock().unwrap().1, recorded, "every event once, in order, and the same bytes");
    reading.abort();

    // As an operator sees it: what the consumer read from the ledger is in the stream, or soon will be.
    let published = async {
        while status(&server, &nats).await != (recorded.len() as u64, 0) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, published).await.is_ok(), "{:?}", status(&server, &nats).await);
}

/// How many events are published, and how many are not.
async fn status(server: &Concord, nats: &Nats) -> (u64, u64) {
    let servers = format!("[\"{}\"]", nats.urls()[0]);
    let token = server.token(SERVICE).await.unwrap();
    let arguments =
        ["relay", "status", "--tenant", "demo", "--json", "--url", &server.url, "--token", &token];
    let told =
        Command::new(CONCORD).args(arguments).env("CONCORD_NATS__SERVERS", servers).output().await.unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    (told["published"].as_u64().unwrap(), told["behind_events"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sealed_in_the_stream_is_read_from_the_ledger() {
    let (nats, seen) = (Nats::start().unwrap(), Seen::default());
    let place = Place::new(&[("CONCORD_NATS__SERVERS", format!("[\"{}\"]", nats.urls()[0]))]).await;
    let server = place.start().await.unwrap();
    let psychiatrist = server.client(PSYCHIATRIST).await.unwrap();
    let reading = read(&server, &nats, &seen).await;
    work(&psychiatrist, 20).await;
    let service = server.client(SERVICE).await.unwrap();
    seen.reaches(head(&service).await).await;
    let leaves = leaves(&service).await;
    assert_eq!(seen.0.lock().unwrap().1, leaves);
    reading.abort();
    server.kill().await.unwrap();
}
