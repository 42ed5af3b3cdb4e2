//! A patient is forgotten while the service runs.

use concord_proto::concord::ledger::v1::ReadRangeRequest;
use concord_servers::Nats;
use serde_json::Value;

use super::{FORGOTTEN, KEPT, Place, admit, holding, nowhere, reason, roster};
use crate::{AUDITOR, PSYCHIATRIST};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_forgotten_patient_is_left_in_any_file_view_or_stream_and_everything_still_proves_itself()
 {
    let mut nats = Nats::start().unwrap();
    let place = Place::new(&[("CONCORD_NATS__SERVERS", format!("[\"{}\"]", nats.urls()[0]))]).await;
    let server = place.start().await.unwrap();
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let (gone, _) = admit(&doctor, FORGOTTEN).await;
    let (kept, receipt) = admit(&doctor, KEPT).await;
    let both = roster(&doctor, receipt.token).await;
    assert_eq!(both.len(), 2);

    // Before: the views know it, the ledger holds ciphertext only.
    let knowing = holding(&place.data(), FORGOTTEN);
    let name = |path: &std::path::PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    assert!(!knowing.is_empty(), "the search finds what is there");
    assert!(knowing.iter().all(|path| name(path).starts_with("views.db")), "{knowing:?}");

    let told: Value = serde_json::from_str(&place.shred(gone.patient, "120").await.unwrap()).unwrap();
    assert_eq!((&told["done"], &told["clear_events"]), (&true.into(), &0.into()));
    assert_eq!(holding(place.folder.path(), FORGOTTEN), nowhere());
    assert!(!holding(&place.data(), KEPT).is_empty(), "nobody else is forgotten");

    let refused = doctor.send(gone.referral()).await;
    assert_eq!(reason(refused), "SUBJECT_SHREDDED");
    let (_, receipt) = admit(&doctor, KEPT).await;
    let left = roster(&doctor, receipt.token.clone()).await;
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.contains(&kept.patient.to_string()) && !left.contains(&gone.patient.to_string()));

    let auditor = server.client(AUDITOR).await.unwrap();
    let mut batches = auditor.ledger().read_range(ReadRangeRequest::default()).await.unwrap().into_inner();
    let (mut tombstones, mut erasures) = (0, 0);
    while let Some(batch) = batches.message().await.unwrap() {
        for event in batch.events {
            let theirs = String::from_utf8_lossy(&event.metadata).contains(&gone.patient.to_string());
            let erasure = event.event_type == "SubjectShredded";
            assert_eq!(event.shredded, theirs && !erasure, "position {}", event.position);
            assert_eq!(event.payload.is_empty(), event.shredded);
            assert!(!event.sealed.is_empty(), "everything is encrypted");
            tombstones += u32::from(event.shredded);
            erasures += u32::from(erasure);
        }
    }
    assert_eq!((tombstones, erasures), (3, 1));

    let token = server.token(AUDITOR).await.unwrap();
    let key = place.run(&["audit", "key", "--tenant", "demo"]).await.unwrap();
    let bundle = place.folder.path().join("bundle");
    let (bundle, patient) = (bundle.to_str().unwrap(), gone.patient.to_string());
    let look = ["audit", "export", "--patient", &patient, "--out", bundle];
    let grounds = ["--basis", "program", "--reason", "retention", "--recipient", "the committee"];
    let service = ["--url", server.url.as_str(), "--token", token.as_str()];
    place.run(&[&look[..], &grounds, &service].concat()).await.unwrap();
    let verified = place.run(&["audit", "verify", bundle, "--key", key.trim(), "--json"]).await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&verified).unwrap()["patient"], patient);

    server.kill().await.unwrap();
    place.run(&["ledger", "fsck", "--tenant", "demo"]).await.unwrap();
    let export = place.folder.path().join("export");
    let export = export.to_str().unwrap();
    place.run(&["ledger", "export", "--tenant", "demo", "--out", export]).await.unwrap();
    place.run(&["ledger", "verify", export]).await.unwrap();
    nats.kill(0).unwrap();
    let stream = place.folder.path().join("stream");
    nats.save(0, &stream).unwrap();
    assert!(!holding(&stream, "SubjectShredded").is_empty(), "the stream was published");
    assert_eq!(holding(place.folder.path(), FORGOTTEN), nowhere());
    assert_eq!(holding(&stream, KEPT), nowhere(), "the stream holds nobody's record in the clear");
}
