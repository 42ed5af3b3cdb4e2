//! From referral to the indication decision.

use concord_kernel::Instant;
use concord_proto::concord::assessment::v1 as assessment;
use concord_proto::concord::care_team::v1::AddMemberRequest;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::episode::v1 as episode;
use rand::Rng;

use super::course::Story;
use super::profile::{Course, Twist};
use super::writer::later;
use super::{PROGRAM, care, outside, request};
use crate::script::{Body, Person};

const SUD: [&str; 2] = ["opioid-use-disorder", "alcohol-use-disorder"];

/// Referral and screening.
pub(crate) fn refer(story: &mut Story<'_>) {
    let (profile, day) = (story.profile, story.profile.arrives_on);
    let (doctor, therapist) = (story.doctor, story.therapist);
    let body = Body::ReferPatient(episode::ReferPatientRequest {
        program: PROGRAM.to_owned(),
        name: profile.name.clone(),
        born_on: profile.born_on.to_string(),
        referred_by: format!("{}, {}", doctor.name, doctor.organisation),
        reason: profile.kind.story.to_owned(),
        part2: Some(true),
        header: None,
    });
    let at = story.w.at(day, 0);
    story.w.step(at, doctor, body);
    let sud = profile.diagnoses.iter().any(|d| SUD.contains(d));
    let answer = |criterion: episode::Criterion, met: bool, evidence: &str| episode::CriterionAnswer {
        criterion: criterion.into(),
        met,
        evidence: evidence.to_owned(),
    };
    let up = profile.course == Course::ReferredUp;
    let body = Body::ScreenCandidate(episode::ScreenCandidateRequest {
        program: PROGRAM.to_owned(),
        criteria: vec![
            answer(
                episode::Criterion::CoOccurring,
                sud && profile.diagnoses.len() > 1,
                "Diagnoses of the referral",
            ),
            answer(episode::Criterion::MoodInstability, true, profile.kind.story),
            answer(
                episode::Criterion::IncompleteTherapyResponse,
                !sud && !up,
                "Eight sessions without full response",
            ),
        ],
        exclusions: if up { vec![episode::Exclusion::SevereAlcoholWithdrawal.into()] } else { Vec::new() },
        header: None,
    });
    let at = story.w.at(day + 1, 60);
    story.w.step(at, therapist, body);
}

/// Admission, care team, and what is known of the patient.
pub(crate) fn admit(story: &mut Story<'_>) {
    let day = story.profile.arrives_on + 2;
    let stay = story.stay;
    let at = story.w.at(day, 30);
    let body = Body::AdmitPatient(episode::AdmitPatientRequest {
        program: PROGRAM.to_owned(),
        episode_id: stay.to_string(),
        header: None,
    });
    let staff = story.staff;
    story.w.step(at, &staff.case_manager, body);
    let members = [
        story.prescriber,
        story.therapist,
        &staff.nurse,
        &staff.pharmacist,
        &staff.case_manager,
        story.doctor,
    ];
    // The psychiatrist prescribes what the nurse practitioner's registration does not cover.
    let psychiatrist = &staff.prescribers[0];
    let further = (psychiatrist.id != story.prescriber.id).then_some(psychiatrist);
    for (index, member) in members.into_iter().chain(further).enumerate() {
        story.w.step(later(at, 2 + index as u64), &staff.case_manager, add_member(member));
    }
    background(story, later(at, 30));
    baseline_results(story, later(at, 60));
    let known: Vec<_> = story.profile.kind.outside.iter().filter(|entry| entry.day < 0).collect();
    for entry in known {
        outside::record(story, entry, later(at, 65));
    }
    outside::reconcile(story, later(at, 70), "Asked patient and pharmacy");
}

