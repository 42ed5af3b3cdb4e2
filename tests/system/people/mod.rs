//! The people around a patient, one story each: what each of them does in their days, what they find on their lists,
//! and what they must not see.
//!
//! Ada is everybody's patient. Bo is in the same program and has another team: whoever sees only their own patients
//! finds no trace of Bo.

mod auditor;
mod director;
mod family;
mod liaison;
mod nurse;
mod prescriber;
mod therapist;

use concord_client::Client;
use concord_proto::concord::common::v1::{CommandReceipt, Token};
use concord_proto::concord::ledger::v1 as ledger;
use concord_proto::concord::liaison::v1 as liaison_calls;
use concord_proto::concord::prescriber::v1 as prescriber_calls;
use concord_proto::concord::program::v1 as program_calls;
use concord_proto::concord::scales::v1 as scales;
use concord_proto::concord::side_effects::v1 as side_effects;
use concord_proto::concord::therapist::v1 as therapist_calls;
use concord_support::{Intake, Person, fresh, now};
use prost_types::Timestamp;
use tonic::Code;

use crate::clinic::{Clinic, PRIMARY_CARE};

/// The program that everybody is in.
const PROGRAM: &str = "iop-adult";

/// The nurse practitioner who has Bo.
const PRACTITIONER: Person = Person::new("pmhnp", 8);

/// The lists that somebody may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    Caseload,
    Worklist,
    Course,
    Reconciled,
    Program,
    Ledger,
}

/// Ada's clinic, and Bo beside her.
struct Ward {
    clinic: Clinic,
    bo: Intake,
}

impl Ward {
    async fn open() -> Self {
        let clinic = Clinic::open().await;
        let practitioner = clinic.acting_as(PRACTITIONER).await;
        let bo = Intake::admit(&practitioner).await.unwrap();
        let indicated = bo.indicate(&practitioner, "major-depression").await.unwrap();
        let ward = Self { clinic, bo };
        ward.is_known_everywhere(after(&indicated).as_ref()).await;
        ward
    }

    /// Waits until every list has come that far: a story may begin with a question that names no position.
    async fn is_known_everywhere(&self, then: Option<&Token>) {
        let patient_id = || self.clinic.intake.patient.to_string();
        let then = || then.cloned();
        let (doctor, therapist) = (&self.clinic.doctor, &self.clinic.therapist);
        let outside = self.clinic.acting_as(PRIMARY_CARE).await;
        let asks = therapist_calls::GetClientRequest { patient_id: patient_id(), min_position: then() };
        therapist.therapist().get_client(asks).await.unwrap();
        let asks = prescriber_calls::GetClientRequest { patient_id: patient_id(), min_position: then() };
        doctor.prescriber().get_client(asks).await.unwrap();
        let asks = prescriber_calls::GetClientCourseRequest {
            patient_id: patient_id(),
            min_position: then(),
            page: None,
        };
        doctor.prescriber().get_client_course(asks).await.unwrap();
        let asks = liaison_calls::GetReconciledListRequest { patient_id: patient_id(), min_position: then() };
        outside.liaison().get_reconciled_list(asks).await.unwrap();
        self.due_items(doctor, then()).await;
    }

