use concord_proto::concord::adherence::v1 as adherence;
use concord_proto::concord::plan::v1 as plan;
use concord_proto::concord::side_effects::v1 as side_effects;
use concord_support::{Intake, Person, episode, fresh};

use super::{Ward, after, side_effect};
use crate::clinic::reason;

const SISTER: Person = Person::new("family", 11);

fn check_in(intake: Intake, doing: adherence::Doing) -> adherence::RecordCheckInRequest {
    adherence::RecordCheckInRequest {
        header: intake.header(),
        episode: episode(intake),
        check_in_id: fresh(),
        doing: doing.into(),
        wants_call: false,
        note: "Has not slept for two nights".to_owned(),
    }
}

#[tokio::test]
async fn a_patient_is_heard_in_their_own_record_and_in_no_other() {
    let ward = Ward::open().await;
    let (clinic, intake) = (&ward.clinic, ward.clinic.intake);
    let ada = clinic.patient().await;
    let (sertraline, _) = clinic.prescribe().await.unwrap();
    clinic.draft().await;

    // Her plan is not agreed before she has said so.
    let half = clinic.doctor.send(clinic.agreement(2)).await.unwrap();
    assert_eq!(clinic.worklist("plan_agreement", after(&half)).await.len(), 1);
    let agreed = ada.send(clinic.agreement(2)).await.unwrap();
    assert!(clinic.worklist("plan_agreement", after(&agreed)).await.is_empty());

    // A doubt, a bad morning and a bad night: each waits for somebody, by a time.
    let doubt = plan::RaiseConcernRequest {
        header: intake.header(),
        episode: episode(intake),
        concern_id: fresh(),
        topic: plan::ConcernTopic::Dependence.into(),
        drug: "sertraline".to_owned(),
        words: "Will I ever get off it?".to_owned(),
    };
    let doubted = ada.send(doubt).await.unwrap();
    assert_eq!(clinic.worklist("concern_answer", after(&doubted)).await.len(), 1);
    let told = side_effect(intake, &sertraline, side_effects::Grade::Mild, "Queasy until ten");
    let told = ada.send(told).await.unwrap();
    assert_eq!(clinic.worklist("side_effect_triage", after(&told)).await.len(), 1);
    let struggling = ada.send(check_in(intake, adherence::Doing::Struggling)).await.unwrap();
    assert_eq!(clinic.worklist("check_in_call", after(&struggling)).await.len(), 1);

    // Not in Bo's record, not in the program's lists, not in anybody's place.
    assert_eq!(reason(ada.send(check_in(ward.bo, adherence::Doing::Well)).await), "NOT_FOUND");
    assert!(ward.sees(&ada).await.is_empty());
    let answered = plan::RecordLifeChangeRequest {
        header: ward.bo.header(),
        episode: episode(ward.bo),
        change_id: fresh(),
        event: plan::LifeEvent::Work.into(),
        note: "Has a job".to_owned(),
    };
    assert_eq!(reason(ada.send(answered).await), "NOT_FOUND");
}

#[tokio::test]
async fn a_sister_may_tell_as_much_as_the_patient_allows_and_is_told_nothing() {
    let ward = Ward::open().await;
    let (clinic, intake) = (&ward.clinic, ward.clinic.intake);
    let (ada, sister) = (clinic.patient().await, clinic.acting_as(SISTER).await);
    clinic.prescribe().await.unwrap();
    let permit = |shares: &[adherence::Shared]| adherence::PermitFamilyRequest {
        header: intake.header(),
        episode: episode(intake),
        person_id: SISTER.id.to_string(),
        shares: shares.iter().copied().map(i32::from).collect(),
        until: String::new(),
    };

    // Before Ada has said so, not even that all is well; but what is urgent is heard from anybody.
    let quiet = sister.send(check_in(intake, adherence::Doing::Well)).await;
    assert_eq!(reason(quiet), "FAMILY_NOT_PERMITTED");
    let mut urgent = side_effect(intake, "", side_effects::Grade::Severe, "Stiff, hot and confused");
    urgent.red_flags = vec!["rigidity-with-fever".to_owned()];
    let heard = sister.send(urgent).await.unwrap();
    assert_eq!(clinic.worklist("side_effect_triage", after(&heard)).await.len(), 1);

    ada.send(permit(&[adherence::Shared::CheckIns])).await.unwrap();
    let told = sister.send(check_in(intake, adherence::Doing::Struggling)).await.unwrap();
    assert_eq!(clinic.worklist("check_in_call", after(&told)).await.len(), 1);
    let itself = permit(&[adherence::Shared::Doses]);
    assert_eq!(reason(sister.send(itself).await), "NOT_PERMITTED", "nobody allows it to themselves");
    assert!(ward.sees(&sister).await.is_empty(), "to tell is not to be told");

    let over = adherence::WithdrawFamilyRequest {
        header: intake.header(),
        episode: episode(intake),
        person_id: SISTER.id.to_string(),
    };
    ada.send(over).await.unwrap();
    let after_all = sister.send(check_in(intake, adherence::Doing::SoSo)).await;
    assert_eq!(reason(after_all), "FAMILY_NOT_PERMITTED");
}
