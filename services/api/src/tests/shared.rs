//! What somebody outside the program sees is what the patient signed for them.

use concord_client::Client;
use concord_kernel::Role;
use concord_proto::concord::chart::v1::{RecordOutsideMedicationRequest, Reported};
use concord_proto::concord::common::v1::{self as common, Token};
use concord_proto::concord::coordination::v1::{RevokeSharingConsentRequest, SharedPart};
use concord_proto::concord::liaison::v1 as liaison;
use tonic::Code;
use uuid::Uuid;

use super::samples::Sample;
use super::service::{Service, joining, person, referral, signing};

const PATIENT: u128 = 7;

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn header(command: u128) -> Option<common::CommandHeader> {
    Some(concord_client::treatment(Uuid::from_u128(command), Uuid::from_u128(PATIENT)))
}

/// A patient with a doctor elsewhere on the care team, who takes two medications from outside.
async fn admitted(service: &Service) -> Option<Token> {
    let nurse = service.acting_as(Role::Nurse);
    nurse.send(referral(1, PATIENT)).await.unwrap();
    nurse.send(joining(2, PATIENT, Role::PrimaryCare, common::Role::PrimaryCare)).await.unwrap();
    let mut last = None;
    for (number, name) in [(3, "lisinopril 10 mg"), (4, "naltrexone 50 mg")] {
        let medication_id = Uuid::from_u128(number).to_string();
        let sample = RecordOutsideMedicationRequest::sample();
        let reported = sample.reported.map(|reported| Reported { name: name.to_owned(), ..reported });
        let takes = RecordOutsideMedicationRequest { header: header(number), medication_id, reported };
        last = nurse.send(takes).await.unwrap().token;
    }
    last
}

async fn list(
    outside: &Client,
    min_position: Option<Token>,
) -> Result<liaison::GetReconciledListResponse, tonic::Status> {
    let patient_id = Uuid::from_u128(PATIENT).to_string();
    let asks = liaison::GetReconciledListRequest { patient_id, min_position };
    Ok(outside.liaison().get_reconciled_list(asks).await?.into_inner())
}

async fn lines(outside: &Client, min_position: Option<Token>) -> Vec<liaison::LiaisonClient> {
    let asks = liaison::ListClientsRequest { min_position, ..Default::default() };
    outside.liaison().list_clients(asks).await.unwrap().into_inner().clients
}

fn names(list: &liaison::GetReconciledListResponse) -> Vec<&str> {
    list.medications.iter().map(|line| line.name.as_str()).collect()
}

#[tokio::test]
async fn who_signed_nothing_for_somebody_outside_is_nobody_to_them() {
    let service = Service::start().await;
    let least = admitted(&service).await;
    let outside = service.acting_as(Role::PrimaryCare);
    assert_eq!(list(&outside, least.clone()).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(lines(&outside, least.clone()).await, []);
    // Within the program nobody needs it.
    assert_eq!(names(&list(&service.acting_as(Role::Nurse), least).await.unwrap()).len(), 2);
}

#[tokio::test]
async fn what_was_not_signed_leaves_no_trace() {
    use SharedPart::{Allergies, Medications, SubstanceUse};
    let service = Service::start().await;
    admitted(&service).await;
    let (nurse, outside) = (service.acting_as(Role::Nurse), service.acting_as(Role::PrimaryCare));
    let sign = |number, parts: &[SharedPart]| {
        let parts = parts.iter().map(|part| i32::from(*part)).collect();
        let signs = signing(number, PATIENT, Role::PrimaryCare);
        concord_proto::concord::coordination::v1::RecordSharingConsentRequest { parts, ..signs }
    };
    let least = nurse.send(sign(10, &[Medications])).await.unwrap().token;
    let seen = list(&outside, least.clone()).await.unwrap();
    assert_eq!(
        (names(&seen), seen.shared_parts.as_slice()),
        (vec!["lisinopril 10 mg"], &["medications".to_owned()][..])
    );
    let told = format!("{seen:?}").to_lowercase();
    assert!(!told.contains("naltrexone") && !told.contains("prescribes no medication"), "{told}");
    assert_eq!(lines(&outside, least).await[0].medications, 1);

    let least = nurse.send(sign(11, &[Medications, SubstanceUse])).await.unwrap().token;
    assert_eq!(names(&list(&outside, least.clone()).await.unwrap()).len(), 2);
    assert_eq!(lines(&outside, least).await[0].medications, 2);

    let least = nurse.send(sign(12, &[Allergies])).await.unwrap().token;
    let seen = list(&outside, least.clone()).await.unwrap();
    assert!(seen.medications.is_empty() && seen.changes.is_empty() && seen.plan.is_empty(), "{seen:?}");
    assert_eq!((seen.changed_at, lines(&outside, least).await[0].medications), (None, 0));
}

#[tokio::test]
async fn what_was_signed_ends_when_it_is_taken_back_and_with_its_last_day() {
    let service = Service::start().await;
    admitted(&service).await;
    let (nurse, outside) = (service.acting_as(Role::Nurse), service.acting_as(Role::PrimaryCare));
    let least = nurse.send(signing(10, PATIENT, Role::PrimaryCare)).await.unwrap().token;
    assert_eq!(names(&list(&outside, least).await.unwrap()).len(), 2);
    let recipient_id = person(Role::PrimaryCare);
    nurse.send(RevokeSharingConsentRequest { header: header(11), recipient_id }).await.unwrap();
    // Whatever the views know: no position is waited for.
    assert_eq!(list(&outside, None).await.unwrap_err().code(), Code::NotFound);

    nurse.send(signing(12, PATIENT, Role::PrimaryCare)).await.unwrap();
    assert!(list(&outside, None).await.is_ok());
    service.clock.advance_to(concord_kernel::Instant::parse("2027-03-01T00:00:00Z").unwrap());
    let outside = service.acting_as(Role::PrimaryCare);
    assert_eq!(list(&outside, None).await.unwrap_err().code(), Code::NotFound);
}