    /// The answer of one list to somebody: whether they may ask at all, and about Ada.
    async fn may(&self, who: &Client, list: List) -> bool {
        let (patient_id, min_position) = (self.clinic.intake.patient.to_string(), None);
        let answered = match list {
            List::Caseload => {
                let asks = therapist_calls::GetClientRequest { patient_id, min_position };
                who.therapist().get_client(asks).await.map(drop)
            }
            List::Worklist => {
                let asks = prescriber_calls::GetClientRequest { patient_id, min_position };
                who.prescriber().get_client(asks).await.map(drop)
            }
            List::Course => {
                let asks = prescriber_calls::GetClientCourseRequest { patient_id, min_position, page: None };
                who.prescriber().get_client_course(asks).await.map(drop)
            }
            List::Reconciled => {
                let asks = liaison_calls::GetReconciledListRequest { patient_id, min_position };
                who.liaison().get_reconciled_list(asks).await.map(drop)
            }
            List::Program => {
                let asks =
                    program_calls::ListDueItemsRequest { program: PROGRAM.to_owned(), ..Default::default() };
                who.program().list_due_items(asks).await.map(drop)
            }
            List::Ledger => who.ledger().get_head(ledger::GetHeadRequest {}).await.map(drop),
        };
        match answered {
            Ok(()) => true,
            Err(refused) => {
                assert_eq!(refused.code(), Code::PermissionDenied, "{list:?}: {refused:?}");
                false
            }
        }
    }

    /// Every list that somebody may ask for; all others are denied.
    async fn sees(&self, who: &Client) -> Vec<List> {
        use List::{Caseload, Course, Ledger, Program, Reconciled, Worklist};
        let mut seen = Vec::new();
        for list in [Caseload, Worklist, Course, Reconciled, Program, Ledger] {
            if self.may(who, list).await {
                seen.push(list);
            }
        }
        seen
    }

    async fn due_items(&self, who: &Client, min_position: Option<Token>) -> Vec<program_calls::DueItem> {
        let asks =
            program_calls::ListDueItemsRequest { program: PROGRAM.to_owned(), min_position, page: None };
        let mut items = who.program().list_due_items(asks).await.unwrap().into_inner().items;
        let ada = self.clinic.intake.patient.to_string();
        items.retain(|item| item.patient_id == ada);
        items
    }

    /// What is due in the program for Ada, by kind.
    async fn due(&self, who: &Client, min_position: Option<Token>) -> Vec<String> {
        self.due_items(who, min_position).await.into_iter().map(|item| item.kind).collect()
    }

    /// In how many days something of that kind is due for Ada.
    async fn due_in(&self, who: &Client, kind: &str, min_position: Option<Token>) -> Option<i64> {
        let items = self.due_items(who, min_position).await;
        let due_at = items.into_iter().find(|item| item.kind == kind)?.due_at?;
        Some((due_at.seconds - now().seconds) / 86_400)
    }
}

/// A side effect as somebody tells it.
fn side_effect(
    intake: Intake,
    order_id: &str,
    grade: side_effects::Grade,
    words: &str,
) -> side_effects::ReportSideEffectRequest {
    side_effects::ReportSideEffectRequest {
        header: intake.header(),
        report_id: fresh(),
        symptom: "nausea".to_owned(),
        description: words.to_owned(),
        grade: grade.into(),
        suspected_order_id: order_id.to_owned(),
        ..Default::default()
    }
}

/// Answers to a form, some days ago.
fn form(
    intake: Intake,
    scale: scales::ScaleKind,
    answers: &[u32],
    days_ago: i64,
) -> scales::AdministerScaleRequest {
    let seen = scale == scales::ScaleKind::Cssrs;
    let mode =
        if seen { scales::AdministrationMode::Clinician } else { scales::AdministrationMode::SelfReport };
    scales::AdministerScaleRequest {
        header: intake.header(),
        scale_id: fresh(),
        scale: scale.into(),
        items: answers.iter().map(|answer| scales::ScaleItem { answer: Some(*answer) }).collect(),
        stated_total: None,
        mode: mode.into(),
        language: "en-US".to_owned(),
        taken_at: Some(Timestamp { seconds: now().seconds - days_ago * 86_400 - 60, nanos: 0 }),
        substance: String::new(),
    }
}

const SEVERE: [u32; 9] = [3, 3, 3, 3, 2, 2, 2, 2, 0];
const MILD: [u32; 9] = [1, 1, 1, 1, 1, 1, 0, 0, 0];

/// The position after a command.
fn after(receipt: &CommandReceipt) -> Option<Token> {
    receipt.token.clone()
}
