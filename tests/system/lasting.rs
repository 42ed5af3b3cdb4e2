//! Anti-anxiety drugs, cautiously and short-term, as prescriber and pharmacy live it.

use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_support::{Intake, now};
use prost_types::Timestamp;

use crate::clinic::{Clinic, daily, finding, order, outside, reason, refusal};

const LIMIT: &str = "duration.benzodiazepine";

/// The UTC day so many days from today, `YYYY-MM-DD`.
fn in_days(days: i64) -> String {
    let at = Timestamp { seconds: now().seconds + days * 86_400, nanos: 0 };
    at.to_string().split('T').next().unwrap_or_default().to_owned()
}

fn clonazepam(intake: Intake, days: u32) -> chart::PrescribeMedicationRequest {
    chart::PrescribeMedicationRequest {
        supply: Some(chart::Supply { days, refills: 0 }),
        legal_basis: chart::LegalBasis::InPersonEvaluation.into(),
        ..order(intake, "clonazepam", 0.5)
    }
}

fn renewal(clinic: &Clinic, order_id: &str, days: u32) -> chart::RenewMedicationRequest {
    chart::RenewMedicationRequest {
        header: clinic.intake.header(),
        order_id: order_id.to_owned(),
        supply: Some(chart::Supply { days, refills: 0 }),
        modality: chart::OrderModality::InPerson.into(),
        legal_basis: chart::LegalBasis::InPersonEvaluation.into(),
        acknowledgements: Vec::new(),
    }
}

fn longer(finding: &common::Finding, until: String) -> chart::Acknowledgement {
    chart::Acknowledgement {
        finding: finding.key.clone(),
        reason: "Sertraline was begun; review in two weeks, then a taper".to_owned(),
        longer_use: Some(chart::LongerUse { reason: chart::LongerUseReason::UntilAnotherActs.into(), until }),
    }
}

/// The days on which the limit is due on the prescriber's worklist.
async fn limits(clinic: &Clinic, min_position: Option<common::Token>) -> Vec<String> {
    let asks = prescriber::ListWorklistRequest { min_position, ..Default::default() };
    let list = clinic.doctor.prescriber().list_worklist(asks).await.unwrap().into_inner();
    let of_kind = list.items.into_iter().filter(|item| item.kind == "use_limit");
    of_kind.map(|item| item.due_at.unwrap().to_string()[..10].to_owned()).collect()
}

async fn prepared() -> Clinic {
    let clinic = Clinic::open().await;
    let warned = chart::AcknowledgeBoxedWarningRequest {
        header: clinic.intake.header(),
        drug: "clonazepam".to_owned(),
    };
    clinic.doctor.send(warned).await.unwrap();
    clinic
}

#[tokio::test]
async fn f20_an_anxiolytic_has_a_last_day_and_goes_on_past_it_with_a_reason_a_plan_and_another() {
    let clinic = prepared().await;
    let refused = refusal(clinic.doctor.send(clonazepam(clinic.intake, 30)).await);
    let found = finding(&refused.findings, LIMIT);
    assert!(found.source.contains("FDA") && refused.remedy.contains("taper"), "{refused:?}");
    // Four weeks need no answer; their last day is on the worklist from the start.
    let first = clonazepam(clinic.intake, 28);
    let order_id = first.order_id.clone();
    let ordered = clinic.doctor.send(first).await.unwrap();
    assert_eq!(limits(&clinic, ordered.token).await, [in_days(27)]);

    // More of it is never handed out silently.
    let refused = refusal(clinic.doctor.send(renewal(&clinic, &order_id, 35)).await);
    let found = finding(&refused.findings, LIMIT);
    let with = |until: i64, days| {
        let acknowledgements = vec![longer(&found, in_days(until))];
        chart::RenewMedicationRequest { acknowledgements, ..renewal(&clinic, &order_id, days) }
    };
    let words_alone = chart::Acknowledgement { longer_use: None, ..longer(&found, String::new()) };
    let words_alone = chart::RenewMedicationRequest {
        acknowledgements: vec![words_alone],
        ..renewal(&clinic, &order_id, 35)
    };
    finding(&refusal(clinic.doctor.send(words_alone).await).findings, LIMIT);
    assert_eq!(reason(clinic.doctor.send(with(60, 35)).await), "LONGER_USE_OUT_OF_RANGE");
    assert_eq!(reason(clinic.doctor.send(with(28, 35)).await), "SUPPLY_BEYOND_ANSWER");
    let renewed = clinic.doctor.send(with(28, 29)).await.unwrap();
    assert_eq!(limits(&clinic, renewed.token).await, [in_days(28)]);

    // A taper is always possible, takes the place of the limit, and is supplied to its end.
    let steps = [(0, 0.375), (14, 0.25), (28, 0.125), (42, 0.0)];
    let taper = chart::PlanTaperRequest {
        header: clinic.intake.header(),
        order_id: order_id.clone(),
        steps: steps.map(|(day, mg)| chart::TaperStep { begins_on: in_days(day), regimen: daily(mg) }).into(),
        reason: "Panic has stopped; the end was agreed".to_owned(),
    };
    let tapered = clinic.doctor.send(taper).await.unwrap();
    assert!(limits(&clinic, tapered.token).await.is_empty());
    clinic.doctor.send(renewal(&clinic, &order_id, 42)).await.unwrap();
    finding(&refusal(clinic.doctor.send(renewal(&clinic, &order_id, 50)).await).findings, LIMIT);
}

#[tokio::test]
async fn f20_what_is_taken_from_outside_counts_and_a_start_that_nobody_knows_is_said() {
    let clinic = prepared().await;
    let told = |started_on: String| {
        let mut told = outside(clinic.intake, "Zolpidem 5 mg");
        told.reported.as_mut().unwrap().started_on = started_on;
        told
    };
    let medication = told(String::new());
    let medication_id = medication.medication_id.clone();
    clinic.doctor.send(medication).await.unwrap();
    let refused = refusal(clinic.doctor.send(clonazepam(clinic.intake, 14)).await);
    let found = finding(&refused.findings, "missing.exposure-start");
    assert_eq!(found.key.unwrap().about, ["zolpidem"]);
    // Somebody asked: for three weeks already.
    let ended = chart::EndOutsideMedicationRequest {
        header: clinic.intake.header(),
        medication_id,
        last_dose_at: Some(now()),
        reason: "Recorded anew with its start".to_owned(),
    };
    clinic.doctor.send(told(in_days(-21))).await.unwrap();
    clinic.doctor.send(ended).await.unwrap();
    let refused = refusal(clinic.doctor.send(clonazepam(clinic.intake, 14)).await);
    finding(&refused.findings, LIMIT);
}
