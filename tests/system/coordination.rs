//! How those who treat one patient in different places keep in step, as each of them lives it. Each test is named by the
//! feature that it shows.

use concord_client::Client;
use concord_proto::concord::care_team::v1 as care_team;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::common::v1::Token;
use concord_proto::concord::coordination::v1 as coordination;
use concord_proto::concord::coordination::v1::{ConflictResolution, SharedPart, UpdateKind, Urgency};
use concord_proto::concord::liaison::v1 as liaison;
use concord_proto::concord::program::v1 as program;
use concord_support::{Person, episode, fresh, now, today};

use crate::clinic::{Clinic, NURSE, PRIMARY_CARE, finding, outside, reason};
use crate::{PHARMACIST, PSYCHIATRIST};

const CARDIOLOGIST: Person = Person::new("outside_provider", 9);
const SISTER: Person = Person::new("family", 10);

async fn joins(clinic: &Clinic, person: Person, role: common::Role, organisation: &str) {
    let member = care_team::AddMemberRequest {
        header: clinic.intake.header(),
        person_id: person.id.to_string(),
        role: role.into(),
        name: "Somebody".to_owned(),
        organisation: organisation.to_owned(),
    };
    clinic.doctor.send(member).await.unwrap();
}

fn parts(parts: &[SharedPart]) -> Vec<i32> {
    parts.iter().map(|part| (*part).into()).collect()
}

fn consent(
    clinic: &Clinic,
    recipient: Person,
    shared: &[SharedPart],
) -> coordination::RecordSharingConsentRequest {
    coordination::RecordSharingConsentRequest {
        header: clinic.intake.header(),
        recipient_id: recipient.id.to_string(),
        parts: parts(shared),
        signed_on: today(),
        expires_on: "2099-12-31".to_owned(),
    }
}

fn share(clinic: &Clinic, recipient: Person, shared: &[SharedPart]) -> coordination::SharePlanRequest {
    coordination::SharePlanRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        recipient_id: recipient.id.to_string(),
        parts: parts(shared),
    }
}

fn told(clinic: &Clinic, kind: UpdateKind) -> coordination::RecordOutsideUpdateRequest {
    coordination::RecordOutsideUpdateRequest {
        header: clinic.intake.header(),
        update_id: fresh(),
        kind: kind.into(),
        from: "Dr. Reed, Riverbend Family Practice".to_owned(),
        summary: "Two nights in hospital for dehydration; home since today".to_owned(),
    }
}

fn ask(clinic: &Clinic, of: Person, urgency: Urgency) -> coordination::RequestConsultRequest {
    coordination::RequestConsultRequest {
        header: clinic.intake.header(),
        consult_id: fresh(),
        of_person_id: of.id.to_string(),
        urgency: urgency.into(),
        question: "Is sertraline safe with her QTc?".to_owned(),
    }
}

fn answer(clinic: &Clinic, consult_id: &str) -> coordination::AnswerConsultRequest {
    coordination::AnswerConsultRequest {
        header: clinic.intake.header(),
        consult_id: consult_id.to_owned(),
        answer: "Yes, with another ECG in four weeks".to_owned(),
    }
}

async fn seen_by(
    clinic: &Clinic,
    who: &Client,
    min_position: Option<Token>,
) -> liaison::GetReconciledListResponse {
    let patient_id = clinic.intake.patient.to_string();
    let asks = liaison::GetReconciledListRequest { patient_id, min_position };
    who.liaison().get_reconciled_list(asks).await.unwrap().into_inner()
}

async fn agreed_plan(clinic: &Clinic) {
    clinic.draft().await;
    clinic.doctor.send(clinic.agreement(2)).await.unwrap();
    clinic.patient().await.send(clinic.agreement(2)).await.unwrap();
}

