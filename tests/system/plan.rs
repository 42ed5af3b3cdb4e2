//! A plan made together, as each of those who make it lives it. Each test is named by the feature that it shows.

use concord_client::Client;
use concord_proto::concord::common::v1::Token;
use concord_proto::concord::plan::v1 as plan;
use concord_proto::concord::program::v1 as program;
use concord_proto::concord::therapist::v1 as therapist;
use concord_support::{episode, fresh, now, today};

use crate::PHARMACIST;
use crate::clinic::{CASE_MANAGER, Clinic, NURSE, reason};

impl Clinic {
    /// Drafts a plan with one goal, which makes version 2, and tells the goal.
    pub(crate) async fn draft(&self) -> String {
        let draft = plan::DraftPlanRequest {
            header: self.intake.header(),
            episode: episode(self.intake),
            summary: "Sleep first, then back to work".to_owned(),
        };
        self.therapist.send(draft).await.unwrap();
        self.goal(&self.therapist, "Walk the dog every morning").await
    }

    async fn goal(&self, by: &Client, statement: &str) -> String {
        let goal_id = fresh();
        let goal = plan::AddGoalRequest {
            header: self.intake.header(),
            episode: episode(self.intake),
            goal_id: goal_id.clone(),
            statement: statement.to_owned(),
            target_on: String::new(),
        };
        by.send(goal).await.unwrap();
        goal_id
    }

    pub(crate) fn agreement(&self, version: u32) -> plan::AgreePlanRequest {
        plan::AgreePlanRequest { header: self.intake.header(), episode: episode(self.intake), version }
    }

    fn decision(&self, consent: plan::Consent) -> plan::RecordSharedDecisionRequest {
        plan::RecordSharedDecisionRequest {
            header: self.intake.header(),
            episode: episode(self.intake),
            drug: "sertraline".to_owned(),
            options: vec!["Therapy alone for four more weeks".to_owned()],
            preference: "No weight gain".to_owned(),
            consent: consent.into(),
        }
    }

    /// The plan as the therapist sees it, from `token` on.
    async fn seen_by_therapist(&self, min_position: Option<Token>) -> therapist::TherapyPlan {
        let patient_id = self.intake.patient.to_string();
        let asks = therapist::GetClientRequest { patient_id, min_position };
        let shown = self.therapist.therapist().get_client(asks).await.unwrap().into_inner();
        shown.plans.into_iter().next().expect("a plan")
    }
}

#[tokio::test]
async fn f05_a_plan_is_made_by_the_team_and_agreed_by_patient_and_prescriber() {
    let clinic = Clinic::open().await;
    clinic.draft().await;
    let (doctor, patient) = (&clinic.doctor, clinic.patient().await);
    let half = patient.send(clinic.agreement(2)).await.unwrap();
    assert_eq!(half.events, 1, "one party is not both");
    assert_eq!(clinic.seen_by_therapist(half.token.clone()).await.agreed_version, 0);
    assert_eq!(clinic.worklist("plan_agreement", half.token.clone()).await.len(), 1);
    let told = clinic.told_to_liaison(half.token).await;
    assert!(told.iter().all(|sentence| !sentence.contains("dog")), "not agreed, not told: {told:?}");

    // A goal that comes in between is another plan, and the patient is asked again.
    clinic.goal(&clinic.therapist, "Sleep through").await;
    assert_eq!(reason(doctor.send(clinic.agreement(2)).await), "PLAN_VERSION_PASSED");
    doctor.send(clinic.agreement(3)).await.unwrap();
    let both = patient.send(clinic.agreement(3)).await.unwrap();
    assert_eq!(both.events, 2, "the agreement, and that the plan is agreed");
    let shown = clinic.seen_by_therapist(both.token.clone()).await;
    assert_eq!((shown.version, shown.agreed_version), (3, 3));
    assert!(shown.goals.iter().all(|goal| goal.agreed));
    assert!(clinic.worklist("plan_agreement", both.token.clone()).await.is_empty());
    let told = clinic.told_to_liaison(both.token).await;
    assert!(told.iter().any(|sentence| sentence == "Goal: Walk the dog every morning."), "{told:?}");
    assert_eq!(reason(clinic.therapist.send(clinic.agreement(3)).await), "NOT_PERMITTED");
}

#[tokio::test]
async fn f14_what_was_not_understood_is_taught_again_until_it_is() {
    let clinic = Clinic::open().await;
    let nurse = clinic.acting_as(NURSE).await;
    let lesson = |teach_back: plan::TeachBack| plan::RecordEducationRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        topics: [plan::EducationTopic::Purpose, plan::EducationTopic::Interactions].map(i32::from).to_vec(),
        drug: "sertraline".to_owned(),
        method: plan::EducationMethod::Spoken.into(),
        teach_back: teach_back.into(),
    };
    let first = nurse.send(lesson(plan::TeachBack::Misunderstood)).await.unwrap();
    assert_eq!(clinic.worklist("education_repeat", first.token).await, ["Sertraline"]);
    let again = nurse.send(lesson(plan::TeachBack::Understood)).await.unwrap();
    assert!(clinic.worklist("education_repeat", again.token).await.is_empty());
    let nothing = plan::RecordEducationRequest { topics: Vec::new(), ..lesson(plan::TeachBack::Understood) };
    assert_eq!(reason(nurse.send(nothing).await), "TOPIC_REQUIRED");
}

