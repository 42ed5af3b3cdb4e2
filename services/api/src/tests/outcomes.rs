//! A program's numbers over a real socket.

use std::time::Duration;

use concord_client::Error;
use concord_kernel::{Clock, Role};
use concord_proto::concord::common::v1::Token;
use concord_proto::concord::outcomes::v1::{GetOutcomesRequest, GetOutcomesResponse};
use concord_proto::concord::side_effects::v1::ReportSideEffectRequest;
use concord_support::Intake;
use tonic::Code;

use super::end_to_end::fault;
use super::samples::Sample;
use super::service::Service;

fn months(first: &str, last: &str, min_position: Option<Token>) -> GetOutcomesRequest {
    let (first_month, last_month) = (first.to_owned(), last.to_owned());
    GetOutcomesRequest { min_position, program: "iop-adult".to_owned(), first_month, last_month }
}

async fn ask(service: &Service, asks: GetOutcomesRequest) -> Result<GetOutcomesResponse, Error> {
    let manager = service.acting_as(Role::CaseManager);
    Ok(manager.outcomes().get_outcomes(asks).await?.into_inner())
}

#[tokio::test]
async fn every_number_comes_with_what_it_is_of() {
    let service = Service::start().await;
    let doctor = service.acting_as(Role::Psychiatrist);
    let mut last = None;
    for _ in 0..3 {
        let intake = Intake::admit(&doctor).await.unwrap();
        last = intake.indicate(&doctor, "major-depression").await.unwrap().token;
        let header = intake.header();
        let report = ReportSideEffectRequest {
            header,
            suspected_order_id: String::new(),
            red_flags: Vec::new(),
            ..Sample::sample()
        };
        last = doctor.send(report).await.unwrap().token.or(last);
    }
    let told = ask(&service, months("2026-03", "2026-03", last.clone())).await.unwrap();
    assert_eq!((told.first_month.as_str(), told.last_month.as_str()), ("2026-03", "2026-03"));
    let admitted = told.admitted.unwrap();
    assert_eq!((told.clients, admitted.count, admitted.clients), (3, 3, 3));
    assert!(admitted.small, "three clients may be pointed at");
    let active = told.active.unwrap();
    assert_eq!((active.part, active.whole), (3, 3));
    let retained: Vec<_> = told.retained.iter().map(|at| (at.days, at.share.unwrap().whole)).collect();
    assert_eq!(retained, [(30, 0), (60, 0), (90, 0), (180, 0)], "nobody's day has come");
    let evaluation = told.referral_to_evaluation.unwrap();
    assert_eq!((evaluation.minutes, evaluation.counted, evaluation.of), (Some(0), 3, 3));
    let phq9 = &told.scales[0];
    assert_eq!((phq9.scale.as_str(), phq9.without_score), ("phq9", 3));
    assert_eq!(phq9.response.unwrap().whole, 0, "who was not scored again has not failed");
    let side_effects = told.side_effects.unwrap();
    assert_eq!((side_effects.reported.unwrap().count, side_effects.open), (3, 3));
    assert_eq!(told.adherence.unwrap().unmeasured, 3);

    // A month later, nobody has decided.
    service.clock.advance_to(service.clock.now().plus(Duration::from_hours(31 * 24)));
    let later = ask(&service, months("2026-03", "2026-03", last.clone())).await.unwrap();
    let retained = later.retained[0].share.unwrap();
    assert_eq!((retained.part, retained.whole), (3, 3));
    let side_effects = later.side_effects.unwrap();
    let in_time = side_effects.in_time.unwrap();
    assert_eq!((side_effects.open, in_time.part, in_time.whole), (0, 0, 3), "nor is it in time");
    let overdue = later.overdue.iter().find(|work| work.kind == "side_effect_triage").unwrap();
    assert_eq!((overdue.items, overdue.clients, overdue.small), (3, 3, true));
    let next = ask(&service, months("2026-04", "2026-04", last)).await.unwrap();
    assert_eq!((next.clients, next.admitted.unwrap().count), (3, 0), "they are there, and came before");
}

#[tokio::test]
async fn of_a_program_that_nobody_was_in_there_is_nothing_to_say() {
    let service = Service::start().await;
    let told = ask(&service, months("2026-01", "2026-03", None)).await.unwrap();
    assert_eq!((told.clients, told.admitted.unwrap().of_clients, told.active.unwrap().whole), (0, 0, 0));
    assert_eq!(told.adherence.unwrap().covered.unwrap().mean, None);
    assert_eq!(told.overdue, []);
}

#[tokio::test]
async fn a_period_that_cannot_be_is_refused_by_its_field() {
    let service = Service::start().await;
    for (first, last, field) in [
        ("2026-3", "2026-03", "first_month"),
        ("2026-03", "soon", "last_month"),
        ("2026-03", "2026-02", "last_month"),
        ("2024-03", "2026-03", "last_month"),
    ] {
        let fault = fault(ask(&service, months(first, last, None)).await);
        assert_eq!((fault.code, fault.reason.as_str()), (Code::InvalidArgument, "FIELD_INVALID"));
        assert!(fault.message.starts_with(field), "{}", fault.message);
    }
    let nowhere = GetOutcomesRequest { program: String::new(), ..months("2026-03", "2026-03", None) };
    assert!(fault(ask(&service, nowhere).await).message.starts_with("program"));
}

#[tokio::test]
async fn partners_and_patients_learn_no_numbers() {
    let service = Service::start().await;
    for role in [Role::PrimaryCare, Role::OutsideProvider, Role::Family, Role::Patient] {
        let asks = months("2026-03", "2026-03", None);
        let answer = service.acting_as(role).outcomes().get_outcomes(asks).await;
        assert_eq!(answer.unwrap_err().code(), Code::PermissionDenied, "{role}");
    }
}
