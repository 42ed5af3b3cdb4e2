//! Tapers and switches.

use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{Frequency, Regimen, Route};

use super::doses::titration;
use super::tale::{Tale, daily, regimen};
use crate::script::Body;

fn steps(t: &Tale<'_>, steps: &[(Regimen, i64)]) -> Vec<chart::TaperStep> {
    let step = |(regimen, days): &(Regimen, i64)| chart::TaperStep {
        begins_on: t.day(*days),
        regimen: Some(*regimen),
    };
    steps.iter().map(step).collect()
}

fn with(t: &Tale<'_>, order: &str, all: &[(Regimen, i64)]) -> Body {
    Body::PlanTaper(chart::PlanTaperRequest {
        order_id: order.to_owned(),
        steps: steps(t, all),
        reason: "As agreed".to_owned(),
        header: None,
    })
}

/// A taper of milligrams once a day and days from now.
pub(super) fn taper(t: &Tale<'_>, order: &str, all: &[(f64, i64)]) -> Body {
    let all: Vec<_> = all.iter().map(|(mg, days)| (daily(*mg), *days)).collect();
    with(t, order, &all)
}

pub(super) fn tapered(t: &mut Tale<'_>) {
    let psychiatrist = t.psychiatrist();
    t.is_ready(&["panic-disorder"]);
    t.is_warned_of("clonazepam");
    t.is_warned_of("sertraline");
    let clonazepam = t.takes_controlled("clonazepam", daily(0.5), "panic-disorder");
    let sertraline = t.takes("sertraline", 50.0, "panic-disorder");
    let whole = [(0.375, 1), (0.25, 15), (0.125, 29), (0.0, 43)];
    t.errs(&psychiatrist, taper(t, &clonazepam, &[]), "TAPER_STEP_COUNT");
    t.errs(&psychiatrist, taper(t, &clonazepam, &[(0.25, -3), (0.0, 11)]), "TAPER_IN_THE_PAST");
    t.errs(&psychiatrist, taper(t, &clonazepam, &[(0.375, 15), (0.0, 1)]), "TAPER_OUT_OF_ORDER");
    let shot = regimen(0.25, Frequency::Daily, Route::Intramuscular);
    t.errs(&psychiatrist, with(t, &clonazepam, &[(shot, 1), (daily(0.0), 15)]), "TAPER_CHANGES_ROUTE");
    t.errs(&psychiatrist, taper(t, &clonazepam, &[(0.375, 1), (0.25, 15)]), "TAPER_NOT_ENDING");
    t.errs(&psychiatrist, taper(t, &clonazepam, &[(0.5, 1), (0.0, 15)]), "TAPER_NOT_FALLING");
    t.errs(&psychiatrist, taper(t, &clonazepam, &[(0.25, 1), (0.0, 15)]), "TAPER_TOO_STEEP");
    t.errs(&psychiatrist, taper(t, &sertraline, &[(25.0, 1), (0.0, 3)]), "TAPER_TOO_SHORT");
    t.does(&psychiatrist, taper(t, &clonazepam, &whole));
    t.errs(&psychiatrist, taper(t, &clonazepam, &whole), "UNCHANGED");
}

fn switch(t: &mut Tale<'_>, from: &str, starts_in: i64, until: i64, taper: &[(f64, i64)]) -> Body {
    let all: Vec<_> = taper.iter().map(|(mg, days)| (daily(*mg), *days)).collect();
    let to = chart::SwitchTarget {
        order_id: t.new_id(),
        episode: t.stay(),
        drug: "escitalopram".to_owned(),
        regimen: Some(daily(10.0)),
        indication: "gad".to_owned(),
        reason: "No response after six weeks".to_owned(),
        supply: Some(chart::Supply { days: 30, refills: 0 }),
        start_on: t.day(starts_in),
        modality: chart::OrderModality::InPerson.into(),
        legal_basis: chart::LegalBasis::Unspecified.into(),
        acknowledgements: Vec::new(),
    };
    Body::SwitchMedication(chart::SwitchMedicationRequest {
        from_order_id: from.to_owned(),
        to: Some(to),
        overlap_until: t.day(until),
        taper: steps(t, &all),
        reason: "No response after six weeks".to_owned(),
        header: None,
    })
}

pub(super) fn switched(t: &mut Tale<'_>) {
    let psychiatrist = t.psychiatrist();
    t.is_ready(&["gad"]);
    t.is_warned_of("sertraline");
    t.is_warned_of("escitalopram");
    let sertraline = t.takes("sertraline", 50.0, "gad");
    let body = switch(t, &sertraline, 5, 3, &[]);
    t.errs(&psychiatrist, body, "OVERLAP_BEFORE_START");
    let body = switch(t, &sertraline, 0, 60, &[]);
    t.errs(&psychiatrist, body, "OVERLAP_TOO_LONG");
    let body = switch(t, &sertraline, 0, 5, &[(25.0, 1), (0.0, 12)]);
    t.errs(&psychiatrist, body, "OVERLAP_BEFORE_TAPER_END");
    let body = switch(t, &sertraline, 0, 12, &[(25.0, 1), (0.0, 12)]);
    t.does(&psychiatrist, body);
    // What is on its way out does not rise.
    t.errs(&psychiatrist, titration(t, &sertraline, &[(daily(100.0), 14)]), "ORDER_GIVES_WAY");
}