#[tokio::test]
async fn f27_the_plan_goes_to_those_whom_the_patient_named_and_what_they_tell_comes_back() {
    let clinic = Clinic::open().await;
    joins(&clinic, CARDIOLOGIST, common::Role::OutsideProvider, "Lakeside Heart Clinic").await;
    joins(&clinic, SISTER, common::Role::Family, "").await;
    let (therapist, outside) = (&clinic.therapist, clinic.acting_as(PRIMARY_CARE).await);
    let whole = [SharedPart::Plan, SharedPart::Medications];
    let back = || coordination::RevokeSharingConsentRequest {
        header: clinic.intake.header(),
        recipient_id: PRIMARY_CARE.id.to_string(),
    };
    clinic.patient().await.send(back()).await.unwrap();

    // Not before it is agreed; not outside without the patient's word; not more than the patient signed for.
    assert_eq!(reason(therapist.send(share(&clinic, PSYCHIATRIST, &whole)).await), "PLAN_NOT_AGREED");
    agreed_plan(&clinic).await;
    therapist.send(share(&clinic, PSYCHIATRIST, &whole)).await.unwrap();
    assert_eq!(
        reason(therapist.send(share(&clinic, PRIMARY_CARE, &whole)).await),
        "CONSENT_TO_SHARE_REQUIRED"
    );
    let patient = clinic.patient().await;
    patient.send(consent(&clinic, PRIMARY_CARE, &whole)).await.unwrap();
    let more = [SharedPart::Plan, SharedPart::SubstanceUse];
    assert_eq!(reason(therapist.send(share(&clinic, PRIMARY_CARE, &more)).await), "CONSENT_DOES_NOT_COVER");
    assert_eq!(reason(therapist.send(share(&clinic, SISTER, &whole)).await), "RECIPIENT_NOT_TREATING");
    let shared = therapist.send(share(&clinic, PRIMARY_CARE, &whole)).await.unwrap();
    assert_eq!(seen_by(&clinic, &outside, shared.token).await.plan_version, 2);

    // Taken back, it is over at once.
    patient.send(back()).await.unwrap();
    assert_eq!(
        reason(therapist.send(share(&clinic, PRIMARY_CARE, &whole)).await),
        "CONSENT_TO_SHARE_REQUIRED"
    );

    // What primary care tells waits for the nurse, with a deadline, and is answered for.
    let stay = told(&clinic, UpdateKind::Hospitalisation);
    let update_id = stay.update_id.clone();
    let received = outside.send(stay).await.unwrap();
    assert_eq!(clinic.worklist("outside_update", received.token.clone()).await.len(), 1);
    let shown = seen_by(&clinic, &clinic.doctor, received.token.clone()).await;
    assert_eq!(shown.updates[0].kind, "hospitalisation");
    let patient_id = clinic.intake.patient.to_string();
    let asks = liaison::GetReconciledListRequest { patient_id, min_position: received.token };
    let unseen = outside.liaison().get_reconciled_list(asks).await.unwrap_err();
    assert_eq!(unseen.code(), tonic::Code::NotFound, "what was taken back is not shown either");
    let review = coordination::ReviewOutsideUpdateRequest {
        header: clinic.intake.header(),
        update_id,
        outcome: "Sodium today; dose stays until then".to_owned(),
    };
    let nurse = clinic.acting_as(NURSE).await;
    let reviewed = nurse.send(review.clone()).await.unwrap();
    assert!(clinic.worklist("outside_update", reviewed.token).await.is_empty());
    let again = coordination::ReviewOutsideUpdateRequest { header: clinic.intake.header(), ..review };
    assert_eq!(reason(nurse.send(again).await), "UPDATE_REVIEWED");

    // A stranger may tell what cannot wait, and nothing else.
    let stranger = clinic.acting_as(Person::new("outside_provider", 77)).await;
    assert_eq!(reason(stranger.send(told(&clinic, UpdateKind::Visit)).await), "NOT_ON_CARE_TEAM");
    let marked = stranger.send(told(&clinic, UpdateKind::EmergencyVisit)).await.unwrap();
    assert!(seen_by(&clinic, &clinic.doctor, marked.token).await.updates[0].not_on_care_team);
}

