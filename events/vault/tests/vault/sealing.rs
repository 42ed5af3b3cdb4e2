//! A ledger that is sealed.

use std::sync::Arc;

use concord_kernel::{ErasureReason, PersonId, StreamKind, StreamRef};
use concord_ledger::{
    AppendError, Appended, AtRest, Filter, Ledger, ReadError, SqliteLedger, SqliteOptions, fsck, is_sealed,
};
use concord_vault::{KeyError, KeyStore, Keyring, PatientVault, Shred, SqliteKeys, begin};
use uuid::Uuid;

use crate::support::{CANARY, Scene, append, clock, holding, ids, ledger_id, patient};

/// The kinds of stream whose keys differ, and a second one of the first class.
const KINDS: [StreamKind; 4] =
    [StreamKind::Scales, StreamKind::SideEffects, StreamKind::TreatmentPlan, StreamKind::Recovery];

async fn filled(scene: &Scene) -> (Arc<PatientVault>, SqliteLedger) {
    let vault = scene.vault().await;
    let ledger = scene.ledger(&vault);
    for number in 1..=3 {
        for kind in KINDS {
            ledger.append(append(patient(number), kind, "Said")).await.unwrap();
        }
    }
    (vault, ledger)
}

async fn all(ledger: &SqliteLedger) -> Vec<concord_ledger::Entry> {
    ledger.read(0, &Filter::default(), 100).await.unwrap().entries
}

