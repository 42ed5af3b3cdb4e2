//! What is known of the patient, and what they take from outside.

use concord_proto::concord::chart::v1 as chart;

use super::tale::{Tale, reported};
use crate::script::Body;

/// Room for conditions on a chart.
const MOST_CONDITIONS: usize = 200;

fn characteristics(born_on: &str, sex: chart::Sex, may_become_pregnant: bool) -> Body {
    Body::RecordCharacteristics(chart::RecordCharacteristicsRequest {
        born_on: born_on.to_owned(),
        sex: sex.into(),
        may_become_pregnant: Some(may_become_pregnant),
        header: None,
    })
}

pub(super) fn condition(name: &str, row: &str) -> Body {
    Body::RecordCondition(chart::RecordConditionRequest {
        name: name.to_owned(),
        codings: Vec::new(),
        condition: row.to_owned(),
        onset_on: String::new(),
        header: None,
    })
}

fn over(name: &str) -> Body {
    Body::ResolveCondition(chart::ResolveConditionRequest { name: name.to_owned(), header: None })
}

fn refuted(substance: &str) -> Body {
    Body::RefuteAllergy(chart::RefuteAllergyRequest {
        substance: substance.to_owned(),
        reason: "Skin test negative".to_owned(),
        header: None,
    })
}

pub(super) fn warned(drug: &str) -> Body {
    let drug = drug.to_owned();
    Body::AcknowledgeBoxedWarning(chart::AcknowledgeBoxedWarningRequest { drug, header: None })
}

pub(super) fn background(t: &mut Tale<'_>) {
    let (nurse, timer) = (t.nurse(), t.timer());
    t.is_admitted();
    t.errs(&nurse, characteristics(&t.day(9), chart::Sex::Male, false), "BIRTH_NOT_PLAUSIBLE");
    t.errs(&nurse, characteristics("1990-01-01", chart::Sex::Male, true), "CONTRADICTION");
    t.errs(&nurse, refuted("Penicillin"), "UNKNOWN_ALLERGY");
    let allergy = chart::RecordAllergyRequest {
        substance: "Penicillin".to_owned(),
        codings: Vec::new(),
        reaction: "Hives".to_owned(),
        severity: chart::ReactionSeverity::Moderate.into(),
        kind: chart::ReactionKind::Allergy.into(),
        header: None,
    };
    t.does(&nurse, Body::RecordAllergy(allergy));
    let none = chart::ConfirmNoKnownAllergiesRequest { header: None };
    t.errs(&nurse, Body::ConfirmNoKnownAllergies(none), "ALLERGY_ON_CHART");
    t.does(&nurse, refuted("Penicillin"));
    t.errs(&nurse, condition("Melancholia", "melancholia"), "UNKNOWN_CONDITION");
    t.errs(&nurse, over("Migraine"), "CONDITION_NOT_ON_CHART");
    t.does(&nurse, condition("Migraine", "migraine"));
    t.does(&nurse, over("Migraine"));
    t.errs(&nurse, warned("thiamine"), "NO_BOXED_WARNING");
    t.errs(&nurse, warned("happy-pill"), "UNKNOWN_DRUG");
    t.errs(&timer, warned("sertraline"), "NOT_A_CLINICIAN");
    for number in 0..MOST_CONDITIONS {
        t.does(&nurse, condition(&format!("Sprain number {number}"), ""));
    }
    t.errs(&nurse, condition("One sprain more", ""), "TOO_MANY_ENTRIES");
}