#[tokio::test]
async fn f27_who_is_asked_answers_in_time_and_nobody_answers_for_them() {
    let clinic = Clinic::open().await;
    joins(&clinic, CARDIOLOGIST, common::Role::OutsideProvider, "Lakeside Heart Clinic").await;
    let heart = clinic.acting_as(CARDIOLOGIST).await;
    let outside = clinic.acting_as(PRIMARY_CARE).await;
    let unnamed = clinic.doctor.send(ask(&clinic, CARDIOLOGIST, Urgency::Urgent)).await;
    assert_eq!(reason(unnamed), "CONSENT_TO_SHARE_REQUIRED", "a question tells that she is treated here");
    clinic.patient().await.send(consent(&clinic, CARDIOLOGIST, &[SharedPart::Results])).await.unwrap();
    let question = ask(&clinic, CARDIOLOGIST, Urgency::Urgent);
    let consult_id = question.consult_id.clone();
    let asked = clinic.doctor.send(question).await.unwrap();

    let seen = seen_by(&clinic, &heart, asked.token.clone()).await;
    let open = &seen.consults[0];
    assert_eq!((open.consult_id.as_str(), open.urgency.as_str()), (consult_id.as_str(), "urgent"));
    let hours = (open.answer_by.unwrap().seconds - now().seconds) / 3600;
    assert!((22..=24).contains(&hours), "{hours}");
    assert!(seen_by(&clinic, &outside, asked.token.clone()).await.consults.is_empty(), "asked of another");
    let asks = liaison::ListClientsRequest { min_position: asked.token.clone(), ..Default::default() };
    let lines = heart.liaison().list_clients(asks).await.unwrap().into_inner().clients;
    assert_eq!(lines[0].open_consults, 1);
    let asks = program::ListDueItemsRequest { min_position: asked.token, ..Default::default() };
    let due = clinic.therapist.program().list_due_items(asks).await.unwrap().into_inner();
    assert!(due.items.iter().any(|item| item.kind == "consult_answer"), "{due:?}");

    assert_eq!(reason(outside.send(answer(&clinic, &consult_id)).await), "CONSULT_OF_ANOTHER");
    let answered = heart.send(answer(&clinic, &consult_id)).await.unwrap();
    assert!(seen_by(&clinic, &heart, answered.token.clone()).await.consults.is_empty());
    assert_eq!(reason(heart.send(answer(&clinic, &consult_id)).await), "CONSULT_ANSWERED");

    // Within the program the question is on the list of whoever was asked, and on no other.
    let within = ask(&clinic, PHARMACIST, Urgency::Routine);
    assert_eq!(reason(clinic.doctor.send(within).await), "RECIPIENT_NOT_ON_CARE_TEAM");
    joins(&clinic, PHARMACIST, common::Role::Pharmacist, "").await;
    let within = clinic.doctor.send(ask(&clinic, PHARMACIST, Urgency::Routine)).await.unwrap();
    assert!(clinic.worklist("consult_answer", within.token.clone()).await.is_empty());
    let asks = concord_proto::concord::prescriber::v1::ListWorklistRequest {
        min_position: within.token,
        ..Default::default()
    };
    let pharmacist = clinic.acting_as(PHARMACIST).await;
    let list = pharmacist.prescriber().list_worklist(asks).await.unwrap().into_inner();
    assert!(list.items.iter().any(|item| item.kind == "consult_answer"), "{list:?}");
}

