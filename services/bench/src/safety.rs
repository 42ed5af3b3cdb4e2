//! `bench safety`: the pure safety check of one large chart and a proposed order, over the whole ruleset.

use std::hint::black_box;
use std::time::{Duration, Instant};

use concord_kernel::{Clock, SystemClock};
use concord_knowledge::safety::{
    Allergies, Allergy, Exposure, LatestResult, Proposal, ReactionKind, ReactionSeverity, Subject,
};
use concord_knowledge::{
    ConditionId, Drug, Frequency, IngredientId, LabId, Milligrams, Regimen, Route, Ruleset,
};
use hdrhistogram::Histogram;
use serde::Serialize;
use uuid::Uuid;

use crate::BenchError;

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The ruleset that judged.
    pub ruleset: String,
    /// Medications on the chart.
    pub medications: usize,
    /// Checks of a proposed order in one second.
    pub checks_per_second: f64,
    /// Half of the checks of a proposed order took at most this long.
    pub p50_us: f64,
    /// All but one in a hundred took at most this long.
    pub p99_us: f64,
    /// The longest took this long; on a busy machine it is a check that had to wait for a processor.
    pub max_us: f64,
    /// Findings of the chart as it stands.
    pub chart_findings: usize,
    /// Half of the checks of the chart as it stands, every pair on it, took at most this long.
    pub chart_p50_us: f64,
    /// All but one in a hundred took at most this long.
    pub chart_p99_us: f64,
}

/// The most medications that the measured chart can hold.
pub const MOST_MEDICATIONS: usize = CHART.len();

/// Checks above this are counted as this: a second, in nanoseconds.
const LONGEST_NANOS: u64 = 1_000_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;
/// Let go by before anything is counted.
const WARM_UP: Duration = Duration::from_millis(100);

/// A medication as a record names it, milligrams of one dose, and the formulary row of an order of the program.
type Taken = (&'static str, f64, Option<&'static str>);

/// One long list of somebody with many illnesses: orders of the program among what others prescribed.
const CHART: [Taken; 40] = [
    ("Sertraline", 100.0, Some("sertraline")),
    ("Lisinopril 20 MG Oral Tablet", 20.0, None),
    ("Lithium carbonate", 900.0, Some("lithium")),
    ("Ibuprofen 600 MG Oral Tablet", 600.0, None),
    ("Hydrochlorothiazide 25 MG", 25.0, None),
    ("Quetiapine", 300.0, Some("quetiapine")),
    ("Buprenorphine/naloxone", 16.0, Some("buprenorphine-naloxone-sl")),
    ("Clonazepam 0.5 MG Oral Tablet [Klonopin]", 0.5, None),
    ("Gabapentin", 900.0, Some("gabapentin")),
    ("24 HR metoprolol succinate 100 MG Extended Release Oral Tablet [Toprol]", 100.0, None),
    ("Warfarin Sodium 5 MG Oral Tablet", 5.0, None),
    ("Omeprazole 20 MG Delayed Release Oral Capsule", 20.0, None),
    ("Prazosin", 3.0, Some("prazosin")),
    ("Metformin hydrochloride 500 MG Oral Tablet", 500.0, None),
    ("Simvastatin 20 MG Oral Tablet", 20.0, None),
    ("Levothyroxine 50 MCG", 0.05, None),
    ("Trazodone", 50.0, Some("trazodone")),
    ("Amlodipine 5 MG Oral Tablet", 5.0, None),
    ("Acetaminophen 325 MG Oral Tablet", 325.0, None),
    ("Albuterol 0.09 MG/ACTUAT inhaler", 0.09, None),
    ("Topiramate", 100.0, Some("topiramate")),
    ("Sumatriptan 50 MG Oral Tablet", 50.0, None),
    ("Ondansetron 4 MG Oral Tablet", 4.0, None),
    ("Furosemide 40 MG Oral Tablet", 40.0, None),
    ("Naloxone nasal spray", 4.0, Some("naloxone-nasal")),
    ("Digoxin 0.125 MG Oral Tablet", 0.125, None),
    ("Prednisone 10 MG Oral Tablet", 10.0, None),
    ("Loratadine 10 MG Oral Tablet", 10.0, None),
    ("Thiamine", 100.0, Some("thiamine")),
    ("Clopidogrel 75 MG Oral Tablet", 75.0, None),
    ("Hydroxyzine", 50.0, Some("hydroxyzine")),
    ("Cyclobenzaprine 10 MG Oral Tablet", 10.0, None),
    ("Diphenhydramine 25 MG", 25.0, None),
    ("Azithromycin 250 MG Oral Tablet", 250.0, None),
    ("Sildenafil 50 MG Oral Tablet", 50.0, None),
    ("Potassium Chloride 20 MEQ", 1_500.0, None),
    ("Tamsulosin 0.4 MG Oral Capsule", 0.4, None),
    ("Folic acid 1 MG Oral Tablet", 1.0, None),
    ("Losartan 50 MG Oral Tablet", 50.0, None),
    ("Docusate sodium 100 MG", 100.0, None),
];
/// Results on the chart, with the age of each in days.
const RESULTS: [(&str, f64, i64); 8] = [
    ("qtc", 455.0, 40),
    ("egfr", 62.0, 20),
    ("lithium-level", 0.8, 20),
    ("sodium", 137.0, 20),
    ("potassium", 3.9, 20),
    ("alt", 34.0, 90),
    ("systolic-bp", 138.0, 3),
    ("weight", 82.0, 3),
];
const CONDITIONS: [&str; 6] =
    ["opioid-use-disorder", "bipolar", "ptsd", "hypertension", "asthma", "sleep-apnoea"];
