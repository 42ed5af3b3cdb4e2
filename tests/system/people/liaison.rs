use concord_proto::concord::coordination::v1 as coordination;
use concord_proto::concord::liaison::v1 as liaison;
use concord_proto::concord::plan::v1 as plan;
use concord_support::{Intake, episode, fresh};
use tonic::Code;

use super::{List, Ward, after};
use crate::clinic::{NURSE, PRIMARY_CARE, order, outside, reason, signed};

fn question(intake: Intake) -> coordination::RequestConsultRequest {
    coordination::RequestConsultRequest {
        header: intake.header(),
        consult_id: fresh(),
        of_person_id: PRIMARY_CARE.id.to_string(),
        urgency: coordination::Urgency::Routine.into(),
        question: "May the INR be checked next week?".to_owned(),
    }
}

#[tokio::test]
async fn a_primary_care_liaison_knows_what_both_sides_give_and_nothing_that_was_said_in_therapy() {
    let ward = Ward::open().await;
    let (clinic, intake) = (&ward.clinic, ward.clinic.intake);
    let primary_care = clinic.acting_as(PRIMARY_CARE).await;
    let list = |token| {
        let asks =
            liaison::GetReconciledListRequest { patient_id: intake.patient.to_string(), min_position: token };
        let mut calls = primary_care.liaison();
        async move { calls.get_reconciled_list(asks).await.unwrap().into_inner() }
    };

    // Ada is on their list and Bo is not there, however it is asked.
    let asks = liaison::ListClientsRequest::default();
    let clients = primary_care.liaison().list_clients(asks).await.unwrap().into_inner().clients;
    assert_eq!(clients.len(), 1, "{clients:?}");
    assert_eq!(clients[0].patient_id, intake.patient.to_string());
    let of_bo =
        liaison::GetReconciledListRequest { patient_id: ward.bo.patient.to_string(), min_position: None };
    assert_eq!(primary_care.liaison().get_reconciled_list(of_bo).await.unwrap_err().code(), Code::NotFound);

    // The program starts sertraline; warfarin is theirs, and the two collide on their list as well.
    clinic.prescribe().await.unwrap();
    let told = clinic.acting_as(NURSE).await.send(outside(intake, "Warfarin Sodium 5 MG Oral Tablet")).await;
    let seen = list(after(&told.unwrap())).await;
    let names: Vec<_> = seen.medications.iter().map(|medication| medication.name.as_str()).collect();
    assert!(
        names.contains(&"Sertraline") && names.iter().any(|name| name.starts_with("Warfarin")),
        "{names:?}"
    );
    assert_eq!(seen.interactions.len(), 1, "{:?}", seen.interactions);
    assert!(seen.no_known_allergies && seen.reconciled_at.is_none());
    let changes: Vec<_> = seen.changes.iter().map(|change| change.what.as_str()).collect();
    assert!(changes.contains(&"Sertraline was started."), "{changes:?}");

    // What Ada says in therapy stays there, also when the plan is agreed and its goals are told.
    clinic.draft().await;
    let doubt = plan::RaiseConcernRequest {
        header: intake.header(),
        episode: episode(intake),
        concern_id: fresh(),
        topic: plan::ConcernTopic::Stigma.into(),
        drug: String::new(),
        words: "My husband must not know of the drinking".to_owned(),
    };
    clinic.patient().await.send(doubt).await.unwrap();
    clinic.doctor.send(clinic.agreement(2)).await.unwrap();
    let agreed = clinic.patient().await.send(clinic.agreement(2)).await.unwrap();
    let seen = list(after(&agreed)).await;
    assert!(seen.plan.iter().any(|line| line.contains("Walk the dog every morning")), "{:?}", seen.plan);
    assert!(!format!("{seen:?}").contains("husband"), "a confidence has left the room");

    // Ada takes back what she signed: she is nobody to them, and is not asked about.
    let back = coordination::RevokeSharingConsentRequest {
        header: intake.header(),
        recipient_id: PRIMARY_CARE.id.to_string(),
    };
    clinic.patient().await.send(back).await.unwrap();
    let asks =
        liaison::GetReconciledListRequest { patient_id: intake.patient.to_string(), min_position: None };
    assert_eq!(primary_care.liaison().get_reconciled_list(asks).await.unwrap_err().code(), Code::NotFound);

    // They are asked once she has signed again, and answer; then their list is as they have seen it.
    let question = question(intake);
    assert_eq!(reason(clinic.doctor.send(question.clone()).await), "CONSENT_TO_SHARE_REQUIRED");
    clinic.patient().await.send(signed(intake, PRIMARY_CARE)).await.unwrap();
    let question = coordination::RequestConsultRequest { header: intake.header(), ..question };
    let asked = clinic.doctor.send(question.clone()).await.unwrap();
    assert_eq!(list(after(&asked)).await.consults.len(), 1);
    let answer = coordination::AnswerConsultRequest {
        header: intake.header(),
        consult_id: question.consult_id,
        answer: "Monday; 2.4 last week".to_owned(),
    };
    let answered = primary_care.send(answer).await.unwrap();
    let seen = list(after(&answered)).await;
    assert!(seen.consults.is_empty());
    let looked = coordination::AcknowledgeChangesRequest { header: intake.header(), up_to: seen.changed_at };
    let looked = primary_care.send(looked).await.unwrap();
    assert!(list(after(&looked)).await.changes.is_empty());

    // What is not theirs.
    assert_eq!(ward.sees(&primary_care).await, [List::Reconciled]);
    assert_eq!(reason(primary_care.send(order(intake, "sertraline", 100.0)).await), "NOT_PERMITTED");
}