fn ended(t: &Tale<'_>, id: &str, hours: Option<i64>) -> Body {
    Body::EndOutsideMedication(chart::EndOutsideMedicationRequest {
        medication_id: id.to_owned(),
        last_dose_at: hours.and_then(|hours| t.at(hours)),
        reason: "Primary care stopped it".to_owned(),
        header: None,
    })
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn outside(id: &str) -> Option<chart::MedicationRef> {
    let medication = chart::medication_ref::Medication::OutsideMedicationId(id.to_owned());
    Some(chart::MedicationRef { medication: Some(medication) })
}

fn never(id: &str) -> Body {
    Body::RecordNeverTaken(chart::RecordNeverTakenRequest {
        medication: outside(id),
        reason: "The pharmacy never handed it out".to_owned(),
        header: None,
    })
}

pub(super) fn medications(t: &mut Tale<'_>) {
    let (nurse, pharmacist) = (t.nurse(), t.pharmacist());
    t.is_admitted();
    let unknown = t.new_id();
    let lisinopril = t.takes_from_outside("Lisinopril 10 mg");
    let naproxen = t.takes_from_outside("Naproxen 220 mg");
    t.errs(&nurse, reported(&lisinopril, "Lisinopril 20 mg"), "MEDICATION_ID_USED");
    t.errs(&nurse, ended(t, &unknown, None), "UNKNOWN_MEDICATION");
    t.errs(&nurse, ended(t, &naproxen, Some(30)), "IN_THE_FUTURE");
    t.errs(&pharmacist, never(&naproxen), "MEDICATION_NOT_ENDED");
    let last = chart::RecordLastDoseRequest { medication: outside(&naproxen), at: t.at(-6), header: None };
    t.does(&t.patient(), Body::RecordLastDose(last));
    t.does(&nurse, ended(t, &naproxen, Some(-6)));
    t.errs(&nurse, ended(t, &naproxen, Some(-6)), "MEDICATION_ENDED");
    t.errs(&pharmacist, never(&naproxen), "DOSE_ON_RECORD");
    let cough = t.takes_from_outside("Benzonatate 100 mg");
    t.does(&nurse, ended(t, &cough, None));
    t.does(&pharmacist, never(&cough));
    let reconciled = chart::ReconcileMedicationsRequest {
        entries: Vec::new(),
        note: "Asked on the telephone".to_owned(),
        header: None,
    };
    t.errs(&pharmacist, Body::ReconcileMedications(reconciled), "RECONCILIATION_INCOMPLETE");
}

fn result(t: &Tale<'_>, (lab, value, unit): (&str, f64, &str), hours: i64) -> chart::RecordResultRequest {
    chart::RecordResultRequest {
        lab: lab.to_owned(),
        value: Some(value),
        unit: unit.to_owned(),
        taken_at: t.at(hours),
        last_dose_at: None,
        header: None,
    }
}

fn waived(t: &Tale<'_>, order: &str, test: &str, in_days: i64) -> Body {
    Body::WaiveTest(chart::WaiveTestRequest {
        order_id: order.to_owned(),
        test: test.to_owned(),
        until: t.day(in_days),
        reason: "Primary care has done it".to_owned(),
        header: None,
    })
}

pub(super) fn results(t: &mut Tale<'_>) {
    let (nurse, psychiatrist) = (t.nurse(), t.psychiatrist());
    t.is_ready(&["bipolar"]);
    let sodium = ("sodium", 139.0, "mmol/L");
    let mut wrong = |of: (&str, f64, &str), hours: i64, reason: &'static str| {
        let sent = result(t, of, hours);
        t.errs(&nurse, Body::RecordResult(sent), reason);
    };
    wrong(("mood", 3.0, "mmol/L"), -1, "UNKNOWN_LAB");
    wrong(("sodium", 139.0, "mg/dL"), -1, "UNIT_NOT_OF_TABLE");
    wrong(("sodium", 1_390.0, "mmol/L"), -1, "VALUE_NOT_PLAUSIBLE");
    wrong(sodium, 4, "IN_THE_FUTURE");
    let mut level = result(t, ("lithium-level", 0.7, "mmol/L"), -8);
    level.last_dose_at = t.at(-2);
    t.errs(&nurse, Body::RecordResult(level), "DOSE_AFTER_SAMPLE");
    t.does(&nurse, Body::RecordResult(result(t, sodium, -1)));
    let reviewed = chart::ReviewResultRequest {
        lab: "sodium".to_owned(),
        taken_at: t.at(-1),
        action: "Nothing to be done".to_owned(),
        header: None,
    };
    t.errs(&psychiatrist, Body::ReviewResult(reviewed), "NO_CRITICAL_RESULT");
    t.is_warned_of("lithium");
    let lithium = t.takes("lithium", 600.0, "bipolar");
    t.errs(&psychiatrist, waived(t, &lithium, "mon.valproate.liver", 30), "UNKNOWN_TEST");
    t.errs(&psychiatrist, waived(t, &lithium, "mon.lithium.thyroid", 500), "WAIVER_OUT_OF_RANGE");
}
