//! Keys that are lost, wrong or not there.

use std::fs;

use super::{FORGOTTEN, Place, admit};
use crate::PSYCHIATRIST;

async fn filled() -> Place {
    let place = Place::new(&[]).await;
    let server = place.start().await.unwrap();
    admit(&server.client(PSYCHIATRIST).await.unwrap(), FORGOTTEN).await;
    server.kill().await.unwrap();
    place
}

async fn refused(place: &Place) -> String {
    place.start().await.map(drop).expect_err("it starts without its keys")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_without_its_keys_does_not_start_and_says_what_to_do() {
    let mut place = filled().await;
    let (kek, store) = (place.folder.path().join("kek/kek"), place.folder.path().join("keys/keys.db"));
    let away = place.folder.path().join("away");

    fs::rename(&kek, &away).unwrap();
    let said = refused(&place).await;
    assert!(said.contains("keys.kek") && said.contains("bring back"), "a lost key-encryption key: {said}");

    // Another one in its place.
    let other = Place::new(&[]).await;
    fs::copy(other.folder.path().join("kek/kek"), &kek).unwrap();
    let said = refused(&place).await;
    assert!(said.contains("do not fit the key-encryption key"), "a wrong key-encryption key: {said}");
    fs::rename(&away, &kek).unwrap();

    fs::rename(&store, &away).unwrap();
    let said = refused(&place).await;
    assert!(said.contains("bring back its backup"), "a lost store of keys: {said}");

    // An empty one in its place.
    place.run(&["keys", "init"]).await.unwrap();
    let said = refused(&place).await;
    assert!(said.contains("its keys are not here"), "keys of another ledger: {said}");
    fs::rename(&away, &store).unwrap();

    let settings = std::mem::take(&mut place.settings);
    let said = refused(&place).await;
    assert!(said.contains("is encrypted and its keys are not here"), "no keys: {said}");
    place.settings = settings;
    place.start().await.unwrap().kill().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_encryption_key_is_changed_under_a_running_service() {
    let place = filled().await;
    let server = place.start().await.unwrap();
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let before = fs::read(place.folder.path().join("kek/kek")).unwrap();
    place.run(&["keys", "rotate"]).await.unwrap();
    admit(&doctor, FORGOTTEN).await;
    assert_ne!(fs::read(place.folder.path().join("kek/kek")).unwrap(), before);
    assert_eq!(place.status().await["outdated"], 0);
    server.kill().await.unwrap();
    place.start().await.unwrap().kill().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_forgotten_while_no_service_runs_and_by_two_people_only() {
    let place = Place::new(&[]).await;
    let server = place.start().await.unwrap();
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let (gone, receipt) = admit(&doctor, FORGOTTEN).await;
    assert_eq!(super::roster(&doctor, receipt.token).await.len(), 1);
    server.kill().await.unwrap();
    let patient = gone.patient.to_string();
    let alone = ["--by", super::OFFICER, "--approved-by", super::OFFICER];
    let what = ["keys", "shred", "--tenant", "demo", "--patient", &patient, "--reason", "ordered"];
    let said = place.run(&[&what[..], &alone].concat()).await.unwrap_err();
    assert!(said.contains("two people"), "{said}");
    place.shred(gone.patient, "0").await.unwrap();
    assert_eq!(super::holding(place.folder.path(), FORGOTTEN), super::nowhere());
}