#[tokio::test]
async fn f15_a_medication_is_linked_to_the_goal_that_it_serves() {
    let clinic = Clinic::open().await;
    let goal_id = clinic.draft().await;
    let (order_id, _) = clinic.prescribe().await.unwrap();
    let link = |order_id: String| plan::LinkGoalToMedicationRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        goal_id: goal_id.clone(),
        order_id,
        how: "Enough drive to get up".to_owned(),
    };
    assert_eq!(reason(clinic.therapist.send(link(fresh())).await), "UNKNOWN_ORDER");
    let linked = clinic.therapist.send(link(order_id.clone())).await.unwrap();
    let shown = clinic.seen_by_therapist(linked.token).await;
    assert_eq!(shown.goals[0].medications, ["Sertraline"]);
    assert_eq!(reason(clinic.therapist.send(link(order_id)).await), "GOAL_ALREADY_LINKED");

    clinic.doctor.send(clinic.agreement(2)).await.unwrap();
    let agreed = clinic.patient().await.send(clinic.agreement(2)).await.unwrap();
    let told = clinic.told_to_liaison(agreed.token).await;
    assert!(told.contains(&"Goal, helped by Sertraline: Walk the dog every morning.".to_owned()), "{told:?}");
}

#[tokio::test]
async fn f16_taking_part_in_therapy_is_seen_to_grow_while_medication_works() {
    let clinic = Clinic::open().await;
    let session = |attended: bool, engagement: Option<u32>| plan::RecordTherapyParticipationRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        session_id: fresh(),
        kind: plan::SessionKind::Group.into(),
        held_at: Some(now()),
        attended: Some(attended),
        engagement,
    };
    let mut last = None;
    for engagement in [0, 1, 1, 3, 4, 4] {
        last = clinic.therapist.send(session(true, Some(engagement))).await.unwrap().token;
    }
    let shown = clinic.seen_by_therapist(last).await.participation.unwrap();
    assert_eq!(shown.attended_percent, Some(100));
    assert!(shown.engagement.unwrap() > 3.5 && shown.engagement_before.unwrap() < 1.0, "{shown:?}");
    let missed = clinic.therapist.send(session(false, None)).await.unwrap();
    let shown = clinic.seen_by_therapist(missed.token).await.participation.unwrap();
    assert_eq!(shown.attended_percent, Some(85));
    assert_eq!(reason(clinic.therapist.send(session(true, None)).await), "ENGAGEMENT_REQUIRED");
    assert_eq!(reason(clinic.doctor.send(session(true, Some(2))).await), "NOT_PERMITTED");
}

#[tokio::test]
async fn f23_a_change_of_life_has_the_medication_reviewed() {
    let clinic = Clinic::open().await;
    let (patient, change_id) = (clinic.patient().await, fresh());
    let change = plan::RecordLifeChangeRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        change_id: change_id.clone(),
        event: plan::LifeEvent::Work.into(),
        note: "Night shifts from Monday".to_owned(),
    };
    let told = patient.send(change).await.unwrap();
    assert_eq!(clinic.worklist("medication_review", told.token.clone()).await.len(), 1);
    let shown = clinic.seen_by_therapist(told.token).await;
    assert_eq!(shown.life_changes[0].event, "work");
    assert!(shown.life_changes[0].review_by.is_some());

    let review = |considered_ids: Vec<String>| plan::ReviewMedicationRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        considered_ids,
        outcome: plan::ReviewOutcome::Change.into(),
        reason: "Taken after the shift from now on".to_owned(),
    };
    assert_eq!(reason(clinic.doctor.send(review(vec![fresh()])).await), "UNKNOWN_LIFE_CHANGE");
    let done = clinic.doctor.send(review(vec![change_id.clone()])).await.unwrap();
    assert!(clinic.seen_by_therapist(done.token.clone()).await.life_changes[0].review_by.is_none());
    // The next regular one.
    assert_eq!(clinic.worklist("medication_review", done.token).await.len(), 1);
    assert_eq!(reason(clinic.doctor.send(review(vec![change_id])).await), "LIFE_CHANGE_REVIEWED");
    assert_eq!(reason(clinic.therapist.send(review(Vec::new())).await), "NOT_PERMITTED");
}