async fn destroy(scene: &Scene, vault: &PatientVault, number: u128) {
    let shred = Shred {
        id: Uuid::from_u128(9),
        ledger: ledger_id(),
        patient: patient(number),
        reason: ErasureReason::Ordered,
        by: PersonId::new(Uuid::from_u128(90)),
        approved_by: PersonId::new(Uuid::from_u128(91)),
        done: false,
        clear_events: 0,
    };
    scene.store.ask(&shred, clock().now()).await.unwrap();
    scene.store.destroy(&ledger_id(), patient(number), clock().now()).await.unwrap();
    assert!(vault.look().await.unwrap());
    assert!(!vault.look().await.unwrap(), "once is enough");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_recorded_is_in_no_file_and_reads_back_after_a_restart() {
    let scene = Scene::new().await;
    let (vault, ledger) = filled(&scene).await;
    let said = append(patient(1), StreamKind::Scales, "Said").events[0].payload.clone();
    assert!(all(&ledger).await.iter().all(|entry| entry.payload == said));
    assert_eq!(holding(&scene.data(), CANARY.as_bytes()), Vec::<std::path::PathBuf>::new());
    drop((ledger, vault));
    let vault = scene.vault().await;
    let ledger = scene.ledger(&vault);
    for entry in all(&ledger).await {
        assert_eq!(entry.payload, said);
        assert!(matches!(&entry.at_rest, AtRest::Sealed(stored) if is_sealed(stored)));
    }
    let counted = scene.store.count().await.unwrap();
    assert_eq!(counted.keys, 9, "three classes of three patients, and two kinds share one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_vault_the_same_words_are_in_the_file() {
    let scene = Scene::new().await;
    let path = scene.data().join("clinical.db");
    let ledger = SqliteLedger::open(&path, ledger_id(), clock(), ids(), SqliteOptions::default()).unwrap();
    ledger.append(append(patient(1), StreamKind::Scales, "Said")).await.unwrap();
    assert!(!holding(&scene.data(), CANARY.as_bytes()).is_empty(), "the search finds what is there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_command_gets_its_reply_opened() {
    let scene = Scene::new().await;
    let vault = scene.vault().await;
    let ledger = scene.ledger(&vault);
    let command = append(patient(1), StreamKind::Scales, "Said");
    let first = ledger.append(command.clone()).await.unwrap();
    let again = ledger.append(command.clone()).await.unwrap();
    assert!(matches!(again, Appended::Repeated(_)));
    let (first, again) = (first.into_receipt(), again.into_receipt());
    assert_eq!((&first, &first.reply), (&again, &command.reply));
    assert_eq!(ledger.receipt(command.command).await.unwrap(), Some(([7; 32], first)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_shredded_patient_there_are_tombstones_and_the_log_still_proves_itself() {
    let scene = Scene::new().await;
    let (vault, ledger) = filled(&scene).await;
    let replied = append(patient(2), StreamKind::Scales, "Said");
    ledger.append(replied.clone()).await.unwrap();
    let before: Vec<_> = all(&ledger).await.into_iter().map(|entry| entry.leaf_hash).collect();
    destroy(&scene, &vault, 2).await;
    for entry in all(&ledger).await {
        let theirs = entry.stream.id == patient(2).uuid();
        assert_eq!(entry.is_shredded(), theirs, "position {}", entry.position);
        assert_eq!(entry.payload.is_empty(), theirs);
        assert_eq!(entry.leaf_hash, before[usize::try_from(entry.position).unwrap() - 1]);
    }
    assert_eq!(ledger.receipt(replied.command).await, Err(ReadError::Shredded));
    let more = ledger.append(append(patient(2), StreamKind::Scales, "Said")).await;
    assert_eq!(more, Err(AppendError::Shredded));
    let other = ledger.append(append(patient(2), StreamKind::CareTeam, "Said")).await;
    assert_eq!(other, Err(AppendError::Shredded), "no new key either");
    ledger.append(append(patient(3), StreamKind::Scales, "Said")).await.unwrap();
    drop(ledger);
    let report = fsck(&scene.data().join("clinical.db"), &mut |_, _| {}).unwrap();
    assert_eq!(report.position, 14);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn that_a_record_was_destroyed_is_read_after_it_was() {
    let scene = Scene::new().await;
    let vault = scene.vault().await;
    let ledger = scene.ledger(&vault);
    let mut erasure = append(patient(2), StreamKind::Audit, "SubjectShredded");
    erasure.stream = StreamRef::erasure(patient(2));
    ledger.append(erasure.clone()).await.unwrap();
    destroy(&scene, &vault, 2).await;
    assert_eq!(all(&ledger).await[0].payload, erasure.events[0].payload);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_key_or_none_opens_nothing_and_says_so() {
    let scene = Scene::new().await;
    let (vault, ledger) = filled(&scene).await;
    drop((ledger, vault));
    let wrong = Arc::new(Keyring::parse(&Keyring::generate().unwrap()).unwrap());
    let opened =
        PatientVault::open(ledger_id(), Arc::clone(&scene.store), wrong.clone(), clock(), ids()).await;
    assert!(matches!(opened.map(drop), Err(KeyError::Kek(_))), "a wrong key-encryption key");
    let other: Arc<dyn KeyStore> =
        Arc::new(SqliteKeys::create(&scene.folder.path().join("other.db")).unwrap());
    begin(&*other, &*wrong).await.unwrap();
    let vault = PatientVault::open(ledger_id(), other, wrong, clock(), ids()).await.unwrap();
    let lost = scene.ledger(&Arc::new(vault));
    assert_eq!(lost.read(0, &Filter::default(), 10).await.map(drop), Err(ReadError::Keyless), "a lost store");
    drop(lost);
    let path = scene.data().join("clinical.db");
    let clear = SqliteLedger::open(&path, ledger_id(), clock(), ids(), SqliteOptions::default()).unwrap();
    assert_eq!(clear.read(0, &Filter::default(), 10).await.map(drop), Err(ReadError::Keyless), "no keys");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_recorded_before_encryption_stays_readable() {
    let scene = Scene::new().await;
    let path = scene.data().join("clinical.db");
    let clear = SqliteLedger::open(&path, ledger_id(), clock(), ids(), SqliteOptions::default()).unwrap();
    clear.append(append(patient(1), StreamKind::Scales, "Said")).await.unwrap();
    drop(clear);
    let vault = scene.vault().await;
    let ledger = scene.ledger(&vault);
    ledger.append(append(patient(1), StreamKind::Scales, "Said")).await.unwrap();
    let both = all(&ledger).await;
    assert_eq!(both[0].payload, both[1].payload);
    assert_eq!(both[0].at_rest, AtRest::Clear);
    assert!(matches!(both[1].at_rest, AtRest::Sealed(_)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_names_no_patient_is_not_recorded_in_the_clear() {
    let scene = Scene::new().await;
    let vault = scene.vault().await;
    let ledger = scene.ledger(&vault);
    let mut nobody = append(patient(1), StreamKind::Scales, "Said");
    nobody.metadata = "{}".into();
    assert!(matches!(ledger.append(nobody).await, Err(AppendError::Corrupt(_))));
    assert_eq!(ledger.head().await.unwrap().token.position, 0);
}

/// Prints what sealing costs: `cargo test --release -p concord-vault --test vault sealing_costs -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn sealing_costs() {
    use concord_ledger::{Place, Vault};
    const ROUNDS: u32 = 200_000;
    let scene = Scene::new().await;
    let vault = scene.vault().await;
    let mut command = append(patient(1), StreamKind::Scales, "Said");
    let text = "x".repeat(600);
    command.events[0].payload = format!("{{\"Said\":{{\"said\":\"{text}\"}}}}").into();
    command.reply = bytes::Bytes::new();
    let wanted = concord_ledger::Wanted::Of { patient: patient(1), stream: command.stream };
    vault.provide(&ledger_id(), wanted).await.unwrap();
    let began = std::time::Instant::now();
    let mut sealed = command.clone();
    for _ in 0..ROUNDS {
        sealed = command.clone();
        vault.seal(&ledger_id(), &mut sealed).unwrap();
    }
    let seal = began.elapsed() / ROUNDS;
    let place = Place::Payload { stream: command.stream, event_type: "Said" };
    let began = std::time::Instant::now();
    for _ in 0..ROUNDS {
        vault.open(&ledger_id(), place, &sealed.events[0].payload).unwrap();
    }
    println!(
        "seal {seal:?}, open {:?} an event of {} bytes",
        began.elapsed() / ROUNDS,
        command.events[0].payload.len()
    );
}
