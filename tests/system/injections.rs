//! Injections that act for weeks, as nurses and prescribers live them.

use std::time::Duration;

use concord_client::Client;
use concord_proto::concord::care_team::v1 as care_team;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::chart::v1::record_injection_given_request::Place;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::common::v1::{Frequency, Regimen, Route, Token};
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_support::{Concord, Intake, episode, fresh, now, today};
use prost_types::Timestamp;
use tempfile::TempDir;

use crate::clinic::{NURSE, daily, finding, reason, refusal};
use crate::{PSYCHIATRIST, THERAPIST, start};

const DAY: i64 = 86_400;

/// How long the service may take to say that a day has passed, and its views to show it.
const SOON: Duration = Duration::from_secs(20);

/// A patient who is to be injected with aripiprazole, and those around them.
struct Clinic {
    intake: Intake,
    doctor: Client,
    nurse: Client,
    order_id: String,
    server: Concord,
    _folder: TempDir,
}

impl Clinic {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = start(folder.path()).await;
        let doctor = server.client(PSYCHIATRIST).await.unwrap();
        let nurse = server.client(NURSE).await.unwrap();
        let intake = Intake::admit(&doctor).await.unwrap();
        intake.indicate(&doctor, "schizophrenia").await.unwrap();
        intake.prepare(&doctor, "aripiprazole-lai").await.unwrap();
        let tablets = chart::AcknowledgeBoxedWarningRequest {
            header: intake.header(),
            drug: "aripiprazole".to_owned(),
        };
        doctor.send(tablets).await.unwrap();
        for (person, role) in [(PSYCHIATRIST, common::Role::Psychiatrist), (NURSE, common::Role::Nurse)] {
            let member = care_team::AddMemberRequest {
                header: intake.header(),
                person_id: person.id.to_string(),
                role: role.into(),
                name: "Somebody".to_owned(),
                organisation: String::new(),
            };
            doctor.send(member).await.unwrap();
        }
        let order_id = fresh();
        let clinic = Self { intake, doctor, nurse, order_id, server, _folder: folder };
        let order_id = clinic.order_id.clone();
        clinic.doctor.send(clinic.order(&order_id, "aripiprazole-lai", every_28_days(400.0))).await.unwrap();
        clinic
    }

    fn order(
        &self,
        order_id: &str,
        drug: &str,
        regimen: Option<Regimen>,
    ) -> chart::PrescribeMedicationRequest {
        chart::PrescribeMedicationRequest {
            header: self.intake.header(),
            order_id: order_id.to_owned(),
            episode: episode(self.intake),
            drug: drug.to_owned(),
            regimen,
            indication: "schizophrenia".to_owned(),
            reason: "Tablets help and are forgotten".to_owned(),
            supply: Some(chart::Supply { days: 30, refills: 5 }),
            start_on: today(),
            modality: chart::OrderModality::InPerson.into(),
            ..Default::default()
        }
    }

    fn give(&self, dose_mg: f64, region: chart::InjectionRegion) -> chart::GiveInjectionRequest {
        chart::GiveInjectionRequest {
            header: self.intake.header(),
            order_id: self.order_id.clone(),
            dose_mg,
            site: Some(site(region)),
            lot: "KX-4711".to_owned(),
            ..Default::default()
        }
    }

    fn told(&self, dose_mg: f64, days_ago: i64, place: Place) -> chart::RecordInjectionGivenRequest {
        chart::RecordInjectionGivenRequest {
            header: self.intake.header(),
            order_id: self.order_id.clone(),
            dose_mg,
            given_at: Some(days_before(days_ago)),
            place: Some(place),
        }
    }

    /// What waits for somebody of that kind, by what it is about and when it is due.
    async fn waiting(
        &self,
        whose: &Client,
        kind: &str,
        min_position: Option<Token>,
    ) -> Vec<(String, Option<Timestamp>)> {
        let asks = prescriber::ListWorklistRequest { min_position, ..Default::default() };
        let list = whose.prescriber().list_worklist(asks).await.unwrap().into_inner();
        let of_kind = list.items.into_iter().filter(|item| item.kind == kind);
        of_kind.map(|item| (item.summary, item.due_at)).collect()
    }

    async fn chart(&self, min_position: Option<Token>) -> prescriber::GetClientResponse {
        let patient_id = self.intake.patient.to_string();
        let asks = prescriber::GetClientRequest { patient_id, min_position };
        self.doctor.prescriber().get_client(asks).await.unwrap().into_inner()
    }

    async fn course(&self, min_position: Option<Token>) -> Vec<String> {
        let patient_id = self.intake.patient.to_string();
        let asks = prescriber::GetClientCourseRequest { patient_id, min_position, page: None };
        let course = self.doctor.prescriber().get_client_course(asks).await.unwrap().into_inner();
        course.points.into_iter().map(|point| point.kind).collect()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn every_28_days(dose_mg: f64) -> Option<Regimen> {
    let (frequency, route) = (Frequency::EveryDays.into(), Route::Intramuscular.into());
    Some(Regimen { dose_mg, frequency, count: Some(28), route })
}

fn site(region: chart::InjectionRegion) -> chart::InjectionSite {
    chart::InjectionSite { region: region.into(), side: chart::BodySide::Right.into() }
}

fn days_before(days: i64) -> Timestamp {
    let now = now();
    Timestamp { seconds: now.seconds - days * DAY, ..now }
}

fn elsewhere() -> Place {
    Place::Elsewhere(chart::InformationSource::Prescriber.into())
}

fn deltoid() -> chart::InjectionRegion {
    chart::InjectionRegion::Deltoid
}

#[tokio::test]
async fn e07_an_injection_is_judged_before_it_is_given_and_the_next_one_comes_due() {
    let clinic = Clinic::open().await;
    let unknown = clinic.nurse.send(clinic.give(400.0, deltoid())).await;
    assert_eq!(reason(unknown), "TOLERABILITY_UNKNOWN");
    let tablets = clinic.order(&fresh(), "aripiprazole", daily(10.0));
    let ordered = clinic.doctor.send(tablets).await.unwrap();
    assert_eq!(clinic.waiting(&clinic.nurse, "injection", ordered.token).await.len(), 1, "the nurse has it");

    let therapist = clinic.server.client(THERAPIST).await.unwrap();
    assert_eq!(reason(therapist.send(clinic.give(400.0, deltoid())).await), "NOT_PERMITTED");
    let belly = clinic.give(400.0, chart::InjectionRegion::Abdomen);
    assert_eq!(reason(clinic.nurse.send(belly).await), "SITE_NOT_OFFERED");
    assert_eq!(reason(clinic.nurse.send(clinic.give(300.0, deltoid())).await), "INJECTION_DOSE_NOT_ORDERED");
    let given = clinic.nurse.send(clinic.give(400.0, deltoid())).await.unwrap();
    assert_eq!(reason(clinic.nurse.send(clinic.give(400.0, deltoid())).await), "INJECTION_ON_RECORD");

    let due = clinic.waiting(&clinic.nurse, "injection", given.token.clone()).await;
    assert_eq!(due[0].0, "Aripiprazole monohydrate long-acting injection");
    assert!(due[0].1.as_ref().unwrap().seconds > now().seconds + 25 * DAY);
    let shown = &clinic.chart(given.token.clone()).await.injections[0];
    assert_eq!((shown.given, shown.last_dose_mg, shown.overdue), (1, Some(400.0), false));
    assert!(clinic.course(given.token).await.contains(&"injection_given".to_owned()));
}

#[tokio::test]
async fn e07_a_late_injection_is_noticed_by_itself_and_waits_for_a_prescriber() {
    let clinic = Clinic::open().await;
    // Moved here from another clinic; the last injection was fifty days ago.
    let moved = clinic.nurse.send(clinic.told(400.0, 50, elsewhere())).await.unwrap();
    assert!(clinic.waiting(&clinic.doctor, "injection_review", moved.token).await.is_empty());
    let noticed = async {
        while clinic.waiting(&clinic.nurse, "injection_late", None).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(SOON, noticed).await.expect("the service says it");

    let late = refusal(clinic.nurse.send(clinic.give(400.0, deltoid())).await);
    let rule = finding(&late.findings, "late.aripiprazole.early");
    assert!(rule.advice.contains("14 days") && !rule.source.is_empty());
    let decide = |decision: chart::LateDecision| chart::DecideLateInjectionRequest {
        header: clinic.intake.header(),
        order_id: clinic.order_id.clone(),
        decision: decision.into(),
        reason: "Was travelling, no relapse".to_owned(),
    };
    let as_ruled = chart::LateDecision::AsRuled;
    assert_eq!(reason(clinic.nurse.send(decide(as_ruled)).await), "NOT_PERMITTED");
    clinic.doctor.send(decide(as_ruled)).await.unwrap();
    // As the rule says it needs tablets beside it.
    assert_eq!(reason(clinic.nurse.send(clinic.give(400.0, deltoid())).await), "OVERLAP_MISSING");
    clinic.doctor.send(clinic.order(&fresh(), "aripiprazole", daily(10.0))).await.unwrap();
    let given = clinic.nurse.send(clinic.give(400.0, deltoid())).await.unwrap();
    assert!(clinic.waiting(&clinic.nurse, "injection_late", given.token.clone()).await.is_empty());
    assert_eq!(reason(clinic.doctor.send(decide(as_ruled)).await), "INJECTION_NOT_LATE");
    let course = clinic.course(given.token).await;
    for kind in ["injection_given", "injection_overdue", "late_injection_decided"] {
        assert!(course.contains(&kind.to_owned()), "{kind}: {course:?}");
    }
}

#[tokio::test]
async fn e07_what_was_injected_against_a_rule_is_recorded_and_looked_at() {
    let clinic = Clinic::open().await;
    clinic.nurse.send(clinic.told(400.0, 10, elsewhere())).await.unwrap();
    assert_eq!(reason(clinic.nurse.send(clinic.give(400.0, deltoid())).await), "INJECTION_TOO_EARLY");
    let here =
        chart::InjectedHere { site: Some(site(deltoid())), lot: "B7".to_owned(), observer_id: String::new() };
    let told = clinic.told(400.0, 0, Place::Here(here));
    let given_at = told.given_at;
    let recorded = clinic.nurse.send(told).await.unwrap();
    assert_eq!(clinic.waiting(&clinic.doctor, "injection_review", recorded.token).await.len(), 1);
    let review = || chart::ReviewInjectionRequest {
        header: clinic.intake.header(),
        order_id: clinic.order_id.clone(),
        given_at,
        outcome: "Seen, no sedation; next in four weeks".to_owned(),
    };
    assert_eq!(reason(clinic.nurse.send(review()).await), "NOT_PERMITTED");
    let reviewed = clinic.doctor.send(review()).await.unwrap();
    assert!(clinic.waiting(&clinic.doctor, "injection_review", reviewed.token).await.is_empty());
    assert_eq!(reason(clinic.doctor.send(review()).await), "INJECTION_NOT_TO_REVIEW");
}
