//! One client's history as somebody reads it who was not there: what was done, why, and what was known then.

use concord_client::Client;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{Role, Token};
use concord_proto::concord::side_effects::v1 as side_effects;
use concord_proto::concord::timeline::v1 as timeline;
use concord_proto::concord::timeline::v1::{CitationKind, CorrectionKind, TimelineEntry, TimelineKind};
use tonic::Code;

use crate::clinic::{Clinic, PRIMARY_CARE};
use crate::medication::{MILD, SEVERE, change, phq9, report};
use crate::{AUDITOR, PHARMACIST};

async fn read(
    who: &Client,
    clinic: &Clinic,
    min_position: Option<Token>,
    filter: timeline::TimelineFilter,
) -> Vec<TimelineEntry> {
    let asks = timeline::ListTimelineRequest {
        patient_id: clinic.intake.patient.to_string(),
        min_position,
        filter: Some(filter),
        ..Default::default()
    };
    who.timeline().list_timeline(asks).await.unwrap().into_inner().entries
}

fn known_at(position: u64) -> timeline::TimelineFilter {
    timeline::TimelineFilter { known_at: position, ..Default::default() }
}

fn only(kind: TimelineKind) -> timeline::TimelineFilter {
    timeline::TimelineFilter { kinds: vec![kind.into()], ..Default::default() }
}

fn found<'a>(entries: &'a [TimelineEntry], what: &str) -> &'a TimelineEntry {
    let mut of = entries.iter().filter(|entry| entry.what == what);
    let one = of.next().unwrap_or_else(|| panic!("nothing was {what} in {entries:?}"));
    assert!(of.next().is_none(), "more than one was {what}");
    one
}

#[tokio::test]
async fn e09_an_auditor_reads_why_a_dose_was_changed_and_what_was_known_then() {
    let clinic = Clinic::open().await;
    let (intake, doctor) = (clinic.intake, &clinic.doctor);
    let (order_id, _) = clinic.prescribe().await.unwrap();
    let patient = clinic.patient().await;
    let told = report(intake, &order_id, side_effects::Grade::Moderate);
    let report_id = told.report_id.clone();
    patient.send(told).await.unwrap();
    let basis = chart::cause::Basis::ReportId(report_id.clone());
    doctor.send(change(intake, &order_id, 25.0, basis)).await.unwrap();
    let decided = side_effects::DecideSideEffectRequest {
        header: intake.header(),
        report_id: report_id.clone(),
        decision: side_effects::Decision::ReduceDose.into(),
        order_id: order_id.clone(),
        rationale: "It came with the first tablet".to_owned(),
    };
    doctor.send(decided).await.unwrap();
    // Weeks later it turns out to have been something else.
    let other = side_effects::ResolveSideEffectRequest {
        header: intake.header(),
        report_id: report_id.clone(),
        outcome: side_effects::Outcome::NotASideEffect.into(),
    };
    let last = doctor.send(other).await.unwrap().token;

    let auditor = clinic.acting_as(AUDITOR).await;
    let all = read(&auditor, &clinic, last.clone(), timeline::TimelineFilter::default()).await;
    let change = found(&all, "adjusted");
    assert_eq!((change.value_before, change.value), (Some(50.0), Some(25.0)));
    assert_eq!((change.because.as_str(), change.recorded_as()), ("side_effect", Role::Psychiatrist));
    let [cited] = change.cites.as_slice() else { panic!("{change:?}") };
    assert_eq!((cited.kind(), &cited.id), (CitationKind::SideEffect, &report_id));
    assert_eq!(cited.summary, "Nausea, grade 2");
    let reported = found(&all, "effect_reported");
    assert_eq!(cited.position, Some(reported.position));
    assert_eq!(reported.recorded_as(), Role::Patient);
    let decision = found(&all, "effect_decided");
    assert_eq!((decision.because.as_str(), decision.late), ("reduce_dose", Some(false)));

    // Today the report is marked as none; when the dose was lowered nobody knew.
    let [correction] = reported.corrections.as_slice() else { panic!("{reported:?}") };
    assert_eq!(correction.kind(), CorrectionKind::NotASideEffect);
    let then = read(&auditor, &clinic, last.clone(), known_at(change.position)).await;
    assert_eq!(found(&then, "effect_reported").corrections, []);
    assert!(then.iter().all(|entry| entry.position <= change.position));
    assert!(all.len() > then.len());

    // Whoever sees no doses in their own list sees none here.
    for who in [clinic.acting_as(PRIMARY_CARE).await, clinic.therapist.clone(), patient] {
        let asks =
            timeline::ListTimelineRequest { patient_id: intake.patient.to_string(), ..Default::default() };
        let denied = who.timeline().list_timeline(asks).await.unwrap_err();
        assert_eq!(denied.code(), Code::PermissionDenied);
    }
}

#[tokio::test]
async fn f10_scores_stand_when_they_were_answered_and_are_cited_by_the_dose_that_followed() {
    let clinic = Clinic::open().await;
    let (intake, doctor) = (clinic.intake, &clinic.doctor);
    let (order_id, _) = clinic.prescribe().await.unwrap();
    let patient = clinic.patient().await;
    // Answered two weeks ago and typed in after the one of today.
    let today = phq9(intake, MILD, 0);
    let scale_id = today.scale_id.clone();
    patient.send(today).await.unwrap();
    patient.send(phq9(intake, SEVERE, 14)).await.unwrap();
    let basis = chart::cause::Basis::ScaleId(scale_id);
    let last = doctor.send(change(intake, &order_id, 25.0, basis)).await.unwrap().token;

    let pharmacist = clinic.acting_as(PHARMACIST).await;
    let scores = read(&pharmacist, &clinic, last.clone(), only(TimelineKind::Score)).await;
    let totals: Vec<_> = scores.iter().map(|entry| entry.value).collect();
    assert_eq!(totals, [Some(20.0), Some(7.0)]);
    assert!(scores[0].recorded_at.unwrap().seconds - scores[0].at.unwrap().seconds >= 14 * 24 * 60 * 60);
    let doses = read(&pharmacist, &clinic, last, only(TimelineKind::Dose)).await;
    let cited = &found(&doses, "adjusted").cites[0];
    assert_eq!((cited.kind(), cited.summary.as_str()), (CitationKind::Score, "phq9 7"));
    assert_eq!(cited.position, Some(scores[1].position));
}
