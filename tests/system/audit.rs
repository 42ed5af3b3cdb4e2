//! An auditor's way: what is proven is checked without the service, what was known is told, and looking is on record.

use std::path::Path;
use std::process::Output;

use concord_client::Client;
use concord_proto::concord::audit::v1 as audit;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::side_effects::v1 as side_effects;
use concord_support::{Concord, Intake, fresh, now};
use serde_json::Value;
use tokio::process::Command;
use tonic::Code;

use crate::clinic::Clinic;
use crate::medication::{change, report};
use crate::{AUDITOR, CONCORD, PSYCHIATRIST, THERAPIST};

/// What a subcommand printed, and whether it succeeded.
async fn ask(server: &Concord, arguments: &[&str]) -> Result<String, String> {
    let Output { status, stdout, stderr } = server.run(arguments).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if status.success() { Ok(text(stdout)) } else { Err(text(stderr)) }
}

/// The same as an auditor of the program itself.
async fn look(server: &Concord, arguments: &[&str]) -> Result<String, String> {
    let token = server.token(AUDITOR).await.unwrap();
    let grounds = ["--basis", "program", "--reason", "doses that rose twice", "--recipient", "the committee"];
    let service = ["--url", server.url.as_str(), "--token", token.as_str()];
    ask(server, &[arguments, &grounds, &service].concat()).await
}

async fn json(server: &Concord, arguments: &[&str]) -> Value {
    serde_json::from_str(&look(server, arguments).await.unwrap()).unwrap()
}

async fn public_key(server: &Concord) -> String {
    ask(server, &["audit", "key", "--tenant", "demo"]).await.unwrap().trim().to_owned()
}