#[tokio::test]
async fn f27_a_liaison_sees_what_changed_since_they_last_looked() {
    let clinic = Clinic::open().await;
    let outside = clinic.acting_as(PRIMARY_CARE).await;
    let first = clinic.doctor.send(clinic.agreement(1)).await;
    assert_eq!(reason(first), "PLAN_NOT_DRAFTED");
    let (_, ordered) = clinic.prescribe().await.unwrap();
    let seen = seen_by(&clinic, &outside, ordered).await;
    let said: Vec<_> = seen.changes.iter().map(|change| change.what.as_str()).collect();
    assert!(said.contains(&"Sertraline was started."), "{said:?}");
    assert!(said.contains(&"The patient was admitted to the program."), "{said:?}");
    let looked =
        coordination::AcknowledgeChangesRequest { header: clinic.intake.header(), up_to: seen.changed_at };
    let looked = outside.send(looked).await.unwrap();
    let after = seen_by(&clinic, &outside, looked.token.clone()).await;
    assert!(after.changes.is_empty() && after.seen_up_to == seen.changed_at, "{after:?}");
    let line = |token: Option<Token>| {
        let outside = &outside;
        async move {
            let asks = liaison::ListClientsRequest { min_position: token, ..Default::default() };
            outside.liaison().list_clients(asks).await.unwrap().into_inner().clients.remove(0)
        }
    };
    assert!(!line(looked.token).await.changed_since_seen);

    let knee = clinic.doctor.send(outside_ibuprofen(&clinic)).await.unwrap();
    assert!(line(knee.token.clone()).await.changed_since_seen);
    let seen = seen_by(&clinic, &outside, knee.token).await;
    assert_eq!(seen.changes[0].what, "Ibuprofen 400 MG Oral Tablet from outside became known.");
    let tomorrow = coordination::AcknowledgeChangesRequest {
        header: clinic.intake.header(),
        up_to: Some(prost_types::Timestamp { seconds: now().seconds + 86_400, nanos: 0 }),
    };
    assert_eq!(reason(outside.send(tomorrow).await), "ACKNOWLEDGED_IN_FUTURE");
}

fn outside_ibuprofen(clinic: &Clinic) -> chart::RecordOutsideMedicationRequest {
    outside(clinic.intake, "Ibuprofen 400 MG Oral Tablet")
}

fn settle(
    clinic: &Clinic,
    conflict_id: &str,
    resolution: ConflictResolution,
    who: Person,
) -> coordination::ResolveConflictRequest {
    coordination::ResolveConflictRequest {
        header: clinic.intake.header(),
        conflict_id: conflict_id.to_owned(),
        resolution: resolution.into(),
        responsible_id: who.id.to_string(),
        what: "Another painkiller from today; the tramadol is handed back".to_owned(),
    }
}

#[tokio::test]
async fn f28_what_two_prescribers_ordered_against_each_other_ends_with_who_changes_what() {
    let clinic = Clinic::open().await;
    clinic.prescribe().await.unwrap();
    let nurse = clinic.acting_as(NURSE).await;
    let primary_care = clinic.acting_as(PRIMARY_CARE).await;
    // Medication from outside is checked in the moment in which it becomes known, and its collision is there with it.
    let tramadol = nurse.send(outside(clinic.intake, "traMADol 50 MG Oral Tablet")).await.unwrap();
    let collides =
        tramadol.warnings.iter().find(|found| found.key.as_ref().is_some_and(|key| key.about.len() == 2));
    let key = collides.unwrap().key.clone().unwrap();
    assert_eq!(key.about, ["sertraline", "tramadol"]);
    assert!(!clinic.worklist("interaction", tramadol.token.clone()).await.is_empty());
    assert_eq!(clinic.worklist("reconciliation", tramadol.token).await.len(), 1);

    let raise = |finding: Option<common::FindingKey>| coordination::RaiseConflictRequest {
        header: clinic.intake.header(),
        conflict_id: fresh(),
        finding,
        description: "Sertraline here, tramadol for the back there".to_owned(),
    };
    let unknown =
        common::FindingKey { rule: "ddi.lithium.nsaid".to_owned(), about: vec!["lithium".to_owned()] };
    assert_eq!(reason(nurse.send(raise(Some(unknown))).await), "FINDING_NOT_OPEN");
    let conflict = raise(Some(key.clone()));
    let conflict_id = conflict.conflict_id.clone();
    let raised = nurse.send(conflict).await.unwrap();
    assert_eq!(reason(primary_care.send(raise(Some(key.clone()))).await), "CONFLICT_ALREADY_RAISED");
    assert_eq!(clinic.worklist("care_conflict", raised.token).await.len(), 1);

    // Who is named can do what is said, and only a prescriber of the program says it.
    let outside_changes = ConflictResolution::OutsideChanges;
    let denied = nurse.send(settle(&clinic, &conflict_id, outside_changes, PRIMARY_CARE)).await;
    assert_eq!(reason(denied), "NOT_PERMITTED");
    let doctor = &clinic.doctor;
    let unable = doctor.send(settle(&clinic, &conflict_id, outside_changes, PSYCHIATRIST)).await;
    assert_eq!(reason(unable), "CANNOT_MAKE_CHANGE");
    let settled = doctor.send(settle(&clinic, &conflict_id, outside_changes, PRIMARY_CARE)).await.unwrap();
    assert!(clinic.worklist("care_conflict", settled.token.clone()).await.is_empty());
    let shown = seen_by(&clinic, &primary_care, settled.token.clone()).await;
    let line = &shown.conflicts[0];
    assert_eq!((line.resolution.as_str(), line.rule.as_str()), ("outside_changes", key.rule.as_str()));
    assert_eq!(line.what, "Another painkiller from today; the tramadol is handed back");
    assert_eq!(line.responsible_id, PRIMARY_CARE.id.to_string());

    // What was agreed is not yet done: the interaction stays open until the tramadol has ended and somebody says so.
    finding(&tramadol.warnings, &key.rule);
    assert!(!clinic.worklist("interaction", settled.token).await.is_empty());
    let entry = chart::ReconcileMedicationsRequest {
        header: clinic.intake.header(),
        entries: Vec::new(),
        note: "Asked by telephone".to_owned(),
    };
    assert_eq!(reason(nurse.send(entry).await), "RECONCILIATION_INCOMPLETE");
    let done = chart::ResolveInteractionRequest {
        header: clinic.intake.header(),
        finding: Some(key),
        resolution: "Primary care changed to acetaminophen; bottle handed back".to_owned(),
    };
    let done = doctor.send(done).await.unwrap();
    assert!(clinic.worklist("interaction", done.token).await.is_empty());
}

