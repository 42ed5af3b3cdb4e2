//! Changing the key-encryption key.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use concord_kernel::StreamKind;
use concord_ledger::{Filter, Ledger};
use concord_vault::{KeyringFile, rotate};

use crate::support::{Scene, append, patient};

/// Patients who come while it is changed.
const PATIENTS: u128 = 120;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_changed_under_load_and_nothing_is_lost() {
    let scene = Scene::new().await;
    let vault = scene.vault().await;
    let ledger = Arc::new(scene.ledger(&vault));
    for number in 1..=20 {
        ledger.append(append(patient(number), StreamKind::Recovery, "Said")).await.unwrap();
    }
    let rotating = Arc::new(AtomicBool::new(true));
    let (busy, going) = (Arc::clone(&ledger), Arc::clone(&rotating));
    let load = tokio::spawn(async move {
        let mut number = 20;
        while number < PATIENTS || going.load(Ordering::SeqCst) {
            number += 1;
            busy.append(append(patient(number), StreamKind::Recovery, "Said")).await.unwrap();
        }
        number
    });
    // A process of its own, as `concord keys rotate` is.
    let operator = KeyringFile::open(&scene.folder.path().join("kek")).unwrap();
    let first = rotate(&*scene.store, &operator).await.unwrap();
    let second = rotate(&*scene.store, &operator).await.unwrap();
    rotating.store(false, Ordering::SeqCst);
    let recorded = load.await.unwrap();
    assert_ne!(first.kek, second.kek);
    assert!(first.rewrapped >= 20, "{first:?}");
    let counted = scene.store.count().await.unwrap();
    assert_eq!((u128::from(counted.keys), counted.outdated), (recorded, 0));
    drop((ledger, vault));
    // The file holds the last key alone: everything opens with it.
    let scene =
        Scene { kek: Arc::new(KeyringFile::open(&scene.folder.path().join("kek")).unwrap()), ..scene };
    let vault = scene.vault().await;
    let ledger = scene.ledger(&vault);
    let mut read = 0;
    while read < recorded {
        let page = ledger.read(u64::try_from(read).unwrap(), &Filter::default(), 1_000).await.unwrap();
        read += page.entries.len() as u128;
        assert!(!page.entries.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_was_cut_off_is_done_again() {
    let scene = Scene::new().await;
    let vault = scene.vault().await;
    let ledger = scene.ledger(&vault);
    for number in 1..=5 {
        ledger.append(append(patient(number), StreamKind::Recovery, "Said")).await.unwrap();
    }
    // As if the operator's process had ended right after the new key was written.
    scene.kek.renew().await.unwrap();
    let rotated = rotate(&*scene.store, &*scene.kek).await.unwrap();
    assert_eq!(rotated.rewrapped, 5);
    vault.forget();
    assert_eq!(ledger.read(0, &Filter::default(), 10).await.unwrap().entries.len(), 5);
}
