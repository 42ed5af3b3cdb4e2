//! Whether a medication helps, told from its first dose to its end on a clock that can be moved.

use std::time::Duration;

use concord_client::Client;
use concord_kernel::{Clock, Role};
use concord_proto::concord::adherence::v1 as adherence;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{self as common, Frequency, PageRequest, Regimen, Route, Token};
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_proto::concord::scales::v1 as scales;
use concord_support::{Intake, episode, fresh};

use super::end_to_end::fault;
use super::samples::ID;
use super::service::{Service, person};
use crate::common::encode::instant;

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn daily(dose_mg: f64) -> Option<Regimen> {
    Some(Regimen { dose_mg, frequency: Frequency::Daily.into(), count: None, route: Route::Oral.into() })
}

/// A patient who begins sertraline for depression.
async fn on_sertraline(service: &Service) -> (Intake, Option<Token>) {
    let doctor = service.acting_as(Role::Psychiatrist);
    let intake = Intake::admit(&doctor).await.unwrap();
    intake.indicate(&doctor, "major-depression").await.unwrap();
    intake.prepare(&doctor, "sertraline").await.unwrap();
    let member = concord_proto::concord::care_team::v1::AddMemberRequest {
        header: intake.header(),
        person_id: person(Role::Psychiatrist),
        role: common::Role::Psychiatrist.into(),
        name: "Somebody".to_owned(),
        organisation: String::new(),
    };
    doctor.send(member).await.unwrap();
    let order = chart::PrescribeMedicationRequest {
        header: intake.header(),
        order_id: ID.to_owned(),
        episode: episode(intake),
        drug: "sertraline".to_owned(),
        regimen: daily(50.0),
        indication: "major-depression".to_owned(),
        reason: "first choice".to_owned(),
        supply: Some(chart::Supply { days: 30, refills: 3 }),
        start_on: "2026-03-02".to_owned(),
        modality: chart::OrderModality::InPerson.into(),
        ..Default::default()
    };
    let token = doctor.send(order).await.unwrap().token;
    (intake, token)
}

async fn scored(service: &Service, intake: Intake, answers: [u32; 9]) -> Option<Token> {
    let score = scales::AdministerScaleRequest {
        header: intake.header(),
        scale_id: fresh(),
        scale: scales::ScaleKind::Phq9.into(),
        items: answers.into_iter().map(|answer| scales::ScaleItem { answer: Some(answer) }).collect(),
        stated_total: Some(answers.iter().sum()),
        mode: scales::AdministrationMode::SelfReport.into(),
        language: "en-US".to_owned(),
        taken_at: Some(instant(service.clock.now())),
        substance: String::new(),
    };
    service.acting_as(Role::Nurse).send(score).await.unwrap().token
}

/// Tells of the doses of the last week, and measures.
async fn taken_for_a_week(service: &Service, intake: Intake) -> Option<Token> {
    let (nurse, now) = (service.acting_as(Role::Nurse), service.clock.now());
    for day in 1..=7 {
        let taken = adherence::RecordDoseTakenRequest {
            header: intake.header(),
            episode: episode(intake),
            order_id: ID.to_owned(),
            at: Some(instant(now.plus_days(-day))),
            observed: false,
        };
        nurse.send(taken).await.unwrap();
    }
    let measure =
        adherence::MeasureAdherenceRequest { header: intake.header(), episode: episode(intake), days: 7 };
    nurse.send(measure).await.unwrap().token
}

/// What waits for the prescriber about responses: kind, words and day.
async fn waiting(service: &Service, min_position: Option<Token>) -> Vec<(String, String, String)> {
    let doctor = service.acting_as(Role::Psychiatrist);
    let asks = prescriber::ListWorklistRequest { min_position, ..Default::default() };
    let list = doctor.prescriber().list_worklist(asks).await.unwrap().into_inner();
    let ours = list.items.into_iter().filter(|item| item.kind.starts_with("response_"));
    let day = |item: &prescriber::WorklistItem| {
        let seconds = item.due_at.as_ref().unwrap().seconds;
        concord_kernel::Instant::from_micros(seconds * 1_000_000).unwrap().day().to_string()
    };
    ours.map(|item| (item.kind.clone(), item.summary.clone(), day(&item))).collect()
}

fn assess(
    intake: Intake,
    decision: chart::ResponseDecision,
    wait_until: &str,
) -> chart::AssessResponseRequest {
    chart::AssessResponseRequest {
        header: intake.header(),
        order_id: ID.to_owned(),
        decision: decision.into(),
        wait_until: wait_until.to_owned(),
        reason: "Six weeks, and no better".to_owned(),
    }
}

fn ineffective(intake: Intake) -> chart::StopMedicationRequest {
    chart::StopMedicationRequest {
        header: intake.header(),
        order_id: ID.to_owned(),
        reason: chart::StopReason::Ineffective.into(),
        last_dose_at: None,
        abrupt_because: String::new(),
    }
}

