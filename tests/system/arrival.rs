//! Who comes into medication management and who does not, as those who decide it live it. Each test is named by the
//! feature that it shows.

use concord_client::Client;
use concord_proto::concord::assessment::v1 as assessment;
use concord_proto::concord::assessment::v1::Section;
use concord_proto::concord::episode::v1 as stay;
use concord_proto::concord::episode::v1::{Criterion, Exclusion};
use concord_proto::concord::program::v1 as program;
use concord_support::{Concord, Intake, episode};
use tempfile::TempDir;
use uuid::Uuid;

use crate::clinic::{CASE_MANAGER, Clinic, NURSE, reason};
use crate::{THERAPIST, start};

const PROGRAM: &str = "iop-adult";

/// A program to which somebody was referred whom nobody has looked at.
struct Door {
    server: Concord,
    intake: Intake,
    therapist: Client,
    _folder: TempDir,
}

impl Door {
    #[expect(clippy::disallowed_methods, reason = "a caller chooses its identifiers at random")]
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = start(folder.path()).await;
        let therapist = server.client(THERAPIST).await.unwrap();
        let intake = Intake { patient: Uuid::new_v4(), stay: Uuid::new_v4() };
        therapist.send(intake.referral()).await.unwrap();
        Self { server, intake, therapist, _folder: folder }
    }

    fn screening(
        &self,
        criteria: &[(Criterion, bool, &str)],
        exclusions: &[Exclusion],
    ) -> stay::ScreenCandidateRequest {
        let answer = |(criterion, met, evidence): &(Criterion, bool, &str)| stay::CriterionAnswer {
            criterion: (*criterion).into(),
            met: *met,
            evidence: (*evidence).to_owned(),
        };
        stay::ScreenCandidateRequest {
            header: self.intake.header(),
            program: PROGRAM.to_owned(),
            criteria: criteria.iter().map(answer).collect(),
            exclusions: exclusions.iter().map(|exclusion| (*exclusion).into()).collect(),
        }
    }

    fn admission(&self) -> stay::AdmitPatientRequest {
        stay::AdmitPatientRequest {
            header: self.intake.header(),
            program: PROGRAM.to_owned(),
            episode_id: self.intake.stay.to_string(),
        }
    }
}

#[tokio::test]
async fn f01_any_one_criterion_makes_a_candidate_and_what_is_not_safe_here_is_referred_up() {
    for criterion in [
        Criterion::CoOccurring,
        Criterion::MoodInstability,
        Criterion::RelapseFromSymptoms,
        Criterion::IncompleteTherapyResponse,
    ] {
        let door = Door::open().await;
        assert_eq!(reason(door.therapist.send(door.admission()).await), "NOT_SCREENED");
        let seen = [(criterion, true, "Two relapses after weeks without sleep")];
        door.therapist.send(door.screening(&seen, &[])).await.unwrap();
        door.therapist.send(door.admission()).await.unwrap();
    }

    // Nothing that medication could help with: told with what shows it, and not admitted.
    let door = Door::open().await;
    let answers = [
        (Criterion::CoOccurring, false, "No psychiatric diagnosis in two evaluations"),
        (Criterion::IncompleteTherapyResponse, false, "Group alone: twelve weeks without use"),
    ];
    let manager = door.server.client(CASE_MANAGER).await.unwrap();
    let denied = manager.send(door.screening(&answers, &[])).await;
    assert_eq!(reason(denied), "NOT_PERMITTED", "licensed evaluators screen");
    let unproven = [(Criterion::CoOccurring, true, " ")];
    assert_eq!(reason(door.therapist.send(door.screening(&unproven, &[])).await), "FIELD_INVALID");
    assert_eq!(reason(door.therapist.send(door.screening(&[], &[])).await), "NO_CRITERION_ANSWERED");
    door.therapist.send(door.screening(&answers, &[])).await.unwrap();
    assert_eq!(reason(door.therapist.send(door.admission()).await), "NOT_A_CANDIDATE");

    // A need, and a danger that an outpatient program cannot meet.
    let door = Door::open().await;
    let need = [(Criterion::MoodInstability, true, "Panic every day")];
    door.therapist.send(door.screening(&need, &[Exclusion::SevereAlcoholWithdrawal])).await.unwrap();
    assert_eq!(reason(door.therapist.send(door.admission()).await), "NOT_A_CANDIDATE");
}

fn decision(
    intake: Intake,
    indicated: Option<bool>,
    reasons: &[&str],
) -> assessment::DecideIndicationRequest {
    let diagnoses = if indicated == Some(true) { vec!["major-depression".to_owned()] } else { Vec::new() };
    assessment::DecideIndicationRequest {
        header: intake.header(),
        episode: episode(intake),
        indicated,
        diagnoses,
        reasons: reasons.iter().map(|&reason| reason.to_owned()).collect(),
    }
}

/// Writes every section, and has it signed.
async fn assessed(intake: Intake, doctor: &Client) {
    let start = assessment::StartAssessmentRequest { header: intake.header(), episode: episode(intake) };
    doctor.send(start).await.unwrap();
    for section in 1..=14 {
        doctor.send(found(intake, section, "Asked and recorded")).await.unwrap();
    }
    doctor.send(signature(intake)).await.unwrap();
}

fn found(intake: Intake, section: i32, finding: &str) -> assessment::RecordSectionRequest {
    assessment::RecordSectionRequest {
        header: intake.header(),
        episode: episode(intake),
        section,
        finding: finding.to_owned(),
    }
}

