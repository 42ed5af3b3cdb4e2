//! Who stands how to a patient: whom a record is open to, whom it is not there for, and who breaks the glass.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use concord_client::Client;
use concord_kernel::{Clock as _, CommandId, LedgerId, Role, StreamRef, Token as LedgerToken};
use concord_ledger::{Append, AppendError, Appended, Entry, Filter, Head, Ledger, Page, ReadError, Receipt};
use concord_proto::concord::access::v1 as pb;
use concord_proto::concord::care_team::v1::RemoveMemberRequest;
use concord_proto::concord::chart::v1::RecordOutsideMedicationRequest;
use concord_proto::concord::common::v1::{self as common, Token};
use concord_proto::concord::{liaison, prescriber, therapist, timeline};
use tokio::sync::watch;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use uuid::Uuid;

use super::end_to_end::fault;
use super::samples::Sample;
use super::service::{Service, joining, person, referral};
use crate::Limits;

const THEIRS: u128 = 7;
const NOBODY: u128 = 8;

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn header(command: u128, patient: u128) -> Option<common::CommandHeader> {
    Some(concord_client::treatment(Uuid::from_u128(command), Uuid::from_u128(patient)))
}

/// A patient whose prescriber is a nurse practitioner.
async fn admitted(service: &Service) -> Option<Token> {
    let nurse = service.acting_as(Role::Nurse);
    nurse.send(referral(1, THEIRS)).await.unwrap();
    nurse.send(joining(2, THEIRS, Role::Pmhnp, common::Role::Pmhnp)).await.unwrap().token
}

async fn chart(client: &Client, patient: u128, least: Option<Token>) -> Result<(), Status> {
    let patient_id = Uuid::from_u128(patient).to_string();
    let asks = prescriber::v1::GetClientRequest { patient_id, min_position: least };
    client.prescriber().get_client(asks).await.map(drop)
}

fn told(command: u128, patient: u128) -> RecordOutsideMedicationRequest {
    RecordOutsideMedicationRequest { header: header(command, patient), ..Sample::sample() }
}

fn breaking(command: u128, glass: u128) -> pb::BreakGlassRequest {
    pb::BreakGlassRequest {
        header: header(command, THEIRS),
        glass_id: Uuid::from_u128(glass).to_string(),
        reason: "found unresponsive, the nurse practitioner does not answer".to_owned(),
    }
}

fn reviewing(command: u128, glass: u128) -> pb::ReviewBreakGlassRequest {
    pb::ReviewBreakGlassRequest {
        header: Some(common::CommandHeader {
            purpose: common::Purpose::Operations.into(),
            ..concord_client::treatment(Uuid::from_u128(command), Uuid::from_u128(THEIRS))
        }),
        glass_id: Uuid::from_u128(glass).to_string(),
        finding: pb::GlassFinding::Justified.into(),
        note: "an overdose".to_owned(),
    }
}

async fn listed(client: &Client, least: Option<Token>) -> Vec<pb::BrokenGlass> {
    let asks = pb::ListBrokenGlassRequest { min_position: least, page: None };
    client.access().list_broken_glass(asks).await.unwrap().into_inner().items
}

#[tokio::test]
async fn a_record_is_for_the_care_team_where_it_names_somebody_of_the_discipline() {
    let service = Service::start().await;
    let (doctor, practitioner) = (service.acting_as(Role::Psychiatrist), service.acting_as(Role::Pmhnp));
    let nurse = service.acting_as(Role::Nurse);
    let least = nurse.send(referral(1, THEIRS)).await.unwrap().token;
    assert!(chart(&doctor, THEIRS, least).await.is_ok(), "nobody prescribes for the patient yet");
    let least = nurse.send(joining(2, THEIRS, Role::Pmhnp, common::Role::Pmhnp)).await.unwrap().token;
    assert!(chart(&practitioner, THEIRS, least.clone()).await.is_ok());
    let refused = chart(&doctor, THEIRS, least.clone()).await.unwrap_err();
    let info = refused.get_details_error_info().unwrap();
    assert_eq!((refused.code(), info.reason.as_str()), (Code::PermissionDenied, "NO_RELATIONSHIP"));
    assert_eq!(info.metadata["policy"], "treating-relationship");
    assert_eq!(info.metadata["policy_version"].len(), 16);
    let refused = fault(doctor.send(told(3, THEIRS)).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::PermissionDenied, "NO_RELATIONSHIP"));
    assert!(chart(&nurse, THEIRS, least).await.is_ok(), "the team names no nurse");
    assert!(practitioner.send(told(3, THEIRS)).await.is_ok(), "the refused command left nothing behind");
}

