//! The same where ledger, views and data keys are in databases.

use concord_servers::Postgres;

use super::{FORGOTTEN, KEPT, Place, admit, holding, nowhere, reason, roster};
use crate::PSYCHIATRIST;

/// Everything that a dump of `database` holds.
fn dump(server: &Postgres, database: &str) -> String {
    let other = server.dumped_into_another(database).unwrap();
    std::fs::read_to_string(other.folder().join("dump.sql")).unwrap()
}

/// Bytes of views are dumped as hexadecimal digits.
fn hex(word: &str) -> String {
    hex::encode(word)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_forgotten_patient_is_left_in_a_dump() {
    let database = Postgres::start().unwrap();
    database.sql("postgres", "CREATE DATABASE records").unwrap();
    database.sql("postgres", "CREATE DATABASE kept_keys").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let kek = folder.path().join("kek");
    let place = Place::new(&[
        ("CONCORD_LEDGER__STORE", "postgres".to_owned()),
        ("CONCORD_LEDGER__POSTGRES", database.address("records")),
        ("CONCORD_KEYS__KEK", format!("file:{}", kek.display())),
        ("CONCORD_KEYS__STORE", String::new()),
        ("CONCORD_KEYS__POSTGRES", database.address("kept_keys")),
    ])
    .await;
    let server = place.start().await.unwrap();
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let (gone, _) = admit(&doctor, FORGOTTEN).await;
    let (kept, receipt) = admit(&doctor, KEPT).await;
    assert_eq!(roster(&doctor, receipt.token).await.len(), 2);
    let before = dump(&database, "records");
    assert!(
        !before.contains(FORGOTTEN) && before.contains(&hex(FORGOTTEN)),
        "the views know, the ledger does not"
    );

    place.shred(gone.patient, "120").await.unwrap();
    let after = dump(&database, "records");
    assert!(!after.contains(FORGOTTEN) && !after.contains(&hex(FORGOTTEN)));
    assert!(after.contains(&hex(KEPT)) && after.contains("SubjectShredded"));
    assert_eq!(holding(&place.data(), FORGOTTEN), nowhere());
    assert_eq!(reason(doctor.send(gone.referral()).await), "SUBJECT_SHREDDED");
    let (_, receipt) = admit(&doctor, KEPT).await;
    let left = roster(&doctor, receipt.token).await;
    assert!(
        left.contains(&kept.patient.to_string()) && !left.contains(&gone.patient.to_string()),
        "{left:?}"
    );
    server.kill().await.unwrap();
    place.run(&["ledger", "fsck", "--tenant", "demo"]).await.unwrap();
}
