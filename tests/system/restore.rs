//! Histories that go back on one machine: an older file, an export, what is refused and what is told.

use std::path::Path;
use std::time::Duration;

use concord_client::{Client, EpochChanged, Error, Fault};
use concord_proto::concord::common::v1::Token;
use concord_proto::concord::ledger::v1::{GetHeadRequest, ReadRangeRequest};
use concord_proto::concord::program::v1::ListDueItemsRequest;
use concord_support::{Concord, Intake};
use serde_json::Value;
use tokio::process::Command;
use uuid::Uuid;

use crate::{AUDITOR, CONCORD, PSYCHIATRIST, start};

/// How long something may take that takes a moment.
const SOON: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(50);

/// Settings of the program by environment.
pub(crate) type Env<'a> = &'a [(&'a str, &'a str)];

/// Runs a subcommand; gives what it printed, or what it said about why not.
pub(crate) async fn run(folder: &Path, env: Env<'_>, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new(CONCORD);
    command.arg("--data").arg(folder).args(arguments).envs(env.iter().copied());
    let output = command.output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

pub(crate) async fn json(folder: &Path, env: Env<'_>, arguments: &[&str]) -> Value {
    serde_json::from_str(&run(folder, env, arguments).await.unwrap()).unwrap()
}

/// Refers new patients, one event each; the token of the last.
pub(crate) async fn refer(client: &Client, patients: u32) -> Token {
    let mut last = None;
    for _ in 0..patients {
        let [patient, stay] =
            [concord_support::fresh(), concord_support::fresh()].map(|id| Uuid::parse_str(&id).unwrap());
        last = client.send(Intake { patient, stay }.referral()).await.unwrap().token;
    }
    last.unwrap()
}

/// Waits until the folder remembers that `token` was served.
pub(crate) async fn remembered(folder: &Path, token: &Token) {
    let file = folder.join("demo/clinical.served");
    let noted = async {
        loop {
            let note = std::fs::read(&file).ok().and_then(|text| serde_json::from_slice::<Value>(&text).ok());
            if note.is_some_and(|note| note["position"] == token.position && note["epoch"] == token.epoch) {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(SOON, noted).await.unwrap();
}

/// Asks a view for what it knows at `token`, until it has an answer.
pub(crate) async fn ask(client: &Client, token: &Token) -> Result<u64, Fault> {
    let asking = async {
        loop {
            let asks = ListDueItemsRequest { min_position: Some(token.clone()), ..Default::default() };
            match client.program().list_due_items(asks).await.map_err(Error::from) {
                Ok(answer) => return Ok(answer.into_inner().as_of.unwrap().position),
                Err(Error::Call(fault)) if fault.reason == "VIEW_BEHIND" => tokio::time::sleep(PAUSE).await,
                Err(Error::Call(fault)) => return Err(*fault),
                Err(error) => panic!("{error}"),
            }
        }
    };
    tokio::time::timeout(SOON, asking).await.unwrap()
}

/// What somebody is told who reads the log after a place of a history.
async fn read_after(client: &Client, token: &Token) -> Result<Vec<u64>, Fault> {
    let (epoch, after_position) = (token.epoch.clone(), token.position);
    let wanted = ReadRangeRequest { after_position, epoch, ..Default::default() };
    let mut batches = match client.ledger().read_range(wanted).await.map_err(Error::from) {
        Ok(batches) => batches.into_inner(),
        Err(Error::Call(fault)) => return Err(*fault),
        Err(error) => panic!("{error}"),
    };
    let mut positions = Vec::new();
    while let Some(batch) = batches.message().await.unwrap() {
        positions.extend(batch.events.iter().map(|event| event.position));
    }
    Ok(positions)
}

/// Whether a server of this history tells of each place what is so: `kept` is in it, `lost` is not, and both were given
/// before it went back to `at`.
pub(crate) async fn tells_the_truth(server: &Concord, at: u64, kept: &Token, lost: &Token) {
    let (doctor, auditor) =
        (server.client(PSYCHIATRIST).await.unwrap(), server.client(AUDITOR).await.unwrap());
    let head = auditor.ledger().get_head(GetHeadRequest {}).await.unwrap().into_inner().token.unwrap();
    assert!(head.epoch != kept.epoch && head.position == at, "{head:?}");
    assert!(ask(&doctor, kept).await.unwrap() >= kept.position);
    assert_eq!(read_after(&auditor, kept).await.unwrap(), (kept.position + 1..=at).collect::<Vec<_>>());
    let told = Some(EpochChanged { epoch: head.epoch.clone(), diverged_at: at });
    for fault in [ask(&doctor, lost).await.unwrap_err(), read_after(&auditor, lost).await.unwrap_err()] {
        assert_eq!((fault.code, fault.reason.as_str()), (tonic::Code::FailedPrecondition, "EPOCH_CHANGED"));
        assert_eq!(fault.epoch_changed, told);
    }
    // The lost positions are given again, to others: nobody takes them for the old ones.
    let again = refer(&doctor, u32::try_from(lost.position - at).unwrap()).await;
    assert_eq!((again.position, &again.epoch), (lost.position, &head.epoch));
    assert_eq!(ask(&doctor, lost).await.unwrap_err().epoch_changed, told);
    assert!(ask(&doctor, &again).await.unwrap() >= again.position);
}

#[tokio::test]
async fn an_older_file_is_not_served_before_somebody_says_that_it_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    let (file, older) = (folder.path().join("demo/clinical.ledger"), folder.path().join("older"));
    let server = start(folder.path()).await;
    let kept = refer(&server.client(PSYCHIATRIST).await.unwrap(), 3).await;
    server.kill().await.unwrap();
    // Opening it again leaves everything in the file itself, and nothing in the log beside it.
    start(folder.path()).await.kill().await.unwrap();
    std::fs::copy(&file, &older).unwrap();
    let server = start(folder.path()).await;
    let lost = refer(&server.client(PSYCHIATRIST).await.unwrap(), 4).await;
    remembered(folder.path(), &lost).await;
    server.kill().await.unwrap();

    std::fs::copy(&older, &file).unwrap();
    for beside in ["demo/clinical.ledger-wal", "demo/clinical.ledger-shm"] {
        let _absent = std::fs::remove_file(folder.path().join(beside));
    }
    for _ in 0..2 {
        let refused = Concord::start(CONCORD, folder.path()).await.err().expect("it went back");
        assert!(
            refused.said.contains("served up to position 7") && refused.said.contains("ends at 3"),
            "{}",
            refused.said
        );
        assert!(refused.said.contains("acknowledge-restore"), "{}", refused.said);
    }
    let looked = run(folder.path(), &[], &["projections", "status", "--tenant", "demo"]).await.unwrap_err();
    assert!(looked.contains("went back"), "{looked}");

    let said =
        json(folder.path(), &[], &["ledger", "acknowledge-restore", "--tenant", "demo", "--json"]).await;
    assert_eq!((&said["served"], &said["position"]), (&Value::from(7), &Value::from(3)));
    assert_eq!(said["epoch_before"], kept.epoch);
    let server = start(folder.path()).await;
    tells_the_truth(&server, 3, &kept, &lost).await;
    let sound = server.run(&["ledger", "fsck", "--tenant", "demo"]).await.unwrap();
    assert!(sound.status.success(), "{}", String::from_utf8_lossy(&sound.stderr));
}

#[tokio::test]
async fn an_export_is_checked_and_restored_and_its_tokens_hold() {
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("demo.export");
    let export = export.to_str().unwrap();
    let server = start(folder.path()).await;
    let kept = refer(&server.client(PSYCHIATRIST).await.unwrap(), 5).await;
    // It may be in use.
    let written =
        json(folder.path(), &[], &["ledger", "export", "--tenant", "demo", "--out", export, "--json"]).await;
    let again = run(folder.path(), &[], &["ledger", "export", "--tenant", "demo", "--out", export]).await;
    assert!(again.unwrap_err().contains("there already"));
    let lost = refer(&server.client(PSYCHIATRIST).await.unwrap(), 2).await;
    remembered(folder.path(), &lost).await;
    server.kill().await.unwrap();
    let read = json(folder.path(), &[], &["ledger", "verify", export, "--json"]).await;
    assert_eq!((&read, &read["position"]), (&written, &Value::from(5)));

    let restore = ["ledger", "restore", export, "--tenant", "demo"];
    let refused = run(folder.path(), &[], &restore).await.unwrap_err();
    assert!(refused.contains("not empty") && refused.contains("position 7"), "{refused}");
    std::fs::remove_file(folder.path().join("demo/clinical.ledger")).unwrap();
    let refused = Concord::start(CONCORD, folder.path()).await.err().expect("it is gone");
    assert!(refused.said.contains("ends at 0"), "{}", refused.said);
    let said = run(folder.path(), &[], &restore).await.unwrap();
    assert!(said.contains("goes on in epoch"), "{said}");
    let server = start(folder.path()).await;
    tells_the_truth(&server, 5, &kept, &lost).await;
}

#[tokio::test]
async fn a_damaged_export_is_refused_with_the_position() {
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("demo.export");
    let server = start(folder.path()).await;
    refer(&server.client(PSYCHIATRIST).await.unwrap(), 3).await;
    server.kill().await.unwrap();
    let path = export.to_str().unwrap();
    run(folder.path(), &[], &["ledger", "export", "--tenant", "demo", "--out", path]).await.unwrap();
    let mut bytes = std::fs::read(&export).unwrap();
    let nth = |what: &[u8], nth| {
        bytes.windows(what.len()).enumerate().filter(|(_, seen)| *seen == what).nth(nth).unwrap().0
    };
    let at = nth(b"1984-05-06", 1);
    bytes[at] ^= 1;
    std::fs::write(&export, &bytes).unwrap();
    let found = run(folder.path(), &[], &["ledger", "verify", path]).await.unwrap_err();
    assert!(found.contains("position 2"), "{found}");
    let fresh = tempfile::tempdir().unwrap();
    let refused = run(fresh.path(), &[], &["ledger", "restore", path, "--tenant", "demo"]).await.unwrap_err();
    assert!(refused.contains("position 2"), "{refused}");
    let none = run(fresh.path(), &[], &["ledger", "fsck", "--tenant", "demo"]).await.unwrap_err();
    assert!(none.contains("no ledger"), "{none}");
}