/// Names of what happened, in order.
fn whats(told: &Value) -> Vec<&str> {
    told["entries"].as_array().unwrap().iter().map(|entry| entry["what"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn e10_a_patients_history_is_checked_without_the_service_and_an_edit_is_named() {
    let clinic = Clinic::open().await;
    clinic.prescribe().await.unwrap();
    let (server, folder) = (&clinic.server, tempfile::tempdir().unwrap());
    let key = public_key(server).await;
    let file = folder.path().join("bundle");
    let (path, patient) = (file.to_str().unwrap(), clinic.intake.patient.to_string());
    look(server, &["audit", "export", "--patient", &patient, "--out", path]).await.unwrap();

    let verify = |path: String| {
        let key = key.clone();
        async move { ask(server, &["audit", "verify", &path, "--key", &key, "--json"]).await }
    };
    let holds: Value = serde_json::from_str(&verify(path.to_owned()).await.unwrap()).unwrap();
    assert_eq!(holds["patient"], Value::String(patient.clone()));
    // The export itself is the last of what is known about the patient.
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("AuditRecorded") && text.contains("the committee"));
    assert_eq!(holds["events"].as_u64().unwrap() + 2, text.lines().count() as u64);

    let altered = folder.path().join("altered");
    std::fs::write(&altered, text.replace("Moderate depression, first", "Severe depression, first")).unwrap();
    let refused = verify(altered.to_str().unwrap().to_owned()).await.unwrap_err();
    let order = text.lines().find(|line| line.contains("MedicationPrescribed")).unwrap();
    let order: Value = serde_json::from_str(order).unwrap();
    let named = format!("position {}: the event is not what was signed", order["event"]["position"]);
    assert!(refused.contains(&named), "{refused}");

    let proof = folder.path().join("one.tlog-proof");
    let token = server.token(AUDITOR).await.unwrap();
    let to = proof.to_str().unwrap();
    let service = ["--url", server.url.as_str(), "--token", token.as_str()];
    ask(server, &[&["audit", "proof", "--position", "3", "--out", to][..], &service].concat()).await.unwrap();
    let holds: Value = serde_json::from_str(&verify(to.to_owned()).await.unwrap()).unwrap();
    assert_eq!(holds["position"], 3);
}

#[tokio::test]
async fn what_was_known_is_told_as_it_was_and_what_came_to_be_known_apart() {
    let clinic = Clinic::open().await;
    let (intake, server) = (clinic.intake, &clinic.server);
    let (order_id, _) = clinic.prescribe().await.unwrap();
    let patient = clinic.patient().await;
    let told = report(intake, &order_id, side_effects::Grade::Moderate);
    let report_id = told.report_id.clone();
    let before = patient.send(told).await.unwrap().token.unwrap().position;
    let basis = chart::cause::Basis::ReportId(report_id.clone());
    let decision = clinic.doctor.send(change(intake, &order_id, 25.0, basis)).await.unwrap();
    let decision = decision.token.unwrap().position;
    let other = side_effects::ResolveSideEffectRequest {
        header: intake.header(),
        report_id,
        outcome: side_effects::Outcome::NotASideEffect.into(),
    };
    // A decision comes before a report of this grade is closed.
    let decided = side_effects::DecideSideEffectRequest {
        header: intake.header(),
        report_id: other.report_id.clone(),
        decision: side_effects::Decision::ReduceDose.into(),
        order_id,
        rationale: "It came with the first tablet".to_owned(),
    };
    clinic.doctor.send(decided).await.unwrap();
    clinic.doctor.send(other).await.unwrap();

    let (whose, at) = (intake.patient.to_string(), decision.to_string());
    let knew = json(server, &["audit", "knew", "--decision", &at, "--json"]).await;
    assert_eq!(knew["decision"]["event_type"], "DoseAdjusted");
    assert!(whats(&knew).contains(&"effect_reported") && !whats(&knew).contains(&"adjusted"));
    let reported = |told: &Value| {
        let entries = told["entries"].as_array().unwrap().clone();
        entries.into_iter().find(|entry| entry["what"] == "effect_reported").unwrap()
    };
    assert_eq!(reported(&knew)["put_right"], Value::Array(Vec::new()), "nobody knew then that it was none");

    let as_of = json(server, &["audit", "as-of", "--patient", &whose, "--at", &at, "--json"]).await;
    assert!(whats(&as_of).contains(&"adjusted") && !whats(&as_of).contains(&"effect_decided"));
    let earliest = ["audit", "as-of", "--patient", &whose, "--at", "1999-01-01T00:00:00Z", "--json"];
    assert_eq!(whats(&json(server, &earliest).await), [""; 0]);

    let from = before.to_string();
    let diff = json(server, &["audit", "diff", "--patient", &whose, "--from", &from, "--json"]).await;
    assert!(whats(&diff).contains(&"adjusted") && whats(&diff).contains(&"effect_decided"), "{diff}");
    // What was told before is in it because it was put right since.
    assert_eq!(reported(&diff)["put_right"].as_array().unwrap().len(), 1);
    assert!(!whats(&diff).contains(&"started"), "what was known before and still stands is not");
}

fn grounds(basis: audit::Basis, until: &str) -> audit::Grounds {
    audit::Grounds {
        audit_id: fresh(),
        basis: basis.into(),
        reason: "claims of March".to_owned(),
        recipient: "Lakeside Health Plan".to_owned(),
        return_or_destroy_by: until.to_owned(),
    }
}

async fn replayed(
    auditor: &Client,
    asks: audit::ReplayEventsRequest,
) -> Result<Vec<concord_proto::concord::ledger::v1::StoredEvent>, tonic::Status> {
    let mut batches = auditor.audits().replay_events(asks).await?.into_inner();
    let mut events = Vec::new();
    while let Some(batch) = batches.message().await? {
        events.extend(batch.events);
    }
    Ok(events)
}

#[tokio::test]
async fn nobody_looks_without_being_on_record_and_nobody_but_an_auditor_looks() {
    let clinic = Clinic::open().await;
    let auditor = clinic.acting_as(AUDITOR).await;
    let asks = |grounds| audit::ReplayEventsRequest {
        grounds: Some(grounds),
        patient_id: clinic.intake.patient.to_string(),
        event_types: vec!["CareTeamMemberJoined".to_owned()],
        ..Default::default()
    };
    let unlimited = replayed(&auditor, asks(grounds(audit::Basis::Payer, ""))).await.unwrap_err();
    assert_eq!(unlimited.code(), Code::FailedPrecondition, "a payer says until when");
    let of_payer = grounds(audit::Basis::Payer, "2999-12-31");
    let found = replayed(&auditor, asks(of_payer.clone())).await.unwrap();
    assert_eq!(found.len(), 3, "the care team of the clinic");
    assert!(found.iter().all(|event| event.event_type == "CareTeamMemberJoined"));
    let again = replayed(&auditor, asks(of_payer.clone())).await.unwrap_err();
    assert_eq!(again.code(), Code::FailedPrecondition, "each look is on record by itself");
    for who in [PSYCHIATRIST, THERAPIST] {
        let other = clinic.acting_as(who).await;
        let refused = replayed(&other, asks(grounds(audit::Basis::Program, ""))).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
    }

    let records = audit::ReplayEventsRequest {
        grounds: Some(grounds(audit::Basis::Program, "")),
        actor_id: AUDITOR.id.to_string(),
        ..Default::default()
    };
    let records = replayed(&auditor, records).await.unwrap();
    let [record] = records.as_slice() else { panic!("{} records", records.len()) };
    let (record, by): (Value, Value) =
        (serde_json::from_slice(&record.payload).unwrap(), serde_json::from_slice(&record.metadata).unwrap());
    let record = &record["AuditRecorded"];
    assert_eq!(record["recipient"], "Lakeside Health Plan");
    assert_eq!((&record["basis"], &record["return_or_destroy_by"]), (&"payer".into(), &"2999-12-31".into()));
    assert_eq!(by["patient"], clinic.intake.patient.to_string());
    assert_eq!((&by["purpose"], &by["actor"]["role"]), (&"audit".into(), &"auditor".into()));
}

/// A server that anchors each checkpoint, with a partner who cosigns.
async fn anchoring(folder: &Path, cosigner: &str) -> Concord {
    let mut command = Command::new(CONCORD);
    command.env("CONCORD_CHECKPOINTS__ANCHOR_SECONDS", "0");
    command.env("CONCORD_CHECKPOINTS__COSIGNERS", format!("[\"{cosigner}\"]"));
    Concord::start_with(command, CONCORD, folder, &[]).await.unwrap()
}

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signer_that_is_killed_again_and_again_signs_one_history_that_a_partner_cosigns() {
    let (folder, partner) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = |name: &str| partner.path().join(name).to_str().unwrap().to_owned();
    let name = ["--name", "lakeside.example/witness"];
    let theirs = file("key");
    let shown = [&["audit", "cosign-key", "--key", &theirs][..], &name].concat();
    let shown = concord_support::run(CONCORD, partner.path(), &shown).await.unwrap();
    let cosigner = String::from_utf8(shown.stdout).unwrap().trim().to_owned();
    for round in 0..3 {
        println!("round {round}");
        let server = anchoring(folder.path(), &cosigner).await;
        let doctor = server.client(PSYCHIATRIST).await.unwrap();
        let intake = Intake::admit(&doctor).await.unwrap();
        let mut last = 0;
        for _ in 0..20 {
            last = doctor.send(result(intake)).await.unwrap().token.unwrap().position;
        }
        let (auditor, key) = (server.client(AUDITOR).await.unwrap(), public_key(&server).await);
        // An export waits for a checkpoint that covers it, so there is one now.
        let asks = audit::ExportPatientRequest {
            grounds: Some(grounds(audit::Basis::Program, "")),
            patient_id: intake.patient.to_string(),
        };
        let mut pieces = auditor.audits().export_patient(asks).await.unwrap().into_inner();
        while pieces.message().await.unwrap().is_some() {}
        let token = server.token(AUDITOR).await.unwrap();
        let (url, state) = (server.url.clone(), file("state"));
        let own = ["audit", "cosign", "--key", &theirs, "--log-key", &key, "--state", &state];
        let said = ask(&server, &[&own[..], &name, &["--url", &url, "--token", &token]].concat()).await;
        assert!(said.as_ref().is_ok_and(|said| said.contains("Cosigned")), "{said:?}");
        let latest = auditor.audits().get_checkpoint(audit::GetCheckpointRequest {}).await.unwrap();
        assert!(latest.into_inner().cosigned[0].contains("lakeside.example/witness"));
        let kept = folder.path().join("demo/clinical.checkpoints");
        let kept = kept.to_str().unwrap();
        let verify = ["audit", "verify-log", "--checkpoints", kept, "--key", &key, "--json"];
        let holds = json(&server, &verify).await;
        assert!(holds["events"].as_u64().unwrap() >= last, "{holds}");
        assert!(holds["checkpoints"].as_u64().unwrap() > round, "{holds}");
        server.kill().await.unwrap();
    }
}
