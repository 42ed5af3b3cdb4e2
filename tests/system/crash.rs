//! kill -9 under load: every acknowledged command is there once, nothing is half there, positions are dense, the root
//! verifies. The witness is this process: it survives.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use concord_client::{Client, Retry};
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::ledger::v1::ReadRangeRequest;
use concord_support::{Intake, now};
use serde_json::Value;

use crate::{AUDITOR, PSYCHIATRIST, start};

/// Rounds of load and kill.
const ROUNDS: u64 = 4;
/// Callers at once.
const CALLERS: usize = 8;

/// Acknowledged commands: how many events each recorded, and up to which position.
type Witness = Arc<Mutex<HashMap<String, (u32, u64)>>>;

fn result(intake: Intake) -> chart::RecordResultRequest {
    chart::RecordResultRequest {
        header: intake.header(),
        lab: "sodium".to_owned(),
        value: Some(139.0),
        unit: "mmol/L".to_owned(),
        taken_at: Some(now()),
        last_dose_at: None,
    }
}

async fn load(client: Client, witness: Witness) {
    let client = client.retrying(Retry { attempts: 1, ..Retry::default() });
    let Ok(intake) = Intake::admit(&client).await else { return };
    loop {
        let asked = result(intake);
        let id = asked.header.as_ref().unwrap().command_id.clone();
        let Ok(receipt) = client.send(asked).await else { return };
        witness.lock().unwrap().insert(id, (receipt.events, receipt.token.unwrap().position));
    }
}

/// Every stored event's command, by position.
async fn stored(auditor: &Client) -> Vec<(u64, String)> {
    let asked = ReadRangeRequest { limit: u64::MAX, ..Default::default() };
    let mut batches = auditor.ledger().read_range(asked).await.unwrap().into_inner();
    let mut found = Vec::new();
    while let Some(batch) = batches.message().await.unwrap() {
        for event in batch.events {
            let metadata: Value = serde_json::from_slice(&event.metadata).unwrap();
            found.push((event.position, metadata["command"].as_str().unwrap().to_owned()));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_there_after_every_kill() {
    let folder = tempfile::tempdir().unwrap();
    let witness = Witness::default();
    for round in 0..ROUNDS {
        let server = start(folder.path()).await;
        let client = server.client(PSYCHIATRIST).await.unwrap();
        let callers: Vec<_> =
            (0..CALLERS).map(|_| tokio::spawn(load(client.clone(), Arc::clone(&witness)))).collect();
        // At another moment of the load each time.
        tokio::time::sleep(Duration::from_millis(700 + 137 * round)).await;
        server.kill().await.unwrap();
        for caller in callers {
            caller.await.unwrap();
        }
    }
    let server = start(folder.path()).await;
    let auditor = server.client(AUDITOR).await.unwrap();
    let stored = stored(&auditor).await;
    for (index, (position, _)) in stored.iter().enumerate() {
        assert_eq!(*position, index as u64 + 1, "positions are dense");
    }
    let mut by_command: HashMap<&str, Vec<u64>> = HashMap::new();
    for (position, command) in &stored {
        by_command.entry(command).or_default().push(*position);
    }
    let witness = witness.lock().unwrap().clone();
    assert!(witness.len() > 100, "the load was no load: {} commands", witness.len());
    for (command, (events, last)) in &witness {
        let positions = by_command.get(command.as_str()).unwrap_or_else(|| panic!("{command} is lost"));
        assert_eq!(positions.len(), *events as usize, "{command} is there more or less than once");
        assert_eq!(positions.last(), Some(last), "{command} is not where its receipt says");
    }
    let checked = server.run(&["ledger", "fsck", "--tenant", "demo"]).await.unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}

#[tokio::test]
async fn a_command_of_unknown_outcome_is_sent_again_and_has_one_effect() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let client = server.client(PSYCHIATRIST).await.unwrap();
    let intake = Intake::admit(&client).await.unwrap();
    let stream = client.stream().await.unwrap();
    let asked = result(intake);
    let answer = stream.begin(asked.clone()).await.unwrap();
    server.kill().await.unwrap();
    let first = answer.receipt().await;
    let server = start(folder.path()).await;
    let client = server.client(PSYCHIATRIST).await.unwrap();
    let second = client.send(asked).await.unwrap();
    if let Ok(first) = first {
        assert_eq!(first, second);
    }
    assert_eq!(second.stream_version, 1);
}
