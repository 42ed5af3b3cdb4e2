//! Questions over a real socket, answered from running views.

use concord_client::Error;
use concord_kernel::Role;
use concord_proto::concord::common::v1::{PageRequest, Token};
use concord_proto::concord::program::v1::ListEpisodesRequest;
use concord_proto::concord::therapist::v1::GetClientRequest;
use tonic::Code;

use super::end_to_end::fault;
use super::service::{Service, referral};

fn roster(least: Option<Token>, page_token: String) -> ListEpisodesRequest {
    let page = Some(PageRequest { page_size: 2, page_token });
    ListEpisodesRequest { min_position: least, page, program: "iop-adult".to_owned() }
}

#[tokio::test]
async fn a_question_sees_the_callers_own_writes_and_pages_by_key() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    let mut least = None;
    for number in 1..=3 {
        least = nurse.send(referral(number, number)).await.unwrap().token;
    }
    let first =
        nurse.program().list_episodes(roster(least.clone(), String::new())).await.unwrap().into_inner();
    let next = first.page.unwrap().next_page_token;
    let second = nurse.program().list_episodes(roster(least, next)).await.unwrap().into_inner();
    assert_eq!((first.episodes.len(), second.episodes.len()), (2, 1));
    assert_eq!(second.page.unwrap().next_page_token, "");
    assert_eq!(second.as_of.unwrap().position, 3);
    assert!(first.episodes.iter().all(|line| line.stage == "referred"));
}

#[tokio::test]
async fn a_page_token_or_position_from_elsewhere_is_refused() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    let answer = nurse.program().list_episodes(roster(None, "zz".to_owned())).await;
    assert_eq!(fault(answer.map_err(Error::from)).reason, "PAGE_TOKEN_INVALID");
    let token = Token { epoch: super::samples::ID.to_owned(), position: 1 };
    let answer = nurse.program().list_episodes(roster(Some(token), String::new())).await;
    assert_eq!(fault(answer.map_err(Error::from)).reason, "EPOCH_CHANGED");
}

#[tokio::test]
async fn a_stranger_looks_like_nobody() {
    let service = Service::start().await;
    let least = service.acting_as(Role::Nurse).send(referral(1, 7)).await.unwrap().token;
    let therapist = service.acting_as(Role::Therapist);
    for patient in [7, 8] {
        let patient_id = uuid::Uuid::from_u128(patient).to_string();
        let asks = GetClientRequest { patient_id, min_position: least.clone() };
        let answer = fault(therapist.therapist().get_client(asks).await.map_err(Error::from));
        assert_eq!((answer.code, answer.message.as_str()), (Code::NotFound, "not found"));
    }
}