#[tokio::test]
async fn whoever_is_let_go_reaches_nothing_from_that_moment_on() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    let doctor = service.acting_as(Role::Psychiatrist);
    admitted(&service).await;
    let joins = joining(3, THEIRS, Role::Psychiatrist, common::Role::Psychiatrist);
    let least = nurse.send(joins).await.unwrap().token;
    chart(&doctor, THEIRS, least).await.unwrap();
    doctor.send(told(4, THEIRS)).await.unwrap();
    let leaves = RemoveMemberRequest {
        header: header(5, THEIRS),
        person_id: person(Role::Psychiatrist),
        reason: "moved".to_owned(),
    };
    nurse.send(leaves).await.unwrap();
    // Without a position: the decision rests on the log and on no view that may be behind.
    assert_eq!(chart(&doctor, THEIRS, None).await.unwrap_err().code(), Code::PermissionDenied);
    assert_eq!(fault(doctor.send(told(6, THEIRS)).await).reason, "NO_RELATIONSHIP");
}

#[tokio::test]
async fn nobody_takes_themselves_into_a_team_that_others_are_on() {
    let service = Service::start().await;
    admitted(&service).await;
    let doctor = service.acting_as(Role::Psychiatrist);
    let joins = joining(3, THEIRS, Role::Psychiatrist, common::Role::Psychiatrist);
    assert_eq!(fault(doctor.send(joins.clone()).await).reason, "NO_RELATIONSHIP");
    doctor.send(breaking(4, 1)).await.unwrap();
    let refused = fault(doctor.send(joins).await);
    assert_eq!(refused.reason, "NO_RELATIONSHIP", "broken glass is no way onto the team");
    let other = joining(5, THEIRS, Role::Nurse, common::Role::Nurse);
    assert_eq!(fault(doctor.send(other).await).reason, "NO_RELATIONSHIP");
}

#[tokio::test]
async fn broken_glass_opens_the_record_tells_of_it_and_ends_with_its_review() {
    let service = Service::start().await;
    admitted(&service).await;
    let (doctor, practitioner) = (service.acting_as(Role::Psychiatrist), service.acting_as(Role::Pmhnp));
    let privacy = service.acting_as(Role::PrivacyOfficer);
    let least = doctor.send(breaking(3, 1)).await.unwrap().token;
    let told_team = listed(&practitioner, least.clone()).await;
    assert_eq!(told_team.len(), 1, "the care team is told at once");
    assert_eq!(told_team[0].person_id, person(Role::Psychiatrist));
    assert_eq!(told_team[0].review_by, "2026-03-05", "noon of the second and three days");
    assert!(listed(&doctor, least.clone()).await.is_empty(), "it is not their patient");
    let asks = prescriber::v1::ListWorklistRequest { min_position: least.clone(), ..Default::default() };
    let waits = practitioner.prescriber().list_worklist(asks).await.unwrap().into_inner().items;
    assert!(waits.iter().any(|item| item.kind == "glass_broken"), "it is on the worklist too: {waits:?}");
    chart(&doctor, THEIRS, least.clone()).await.unwrap();
    chart(&doctor, THEIRS, least.clone()).await.unwrap();
    let least = doctor.send(told(4, THEIRS)).await.unwrap().token;
    let waits = listed(&privacy, least.clone()).await;
    assert_eq!((waits.len(), waits[0].uses, waits[0].review.is_none()), (1, 2, true));
    let refused = chart(&privacy, THEIRS, least).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied, "who answers for privacy reads no chart");
    let reviewed = privacy.send(reviewing(5, 1)).await.unwrap().token;
    assert!(listed(&privacy, reviewed).await[0].review.is_some());
    assert_eq!(chart(&doctor, THEIRS, None).await.unwrap_err().code(), Code::PermissionDenied);
    assert_eq!(fault(doctor.send(told(6, THEIRS)).await).reason, "NO_RELATIONSHIP");
}

