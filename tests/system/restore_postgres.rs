//! Histories that go back in PostgreSQL: a dump in another cluster, a base backup that was promoted, several folders; and
//! ledgers that come from elsewhere.

use std::path::Path;

use concord_client::Client;
use concord_proto::concord::common::v1::Token;
use concord_servers::Postgres;
use concord_support::Concord;
use serde_json::Value;
use tokio::process::Command;

use crate::restore::{ask, json, refer, remembered, run, tells_the_truth};
use crate::{CONCORD, PSYCHIATRIST};

/// The database that the tests here use on each server.
const DATABASE: &str = "test0";

fn store(address: &str) -> [(&str, &str); 2] {
    [("CONCORD_LEDGER__STORE", "postgres"), ("CONCORD_LEDGER__POSTGRES", address)]
}

async fn serve(folder: &Path, address: &str) -> Result<Concord, String> {
    let mut command = Command::new(CONCORD);
    command.envs(store(address));
    Concord::start_with(command, CONCORD, folder, &[]).await.map_err(|ended| ended.said)
}

async fn doctor(server: &Concord) -> Client {
    server.client(PSYCHIATRIST).await.unwrap()
}

/// A standby that has what the server has now, and hears of nothing that comes after.
fn promoted(server: &Postgres) -> Postgres {
    let copy = server.standby().unwrap();
    copy.promote().unwrap();
    copy
}

/// What was served before `copy` was taken and after it, by a server that is gone then.
async fn served_on(
    folder: &Path,
    server: &Postgres,
    copy: impl FnOnce(&Postgres) -> Postgres,
) -> (Token, Token, Postgres) {
    let address = server.database().unwrap();
    let running = serve(folder, &address).await.unwrap();
    let kept = refer(&doctor(&running).await, 3).await;
    let copy = copy(server);
    let lost = refer(&doctor(&running).await, 4).await;
    remembered(folder, &lost).await;
    running.kill().await.unwrap();
    (kept, lost, copy)
}

async fn is_refused_until_acknowledged(folder: &Path, copy: &Postgres, kept: &Token, lost: &Token) {
    let address = copy.address(DATABASE);
    for _ in 0..2 {
        let said = serve(folder, &address).await.err().expect("it went back");
        assert!(said.contains("served up to position 7") && said.contains("ends at 3"), "{said}");
    }
    let said =
        json(folder, &store(&address), &["ledger", "acknowledge-restore", "--tenant", "demo", "--json"])
            .await;
    assert_eq!((&said["served"], &said["position"]), (&Value::from(7), &Value::from(3)));
    let running = serve(folder, &address).await.unwrap();
    tells_the_truth(&running, 3, kept, lost).await;
    let sound = json(folder, &store(&address), &["ledger", "fsck", "--tenant", "demo", "--json"]).await;
    assert_eq!(sound["position"], 7);
}

#[tokio::test]
async fn a_dump_in_a_new_cluster_is_not_served_before_somebody_says_that_it_is_meant() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Postgres::start().unwrap());
    let dump = |server: &Postgres| server.dumped_into_another(DATABASE).unwrap();
    let (kept, lost, copy) = served_on(folder.path(), &server, dump).await;
    is_refused_until_acknowledged(folder.path(), &copy, &kept, &lost).await;
}

#[tokio::test]
async fn a_promoted_base_backup_is_not_served_before_somebody_says_that_it_is_meant() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Postgres::start().unwrap());
    let (kept, lost, copy) = served_on(folder.path(), &server, promoted).await;
    is_refused_until_acknowledged(folder.path(), &copy, &kept, &lost).await;
}

/// A standby that had everything is served as if nothing had happened.
#[tokio::test]
async fn a_promoted_copy_that_has_everything_is_served_at_once() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Postgres::start().unwrap());
    let running = serve(folder.path(), &server.database().unwrap()).await.unwrap();
    let last = refer(&doctor(&running).await, 3).await;
    remembered(folder.path(), &last).await;
    running.kill().await.unwrap();
    let copy = promoted(&server);
    let running = serve(folder.path(), &copy.address(DATABASE)).await.unwrap();
    assert!(ask(&doctor(&running).await, &last).await.unwrap() >= 3);
    let next = refer(&doctor(&running).await, 1).await;
    assert_eq!((next.position, next.epoch), (4, last.epoch));
}

/// A process that serves an epoch ends when another one begins, so that what it has in memory is of one history.
#[tokio::test]
async fn a_running_service_ends_when_another_epoch_begins() {
    let (server, [one, other]) = (Postgres::start().unwrap(), [(); 2].map(|()| tempfile::tempdir().unwrap()));
    let address = server.database().unwrap();
    let running = serve(one.path(), &address).await.unwrap();
    let last = refer(&doctor(&running).await, 2).await;
    json(other.path(), &store(&address), &["ledger", "acknowledge-restore", "--tenant", "demo", "--json"])
        .await;
    let ended = tokio::time::timeout(std::time::Duration::from_mins(1), running.ended()).await.unwrap();
    assert!(!ended.unwrap().success(), "whoever started it must know");
    let running = serve(one.path(), &address).await.unwrap();
    assert!(ask(&doctor(&running).await, &last).await.unwrap() >= 2, "the place is in the new epoch too");
}

