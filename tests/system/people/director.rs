use concord_client::Client;
use concord_proto::concord::common::v1::{CommandReceipt, Token};
use concord_proto::concord::episode::v1 as stay;
use concord_proto::concord::program::v1 as program;
use concord_proto::concord::side_effects::v1 as side_effects;
use concord_support::{Intake, fresh};

use super::{List, PROGRAM, Ward, after, side_effect};
use crate::clinic::{CASE_MANAGER, reason};

/// Somebody for whom there is no place yet.
async fn waiting(client: &Client) -> (Intake, CommandReceipt) {
    let named = || fresh().parse().unwrap();
    let cam = Intake { patient: named(), stay: named() };
    client.send(cam.referral()).await.unwrap();
    let screened = stay::ScreenCandidateRequest {
        header: cam.header(),
        program: PROGRAM.to_owned(),
        criteria: vec![stay::CriterionAnswer {
            criterion: stay::Criterion::MoodInstability.into(),
            met: true,
            evidence: "As told at the first talk".to_owned(),
        }],
        exclusions: Vec::new(),
    };
    client.send(screened).await.unwrap();
    let no_place = stay::WaitlistPatientRequest {
        header: cam.header(),
        program: PROGRAM.to_owned(),
        reason: "No place before Monday".to_owned(),
    };
    (cam, client.send(no_place).await.unwrap())
}

/// Whoever leads the program asks with the role of a case manager: the lists of the program, and nobody's chart.
#[tokio::test]
async fn a_program_director_knows_who_is_here_who_waits_and_what_is_due_and_no_chart() {
    let ward = Ward::open().await;
    let (clinic, intake) = (&ward.clinic, ward.clinic.intake);
    let director = clinic.acting_as(CASE_MANAGER).await;
    let roster = |token: Option<Token>| {
        let asks =
            program::ListEpisodesRequest { min_position: token, page: None, program: PROGRAM.to_owned() };
        let mut calls = director.program();
        async move { calls.list_episodes(asks).await.unwrap().into_inner().episodes }
    };
    let stage = |lines: &[program::EpisodeLine], of: Intake| {
        let of = of.patient.to_string();
        lines.iter().find(|line| line.patient_id == of).map(|line| line.stage.clone())
    };

    // Monday: Ada and Bo are here, and Cam waits for a place.
    let (cam, waits) = waiting(&clinic.therapist).await;
    let monday = roster(after(&waits)).await;
    assert_eq!(monday.len(), 3, "{monday:?}");
    assert_eq!(stage(&monday, cam).as_deref(), Some("waitlisted"));
    assert!(monday.iter().all(|line| line.closed_at.is_none()));

    // Both of those who are here are everybody's concern: what is due is told for the whole program.
    let (sertraline, _) = clinic.prescribe().await.unwrap();
    let told = side_effect(intake, &sertraline, side_effects::Grade::Severe, "Vomits");
    let told = clinic.patient().await.send(told).await.unwrap();
    let asks =
        program::ListDueItemsRequest { program: PROGRAM.to_owned(), min_position: after(&told), page: None };
    let due = director.program().list_due_items(asks).await.unwrap().into_inner().items;
    assert!(due.iter().any(|item| item.kind == "side_effect_triage" && !item.overdue), "{due:?}");
    assert!(due.iter().any(|item| item.patient_id == ward.bo.patient.to_string()), "{due:?}");
    assert!(due.is_sorted_by_key(|item| item.due_at.map(|at| at.seconds)), "earliest first");

    // Bo goes home against advice: the roster says how it ended, and Cam has the place.
    let left = stay::DischargePatientRequest {
        header: ward.bo.header(),
        program: PROGRAM.to_owned(),
        disposition: stay::Disposition::AgainstAdvice.into(),
        medication_plan: String::new(),
    };
    director.send(left).await.unwrap();
    let admitted = stay::AdmitPatientRequest {
        header: cam.header(),
        program: PROGRAM.to_owned(),
        episode_id: cam.stay.to_string(),
    };
    let admitted = director.send(admitted).await.unwrap();
    let friday = roster(after(&admitted)).await;
    assert_eq!(stage(&friday, cam).as_deref(), Some("assessing"));
    let bo = friday.iter().find(|line| line.patient_id == ward.bo.patient.to_string()).unwrap();
    assert_eq!((bo.stage.as_str(), bo.disposition.as_str()), ("closed", "against_advice"));

    // Numbers and names, and no chart; and nothing is prescribed from the office.
    assert_eq!(ward.sees(&director).await, [List::Program]);
    let order = crate::clinic::order(intake, "sertraline", 100.0);
    assert_eq!(reason(director.send(order).await), "NOT_PERMITTED");
}