#[tokio::test]
async fn broken_glass_lasts_for_its_hours() {
    let service = Service::start().await;
    admitted(&service).await;
    let doctor = service.acting_as(Role::Psychiatrist);
    let least = doctor.send(breaking(3, 1)).await.unwrap().token;
    chart(&doctor, THEIRS, least).await.unwrap();
    service.clock.advance_to(service.clock.now().plus(std::time::Duration::from_hours(4)));
    // The token has ended by then as well.
    let doctor = service.acting_as(Role::Psychiatrist);
    assert_eq!(chart(&doctor, THEIRS, None).await.unwrap_err().code(), Code::PermissionDenied);
    assert_eq!(fault(doctor.send(told(4, THEIRS)).await).reason, "NO_RELATIONSHIP");
}

#[tokio::test]
async fn the_glass_is_broken_by_those_who_treat_and_reviewed_by_those_who_answer_for_privacy() {
    let service = Service::start().await;
    admitted(&service).await;
    for role in Role::ALL {
        let client = service.acting_as(role);
        let number = 100 + role as u128;
        let breaks = client.send(breaking(number, number)).await;
        let treats = role.prescribes() || role == Role::Nurse;
        assert_eq!(breaks.is_ok(), treats, "{role} breaks");
        let reviews = client.send(reviewing(200 + number, 100)).await;
        assert_eq!(reviews.is_ok(), role == Role::PrivacyOfficer, "{role} reviews");
    }
}

/// Everything that a caller is told.
fn answer<T>(answer: Result<T, Status>) -> (Code, String, Vec<u8>) {
    let status = answer.err().unwrap();
    (status.code(), status.message().to_owned(), status.details().to_vec())
}

#[tokio::test]
async fn what_somebody_may_not_know_looks_like_what_is_not_there() {
    let service = Service::start().await;
    let least = admitted(&service).await;
    let nurse = service.acting_as(Role::Nurse);
    let least =
        nurse.send(joining(3, THEIRS, Role::Nurse, common::Role::Nurse)).await.unwrap().token.or(least);
    let therapist = service.acting_as(Role::Therapist);
    for role in [Role::PrimaryCare, Role::OutsideProvider] {
        let outside = service.acting_as(role);
        let list = async |patient| {
            let patient_id = Uuid::from_u128(patient).to_string();
            let asks = liaison::v1::GetReconciledListRequest { patient_id, min_position: least.clone() };
            answer(outside.liaison().get_reconciled_list(asks).await)
        };
        let (theirs, nobody) = (list(THEIRS).await, list(NOBODY).await);
        assert_eq!(theirs, nobody, "{role}: to the byte");
        assert_eq!(theirs.0, Code::NotFound);
    }
    let detail = async |patient| {
        let patient_id = Uuid::from_u128(patient).to_string();
        let asks = therapist::v1::GetClientRequest { patient_id, min_position: least.clone() };
        answer(therapist.therapist().get_client(asks).await)
    };
    assert_eq!(detail(THEIRS).await, detail(NOBODY).await);
    let patient = service.acting_as(Role::Patient);
    let asks = |command, patient| fault_of(patient, command);
    let (theirs, nobody) = (patient.send(asks(7, THEIRS)).await, patient.send(asks(8, NOBODY)).await);
    let (theirs, nobody) = (fault(theirs), fault(nobody));
    assert_eq!((theirs.code, &theirs.reason), (nobody.code, &nobody.reason));
    assert_eq!(theirs.code, Code::NotFound, "another's record is not there for a patient");
}

fn fault_of(patient: u128, command: u128) -> concord_proto::concord::scales::v1::AdministerScaleRequest {
    concord_proto::concord::scales::v1::AdministerScaleRequest {
        header: header(command, patient),
        ..Sample::sample()
    }
}

/// A ledger that counts what is read of it.
struct Counted {
    ledger: Arc<dyn Ledger>,
    reads: Arc<AtomicUsize>,
}

#[async_trait]
impl Ledger for Counted {
    fn id(&self) -> &LedgerId {
        self.ledger.id()
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.ledger.append(append).await
    }

