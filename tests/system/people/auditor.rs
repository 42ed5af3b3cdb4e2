use concord_client::Client;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::ledger::v1 as ledger;
use serde_json::Value;

use super::{List, Ward, after};
use crate::clinic::{NURSE, daily, order, outside, reason};
use crate::{AUDITOR, PSYCHIATRIST};

/// Everything up to a position, as it was stored.
async fn up_to(auditor: &Client, position: u64) -> Vec<ledger::StoredEvent> {
    let asks = ledger::ReadRangeRequest { limit: position, ..Default::default() };
    let mut answers = auditor.ledger().read_range(asks).await.unwrap().into_inner();
    let mut all = Vec::new();
    while let Some(batch) = answers.message().await.unwrap() {
        all.extend(batch.events);
    }
    all
}

fn read(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

#[tokio::test]
async fn an_auditor_reads_what_a_prescriber_knew_when_they_decided_and_what_came_too_late() {
    let ward = Ward::open().await;
    let (clinic, intake) = (&ward.clinic, ward.clinic.intake);
    let (nurse, auditor) = (clinic.acting_as(NURSE).await, clinic.acting_as(AUDITOR).await);

    // What happened: sertraline, an opioid from elsewhere, less sertraline because of it, and a second opioid that was
    // told of a minute too late.
    let (sertraline, _) = clinic.prescribe().await.unwrap();
    nurse.send(outside(intake, "traMADol Hydrochloride 50 MG Oral Tablet")).await.unwrap();
    let finding = concord_proto::concord::common::v1::FindingKey {
        rule: "ddi.serotonergic.opioid".to_owned(),
        about: vec!["sertraline".to_owned(), "tramadol".to_owned()],
    };
    let lower = chart::AdjustDoseRequest {
        header: intake.header(),
        order_id: sertraline,
        regimen: daily(25.0),
        cause: Some(chart::Cause { basis: Some(chart::cause::Basis::Interaction(finding)) }),
        note: "Until the emergency room has answered".to_owned(),
        rests_on: None,
        acknowledgements: Vec::new(),
    };
    let decided = clinic.doctor.send(lower).await.unwrap();
    let late = nurse.send(outside(intake, "Oxycodone Hydrochloride 5 MG Oral Tablet")).await.unwrap();

    // What was on record at that moment: the tramadol with its collision, and no oxycodone.
    let then = after(&decided).unwrap().position;
    let record = up_to(&auditor, then).await;
    let decision = record.last().unwrap();
    assert_eq!((decision.position, decision.event_type.as_str()), (then, "DoseAdjusted"));
    let known: Vec<_> = record.iter().filter(|event| event.stream_id == decision.stream_id).collect();
    let place = |kind: &str| known.iter().position(|event| event.event_type == kind);
    assert!(place("OutsideMedicationRecorded") < place("InteractionDetected"));
    assert!(place("InteractionDetected") < place("DoseAdjusted"));
    let said = known.iter().map(|event| String::from_utf8_lossy(&event.payload)).collect::<String>();
    assert!(said.contains("tramadol") && !said.contains("oxycodone"), "nobody knew of it then");

    // Who decided, as what and what for; why; and by which rules it was judged.
    let metadata = read(&decision.metadata);
    assert_eq!(metadata["actor"]["id"], PSYCHIATRIST.id.to_string());
    assert_eq!(metadata["actor"]["role"], "psychiatrist");
    assert_eq!((&metadata["purpose"], &metadata["part2"]), (&Value::from("treatment"), &Value::from(true)));
    let decision = read(&decision.payload).to_string();
    assert!(decision.contains("ddi.serotonergic.opioid") && decision.contains("\"ruleset\""), "{decision}");

    // Read again with all that came since, the beginning is the same to the byte, and the head vouches for the whole.
    let whole = up_to(&auditor, 0).await;
    assert_eq!(whole[..record.len()], record[..]);
    let since: Vec<_> = whole[record.len()..].iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(since[0], "OutsideMedicationRecorded", "{since:?}");
    let head = auditor.ledger().get_head(ledger::GetHeadRequest {}).await.unwrap().into_inner();
    assert_eq!(head.token.map(|token| token.position), after(&late).map(|token| token.position));
    assert_eq!(head.root.len(), 32);

    // Nothing of it is a list for the day, and nothing of it is theirs to change.
    assert_eq!(ward.sees(&auditor).await, [List::Ledger]);
    assert_eq!(reason(auditor.send(order(intake, "sertraline", 50.0)).await), "NOT_PERMITTED");
}
