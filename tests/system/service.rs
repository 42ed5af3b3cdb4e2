//! What the running service starts by itself, and how people answer it. Each test is named by the feature that it shows.

use std::time::{Duration, Instant};

use concord_client::Client;
use concord_proto::concord::adherence::v1 as adherence;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::Token;
use concord_proto::concord::episode::v1 as stay;
use concord_proto::concord::follow_up::v1 as follow_up;
use concord_proto::concord::plan::v1 as plan;
use concord_proto::concord::program::v1 as program;
use concord_proto::concord::scales::v1 as scales;
use concord_proto::concord::therapist::v1 as therapist;
use concord_support::{episode, fresh, now};
use prost_types::Timestamp;

use crate::PSYCHIATRIST;
use crate::clinic::{CASE_MANAGER, Clinic, NURSE, reason};

/// How long the service may take to see what has come due: it looks every second.
const SOON: Duration = Duration::from_secs(20);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(200);

impl Clinic {
    async fn due(&self, kind: &str, min_position: Option<Token>) -> Vec<program::DueItem> {
        let asks = program::ListDueItemsRequest { min_position, ..Default::default() };
        let list = self.doctor.program().list_due_items(asks).await.unwrap().into_inner();
        list.items.into_iter().filter(|item| item.kind == kind).collect()
    }

