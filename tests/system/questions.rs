//! Every call of the contract that shows something, with what is asked and whether it tells of patients.

use bytes::Bytes;
use concord_client::Client;
use concord_proto::concord::access::v1 as access;
use concord_proto::concord::access_log::v1 as access_log;
use concord_proto::concord::audit::v1 as audit;
use concord_proto::concord::care_team::v1 as care_team;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::common::v1::Token;
use concord_proto::concord::consent::v1 as consent;
use concord_proto::concord::episode::v1 as stay;
use concord_proto::concord::feed::v1 as feed;
use concord_proto::concord::ledger::v1 as ledger;
use concord_proto::concord::liaison::v1 as liaison;
use concord_proto::concord::outcomes::v1 as outcomes;
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_proto::concord::program::v1 as program;
use concord_proto::concord::ruleset::v1 as ruleset;
use concord_proto::concord::therapist::v1 as therapist;
use concord_proto::concord::timeline::v1 as timeline;
use concord_support::{Intake, Person, Raw, fresh, today};
use prost::Message;
use tonic::codec::Streaming;
use tonic::{Request, Status};

use crate::clinic::{NURSE, PRIMARY_CARE, outside, signed};
use crate::{AUDITOR, PSYCHIATRIST, THERAPIST};

pub(crate) const PRIVACY_OFFICER: Person = Person::new("privacy_officer", 8);

const PROGRAM: &str = "iop-adult";

/// Whether an answer tells of patients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tells {
    /// Of the one in the scene.
    OfThePatient,
    /// Of nobody: hashes, places, rules, sums.
    OfNobody,
}

/// What questions are about.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) intake: Intake,
    /// What was recorded last.
    pub(crate) known: Option<Token>,
}

/// One call.
pub(crate) struct Question {
    pub(crate) path: &'static str,
    pub(crate) by: Person,
    pub(crate) tells: Tells,
    asks: fn(&Scene) -> Vec<u8>,
}

/// A patient named `name` in treatment, whose prescriber, therapist and liaison the callers are.
pub(crate) async fn scene(client: &Client, intake: Intake, name: &str) -> Scene {
    let referral = stay::ReferPatientRequest { name: name.to_owned(), ..intake.referral() };
    client.send(referral).await.unwrap();
    let criterion = stay::CriterionAnswer {
        criterion: stay::Criterion::IncompleteTherapyResponse.into(),
        met: true,
        evidence: "Twelve sessions, no change.".to_owned(),
    };
    let screening = stay::ScreenCandidateRequest {
        header: intake.header(),
        program: PROGRAM.to_owned(),
        criteria: vec![criterion],
        exclusions: Vec::new(),
    };
    client.send(screening).await.unwrap();
    let admission = stay::AdmitPatientRequest {
        header: intake.header(),
        program: PROGRAM.to_owned(),
        episode_id: intake.stay.to_string(),
    };
    client.send(admission).await.unwrap();
    for (person, role) in [
        (PSYCHIATRIST, common::Role::Psychiatrist),
        (THERAPIST, common::Role::Therapist),
        (PRIMARY_CARE, common::Role::PrimaryCare),
    ] {
        let member = care_team::AddMemberRequest {
            header: intake.header(),
            person_id: person.id.to_string(),
            role: role.into(),
            name: "Somebody".to_owned(),
            organisation: "a practice".to_owned(),
        };
        client.send(member).await.unwrap();
    }
    client.send(signed(intake, PRIMARY_CARE)).await.unwrap();
    // A name that nobody can map waits for the prescriber.
    let last = client.send(outside(intake, &format!("{name} root"))).await.unwrap();
    Scene { intake, known: last.token }
}

impl Question {
    pub(crate) fn body(&self, scene: &Scene) -> Bytes {
        (self.asks)(scene).into()
    }

    /// The call as looks name it, such as `concord.prescriber.v1.GetClient`.
    pub(crate) fn call(&self) -> String {
        let (service, method) = self.path.trim_start_matches('/').split_once('/').unwrap();
        let (package, _) = service.rsplit_once('.').unwrap();
        format!("{package}.{method}")
    }

    /// What is answered: of a stream that goes on for ever the first message, else all of it.
    pub(crate) async fn ask(&self, url: &str, token: &str, scene: &Scene) -> Result<Vec<u8>, Status> {
        let for_ever = self.path.contains("/Watch") || self.path.contains("/Follow");
        let mut messages = open(url, self.path, token, self.body(scene)).await?;
        let mut answer = Vec::new();
        while let Some(message) = messages.message().await? {
            answer.extend_from_slice(&message);
            if for_ever {
                break;
            }
        }
        Ok(answer)
    }
}

async fn open(url: &str, path: &str, token: &str, body: Bytes) -> Result<Streaming<Bytes>, Status> {
    let channel = tonic::transport::Endpoint::from_shared(url.to_owned()).unwrap().connect().await.unwrap();
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await.unwrap();
    let mut request = Request::new(tokio_stream::once(body));
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    Ok(grpc.streaming(request, path.parse().unwrap(), Raw).await?.into_inner())
}