#[tokio::test]
async fn f24_nobody_is_ordered_what_they_declined_and_missing_consent_is_due() {
    let clinic = Clinic::open().await;
    clinic.doctor.send(clinic.decision(plan::Consent::Declined)).await.unwrap();
    assert_eq!(reason(clinic.prescribe().await), "CONSENT_DECLINED");
    clinic.doctor.send(clinic.decision(plan::Consent::Given)).await.unwrap();
    let (_, ordered) = clinic.prescribe().await.unwrap();
    assert!(clinic.worklist("consent_missing", ordered).await.is_empty());

    // An order without any decision is accepted, and somebody must make up for it.
    let other = Clinic::open().await;
    let (_, ordered) = other.prescribe().await.unwrap();
    assert_eq!(other.worklist("consent_missing", ordered).await, ["Sertraline"]);
    let uninformed =
        plan::RecordSharedDecisionRequest { options: Vec::new(), ..other.decision(plan::Consent::Given) };
    assert_eq!(reason(other.doctor.send(uninformed).await), "OPTION_REQUIRED");
    let nothing = other.doctor.send(other.decision(plan::Consent::Declined)).await.unwrap();
    assert_eq!(other.worklist("consent_missing", nothing.token).await, ["Sertraline"]);
    let made_up = other.doctor.send(other.decision(plan::Consent::Given)).await.unwrap();
    assert!(other.worklist("consent_missing", made_up.token).await.is_empty());
    let denied = other.therapist.send(other.decision(plan::Consent::Given)).await;
    assert_eq!(reason(denied), "NOT_PERMITTED");
}

#[tokio::test]
async fn f25_a_doubt_is_heard_and_answered_by_somebody_who_knows() {
    let clinic = Clinic::open().await;
    let (patient, pharmacist) = (clinic.patient().await, clinic.acting_as(PHARMACIST).await);
    let concern_id = fresh();
    let doubt = plan::RaiseConcernRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        concern_id: concern_id.clone(),
        topic: plan::ConcernTopic::Stigma.into(),
        drug: "sertraline".to_owned(),
        words: "My family says tablets are for the weak".to_owned(),
    };
    let raised = patient.send(doubt).await.unwrap();
    assert_eq!(clinic.worklist("concern_answer", raised.token.clone()).await, ["Sertraline"]);
    let shown = clinic.seen_by_therapist(raised.token).await;
    let concern = &shown.concerns[0];
    assert_eq!((concern.topic.as_str(), concern.role.as_str()), ("stigma", "patient"));
    assert_eq!(concern.words, "My family says tablets are for the weak");

    let answer = || plan::AnswerConcernRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        concern_id: concern_id.clone(),
        answer: "A tool, like a crutch for a broken leg; we talked with the family".to_owned(),
    };
    assert_eq!(reason(clinic.therapist.send(answer()).await), "ROLE_NOT_PERMITTED");
    let answered = pharmacist.send(answer()).await.unwrap();
    assert!(clinic.seen_by_therapist(answered.token.clone()).await.concerns.is_empty());
    assert!(clinic.worklist("concern_answer", answered.token).await.is_empty());
    assert_eq!(reason(pharmacist.send(answer()).await), "CONCERN_ALREADY_ANSWERED");
}

#[tokio::test]
async fn f31_case_management_serves_the_goals_of_the_plan() {
    let clinic = Clinic::open().await;
    clinic.draft().await;
    let manager = clinic.acting_as(CASE_MANAGER).await;
    let goal_id = clinic.goal(&manager, "Back at work three days a week").await;
    let support_id = fresh();
    let help = |goal_id: String| plan::PlanSupportRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        support_id: support_id.clone(),
        goal_id,
        kind: plan::SupportKind::Transport.into(),
        what: "Bus pass for the morning group".to_owned(),
        due_on: today(),
    };
    assert_eq!(reason(manager.send(help(fresh())).await), "UNKNOWN_GOAL");
    let planned = manager.send(help(goal_id.clone())).await.unwrap();
    let shown = clinic.seen_by_therapist(planned.token.clone()).await;
    let goal = shown.goals.iter().find(|goal| goal.goal_id == goal_id).unwrap();
    assert_eq!((goal.supports[0].kind.as_str(), shown.goals.len()), ("transport", 2));
    let asks = program::ListDueItemsRequest {
        min_position: planned.token.clone(),
        program: "iop-adult".to_owned(),
        page: None,
    };
    let due = manager.program().list_due_items(asks).await.unwrap().into_inner();
    assert!(due.items.iter().any(|item| item.kind == "support"), "{due:?}");
    assert!(clinic.worklist("support", planned.token).await.is_empty(), "no prescriber's work");

    let finish = || plan::FinishSupportRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        support_id: support_id.clone(),
        outcome: "Has it".to_owned(),
    };
    let finished = manager.send(finish()).await.unwrap();
    let shown = clinic.seen_by_therapist(finished.token).await;
    assert!(shown.goals.iter().all(|goal| goal.supports.is_empty()));
    assert_eq!(reason(manager.send(finish()).await), "SUPPORT_FINISHED");
    assert_eq!(reason(clinic.patient().await.send(finish()).await), "NOT_PERMITTED");
}