const ALLERGIES: [&str; 2] = ["penicillin-v", "codeine"];

/// Measures a chart of so many medications: for `length` with every row of the formulary proposed in turn, and for
/// `length` as it stands.
///
/// # Errors
///
/// [`BenchError`] when no check was made in that time, or the tables do not know a name of the chart.
pub fn run(medications: usize, length: Duration) -> Result<Report, BenchError> {
    let rules = Ruleset::embedded();
    let now = SystemClock.now();
    let subject = subject(rules, medications)?;
    let proposals: Vec<Proposal> = rules.drugs().filter(|drug| drug.prescribable).map(proposal).collect();
    let ordered = |n: usize| {
        black_box(rules.check(black_box(&subject), Some(&proposals[n % proposals.len()]), now));
    };
    let standing = |_| {
        black_box(rules.check(black_box(&subject), None, now));
    };
    measure(WARM_UP, ordered)?;
    let (order, per_second) = measure(length, ordered)?;
    let (chart, _) = measure(length, standing)?;
    Ok(Report {
        ruleset: rules.version().to_string(),
        medications: subject.exposures.len(),
        checks_per_second: per_second,
        p50_us: micros(order.value_at_quantile(0.50)),
        p99_us: micros(order.value_at_quantile(0.99)),
        max_us: micros(order.max()),
        chart_findings: rules.check(&subject, None, now).len(),
        chart_p50_us: micros(chart.value_at_quantile(0.50)),
        chart_p99_us: micros(chart.value_at_quantile(0.99)),
    })
}

/// Times each call of `check`, which is told how many there were before, and says how many there were in a second.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn measure(length: Duration, check: impl Fn(usize)) -> Result<(Histogram<u64>, f64), BenchError> {
    let mut all = Histogram::new_with_max(LONGEST_NANOS, SIGNIFICANT_DIGITS).expect("bounds are valid");
    let (started, mut n) = (Instant::now(), 0);
    while started.elapsed() < length {
        let one = Instant::now();
        check(n);
        all.saturating_record(u64::try_from(one.elapsed().as_nanos()).unwrap_or(LONGEST_NANOS));
        n += 1;
    }
    if n == 0 {
        return Err(BenchError::Store(String::from("no check was made")));
    }
    let per_second = all.len() as f64 / started.elapsed().as_secs_f64();
    Ok((all, per_second))
}

#[expect(clippy::cast_precision_loss, reason = "at most a second in nanoseconds")]
fn micros(nanos: u64) -> f64 {
    nanos as f64 / 1_000.0
}