fn later(service: &Service, days: u64) {
    service.clock.advance_to(service.clock.now().plus(Duration::from_hours(24 * days)));
}

async fn summaries(doctor: &Client, intake: Intake, kind: &str, min_position: Option<Token>) -> Vec<String> {
    let asks = prescriber::GetClientCourseRequest {
        patient_id: intake.patient.to_string(),
        min_position,
        page: Some(PageRequest { page_size: 200, page_token: String::new() }),
    };
    let course = doctor.prescriber().get_client_course(asks).await.unwrap().into_inner();
    course.points.into_iter().filter(|point| point.kind == kind).map(|point| point.summary).collect()
}

const BEGAN: [u32; 9] = [3, 2, 2, 2, 2, 2, 2, 2, 2];
const SIX_WEEKS: [u32; 9] = [2, 2, 2, 2, 2, 2, 2, 2, 2];

#[tokio::test]
async fn f22_medication_that_does_not_help_is_noticed_and_answered() {
    let service = Service::start().await;
    let (intake, ordered) = on_sertraline(&service).await;
    let asks = |service: &Service| service.acting_as(Role::Psychiatrist);
    // Nobody has said how it was at the beginning, and that is said.
    let unknown = waiting(&service, ordered).await;
    let wanted = "Sertraline: cannot be judged at 50 mg, PHQ-9 due on 2026-04-13; no PHQ-9 from the beginning, no \
                  PHQ-9 since";
    let row =
        |kind: &str, summary: &str, day: &str| vec![(kind.to_owned(), summary.to_owned(), day.to_owned())];
    assert_eq!(unknown, row("response_unknown", wanted, "2026-04-13"));
    let began = scored(&service, intake, BEGAN).await;
    let due = waiting(&service, began).await;
    let wanted = "Sertraline: cannot be judged at 50 mg, PHQ-9 due on 2026-04-13; no PHQ-9 since";
    assert_eq!(due, row("response_score", wanted, "2026-04-13"));

    later(&service, 8);
    let rise = chart::AdjustDoseRequest {
        header: intake.header(),
        order_id: ID.to_owned(),
        regimen: daily(100.0),
        cause: Some(chart::Cause {
            basis: Some(chart::cause::Basis::Plain(chart::PlainCause::PatientPreference.into())),
        }),
        note: "Well tolerated".to_owned(),
        ..Default::default()
    };
    asks(&service).send(rise).await.unwrap();
    later(&service, 35);
    // Stopped for want of response without anybody having judged it, it is refused.
    assert_eq!(fault(asks(&service).send(ineffective(intake)).await).reason, "RESPONSE_NOT_ASSESSED");
    let scored = scored(&service, intake, SIX_WEEKS).await;
    let unsure =
        "Sertraline: no response after 6 weeks at 100 mg: PHQ-9 19 -> 18; nobody knows how much was taken";
    assert_eq!(waiting(&service, scored).await, row("response_review", unsure, "2026-04-20"));
    let measured = taken_for_a_week(&service, intake).await;
    let sure = "Sertraline: no response after 6 weeks at 100 mg: PHQ-9 19 -> 18";
    assert_eq!(waiting(&service, measured).await, row("response_review", sure, "2026-04-20"));

    // The prescriber waits with a reason: it is away until its day.
    let wait = assess(intake, chart::ResponseDecision::Wait, "2026-04-24");
    let nurse = service.acting_as(Role::Nurse);
    assert_eq!(fault(nurse.send(wait.clone()).await).reason, "NOT_PERMITTED");
    let wait = chart::AssessResponseRequest { header: intake.header(), ..wait };
    let waits = asks(&service).send(wait).await.unwrap();
    let away = waiting(&service, waits.token).await;
    assert_eq!((away[0].0.as_str(), away[0].2.as_str()), ("response_score", "2026-04-24"));
    assert_eq!(fault(asks(&service).send(ineffective(intake)).await).reason, "RESPONSE_NOT_ASSESSED");
    let far = assess(intake, chart::ResponseDecision::Wait, "2027-04-24");
    assert_eq!(fault(asks(&service).send(far).await).reason, "WAIT_OUT_OF_RANGE");

    // Then it ends, and what ends it cites what was found.
    asks(&service).send(assess(intake, chart::ResponseDecision::Stop, "")).await.unwrap();
    let stopped = asks(&service).send(ineffective(intake)).await.unwrap();
    assert!(waiting(&service, stopped.token.clone()).await.is_empty());
    let told = summaries(&asks(&service), intake, "response_assessed", stopped.token).await;
    assert_eq!(told.len(), 2);
    assert!(
        told[0].starts_with("no response after 6 weeks at 100 mg: PHQ-9 19 -> 18. wait until 2026-04-24")
    );
    assert!(told[1].ends_with("stop: Six weeks, and no better"));
}