#[tokio::test]
async fn f28_the_list_is_compared_at_admission_and_again_by_time_and_after_every_return() {
    let clinic = Clinic::open().await;
    let nurse = clinic.acting_as(NURSE).await;
    let admitted = clinic.doctor.send(outside_confirmation(&clinic)).await.unwrap();
    let days_to = |due: &concord_proto::concord::program::v1::DueItem| {
        (due.due_at.unwrap().seconds - now().seconds) / 86_400
    };
    let due = |token: Option<Token>| {
        let clinic = &clinic;
        async move {
            let asks = program::ListDueItemsRequest { min_position: token, ..Default::default() };
            let all = clinic.therapist.program().list_due_items(asks).await.unwrap().into_inner().items;
            all.into_iter().find(|item| item.kind == "reconciliation").expect("reconciliation is always due")
        }
    };
    assert!((6..=7).contains(&days_to(&due(admitted.token).await)), "within a week of the admission");
    let compared = chart::ReconcileMedicationsRequest {
        header: clinic.intake.header(),
        entries: Vec::new(),
        note: "Takes nothing else; asked with all bottles on the table".to_owned(),
    };
    let compared = nurse.send(compared).await.unwrap();
    assert!((29..=30).contains(&days_to(&due(compared.token).await)), "and again within thirty days");

    // Who comes back from hospital brings another list.
    let stay = concord_proto::concord::episode::v1::PauseEpisodeRequest {
        header: clinic.intake.header(),
        program: "iop-adult".to_owned(),
        because: concord_proto::concord::episode::v1::Interruption::Hospitalised.into(),
    };
    clinic.doctor.send(stay).await.unwrap();
    let home = concord_proto::concord::episode::v1::ResumeEpisodeRequest {
        header: clinic.intake.header(),
        program: "iop-adult".to_owned(),
    };
    let home = clinic.doctor.send(home).await.unwrap();
    assert!((6..=7).contains(&days_to(&due(home.token).await)));
}

/// Something that changes no list, to have a position to read from.
fn outside_confirmation(clinic: &Clinic) -> chart::ConfirmNoKnownAllergiesRequest {
    chart::ConfirmNoKnownAllergiesRequest { header: clinic.intake.header() }
}