fn patient(scene: &Scene) -> String {
    scene.intake.patient.to_string()
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn grounds() -> Option<audit::Grounds> {
    Some(audit::Grounds {
        audit_id: fresh(),
        basis: audit::Basis::Program.into(),
        reason: "every call, one by one".to_owned(),
        recipient: "the committee".to_owned(),
        return_or_destroy_by: String::new(),
    })
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn position(position: u64) -> Option<audit::Moment> {
    Some(audit::Moment { moment: Some(audit::moment::Moment::Position(position)) })
}

macro_rules! questions {
    ($($path:literal by $by:ident tells $tells:ident: |$scene:pat_param| $asks:expr;)+) => {
        /// All of them. A test holds that no call of the contract that shows something is missing.
        pub(crate) const QUESTIONS: &[Question] = &[$(
            Question { path: $path, by: $by, tells: Tells::$tells, asks: |$scene| $asks.encode_to_vec() },
        )+];
    };
}

questions! {
    // First, because it waits for a checkpoint, which others need.
    "/concord.audit.v1.AuditService/ExportPatient" by AUDITOR tells OfThePatient: |scene| {
        audit::ExportPatientRequest { grounds: grounds(), patient_id: patient(scene) }
    };
    "/concord.audit.v1.AuditService/ReplayEvents" by AUDITOR tells OfThePatient: |_| {
        audit::ReplayEventsRequest { grounds: grounds(), ..Default::default() }
    };
    "/concord.audit.v1.AuditService/ListKnown" by AUDITOR tells OfThePatient: |scene| {
        audit::ListKnownRequest { grounds: grounds(), patient_id: patient(scene), at: position(7) }
    };
    "/concord.audit.v1.AuditService/GetDecision" by AUDITOR tells OfThePatient: |_| {
        audit::GetDecisionRequest { grounds: grounds(), position: 2 }
    };
    "/concord.audit.v1.AuditService/DiffKnown" by AUDITOR tells OfThePatient: |scene| {
        audit::DiffKnownRequest { grounds: grounds(), patient_id: patient(scene), from: position(1), to: position(6) }
    };
    "/concord.audit.v1.AuditService/GetCheckpoint" by AUDITOR tells OfNobody: |_| {
        audit::GetCheckpointRequest {}
    };
    "/concord.audit.v1.AuditService/GetInclusionProof" by AUDITOR tells OfThePatient: |_| {
        audit::GetInclusionProofRequest { position: 1, size: 0 }
    };
    "/concord.audit.v1.AuditService/GetConsistencyProof" by AUDITOR tells OfNobody: |_| {
        audit::GetConsistencyProofRequest { from_size: 1, to_size: 0 }
    };
    "/concord.audit.v1.AuditService/AddCosignature" by AUDITOR tells OfNobody: |_| {
        audit::AddCosignatureRequest::default()
    };
    "/concord.access_log.v1.AccessLogService/ListLooks" by PRIVACY_OFFICER tells OfThePatient: |scene| {
        access_log::ListLooksRequest { patient_id: patient(scene), ..Default::default() }
    };
    "/concord.access.v1.AccessService/ListBrokenGlass" by PRIVACY_OFFICER tells OfNobody: |_| {
        access::ListBrokenGlassRequest::default()
    };
    "/concord.access.v1.AccessService/ListSigningRights" by AUDITOR tells OfNobody: |_| {
        access::ListSigningRightsRequest::default()
    };
    "/concord.consent.v1.ConsentService/ListConsents" by PRIVACY_OFFICER tells OfThePatient: |scene| {
        consent::ListConsentsRequest { patient_id: patient(scene) }
    };
    "/concord.feed.v1.FeedService/ListSubscriptions" by PRIVACY_OFFICER tells OfNobody: |_| {
        feed::ListSubscriptionsRequest::default()
    };
    "/concord.feed.v1.FeedService/ListContributions" by NURSE tells OfNobody: |_| {
        feed::ListContributionsRequest::default()
    };
    "/concord.access_log.v1.AccessLogService/ListDisclosures" by PRIVACY_OFFICER tells OfThePatient: |scene| {
        access_log::ListDisclosuresRequest { patient_id: patient(scene), ..Default::default() }
    };
    "/concord.ledger.v1.LedgerService/GetHead" by AUDITOR tells OfNobody: |_| ledger::GetHeadRequest {};
    "/concord.ledger.v1.LedgerService/ReadRange" by AUDITOR tells OfThePatient: |_| {
        ledger::ReadRangeRequest::default()
    };
    "/concord.ledger.v1.LedgerService/WatchHead" by AUDITOR tells OfNobody: |_| ledger::WatchHeadRequest {};
    "/concord.ledger.v1.LedgerService/FollowEvents" by AUDITOR tells OfThePatient: |_| {
        ledger::FollowEventsRequest::default()
    };
    "/concord.therapist.v1.TherapistService/ListCaseload" by THERAPIST tells OfThePatient: |scene| {
        therapist::ListCaseloadRequest { min_position: scene.known.clone(), ..Default::default() }
    };
    "/concord.therapist.v1.TherapistService/GetClient" by THERAPIST tells OfThePatient: |scene| {
        therapist::GetClientRequest { patient_id: patient(scene), min_position: scene.known.clone() }
    };
    "/concord.therapist.v1.TherapistService/WatchCaseload" by THERAPIST tells OfThePatient: |scene| {
        therapist::WatchCaseloadRequest { min_position: scene.known.clone(), ..Default::default() }
    };
    "/concord.prescriber.v1.PrescriberService/ListWorklist" by PSYCHIATRIST tells OfThePatient: |scene| {
        prescriber::ListWorklistRequest { min_position: scene.known.clone(), ..Default::default() }
    };
    "/concord.prescriber.v1.PrescriberService/GetClient" by PSYCHIATRIST tells OfThePatient: |scene| {
        prescriber::GetClientRequest { patient_id: patient(scene), min_position: scene.known.clone() }
    };
    "/concord.prescriber.v1.PrescriberService/GetClientCourse" by PSYCHIATRIST tells OfThePatient: |scene| {
        prescriber::GetClientCourseRequest {
            patient_id: patient(scene), min_position: scene.known.clone(), ..Default::default()
        }
    };
    "/concord.prescriber.v1.PrescriberService/WatchWorklist" by PSYCHIATRIST tells OfThePatient: |scene| {
        prescriber::WatchWorklistRequest { min_position: scene.known.clone(), ..Default::default() }
    };
    "/concord.liaison.v1.LiaisonService/ListClients" by PRIMARY_CARE tells OfThePatient: |scene| {
        liaison::ListClientsRequest { min_position: scene.known.clone(), ..Default::default() }
    };
    "/concord.liaison.v1.LiaisonService/GetReconciledList" by PRIMARY_CARE tells OfThePatient: |scene| {
        liaison::GetReconciledListRequest { patient_id: patient(scene), min_position: scene.known.clone() }
    };
    "/concord.liaison.v1.LiaisonService/WatchClients" by PRIMARY_CARE tells OfThePatient: |scene| {
        liaison::WatchClientsRequest { min_position: scene.known.clone(), ..Default::default() }
    };
    "/concord.liaison.v1.LiaisonService/WatchReconciledList" by PRIMARY_CARE tells OfThePatient: |scene| {
        liaison::WatchReconciledListRequest { patient_id: patient(scene), min_position: scene.known.clone() }
    };
    "/concord.program.v1.ProgramService/ListEpisodes" by NURSE tells OfThePatient: |scene| {
        program::ListEpisodesRequest {
            program: PROGRAM.to_owned(), min_position: scene.known.clone(), ..Default::default()
        }
    };
    "/concord.program.v1.ProgramService/ListDueItems" by NURSE tells OfThePatient: |scene| {
        program::ListDueItemsRequest { min_position: scene.known.clone(), ..Default::default() }
    };
    "/concord.program.v1.ProgramService/WatchEpisodes" by NURSE tells OfThePatient: |scene| {
        program::WatchEpisodesRequest { program: PROGRAM.to_owned(), min_position: scene.known.clone() }
    };
    "/concord.program.v1.ProgramService/WatchDueItems" by NURSE tells OfThePatient: |scene| {
        program::WatchDueItemsRequest { min_position: scene.known.clone(), ..Default::default() }
    };
    "/concord.timeline.v1.TimelineService/ListTimeline" by NURSE tells OfThePatient: |scene| {
        timeline::ListTimelineRequest {
            patient_id: patient(scene), min_position: scene.known.clone(), ..Default::default()
        }
    };
    "/concord.timeline.v1.TimelineService/WatchTimeline" by NURSE tells OfThePatient: |scene| {
        timeline::WatchTimelineRequest {
            patient_id: patient(scene), min_position: scene.known.clone(), filter: None
        }
    };
    "/concord.outcomes.v1.OutcomeService/GetOutcomes" by PSYCHIATRIST tells OfNobody: |scene| {
        let month = today().get(..7).unwrap_or_default().to_owned();
        outcomes::GetOutcomesRequest {
            program: PROGRAM.to_owned(),
            first_month: month.clone(),
            last_month: month,
            min_position: scene.known.clone(),
        }
    };
    "/concord.ruleset.v1.RulesetService/GetCurrentRuleset" by NURSE tells OfNobody: |_| {
        ruleset::GetCurrentRulesetRequest {}
    };
    "/concord.ruleset.v1.RulesetService/ListRulesets" by NURSE tells OfNobody: |_| ruleset::ListRulesetsRequest {};
    "/concord.ruleset.v1.RulesetService/GetRulesetTables" by NURSE tells OfNobody: |_| {
        ruleset::GetRulesetTablesRequest::default()
    };
    "/concord.ruleset.v1.RulesetService/DiffRulesets" by NURSE tells OfNobody: |_| {
        ruleset::DiffRulesetsRequest::default()
    };
}