    /// What is due once the service has seen it.
    async fn comes_due(&self, kind: &str, summary: &str) -> program::DueItem {
        let begun = Instant::now();
        while begun.elapsed() < SOON {
            if let Some(item) = self.due(kind, None).await.into_iter().find(|item| item.summary == summary) {
                return item;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("{kind} never came due");
    }

    async fn client_of_therapist(&self, min_position: Option<Token>) -> therapist::GetClientResponse {
        let patient_id = self.intake.patient.to_string();
        let asks = therapist::GetClientRequest { patient_id, min_position };
        self.therapist.therapist().get_client(asks).await.unwrap().into_inner()
    }

    async fn misses_two_visits(&self, nurse: &Client) {
        let mut missed = Vec::new();
        for _ in 0..2 {
            let visit_id = fresh();
            let made = follow_up::ScheduleVisitRequest {
                header: self.intake.header(),
                episode: episode(self.intake),
                visit_id: visit_id.clone(),
                kind: follow_up::VisitKind::Medication.into(),
                at: Some(Timestamp { seconds: now().seconds + 2, nanos: 0 }),
                modality: follow_up::Modality::InPerson.into(),
                with_person_id: PSYCHIATRIST.id.to_string(),
            };
            nurse.send(made).await.unwrap();
            missed.push(visit_id);
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
        for visit_id in missed {
            let (header, episode) = (self.intake.header(), episode(self.intake));
            nurse.send(follow_up::MarkNoShowRequest { header, episode, visit_id }).await.unwrap();
        }
    }

    fn came_of_it(&self, outcome: adherence::OutreachOutcome) -> adherence::RecordOutreachRequest {
        adherence::RecordOutreachRequest {
            header: self.intake.header(),
            episode: episode(self.intake),
            outcome: outcome.into(),
            note: "Called; his sister knows where he is".to_owned(),
        }
    }

    fn review(&self, considered: &str) -> plan::ReviewMedicationRequest {
        plan::ReviewMedicationRequest {
            header: self.intake.header(),
            episode: episode(self.intake),
            considered_ids: vec![considered.to_owned()],
            outcome: plan::ReviewOutcome::Change.into(),
            reason: "Sleeps badly since the move; dose raised, evening visits".to_owned(),
        }
    }

    fn depression(&self, answer: u32) -> scales::AdministerScaleRequest {
        let item = |answer| scales::ScaleItem { answer: Some(answer) };
        let mut items = vec![item(answer); 9];
        items[8] = item(0);
        scales::AdministerScaleRequest {
            header: self.intake.header(),
            scale_id: fresh(),
            scale: scales::ScaleKind::Phq9.into(),
            items,
            stated_total: None,
            mode: scales::AdministrationMode::SelfReport.into(),
            language: "en-US".to_owned(),
            taken_at: Some(now()),
            substance: String::new(),
        }
    }

    fn bridging(&self, order_id: &str, decision: stay::BridgingDecision) -> stay::DecideBridgingRequest {
        stay::DecideBridgingRequest {
            header: self.intake.header(),
            episode: episode(self.intake),
            lines: vec![stay::BridgingLine { order_id: order_id.to_owned(), decision: decision.into() }],
            note: "Primary care goes on; told the patient and Dr. Reed".to_owned(),
        }
    }
}

/// An item is named by what it is about.
fn is_about(item: &program::DueItem, id: &str) -> bool {
    item.item_id.ends_with(&id.replace('-', ""))
}

#[tokio::test]
async fn f12_whoever_stays_away_twice_is_sought_until_they_are_found() {
    let clinic = Clinic::open().await;
    let (nurse, manager) = (clinic.acting_as(NURSE).await, clinic.acting_as(CASE_MANAGER).await);
    let early = nurse.send(clinic.came_of_it(adherence::OutreachOutcome::Reached)).await;
    assert_eq!(reason(early), "OUTREACH_NOT_DUE");
    clinic.misses_two_visits(&nurse).await;
    let item = clinic.comes_due("outreach", "missed_visits").await;
    assert!(!item.overdue, "three business days are left");
    let review = clinic.comes_due("medication_review", "").await;
    let seen = clinic.client_of_therapist(None).await;
    let outreach = &seen.adherence.unwrap().outreach;
    assert_eq!((outreach[0].because.as_str(), outreach[0].breached), ("missed_visits", false));
    let reviews: Vec<_> = seen.plans.iter().flat_map(|plan| &plan.reviews).collect();
    assert_eq!(reviews[0].because, "missed_visits");
    let change_id = reviews[0].change_id.clone();
    assert!(is_about(&review, &change_id), "{review:?}");

    let tried = manager.send(clinic.came_of_it(adherence::OutreachOutcome::NotReached)).await.unwrap();
    assert_eq!(clinic.due("outreach", tried.token).await.len(), 1, "somebody tries again");
    let by_patient =
        clinic.patient().await.send(clinic.came_of_it(adherence::OutreachOutcome::Reached)).await;
    assert_eq!(reason(by_patient), "NOT_PERMITTED");
    let found = nurse.send(clinic.came_of_it(adherence::OutreachOutcome::Reached)).await.unwrap();
    assert!(clinic.due("outreach", found.token.clone()).await.is_empty());
    assert!(clinic.client_of_therapist(found.token).await.adherence.unwrap().outreach.is_empty());
    let reviewed = clinic.doctor.send(clinic.review(&change_id)).await.unwrap();
    let seen = clinic.client_of_therapist(reviewed.token).await;
    assert!(seen.plans.iter().all(|plan| plan.reviews.is_empty()));
}

#[tokio::test]
async fn f23_a_score_that_is_clearly_worse_has_the_medication_reviewed_within_a_week() {
    let clinic = Clinic::open().await;
    let nurse = clinic.acting_as(NURSE).await;
    let first = nurse.send(clinic.depression(1)).await.unwrap();
    assert!(clinic.due("medication_review", first.token).await.is_empty());
    let worse = clinic.depression(2);
    let scale_id = worse.scale_id.clone();
    let scored = nurse.send(worse).await.unwrap();
    assert_eq!(scored.events, 2, "the score, and that it is worse");
    let item = clinic.comes_due("medication_review", "").await;
    assert!(is_about(&item, &scale_id), "{item:?}");
    let due_at = item.due_at.unwrap().seconds - now().seconds;
    assert!((6 * 86_400..=7 * 86_400).contains(&due_at), "{due_at}");
    let reviewed = clinic.doctor.send(clinic.review(&scale_id)).await.unwrap();
    let left = clinic.due("medication_review", reviewed.token).await;
    assert!(!left.iter().any(|item| is_about(item, &scale_id)), "{left:?}");
    assert_eq!(reason(clinic.doctor.send(clinic.review(&scale_id)).await), "LIFE_CHANGE_REVIEWED");
}

#[tokio::test]
async fn e07_the_end_of_a_stay_leaves_no_medication_undecided() {
    use stay::BridgingDecision::{Ended, Supplied, Tapered};
    let clinic = Clinic::open().await;
    let (order_id, _) = clinic.prescribe().await.unwrap();
    let discharge = stay::DischargePatientRequest {
        header: clinic.intake.header(),
        program: episode(clinic.intake).unwrap().program,
        disposition: stay::Disposition::Completed.into(),
        medication_plan: "Dr. Reed goes on with sertraline".to_owned(),
    };
    let ended = clinic.doctor.send(discharge).await.unwrap();
    assert_eq!(ended.events, 2, "the end, and what it leaves to be decided");
    assert_eq!(clinic.worklist("discharge_bridging", ended.token).await.len(), 1);
    let asks = |decision| clinic.doctor.send(clinic.bridging(&order_id, decision));
    assert_eq!(reason(asks(Tapered).await), "BRIDGING_NOT_TAPERED");
    assert_eq!(reason(asks(Ended).await), "BRIDGING_ORDER_OPEN");
    let nobody = stay::DecideBridgingRequest { lines: Vec::new(), ..clinic.bridging(&order_id, Supplied) };
    assert_eq!(reason(clinic.doctor.send(nobody).await), "BRIDGING_ORDER_MISSING");
    let nurse = clinic.acting_as(NURSE).await;
    assert_eq!(reason(nurse.send(clinic.bridging(&order_id, Supplied)).await), "NOT_PERMITTED");
    let decided = asks(Supplied).await.unwrap();
    assert!(clinic.worklist("discharge_bridging", decided.token).await.is_empty());
    assert_eq!(reason(asks(Supplied).await), "BRIDGING_NOT_DUE");
    let renewed = chart::RenewMedicationRequest {
        header: clinic.intake.header(),
        order_id,
        supply: Some(chart::Supply { days: 30, refills: 0 }),
        modality: chart::OrderModality::InPerson.into(),
        ..Default::default()
    };
    assert!(clinic.doctor.send(renewed).await.is_ok(), "a bridging supply is still possible");
}
