//! Who has no token learns nothing about what they sent.

use concord_proto::concord::audit::v1 as audit;
use concord_proto::concord::audit::v1::audit_service_client::AuditServiceClient;
use concord_proto::concord::consent::v1 as consent;
use concord_proto::concord::consent::v1::consent_service_client::ConsentServiceClient;
use concord_proto::concord::feed::v1 as feed;
use concord_proto::concord::feed::v1::feed_service_client::FeedServiceClient;
use concord_proto::concord::ledger::v1 as ledger;
use concord_proto::concord::ledger::v1::ledger_service_client::LedgerServiceClient;
use concord_proto::concord::liaison::v1 as liaison;
use concord_proto::concord::liaison::v1::liaison_service_client::LiaisonServiceClient;
use concord_proto::concord::outcomes::v1 as outcomes;
use concord_proto::concord::outcomes::v1::outcome_service_client::OutcomeServiceClient;
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_proto::concord::prescriber::v1::prescriber_service_client::PrescriberServiceClient;
use concord_proto::concord::program::v1 as program;
use concord_proto::concord::program::v1::program_service_client::ProgramServiceClient;
use concord_proto::concord::therapist::v1 as therapist;
use concord_proto::concord::therapist::v1::therapist_service_client::TherapistServiceClient;
use concord_proto::concord::timeline::v1 as timeline;
use concord_proto::concord::timeline::v1::timeline_service_client::TimelineServiceClient;
use tonic::Code;

use super::service::Service;

const BAD: &str = "not an identifier";

fn bad() -> String {
    BAD.to_owned()
}

/// Calls each with a field that cannot be decoded and without a token.
macro_rules! refused {
    ($service:ident: $($client:ident.$call:ident($request:expr);)+) => {$(
        let answer = $client::new($service.channel.clone()).$call($request).await;
        let code = answer.err().map(|status| status.code());
        assert_eq!(code, Some(Code::Unauthenticated), "{}", stringify!($call));
    )+};
}

#[tokio::test]
async fn a_question_without_a_token_is_not_even_read() {
    let service = Service::start().await;
    refused! { service:
        TherapistServiceClient.list_caseload(therapist::ListCaseloadRequest { therapist_id: bad(), ..Default::default() });
        TherapistServiceClient.get_client(therapist::GetClientRequest { patient_id: bad(), ..Default::default() });
        TherapistServiceClient.watch_caseload(therapist::WatchCaseloadRequest { therapist_id: bad(), ..Default::default() });
        PrescriberServiceClient.list_worklist(prescriber::ListWorklistRequest { prescriber_id: bad(), ..Default::default() });
        PrescriberServiceClient.get_client(prescriber::GetClientRequest { patient_id: bad(), ..Default::default() });
        PrescriberServiceClient.get_client_course(prescriber::GetClientCourseRequest { patient_id: bad(), ..Default::default() });
        PrescriberServiceClient.watch_worklist(prescriber::WatchWorklistRequest { prescriber_id: bad(), ..Default::default() });
        LiaisonServiceClient.list_clients(liaison::ListClientsRequest { liaison_id: bad(), ..Default::default() });
        LiaisonServiceClient.get_reconciled_list(liaison::GetReconciledListRequest { patient_id: bad(), ..Default::default() });
        LiaisonServiceClient.watch_clients(liaison::WatchClientsRequest { liaison_id: bad(), ..Default::default() });
        LiaisonServiceClient.watch_reconciled_list(liaison::WatchReconciledListRequest { patient_id: bad(), ..Default::default() });
        ProgramServiceClient.list_episodes(program::ListEpisodesRequest { program: bad(), ..Default::default() });
        ProgramServiceClient.list_due_items(program::ListDueItemsRequest { program: bad(), ..Default::default() });
        ProgramServiceClient.watch_episodes(program::WatchEpisodesRequest { program: bad(), ..Default::default() });
        ProgramServiceClient.watch_due_items(program::WatchDueItemsRequest { program: bad(), ..Default::default() });
        TimelineServiceClient.list_timeline(timeline::ListTimelineRequest { patient_id: bad(), ..Default::default() });
        TimelineServiceClient.watch_timeline(timeline::WatchTimelineRequest { patient_id: bad(), ..Default::default() });
        OutcomeServiceClient.get_outcomes(outcomes::GetOutcomesRequest { program: bad(), ..Default::default() });
        AuditServiceClient.get_checkpoint(audit::GetCheckpointRequest {});
        AuditServiceClient.get_inclusion_proof(audit::GetInclusionProofRequest::default());
        AuditServiceClient.get_consistency_proof(audit::GetConsistencyProofRequest::default());
        AuditServiceClient.add_cosignature(audit::AddCosignatureRequest { note: bad() });
        AuditServiceClient.export_patient(audit::ExportPatientRequest { patient_id: bad(), ..Default::default() });
        AuditServiceClient.replay_events(audit::ReplayEventsRequest { patient_id: bad(), ..Default::default() });
        AuditServiceClient.list_known(audit::ListKnownRequest { patient_id: bad(), ..Default::default() });
        AuditServiceClient.get_decision(audit::GetDecisionRequest::default());
        AuditServiceClient.diff_known(audit::DiffKnownRequest { patient_id: bad(), ..Default::default() });
        ConsentServiceClient.list_consents(consent::ListConsentsRequest { patient_id: bad() });
        FeedServiceClient.list_subscriptions(feed::ListSubscriptionsRequest {});
        FeedServiceClient.subscribe(feed::SubscribeRequest { subscription_id: bad(), start: None });
        FeedServiceClient.acknowledge(feed::AcknowledgeRequest { subscription_id: bad(), sequence: 1 });
        FeedServiceClient.contribute(feed::ContributeRequest { contribution_id: bad(), ..Default::default() });
        FeedServiceClient.list_contributions(feed::ListContributionsRequest::default());
        LedgerServiceClient.get_head(ledger::GetHeadRequest {});
        LedgerServiceClient.read_range(ledger::ReadRangeRequest { epoch: bad(), ..Default::default() });
        LedgerServiceClient.watch_head(ledger::WatchHeadRequest {});
        LedgerServiceClient.follow_events(ledger::FollowEventsRequest { epoch: bad(), ..Default::default() });
    }
}

#[tokio::test]
async fn a_field_of_a_question_is_named_to_who_may_ask() {
    let service = Service::start().await;
    let asks = liaison::GetReconciledListRequest { patient_id: bad(), ..Default::default() };
    let answer =
        service.acting_as(concord_kernel::Role::PrimaryCare).liaison().get_reconciled_list(asks).await;
    assert_eq!(answer.unwrap_err().code(), Code::InvalidArgument);
}
