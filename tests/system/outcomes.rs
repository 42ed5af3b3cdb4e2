//! A program in numbers, as its director asks for them. Each test is named by the feature that it shows.

use concord_client::{Client, Error};
use concord_proto::concord::common::v1::{CommandHeader, Token};
use concord_proto::concord::episode::v1 as stay;
use concord_proto::concord::outcomes::v1::{GetOutcomesRequest, GetOutcomesResponse};
use concord_proto::concord::recovery::v1 as recovery;
use concord_support::{Concord, Intake, Person, fresh, now};
use prost_types::Timestamp;
use tempfile::TempDir;
use tonic::Code;

use crate::clinic::{CASE_MANAGER, PRIMARY_CARE};
use crate::medication::{MILD, SEVERE, phq9};
use crate::{PSYCHIATRIST, start};

const DAY: i64 = 24 * 60 * 60;

/// Days since clients here were admitted.
const HERE: i64 = 40;

fn days_ago(days: i64) -> Timestamp {
    let now = now();
    Timestamp { seconds: now.seconds - days * DAY, ..now }
}

/// `YYYY-MM` of that day.
fn month(at: Timestamp) -> String {
    at.to_string().get(..7).unwrap_or_default().to_owned()
}

/// A program with its director, who acts as case manager.
struct Program {
    doctor: Client,
    director: Client,
    server: Concord,
    _folder: TempDir,
}

impl Program {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = start(folder.path()).await;
        let doctor = server.client(PSYCHIATRIST).await.unwrap();
        let director = server.client(CASE_MANAGER).await.unwrap();
        Self { doctor, director, server, _folder: folder }
    }

    /// Somebody who was referred and admitted forty days ago.
    async fn client(&self) -> Intake {
        let intake = Intake { patient: fresh().parse().unwrap(), stay: fresh().parse().unwrap() };
        let header = || at(intake, days_ago(HERE));
        let referred = stay::ReferPatientRequest { header: header(), ..intake.referral() };
        self.doctor.send(referred).await.unwrap();
        let criterion = stay::CriterionAnswer {
            criterion: stay::Criterion::CoOccurring.into(),
            met: true,
            evidence: "Alcohol and low mood".to_owned(),
        };
        let screened = stay::ScreenCandidateRequest {
            header: header(),
            program: "iop-adult".to_owned(),
            criteria: vec![criterion],
            exclusions: Vec::new(),
        };
        self.doctor.send(screened).await.unwrap();
        let admitted = stay::AdmitPatientRequest {
            header: header(),
            program: "iop-adult".to_owned(),
            episode_id: intake.stay.to_string(),
        };
        self.doctor.send(admitted).await.unwrap();
        intake
    }

    async fn leaves(&self, intake: Intake, days: i64) -> Option<Token> {
        let leaves = stay::DischargePatientRequest {
            header: at(intake, days_ago(days)),
            program: "iop-adult".to_owned(),
            disposition: stay::Disposition::LostToFollowUp.into(),
            medication_plan: String::new(),
        };
        self.doctor.send(leaves).await.unwrap().token
    }

    async fn relapses(&self, intake: Intake) -> Option<Token> {
        let relapse = recovery::RecordRelapseRequest {
            header: intake.header(),
            relapse_id: fresh(),
            substance: "alcohol".to_owned(),
            account: "Told by themselves".to_owned(),
            response: "Seen the same day, plan stands".to_owned(),
            ..Default::default()
        };
        self.doctor.send(relapse).await.unwrap().token
    }

    /// The patient's own client: their token names them.
    async fn patient(&self, intake: Intake) -> Client {
        self.server.client(Person { role: "patient", id: intake.patient }).await.unwrap()
    }

    async fn numbers(&self, who: &Client, least: Option<Token>) -> Result<GetOutcomesResponse, Error> {
        let asks = GetOutcomesRequest {
            min_position: least,
            program: "iop-adult".to_owned(),
            first_month: month(days_ago(HERE)),
            last_month: month(now()),
        };
        Ok(who.outcomes().get_outcomes(asks).await?.into_inner())
    }
}

fn at(intake: Intake, effective_at: Timestamp) -> Option<CommandHeader> {
    intake.header().map(|header| CommandHeader { effective_at: Some(effective_at), ..header })
}

#[tokio::test]
async fn f26_the_director_sees_who_stayed_of_those_whose_day_has_come() {
    let program = Program::open().await;
    let (using, _faithful, gone) = (program.client().await, program.client().await, program.client().await);
    program.relapses(using).await;
    let left = program.leaves(gone, HERE - 20).await;

    let told = program.numbers(&program.director, left.clone()).await.unwrap();
    let admitted = told.admitted.unwrap();
    assert_eq!((told.clients, admitted.count), (3, 3));
    let active = told.active.unwrap();
    assert_eq!((active.part, active.whole), (2, 3));
    let retained: Vec<_> =
        told.retained.iter().map(|at| at.share.map(|share| (at.days, share.part, share.whole))).collect();
    let none = |days| Some((days, 0, 0));
    assert_eq!(retained, [Some((30, 2, 3)), none(60), none(90), none(180)]);
    let relapses = told.relapses.unwrap();
    assert_eq!((relapses.count, relapses.clients, relapses.of_clients), (1, 1, 3));
    assert!(relapses.small && active.small, "three clients are few");
    let reconciled = told.reconciled.unwrap();
    assert_eq!((reconciled.part, reconciled.whole), (0, 3));
    let overdue = told.overdue.iter().find(|work| work.kind == "relapse_review");
    assert_eq!(overdue, None, "the review of today's relapse is not overdue");
    let asked = told.as_of.unwrap();
    assert!(asked.position >= left.as_ref().unwrap().position);

    // Partners see no numbers of few people.
    let outside = program.server.client(PRIMARY_CARE).await.unwrap();
    let Err(Error::Call(fault)) = program.numbers(&outside, left).await else { panic!("a partner was told") };
    assert_eq!(fault.code, Code::PermissionDenied);
}

#[tokio::test]
async fn f10_the_director_sees_who_responds_and_who_was_not_scored_again() {
    let program = Program::open().await;
    let (better, once, never) = (program.client().await, program.client().await, program.client().await);
    let patient = program.patient(better).await;
    patient.send(phq9(better, SEVERE, 28)).await.unwrap();
    patient.send(phq9(better, MILD, 0)).await.unwrap();
    let last = program.patient(once).await.send(phq9(once, SEVERE, 7)).await.unwrap().token;

    let told = program.numbers(&program.director, last).await.unwrap();
    let phq9 = told.scales.iter().find(|scale| scale.scale == "phq9").unwrap();
    let (response, remission) = (phq9.response.unwrap(), phq9.remission.unwrap());
    assert_eq!((response.part, response.whole), (1, 1), "20, then 7");
    assert_eq!((remission.part, remission.whole), (0, 1), "7 is not below 5");
    assert_eq!((phq9.without_second_score, phq9.without_score, phq9.not_elevated), (1, 1, 0));
    let adherence = told.adherence.unwrap();
    assert_eq!((adherence.unmeasured, adherence.covered.unwrap().mean), (3, None));
    let gone = program.leaves(never, 1).await;
    let told = program.numbers(&program.director, gone).await.unwrap();
    assert_eq!(told.active.unwrap().part, 2);
}