#[tokio::test]
async fn a_ledger_moves_from_a_file_into_a_database() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Postgres::start().unwrap());
    let address = server.database().unwrap();
    let running = Concord::start(CONCORD, folder.path()).await.unwrap();
    let last = refer(&doctor(&running).await, 4).await;
    running.kill().await.unwrap();
    let export = folder.path().join("demo.export");
    let export = export.to_str().unwrap();
    run(folder.path(), &[], &["ledger", "export", "--tenant", "demo", "--out", export]).await.unwrap();
    let restore = ["ledger", "restore", export, "--tenant", "demo", "--store", "postgres"];
    let unnamed = run(folder.path(), &[], &restore).await.unwrap_err();
    assert!(unnamed.contains("ledger.postgres: not an address"), "{unnamed}");
    run(folder.path(), &store(&address)[1..], &restore).await.unwrap();
    let running = serve(folder.path(), &address).await.unwrap();
    assert!(ask(&doctor(&running).await, &last).await.unwrap() >= 4);
    assert_eq!(refer(&doctor(&running).await, 1).await.position, 5);
}

#[tokio::test]
async fn looking_at_a_ledger_that_is_not_there_does_not_begin_it() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Postgres::start().unwrap());
    let address = server.database().unwrap();
    drop(serve(folder.path(), &address).await.unwrap());
    let heads = || server.sql(DATABASE, "SELECT string_agg(ledger, ',' ORDER BY ledger) FROM heads").unwrap();
    assert_eq!(heads(), "demo/access,demo/clinical");
    let export = folder.path().join("out");
    let export = ["ledger", "export", "--tenant", "dmeo", "--out", export.to_str().unwrap()];
    for command in [
        &["projections", "status", "--tenant", "dmeo"][..],
        &["projections", "rebuild", "--tenant", "dmeo", "roster"],
        &["ledger", "fsck", "--tenant", "dmeo"],
        &["ledger", "acknowledge-restore", "--tenant", "dmeo"],
        &export,
    ] {
        let elsewhere = tempfile::tempdir().unwrap();
        let refused = run(elsewhere.path(), &store(&address), command).await.unwrap_err();
        assert!(refused.contains("no ledger dmeo/clinical"), "{refused}");
    }
    assert_eq!(heads(), "demo/access,demo/clinical");
}

/// A table of a postgres-es program, with the events of a Concord ledger in it and one aggregate of somebody else.
#[tokio::test]
async fn a_plain_postgres_es_table_is_imported_once() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Postgres::start().unwrap());
    let (source, target) = (server.database().unwrap(), tempfile::tempdir().unwrap());
    let running = serve(folder.path(), &source).await.unwrap();
    refer(&doctor(&running).await, 6).await;
    running.kill().await.unwrap();
    server
        .sql(
            DATABASE,
            "CREATE TABLE plain AS SELECT aggregate_type, aggregate_id, sequence, event_type, event_version,
                payload, metadata FROM events;
            INSERT INTO plain VALUES ('account', 'a-1', 1, 'Opened', '1.0', '{}', '{}')",
        )
        .unwrap();
    let import = ["ledger", "import-postgres-es", "--tenant", "demo", "--from", &source, "--table", "plain"];
    let with = |more: &'static [&'static str]| {
        import.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>()
    };
    let refused = run(target.path(), &[], &import).await.unwrap_err();
    assert!(refused.contains("1: account: no such type of aggregate"), "{refused}");
    let none = run(target.path(), &[], &["ledger", "fsck", "--tenant", "demo"]).await.unwrap_err();
    assert!(none.contains("no ledger"), "nothing was written: {none}");

    let first = json(target.path(), &[], &with(&["--skip-unknown", "--json"])).await;
    let counts =
        |said: &Value| ["events", "appended", "repeated", "skipped"].map(|name| said[name].as_u64().unwrap());
    assert_eq!(counts(&first), [7, 6, 0, 1]);
    let again = json(target.path(), &[], &with(&["--skip-unknown", "--json"])).await;
    assert_eq!(counts(&again), [7, 0, 6, 1]);
    let sound = json(target.path(), &[], &["ledger", "fsck", "--tenant", "demo", "--json"]).await;
    assert_eq!((&sound["position"], &sound["streams"]), (&Value::from(6), &Value::from(6)));
    let views =
        run(target.path(), &[], &["projections", "status", "--tenant", "demo", "--json"]).await.unwrap();
    let views: Vec<Value> = serde_json::from_str(&views).unwrap();
    assert!(views.iter().all(|view| view["state"] == "live" && view["position"] == 6), "{views:?}");
}