fn subject(rules: &Ruleset, medications: usize) -> Result<Subject, BenchError> {
    let taken = CHART.iter().take(medications).enumerate();
    let exposures = taken.map(|(number, taken)| exposure(rules, number, *taken));
    let results = RESULTS.iter().map(|&(lab, value, days)| {
        let taken_at = SystemClock.now().plus_days(-days);
        Ok(LatestResult { lab: LabId::parse(lab).map_err(unknown)?, value, taken_at })
    });
    let allergies = ALLERGIES.iter().map(|of| {
        let ingredient = Some(IngredientId::parse(of).map_err(unknown)?);
        Ok(Allergy { ingredient, severity: ReactionSeverity::Severe, kind: ReactionKind::Allergy })
    });
    Ok(Subject {
        born_on: Some(SystemClock.now().plus_days(-45 * 365).day()),
        may_become_pregnant: Some(false),
        exposures: exposures.collect::<Result<_, BenchError>>()?,
        allergies: Allergies::Known(allergies.collect::<Result<_, BenchError>>()?),
        conditions: CONDITIONS
            .iter()
            .map(|name| ConditionId::parse(name).map_err(unknown))
            .collect::<Result<_, _>>()?,
        unmapped_conditions: false,
        induction: None,
        suicide_risk: true,
        first_supply_days: Some(30),
        results: results.collect::<Result<_, BenchError>>()?,
    })
}

fn exposure(rules: &Ruleset, number: usize, (name, mg, row): Taken) -> Result<Exposure, BenchError> {
    let recognised = rules.recognise_medication(name, &[]);
    let drug = row.map(|row| {
        let of_that_name = rules.drugs().find(|drug| drug.id.as_str() == row);
        of_that_name.ok_or_else(|| unknown(row))
    });
    let drug = drug.transpose()?;
    if !recognised.complete {
        return Err(unknown(name));
    }
    let route = drug.and_then(|drug| drug.routes.first().copied()).unwrap_or(Route::Oral);
    let dose = Milligrams::parse(mg).map_err(unknown)?;
    Ok(Exposure {
        id: Uuid::from_u128(number as u128 + 1),
        ingredients: drug.map_or(recognised.ingredients, |drug| drug.ingredients.clone()),
        drug: drug.map(|drug| drug.id.clone()),
        regimen: Some(Regimen { dose, frequency: Frequency::Daily, route }),
        active: true,
        last_dose_at: None,
        tapering: false,
        purpose: None,
    })
}

fn proposal(drug: &Drug) -> Proposal {
    let route = drug.routes.first().copied().unwrap_or(Route::Oral);
    let regimen = Regimen { dose: drug.start, frequency: Frequency::Daily, route };
    Proposal { drug: drug.id.clone(), regimen, replaces: None, purpose: None }
}

fn unknown(what: impl std::fmt::Display) -> BenchError {
    BenchError::Store(format!("the tables do not know the measured chart: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_longest_chart_is_known_and_judged() {
        let report = run(MOST_MEDICATIONS, Duration::from_millis(20)).unwrap();
        assert_eq!(report.medications, MOST_MEDICATIONS);
        assert!(report.chart_findings > 0);
        assert_eq!(report.ruleset, Ruleset::embedded().version().as_str());
        assert!(report.p50_us <= report.p99_us && report.p99_us <= report.max_us);
    }

    #[test]
    fn every_result_and_condition_and_allergy_of_the_chart_is_one_that_rules_know() {
        let (rules, subject) = (Ruleset::embedded(), subject(Ruleset::embedded(), 1).unwrap());
        for result in &subject.results {
            assert_eq!(rules.lab_plausible(&result.lab, result.value), Some(true), "{}", result.lab);
        }
        for condition in &subject.conditions {
            assert!(rules.condition_name(condition).is_some(), "{condition}");
        }
        for name in ALLERGIES {
            assert!(rules.ingredient_name(&IngredientId::parse(name).unwrap()).is_some(), "{name}");
        }
    }
}