    async fn receipt(&self, command: CommandId) -> Result<Option<([u8; 32], Receipt)>, ReadError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.ledger.receipt(command).await
    }

    async fn read_stream(&self, of: StreamRef, after: u64, limit: usize) -> Result<Vec<Entry>, ReadError> {
        // The views look for published rules by themselves.
        if of == StreamRef::ruleset() {
            return self.ledger.read_stream(of, after, limit).await;
        }
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.ledger.read_stream(of, after, limit).await
    }

    async fn read(&self, after: u64, filter: &Filter, limit: usize) -> Result<Page, ReadError> {
        self.ledger.read(after, filter, limit).await
    }

    async fn head(&self) -> Result<Head, ReadError> {
        self.ledger.head().await
    }

    fn watch(&self) -> watch::Receiver<LedgerToken> {
        self.ledger.watch()
    }
}

#[tokio::test]
async fn as_much_is_read_for_who_may_not_know_whether_it_is_there_or_not() {
    let reads = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&reads);
    let wrap = move |ledger| Arc::new(Counted { ledger, reads: counter }) as Arc<dyn Ledger>;
    let service = Service::start_with(Limits::default(), wrap).await;
    admitted(&service).await;
    let outside = service.acting_as(Role::PrimaryCare);
    let mut counts = Vec::new();
    for patient in [THEIRS, NOBODY, THEIRS, NOBODY] {
        let before = reads.load(Ordering::SeqCst);
        let patient_id = Uuid::from_u128(patient).to_string();
        let asks = liaison::v1::GetReconciledListRequest { patient_id, min_position: None };
        assert_eq!(outside.liaison().get_reconciled_list(asks).await.unwrap_err().code(), Code::NotFound);
        counts.push(reads.load(Ordering::SeqCst) - before);
    }
    assert_eq!(counts, [1, 1, 1, 1], "remembered or not");
}

#[tokio::test]
async fn a_timeline_that_somebody_follows_ends_for_them_when_they_are_let_go() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    admitted(&service).await;
    let joins = joining(3, THEIRS, Role::Psychiatrist, common::Role::Psychiatrist);
    let least = nurse.send(joins).await.unwrap().token;
    let doctor = service.acting_as(Role::Psychiatrist);
    let patient_id = Uuid::from_u128(THEIRS).to_string();
    let asks = timeline::v1::WatchTimelineRequest { patient_id, min_position: least, ..Default::default() };
    let mut followed = doctor.timeline().watch_timeline(asks).await.unwrap().into_inner();
    assert!(followed.message().await.unwrap().is_some());
    let leaves = RemoveMemberRequest {
        header: header(4, THEIRS),
        person_id: person(Role::Psychiatrist),
        reason: "moved".to_owned(),
    };
    nurse.send(leaves).await.unwrap();
    service.acting_as(Role::Pmhnp).send(told(5, THEIRS)).await.unwrap();
    let end = loop {
        match followed.message().await {
            Ok(Some(_)) => {}
            ended => break ended,
        }
    };
    assert_eq!(end.unwrap_err().code(), Code::PermissionDenied);
}

/// Questions in each comparison.
const ASKED: usize = 200;

#[tokio::test]
async fn how_long_somebody_waits_for_what_they_may_not_know_is_told() {
    let service = Service::start().await;
    admitted(&service).await;
    let outside = service.acting_as(Role::PrimaryCare);
    let mut waited = [Vec::new(), Vec::new()];
    for _ in 0..ASKED {
        for (place, patient) in [THEIRS, NOBODY].into_iter().enumerate() {
            let patient_id = Uuid::from_u128(patient).to_string();
            let asks = liaison::v1::GetReconciledListRequest { patient_id, min_position: None };
            let since = std::time::Instant::now();
            let refused = outside.liaison().get_reconciled_list(asks).await.unwrap_err();
            waited[place].push(since.elapsed());
            assert_eq!(refused.code(), Code::NotFound);
        }
    }
    let [theirs, nobody] = waited.map(|mut each| {
        each.sort();
        (each[ASKED / 2], each[ASKED * 9 / 10])
    });
    println!("p50 and p90: {theirs:?} where there is such a patient, {nobody:?} where there is none");
}