fn signature(intake: Intake) -> assessment::CompleteAssessmentRequest {
    assessment::CompleteAssessmentRequest { header: intake.header(), episode: episode(intake) }
}

#[tokio::test]
async fn f02_not_everybody_is_given_medication_and_either_way_the_reason_is_on_record() {
    let clinic = Clinic::open().await;
    let doctor = &clinic.doctor;
    let intake = Intake::admit(doctor).await.unwrap();
    assert_eq!(
        reason(doctor.send(decision(intake, Some(true), &["Low mood"])).await),
        "ASSESSMENT_NOT_STARTED"
    );
    assessed(intake, doctor).await;
    assert_eq!(reason(doctor.send(decision(intake, None, &["Low mood"])).await), "FIELD_INVALID");
    assert_eq!(reason(doctor.send(decision(intake, Some(false), &[])).await), "REASON_REQUIRED");
    let no = decision(intake, Some(false), &["Responds to therapy alone; PHQ-9 from 14 to 4 in eight weeks"]);
    assert_eq!(reason(clinic.therapist.send(no.clone()).await), "NOT_PERMITTED");
    let decided = doctor.send(no).await.unwrap();

    // No is an answer, and the stay goes on without medication: nothing is ordered on it.
    let ordered = clinic.prescribe_in(intake, "sertraline", 50.0).await;
    assert_eq!(reason(ordered), "NOT_INDICATED");
    let asks = program::ListEpisodesRequest {
        min_position: decided.token,
        program: PROGRAM.to_owned(),
        ..Default::default()
    };
    let roster = clinic.therapist.program().list_episodes(asks).await.unwrap().into_inner();
    assert!(roster.episodes.iter().any(|line| line.patient_id == intake.patient.to_string()), "{roster:?}");

    // It may be looked at again when things change, with why.
    let again = assessment::ReopenAssessmentRequest {
        header: intake.header(),
        episode: episode(intake),
        reason: "Worse since the funeral".to_owned(),
    };
    doctor.send(again).await.unwrap();
    doctor.send(signature(intake)).await.unwrap();
    doctor.send(decision(intake, Some(true), &["Recurrence, PHQ-9 19"])).await.unwrap();
    intake.prepare(doctor, "sertraline").await.unwrap();
    clinic.prescribe_in(intake, "sertraline", 50.0).await.unwrap();
}

#[tokio::test]
async fn f03_the_evaluation_is_signed_and_decided_by_a_psychiatrist_or_nurse_practitioner_alone() {
    let clinic = Clinic::open().await;
    let intake = Intake::admit(&clinic.doctor).await.unwrap();
    let start = assessment::StartAssessmentRequest { header: intake.header(), episode: episode(intake) };
    let nurse = clinic.acting_as(NURSE).await;
    // The team writes what it finds; the act is the prescriber's.
    nurse.send(start).await.unwrap();
    for section in 1..=14 {
        clinic.therapist.send(found(intake, section, "Asked and recorded")).await.unwrap();
    }
    for other in [&nurse, &clinic.therapist, &clinic.acting_as(CASE_MANAGER).await] {
        assert_eq!(reason(other.send(signature(intake)).await), "NOT_PERMITTED");
        let decided = other.send(decision(intake, Some(true), &["Low mood"])).await;
        assert_eq!(reason(decided), "NOT_PERMITTED");
    }
    let practitioner = clinic.acting_as(concord_support::Person::new("pmhnp", 8)).await;
    practitioner.send(signature(intake)).await.unwrap();
    practitioner.send(decision(intake, Some(true), &["Low mood for months"])).await.unwrap();
    let twice = clinic.doctor.send(decision(intake, Some(false), &["Another view"])).await;
    assert_eq!(reason(twice), "INDICATION_ALREADY_DECIDED");
}

#[tokio::test]
async fn f04_an_assessment_is_whole_before_it_is_signed_and_what_is_missing_is_named() {
    let clinic = Clinic::open().await;
    let doctor = &clinic.doctor;
    let intake = Intake::admit(doctor).await.unwrap();
    let start = assessment::StartAssessmentRequest { header: intake.header(), episode: episode(intake) };
    doctor.send(start).await.unwrap();
    let left_out =
        [Section::MedicalHistory, Section::SubstanceUse, Section::PsychiatricHistory].map(i32::from);
    for section in (1..=14).filter(|section| !left_out.contains(section)) {
        doctor.send(found(intake, section, "Asked and recorded")).await.unwrap();
    }
    let Err(concord_client::Error::Call(fault)) = doctor.send(signature(intake)).await else {
        panic!("signed with three sections missing")
    };
    let refusal = fault.refusal.unwrap();
    let mut missing = refusal.details.clone();
    missing.sort_unstable();
    assert_eq!(missing, ["medical_history", "psychiatric_history", "substance_use"]);
    assert!(!refusal.remedy.is_empty());
    for (section, finding) in left_out.into_iter().zip([
        "Kidneys and heart well; concussion at nineteen",
        "Alcohol from sixteen, a litre of wine daily until March; no withdrawal seizure",
        "Two episodes; citalopram 20 mg for ten weeks without effect",
    ]) {
        doctor.send(found(intake, section, finding)).await.unwrap();
    }
    doctor.send(signature(intake)).await.unwrap();
    let late = doctor.send(found(intake, Section::Risk.into(), "Another word")).await;
    assert_eq!(
        reason(late),
        "ASSESSMENT_COMPLETED",
        "what was signed stands, until it is reopened with a reason"
    );
}
