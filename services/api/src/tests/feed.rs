//! A partner over the wire: what it is told, what it tells, and what the patient learns of that.

use concord_client::Client;
use concord_kernel::Role;
use concord_proto::concord::access_log::v1 as access_log;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::CommandHeader;
use concord_proto::concord::consent::v1 as consent;
use concord_proto::concord::feed::v1::subscribe_response::Message;
use concord_proto::concord::feed::v1::{self as feed, subscribe_request::Start};
use tonic::{Code, Streaming};
use uuid::Uuid;

use super::end_to_end::fault;
use super::samples::{ID, Sample, subscription_terms};
use super::service::{Service, person};

/// The patient is the one person whose token is a patient's.
fn patient() -> String {
    person(Role::Patient)
}

#[expect(clippy::unnecessary_wraps, reason = "as requests hold it")]
fn header(command: u128) -> Option<CommandHeader> {
    let patient = patient().parse().unwrap();
    Some(concord_client::treatment(Uuid::from_u128(command), patient))
}

#[expect(clippy::unnecessary_wraps, reason = "as requests hold it")]
fn of_the_program(command: u128) -> Option<CommandHeader> {
    Some(CommandHeader { patient_id: String::new(), ..header(command).unwrap() })
}

fn allergy(command: u128, substance: &str) -> chart::RecordAllergyRequest {
    chart::RecordAllergyRequest {
        header: header(command),
        substance: substance.to_owned(),
        ..chart::RecordAllergyRequest::sample()
    }
}

/// A clinic whose patient consented, with one event that may be told.
async fn clinic() -> Service {
    let service = Service::start().await;
    let officer = service.acting_as(Role::PrivacyOfficer);
    let open = feed::OpenSubscriptionRequest { header: of_the_program(1), ..Sample::sample() };
    officer.send(open).await.unwrap();
    let nurse = service.acting_as(Role::Nurse);
    nurse.send(consent::GiveConsentRequest { header: header(2), ..Sample::sample() }).await.unwrap();
    nurse.send(allergy(3, "Latex")).await.unwrap();
    service
}

async fn subscribed(partner: &Client, start: Option<Start>) -> Streaming<feed::SubscribeResponse> {
    let asks = feed::SubscribeRequest { subscription_id: ID.to_owned(), start };
    partner.feeds().subscribe(asks).await.unwrap().into_inner()
}

/// The next message that is no checkpoint.
async fn next(messages: &mut Streaming<feed::SubscribeResponse>) -> Message {
    loop {
        match messages.message().await.unwrap().unwrap().message.unwrap() {
            Message::Checkpoint(_) => {}
            message @ (Message::Started(_) | Message::Event(_) | Message::ConsentEnded(_)) => return message,
        }
    }
}

async fn event(messages: &mut Streaming<feed::SubscribeResponse>) -> feed::Event {
    match next(messages).await {
        Message::Event(event) => event,
        other @ (Message::Started(_) | Message::Checkpoint(_) | Message::ConsentEnded(_)) => {
            panic!("an event was awaited: {other:?}")
        }
    }
}