fn add_member(member: &Person) -> Body {
    use concord_proto::concord::common::v1::Role as Wire;
    let role = match member.role {
        concord_kernel::Role::Psychiatrist => Wire::Psychiatrist,
        concord_kernel::Role::Pmhnp => Wire::Pmhnp,
        concord_kernel::Role::Therapist => Wire::Therapist,
        concord_kernel::Role::Nurse => Wire::Nurse,
        concord_kernel::Role::Pharmacist => Wire::Pharmacist,
        concord_kernel::Role::PrimaryCare => Wire::PrimaryCare,
        concord_kernel::Role::CaseManager => Wire::CaseManager,
        concord_kernel::Role::OutsideProvider => Wire::OutsideProvider,
        concord_kernel::Role::Family => Wire::Family,
        concord_kernel::Role::Patient => Wire::Patient,
        concord_kernel::Role::Auditor => Wire::Auditor,
        concord_kernel::Role::Service => Wire::Service,
        concord_kernel::Role::Director => Wire::Director,
        concord_kernel::Role::PrivacyOfficer => Wire::PrivacyOfficer,
        concord_kernel::Role::Partner => Wire::Partner,
    };
    Body::AddMember(AddMemberRequest {
        person_id: member.id.to_string(),
        role: role.into(),
        name: member.name.clone(),
        organisation: member.organisation.clone(),
        header: None,
    })
}

fn background(story: &mut Story<'_>, at: Instant) {
    let (profile, nurse) = (story.profile, &story.staff.nurse);
    let sex = if profile.female { chart::Sex::Female } else { chart::Sex::Male };
    let body = Body::RecordCharacteristics(chart::RecordCharacteristicsRequest {
        born_on: profile.born_on.to_string(),
        sex: sex.into(),
        may_become_pregnant: Some(false),
        header: None,
    });
    story.w.step(at, nurse, body);
    let allergic = story.rng.random_bool(0.25);
    let body = if allergic {
        Body::RecordAllergy(chart::RecordAllergyRequest {
            substance: "Penicillin".to_owned(),
            codings: Vec::new(),
            reaction: "Hives as a child".to_owned(),
            severity: chart::ReactionSeverity::Moderate.into(),
            kind: chart::ReactionKind::Allergy.into(),
            header: None,
        })
    } else {
        Body::ConfirmNoKnownAllergies(chart::ConfirmNoKnownAllergiesRequest { header: None })
    };
    story.w.step(later(at, 2), nurse, body);
    let diagnoses = profile.diagnoses.iter().map(|id| (*id, spoken(id)));
    let others = profile.kind.conditions.iter().copied();
    for (index, (id, name)) in diagnoses.chain(others).enumerate() {
        let body = Body::RecordCondition(chart::RecordConditionRequest {
            name: name.to_owned(),
            codings: Vec::new(),
            condition: id.to_owned(),
            onset_on: String::new(),
            header: None,
        });
        story.w.step(later(at, 4 + index as u64), nurse, body);
    }
}

/// The name for people of a diagnosis.
pub(crate) fn spoken(condition: &str) -> &'static str {
    match condition {
        "major-depression" => "Major depressive disorder",
        "bipolar" => "Bipolar disorder",
        "opioid-use-disorder" => "Opioid use disorder",
        "alcohol-use-disorder" => "Alcohol use disorder",
        "gad" => "Generalized anxiety disorder",
        "ptsd" => "Posttraumatic stress disorder",
        "schizophrenia" => "Schizophrenia",
        "panic-disorder" => "Panic disorder",
        _ => "Anxiety disorder",
    }
}

fn baseline_results(story: &mut Story<'_>, at: Instant) {
    let nurse = &story.staff.nurse;
    let systolic = f64::from(story.rng.random_range(108_u16..136));
    let weight = f64::from(story.rng.random_range(540_u16..980)) / 10.0;
    let egfr = f64::from(story.rng.random_range(78_u16..112));
    let mut results = vec![
        ("systolic-bp", systolic, "mm[Hg]"),
        ("weight", weight, "kg"),
        ("egfr", egfr, "mL/min/{1.73_m2}"),
        ("alt", f64::from(story.rng.random_range(14_u16..44)), "U/L"),
    ];
    if story.profile.diagnoses.contains(&"bipolar") {
        results.extend([("tsh", 2.1, "m[IU]/L"), ("calcium", 9.4, "mg/dL")]);
    }
    if story.profile.diagnoses.contains(&"schizophrenia") {
        results.extend([("fasting-glucose", 92.0, "mg/dL"), ("ldl", 118.0, "mg/dL"), ("waist", 94.0, "cm")]);
    }
    if story.profile.diagnoses.contains(&"alcohol-use-disorder") {
        results.push(("uds-opioids", 0.0, "{presence}"));
    }
    for (index, (lab, value, unit)) in results.into_iter().enumerate() {
        let minute = later(at, index as u64 / 2);
        story.w.step(minute, nurse, request::result(lab, value, unit, at));
    }
}

