//! What people ask for in most stories.

use concord_proto::concord::assessment::v1 as assessment;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{FindingKey, Frequency, Regimen, Route};
use concord_proto::concord::episode::v1 as episode;
use prost_types::Timestamp;

use crate::cohort::PROGRAM;
use crate::script::Body;

/// All sections of an assessment.
pub(super) const SECTIONS: [assessment::Section; 14] = {
    use assessment::Section as S;
    [
        S::PresentingProblem,
        S::PsychiatricHistory,
        S::MedicalHistory,
        S::SubstanceUse,
        S::Allergies,
        S::CurrentMedications,
        S::FamilyHistory,
        S::Social,
        S::Risk,
        S::MentalStatus,
        S::Vitals,
        S::BaselineScales,
        S::GoalsAndPreferences,
        S::CapacityAndConsent,
    ]
};

/// Because the patient prefers it.
pub(super) const PREFERRED: chart::cause::Basis =
    chart::cause::Basis::Plain(chart::PlainCause::PatientPreference as i32);

pub(super) fn screening(met: &[bool], exclusions: &[episode::Exclusion]) -> Body {
    let answer = |met: &bool| episode::CriterionAnswer {
        criterion: episode::Criterion::MoodInstability.into(),
        met: *met,
        evidence: "As told at the first talk".to_owned(),
    };
    Body::ScreenCandidate(episode::ScreenCandidateRequest {
        program: PROGRAM.to_owned(),
        criteria: met.iter().map(answer).collect(),
        exclusions: exclusions.iter().copied().map(i32::from).collect(),
        header: None,
    })
}

pub(super) fn admission(stay: &str) -> Body {
    Body::AdmitPatient(episode::AdmitPatientRequest {
        program: PROGRAM.to_owned(),
        episode_id: stay.to_owned(),
        header: None,
    })
}

pub(super) fn discharge(plan: &str) -> Body {
    Body::DischargePatient(episode::DischargePatientRequest {
        program: PROGRAM.to_owned(),
        disposition: episode::Disposition::Completed.into(),
        medication_plan: plan.to_owned(),
        header: None,
    })
}

pub(super) fn daily(dose_mg: f64) -> Regimen {
    regimen(dose_mg, Frequency::Daily, Route::Oral)
}

pub(super) fn regimen(dose_mg: f64, frequency: Frequency, route: Route) -> Regimen {
    Regimen { dose_mg, frequency: frequency.into(), count: None, route: route.into() }
}

pub(super) fn reported(id: &str, name: &str) -> Body {
    Body::RecordOutsideMedication(chart::RecordOutsideMedicationRequest {
        medication_id: id.to_owned(),
        reported: Some(chart::Reported {
            name: name.to_owned(),
            codings: Vec::new(),
            regimen: None,
            prescriber: String::new(),
            started_on: String::new(),
            source: chart::InformationSource::Patient.into(),
        }),
        header: None,
    })
}

pub(super) fn finding(rule: &str, about: &[&str]) -> FindingKey {
    FindingKey { rule: rule.to_owned(), about: about.iter().map(|&one| one.to_owned()).collect() }
}

pub(super) fn adjustment(order: &str, regimen: Regimen, basis: chart::cause::Basis) -> Body {
    Body::AdjustDose(chart::AdjustDoseRequest {
        order_id: order.to_owned(),
        regimen: Some(regimen),
        cause: Some(chart::Cause { basis: Some(basis) }),
        note: "As talked about".to_owned(),
        acknowledgements: Vec::new(),
        rests_on: None,
        header: None,
    })
}

pub(super) fn stopped(order: &str, last_dose: Option<Timestamp>) -> Body {
    Body::StopMedication(chart::StopMedicationRequest {
        order_id: order.to_owned(),
        reason: chart::StopReason::PatientChoice.into(),
        last_dose_at: last_dose,
        abrupt_because: String::new(),
        header: None,
    })
}