#[tokio::test]
async fn a_partner_is_told_what_was_consented_to_with_its_notice_and_consent() {
    let service = clinic().await;
    let partner = service.acting_as(Role::Partner);
    let mut messages = subscribed(&partner, None).await;
    assert_eq!(next(&mut messages).await, Message::Started(feed::Started { after_sequence: 0 }));
    let told = event(&mut messages).await;
    assert_eq!((told.sequence, told.r#type.as_str()), (1, "concord.medication_chart.AllergyRecorded.v1"));
    assert_eq!((told.source.as_str(), told.spec_version.as_str()), ("/concord/demo", "1.0"));
    assert!(told.notice.starts_with("42 CFR part 2 prohibits") && told.notice_version == 1 && told.part2);
    assert_eq!(told.consent.as_ref().unwrap().scope, "my allergies");
    assert!(told.subject != patient() && told.subject == told.partition_key);
    assert!(String::from_utf8_lossy(&told.data).contains("Latex"));
    // The consent itself tells no partner anything.
    service.acting_as(Role::Nurse).send(allergy(4, "Peanut")).await.unwrap();
    assert_eq!(event(&mut messages).await.sequence, 2);
}

#[tokio::test]
async fn a_revocation_ends_it_and_the_partner_is_told_no_more_than_that() {
    let service = clinic().await;
    let partner = service.acting_as(Role::Partner);
    let mut messages = subscribed(&partner, None).await;
    next(&mut messages).await;
    let told = event(&mut messages).await;
    let revoke = consent::RevokeConsentRequest { header: header(5), ..Sample::sample() };
    service.acting_as(Role::Patient).send(revoke).await.unwrap();
    service.acting_as(Role::Nurse).send(allergy(6, "Peanut")).await.unwrap();
    let Message::ConsentEnded(ended) = next(&mut messages).await else { panic!("the end of the consent") };
    assert_eq!((ended.subject, ended.sequence), (told.subject, 2));
    // Told from the beginning, there is nothing left but that.
    let beginning = Some(Start::Beginning(feed::Beginning {}));
    let mut again = subscribed(&partner, beginning).await;
    next(&mut again).await;
    assert!(matches!(next(&mut again).await, Message::ConsentEnded(feed::ConsentEnded { sequence: 1, .. })));
    let overtaken = loop {
        match messages.message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the earlier caller is told why"),
            Err(status) => break status,
        }
    };
    assert_eq!(overtaken.code(), Code::Aborted);
}

#[tokio::test]
async fn what_was_acknowledged_is_on_record() {
    let service = clinic().await;
    let partner = service.acting_as(Role::Partner);
    let mut messages = subscribed(&partner, None).await;
    next(&mut messages).await;
    assert_eq!(event(&mut messages).await.sequence, 1);
    let acknowledge = |sequence| feed::AcknowledgeRequest { subscription_id: ID.to_owned(), sequence };
    partner.feeds().acknowledge(acknowledge(1)).await.unwrap();
    let refused = partner.feeds().acknowledge(acknowledge(9)).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    service.acting_as(Role::Nurse).send(allergy(7, "Peanut")).await.unwrap();
    let mut again = subscribed(&partner, None).await;
    assert_eq!(next(&mut again).await, Message::Started(feed::Started { after_sequence: 1 }));
    assert_eq!(event(&mut again).await.sequence, 2);
}

#[tokio::test]
async fn what_a_partner_tells_waits_for_staff_and_changes_no_chart() {
    let service = clinic().await;
    let (partner, nurse) = (service.acting_as(Role::Partner), service.acting_as(Role::Nurse));
    let mut messages = subscribed(&partner, None).await;
    next(&mut messages).await;
    let subject = event(&mut messages).await.subject;
    let tells = |subject: &str| feed::ContributeRequest {
        contribution_id: ID.to_owned(),
        subject: subject.to_owned(),
        topic: feed::Topic::OutsideMedication.into(),
        medication: "oxycodone 5 mg".to_owned(),
        summary: "after the fracture".to_owned(),
    };
    partner.feeds().contribute(tells(&subject)).await.unwrap();
    partner.feeds().contribute(tells(&subject)).await.expect("sent again, it takes effect once");
    let unknown = partner.feeds().contribute(tells(ID)).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    let listed = || async {
        nurse
            .feeds()
            .list_contributions(feed::ListContributionsRequest::default())
            .await
            .unwrap()
            .into_inner()
    };
    let waiting = listed().await.contributions;
    assert_eq!(waiting.len(), 1);
    assert_eq!(
        (waiting[0].patient_id.clone(), waiting[0].medication.as_str()),
        (patient(), "oxycodone 5 mg")
    );
    let review = feed::ReviewContributionRequest { header: header(8), ..Sample::sample() };
    nurse.send(review.clone()).await.unwrap();
    assert!(listed().await.contributions.is_empty());
    let again = feed::ReviewContributionRequest { header: header(9), ..review };
    assert_eq!(fault(nurse.send(again).await).reason, "CONTRIBUTION_REVIEWED");
}

#[tokio::test]
async fn the_patient_and_who_answers_for_privacy_see_what_was_disclosed_and_nobody_else() {
    let service = clinic().await;
    let partner = service.acting_as(Role::Partner);
    let mut messages = subscribed(&partner, None).await;
    next(&mut messages).await;
    event(&mut messages).await;
    let asks = || access_log::ListDisclosuresRequest { patient_id: patient(), ..Default::default() };
    for role in [Role::Patient, Role::PrivacyOfficer, Role::Auditor] {
        let answer =
            service.acting_as(role).access_logs().list_disclosures(asks()).await.unwrap().into_inner();
        let [line] = answer.disclosures.as_slice() else { panic!("one line: {answer:?}") };
        assert_eq!((line.organisation.as_str(), line.purpose), ("riverside", 1));
        assert_eq!(line.name, "Riverside Primary Care, 1 Main Street");
        assert_eq!(line.event_types, ["AllergyRecorded"]);
        assert_eq!((line.consent_id.as_str(), line.consent_version), (ID, 1));
        assert!(line.intermediary.is_empty() && line.at.is_some());
        let asks = access_log::ListDisclosuresRequest { intermediaries_only: true, ..asks() };
        let answer = service.acting_as(role).access_logs().list_disclosures(asks).await.unwrap().into_inner();
        assert!(answer.disclosures.is_empty(), "it passes on to nobody");
    }
    for role in [Role::Nurse, Role::Partner] {
        let refused = service.acting_as(role).access_logs().list_disclosures(asks()).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "{role}");
    }
    let consents = consent::ListConsentsRequest { patient_id: patient() };
    let answer =
        service.acting_as(Role::Patient).consents().list_consents(consents).await.unwrap().into_inner();
    assert_eq!((answer.consents.len(), answer.consents[0].version), (1, 1));
    assert_eq!(answer.consents[0].terms, consent::GiveConsentRequest::sample().terms);
}

