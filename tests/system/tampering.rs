//! A superuser rewrites a ledger so that every hash in it is right, and an old checkpoint that somebody kept shows it, offline.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use concord_kernel::{Clock, CommandId, IdSource, LedgerId, ManualClock, RandomIds, SystemClock, TenantId};
use concord_ledger::{
    Append, DataFolder, Entry, Expected, Filter, Ledger, NewEvent, SqliteLedger, SqliteOptions,
};
use concord_support::{Concord, Intake, run};
use tempfile::TempDir;
use tokio::process::Command;
use uuid::Uuid;

use crate::questions::scene;
use crate::{CONCORD, PSYCHIATRIST};

/// A ledger whose process has ended, with what was kept outside of its reach.
struct Scene {
    data: TempDir,
    kept: TempDir,
    id: LedgerId,
    entries: Vec<Entry>,
    epoch: Uuid,
}

/// Gives the epoch of the history that is forged.
struct Fixed(Uuid);

impl IdSource for Fixed {
    fn next(&self) -> Uuid {
        self.0
    }
}

fn tenant() -> TenantId {
    TenantId::parse("demo").unwrap()
}

fn open(file: &Path, id: &LedgerId, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> SqliteLedger {
    SqliteLedger::open(file, id.clone(), clock, ids, SqliteOptions::default()).unwrap()
}

async fn all(ledger: &dyn Ledger) -> Vec<Entry> {
    let (mut entries, mut after) = (Vec::new(), 0);
    loop {
        let page = ledger.read(after, &Filter::default(), 1_000).await.unwrap();
        entries.extend(page.entries);
        if page.through == after {
            return entries;
        }
        after = page.through;
    }
}

impl Scene {
    /// Records and looks until both ledgers have been signed, ends the process, and takes what a partner would have kept.
    async fn new(id: LedgerId) -> Self {
        let (data, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut command = Command::new(CONCORD);
        command.env("CONCORD_CHECKPOINTS__ANCHOR_SECONDS", "0");
        let server = Concord::start_with(command, CONCORD, data.path(), &[]).await.unwrap();
        let doctor = server.client(PSYCHIATRIST).await.unwrap();
        let intake = Intake { patient: Uuid::from_u128(0xada), stay: Uuid::from_u128(0x57a1) };
        let known = scene(&doctor, intake, "Canary Alder").await.known;
        for _ in 0..5 {
            let asks = concord_proto::concord::prescriber::v1::GetClientRequest {
                patient_id: intake.patient.to_string(),
                min_position: known.clone(),
            };
            doctor.prescriber().get_client(asks).await.unwrap();
        }
        let own = data.path().join("demo").join(format!("{}.checkpoints", id.kind.as_str()));
        let file = DataFolder::file(data.path(), &id);
        // The signer works once a second: wait until it has signed for all of it.
        let key = said(&data, &key(&id)).await.unwrap().trim().to_owned();
        loop {
            let text = std::fs::read_to_string(&own).unwrap_or_default();
            let signed = concord_audit::read_anchored(&text, &key.parse().unwrap()).unwrap_or_default();
            let most = signed.iter().map(|signed| signed.checkpoint().size).max().unwrap_or(0);
            let events = rusqlite::Connection::open(&file).unwrap();
            let events: u64 = events.query_row("SELECT position FROM head", [], |row| row.get(0)).unwrap();
            if most == events {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        server.kill().await.unwrap();
        std::fs::copy(&own, kept.path().join("checkpoints")).unwrap();
        std::fs::write(kept.path().join("key"), key).unwrap();
        let ledger = open(&file, &id, Arc::new(SystemClock), Arc::new(RandomIds));
        let entries = all(&ledger).await;
        let epoch = ledger.watch().borrow().epoch;
        assert!(entries.len() >= 5, "there is something to forge");
        Self { data, kept, id, entries, epoch }
    }

    fn file(&self) -> PathBuf {
        DataFolder::file(self.data.path(), &self.id)
    }

    /// Puts `entries` in the place of the ledger, in its epoch, with every hash, link, receipt, time and the head made anew.
    async fn forge(&self, entries: &[Entry]) {
        let file = self.file();
        for ending in ["", "-wal", "-shm"] {
            let _absent = std::fs::remove_file(format!("{}{ending}", file.display()));
        }
        let clock = Arc::new(ManualClock::starting_at(self.entries[0].recorded_at));
        let ledger = open(&file, &self.id, Arc::clone(&clock) as _, Arc::new(Fixed(self.epoch)));
        for (number, entry) in (1..).zip(entries) {
            clock.advance_to(self.entries[0].recorded_at.plus(std::time::Duration::from_secs(number)));
            let event_type: &'static str = Box::leak(entry.event_type.clone());
            let append = Append {
                command: CommandId::new(Uuid::from_u128(number.into())),
                request_hash: [0; 32],
                stream: entry.stream,
                expected: Expected::Any,
                conditions: Vec::new(),
                events: vec![NewEvent {
                    event_type,
                    event_version: entry.event_version,
                    payload: entry.payload.clone(),
                }],
                metadata: entry.metadata.clone(),
                reply: Bytes::new(),
            };
            ledger.append(append).await.unwrap();
        }
    }

    /// What the tools say of the file: of `fsck`, and of an export that is held against what was kept.
    async fn judged(&self) -> (Result<String, String>, Result<String, String>) {
        let access = (self.id == LedgerId::access(tenant())).then_some("--access");
        let access: Vec<_> = access.into_iter().collect();
        let fsck = said(&self.data, &[&["ledger", "fsck", "--tenant", "demo"], &access[..]].concat()).await;
        let export = self.kept.path().join("export");
        let _absent = std::fs::remove_file(&export);
        let to = export.to_str().unwrap();
        let asked = ["ledger", "export", "--tenant", "demo", "--out", to];
        if let Err(refused) = said(&self.data, &[&asked[..], &access].concat()).await {
            return (fsck, Err(refused));
        }
        let key = std::fs::read_to_string(self.kept.path().join("key")).unwrap();
        let kept = self.kept.path().join("checkpoints");
        let kept = kept.to_str().unwrap();
        (fsck, said(&self.kept, &["audit", "verify", to, "--key", &key, "--checkpoints", kept]).await)
    }
}

fn key(id: &LedgerId) -> Vec<&'static str> {
    let mut asked = vec!["audit", "key", "--tenant", "demo"];
    asked.extend((*id == LedgerId::access(tenant())).then_some("--access"));
    asked
}

async fn said(folder: &TempDir, asked: &[&str]) -> Result<String, String> {
    let output = run(CONCORD, folder.path(), asked).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

/// What is done to the rows.
type Edit = (&'static str, fn(&mut Vec<Entry>));

const EDITS: [Edit; 5] = [
    ("changed", |entries| {
        let text = String::from_utf8(entries[0].payload.to_vec()).unwrap();
        entries[0].payload = Bytes::from(text.replace('a', "e"));
    }),
    ("deleted", |entries| drop(entries.remove(2))),
    ("swapped", |entries| entries.swap(2, 3)),
    ("inserted", |entries| entries.insert(2, entries[1].clone())),
    ("cut off", |entries| entries.truncate(3)),
];

#[tokio::test]
async fn a_database_that_was_rewritten_with_every_hash_made_anew_is_found_offline() {
    for id in [LedgerId::clinical(tenant()), LedgerId::access(tenant())] {
        let scene = Scene::new(id.clone()).await;
        let (fsck, verified) = scene.judged().await;
        assert!(fsck.is_ok(), "{id}: {fsck:?}");
        assert!(verified.is_ok_and(|said| said.contains("Nothing is missing")), "{id} as it was holds");
        for (what, edit) in EDITS {
            let mut entries = scene.entries.clone();
            edit(&mut entries);
            scene.forge(&entries).await;
            let (fsck, verified) = scene.judged().await;
            assert!(fsck.is_ok(), "{id} {what}: by itself the forged ledger is sound: {fsck:?}");
            let found = verified.expect_err(&format!("{id} {what} holds"));
            assert!(
                found.contains("checkpoint says otherwise") || found.contains("were signed for"),
                "{found}"
            );
        }
    }
}

#[tokio::test]
async fn a_row_that_was_changed_under_its_hash_is_named_before_anything_is_exported() {
    let scene = Scene::new(LedgerId::access(tenant())).await;
    let other = rusqlite::Connection::open(scene.file()).unwrap();
    other
        .execute_batch(
            "DROP TRIGGER entries_keep;
             UPDATE entries SET payload = CAST(replace(payload, 'psychiatrist', 'psychologist') AS BLOB) WHERE position = 2",
        )
        .unwrap();
    let (fsck, exported) = scene.judged().await;
    assert!(fsck.is_err_and(|said| said.contains('2')));
    assert!(exported.is_err_and(|said| said.contains('2')));
}

#[tokio::test]
async fn who_looked_is_exported_checked_and_restored_like_the_record() {
    let scene = Scene::new(LedgerId::access(tenant())).await;
    let (_, verified) = scene.judged().await;
    verified.unwrap();
    let export = scene.kept.path().join("export");
    let (elsewhere, file) = (tempfile::tempdir().unwrap(), export.to_str().unwrap());
    let restore = ["ledger", "restore", file, "--tenant", "demo", "--access"];
    said(&elsewhere, &restore).await.unwrap();
    let restored = DataFolder::file(elsewhere.path(), &scene.id);
    let restored = open(&restored, &scene.id, Arc::new(SystemClock), Arc::new(RandomIds));
    assert_eq!(all(&restored).await, scene.entries);
    let refused = said(&elsewhere, &["ledger", "restore", file, "--tenant", "demo"]).await;
    assert!(refused.is_err_and(|said| said.contains("access")), "who looked is no record");
}

#[tokio::test]
async fn an_older_copy_of_who_looked_is_not_served_either() {
    let scene = Scene::new(LedgerId::access(tenant())).await;
    scene.forge(&scene.entries[..2]).await;
    let refused = Concord::start(CONCORD, scene.data.path()).await.err().expect("the history went back");
    assert!(refused.said.contains("history went back"), "{}", refused.said);
    let meant = ["ledger", "acknowledge-restore", "--tenant", "demo", "--access"];
    said(&scene.data, &meant).await.unwrap();
    Concord::start(CONCORD, scene.data.path()).await.unwrap();
}