/// The assessment, its signature, and the decision.
pub(crate) fn assess(story: &mut Story<'_>) {
    let day = story.profile.arrives_on + 3;
    let (stay, therapist, nurse, prescriber) =
        (story.stay, story.therapist, &story.staff.nurse, story.prescriber);
    let at = story.w.at(day, 60);
    let body = Body::StartAssessment(assessment::StartAssessmentRequest {
        episode: Some(request::episode(stay)),
        header: None,
    });
    story.w.step(at, therapist, body);
    care::scores(story, day, 75);
    for (index, (section, finding)) in sections(story.profile.kind.story).into_iter().enumerate() {
        use assessment::Section as S;
        let ours = [S::MedicalHistory, S::Allergies, S::CurrentMedications, S::Vitals, S::BaselineScales];
        let signed = [S::Risk, S::MentalStatus, S::CapacityAndConsent];
        let by = if ours.contains(&section) {
            nurse
        } else if signed.contains(&section) {
            prescriber
        } else {
            therapist
        };
        story.w.step(later(at, 30 + 3 * index as u64), by, request::section(stay, section, &finding));
    }
    let signed = story.w.at(day + 1, 120);
    let complete =
        assessment::CompleteAssessmentRequest { episode: Some(request::episode(stay)), header: None };
    story.w.step(signed, prescriber, Body::CompleteAssessment(complete));
    let indicated = story.profile.course != Course::TherapyAlone;
    let reason = if indicated {
        "Impairment and no full response to therapy alone"
    } else {
        "Mild, improving with therapy alone; looked at again when that changes"
    };
    let body = Body::DecideIndication(assessment::DecideIndicationRequest {
        episode: Some(request::episode(stay)),
        indicated: Some(indicated),
        diagnoses: story.profile.diagnoses.iter().map(|d| (*d).to_owned()).collect(),
        reasons: vec![reason.to_owned()],
        header: None,
    });
    story.w.step(later(signed, 5), prescriber, body);
    let to = if indicated { episode::Phase::Planning } else { episode::Phase::MedicationNotIndicated };
    care::phase(story, later(signed, 8), to, reason);
    if story.is(Twist::Completes) {
        story.disturbed_until = -1;
    }
}

fn sections(story: &str) -> Vec<(assessment::Section, String)> {
    use assessment::Section as S;
    [
        (S::PresentingProblem, story),
        (S::PsychiatricHistory, "No hospital stay, no suicide attempt; earlier therapy with partial benefit"),
        (S::MedicalHistory, "Kidney and liver function known; no heart disease; see conditions"),
        (S::SubstanceUse, "Asked for each substance; see diagnoses; last use before admission"),
        (S::Allergies, "Asked and recorded on the chart"),
        (S::CurrentMedications, "Asked patient and pharmacy; outside medications are on the chart"),
        (S::FamilyHistory, "No sudden cardiac death; one parent with depression"),
        (S::Social, "Stable housing, partner supportive, drives to the program"),
        (S::Risk, "C-SSRS administered; no access to firearms; safety plan written"),
        (S::MentalStatus, "Oriented, cooperative; mood as reported; insight present"),
        (S::Vitals, "Recorded on the chart"),
        (S::BaselineScales, "PHQ-9 and GAD-7 administered; craving where it applies"),
        (S::GoalsAndPreferences, "Back to work; as few tablets as possible; no weight gain"),
        (S::CapacityAndConsent, "Understands options and side effects; consents to treatment"),
    ]
    .into_iter()
    .map(|(section, finding)| (section, finding.to_owned()))
    .collect()
}