#[tokio::test]
async fn only_the_partner_of_a_subscription_finds_it() {
    let service = clinic().await;
    let asks = || feed::SubscribeRequest { subscription_id: ID.to_owned(), start: None };
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Partner) {
        let refused = service.acting_as(role).feeds().subscribe(asks()).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "{role}");
    }
    let other = feed::SubscribeRequest { subscription_id: person(Role::Nurse), start: None };
    let refused = service.acting_as(Role::Partner).feeds().subscribe(other).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    let listed = feed::ListSubscriptionsRequest {};
    let officer = service.acting_as(Role::PrivacyOfficer);
    let answer = officer.feeds().list_subscriptions(listed).await.unwrap().into_inner();
    assert_eq!(answer.subscriptions[0].terms, subscription_terms());
}

#[tokio::test]
async fn what_is_delivered_on_jetstream_is_refused_to_calls() {
    let service = Service::start().await;
    let officer = service.acting_as(Role::PrivacyOfficer);
    let on_jetstream = feed::SubscriptionTerms {
        delivery: feed::Delivery::Jetstream.into(),
        ..subscription_terms().unwrap()
    };
    let terms = Some(on_jetstream.clone());
    let open = feed::OpenSubscriptionRequest { header: of_the_program(1), terms, ..Sample::sample() };
    officer.send(open).await.unwrap();
    let asks = feed::SubscribeRequest { subscription_id: ID.to_owned(), start: None };
    let refused = service.acting_as(Role::Partner).feeds().subscribe(asks).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(String::from_utf8_lossy(refused.details()).contains("SUBSCRIPTION_ON_JETSTREAM"));
    let answer = officer.feeds().list_subscriptions(feed::ListSubscriptionsRequest {}).await.unwrap();
    assert_eq!(answer.into_inner().subscriptions[0].terms, Some(on_jetstream));
}
