//! A patient in treatment, and those around them, for tests that tell how each of them lives it.

use concord_client::{Client, Error};
use concord_proto::concord::care_team::v1 as care_team;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::common::v1::{Frequency, Regimen, Route, Token};
use concord_proto::concord::coordination::v1 as coordination;
use concord_proto::concord::liaison::v1 as liaison;
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_support::{Concord, Intake, Person, episode, fresh, today};
use tempfile::TempDir;

use crate::{PSYCHIATRIST, THERAPIST, start};

pub(crate) const CASE_MANAGER: Person = Person::new("case_manager", 5);
pub(crate) const NURSE: Person = Person::new("nurse", 6);
pub(crate) const PRIMARY_CARE: Person = Person::new("primary_care", 7);

/// A patient in treatment, and those around them.
pub(crate) struct Clinic {
    pub(crate) server: Concord,
    pub(crate) intake: Intake,
    pub(crate) doctor: Client,
    pub(crate) therapist: Client,
    _folder: TempDir,
}

/// The patient's word that somebody outside the program may have everything.
pub(crate) fn signed(intake: Intake, recipient: Person) -> coordination::RecordSharingConsentRequest {
    use coordination::SharedPart::{Allergies, Diagnoses, Medications, Plan, Results, SubstanceUse};
    coordination::RecordSharingConsentRequest {
        header: intake.header(),
        recipient_id: recipient.id.to_string(),
        parts: [Plan, Medications, Allergies, Diagnoses, Results, SubstanceUse].map(i32::from).to_vec(),
        signed_on: today(),
        expires_on: "2099-12-31".to_owned(),
    }
}

impl Clinic {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = start(folder.path()).await;
        let doctor = server.client(PSYCHIATRIST).await.unwrap();
        let therapist = server.client(THERAPIST).await.unwrap();
        let intake = Intake::admit(&doctor).await.unwrap();
        intake.indicate(&doctor, "major-depression").await.unwrap();
        intake.prepare(&doctor, "sertraline").await.unwrap();
        for (person, role, organisation) in [
            (PSYCHIATRIST, common::Role::Psychiatrist, ""),
            (THERAPIST, common::Role::Therapist, ""),
            (PRIMARY_CARE, common::Role::PrimaryCare, "Riverbend Family Practice"),
        ] {
            let member = care_team::AddMemberRequest {
                header: intake.header(),
                person_id: person.id.to_string(),
                role: role.into(),
                name: "Somebody".to_owned(),
                organisation: organisation.to_owned(),
            };
            doctor.send(member).await.unwrap();
        }
        doctor.send(signed(intake, PRIMARY_CARE)).await.unwrap();
        Self { server, intake, doctor, therapist, _folder: folder }
    }

    /// Takes somebody into the care team.
    pub(crate) async fn joins(&self, person: Person, role: common::Role) {
        let member = care_team::AddMemberRequest {
            header: self.intake.header(),
            person_id: person.id.to_string(),
            role: role.into(),
            name: "Somebody".to_owned(),
            organisation: String::new(),
        };
        self.doctor.send(member).await.unwrap();
    }

    pub(crate) async fn acting_as(&self, person: Person) -> Client {
        self.server.client(person).await.unwrap()
    }

    /// The patient's own client: their token names them.
    pub(crate) async fn patient(&self) -> Client {
        self.acting_as(Person { role: "patient", id: self.intake.patient }).await
    }

    /// Orders sertraline and tells the order and what the answer was recorded at.
    pub(crate) async fn prescribe(&self) -> Result<(String, Option<Token>), Error> {
        self.prescribe_in(self.intake, "sertraline", 50.0).await
    }

    /// The same of any drug for any patient.
    pub(crate) async fn prescribe_in(
        &self,
        intake: Intake,
        drug: &str,
        mg: f64,
    ) -> Result<(String, Option<Token>), Error> {
        let order = order(intake, drug, mg);
        let order_id = order.order_id.clone();
        self.doctor.send(order).await.map(|receipt| (order_id, receipt.token))
    }

    /// What the prescriber has to do of that kind, by what it is about.
    pub(crate) async fn worklist(&self, kind: &str, min_position: Option<Token>) -> Vec<String> {
        let asks = prescriber::ListWorklistRequest { min_position, ..Default::default() };
        let list = self.doctor.prescriber().list_worklist(asks).await.unwrap().into_inner();
        list.items.into_iter().filter(|item| item.kind == kind).map(|item| item.summary).collect()
    }

    pub(crate) async fn told_to_liaison(&self, min_position: Option<Token>) -> Vec<String> {
        let patient_id = self.intake.patient.to_string();
        let asks = liaison::GetReconciledListRequest { patient_id, min_position };
        let outside = self.acting_as(PRIMARY_CARE).await;
        outside.liaison().get_reconciled_list(asks).await.unwrap().into_inner().plan
    }
}

pub(crate) fn reason(refused: Result<impl std::fmt::Debug, Error>) -> String {
    match refused {
        Err(Error::Call(fault)) => fault.reason,
        other => format!("{other:?}"),
    }
}

/// An order of a drug that is taken by mouth once a day.
pub(crate) fn order(intake: Intake, drug: &str, mg: f64) -> chart::PrescribeMedicationRequest {
    chart::PrescribeMedicationRequest {
        header: intake.header(),
        order_id: fresh(),
        episode: episode(intake),
        drug: drug.to_owned(),
        regimen: daily(mg),
        indication: "major-depression".to_owned(),
        reason: "Moderate depression, first choice.".to_owned(),
        supply: Some(chart::Supply { days: 30, refills: 1 }),
        start_on: today(),
        modality: chart::OrderModality::InPerson.into(),
        ..Default::default()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
pub(crate) fn daily(dose_mg: f64) -> Option<Regimen> {
    let (frequency, route) = (Frequency::Daily.into(), Route::Oral.into());
    Some(Regimen { dose_mg, frequency, count: None, route })
}

/// What was prescribed elsewhere, as the patient tells it.
pub(crate) fn outside(intake: Intake, name: &str) -> chart::RecordOutsideMedicationRequest {
    chart::RecordOutsideMedicationRequest {
        header: intake.header(),
        medication_id: fresh(),
        reported: Some(chart::Reported {
            name: name.to_owned(),
            source: chart::InformationSource::Patient.into(),
            ..Default::default()
        }),
    }
}

/// The refusal of a rule.
pub(crate) fn refusal(refused: Result<impl std::fmt::Debug, Error>) -> common::Refusal {
    match refused {
        Err(Error::Call(fault)) if fault.refusal.is_some() => fault.refusal.unwrap_or_default(),
        other => panic!("no rule refused it: {other:?}"),
    }
}

/// The finding of that rule, and what it asks for.
#[track_caller]
pub(crate) fn finding(findings: &[common::Finding], rule: &str) -> common::Finding {
    let of = |finding: &&common::Finding| finding.key.as_ref().is_some_and(|key| key.rule == rule);
    findings.iter().find(of).unwrap_or_else(|| panic!("{rule} is not in {findings:?}")).clone()
}
