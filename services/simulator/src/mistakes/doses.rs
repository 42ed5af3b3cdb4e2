//! Doses that rise.

use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::chart::v1::cause::Basis as Because;
use concord_proto::concord::chart::v1::titration_basis::Basis;
use concord_proto::concord::common::v1::Regimen;

use super::tale::{PREFERRED, Tale, adjustment, daily};
use crate::script::Body;

pub(super) fn too_fast(t: &mut Tale<'_>) {
    let psychiatrist = t.psychiatrist();
    t.is_ready(&["gad", "nicotine-dependence"]);
    t.is_warned_of("sertraline");
    let sertraline = t.takes("sertraline", 50.0, "gad");
    let varenicline = t.takes("varenicline", 0.5, "nicotine-dependence");
    let sodium = || Because::Lab("sodium".to_owned());
    let taper = || Because::Plain(chart::PlainCause::PlannedTaper.into());
    t.errs(&psychiatrist, adjustment(&sertraline, daily(50.0), PREFERRED), "UNCHANGED");
    t.errs(&psychiatrist, adjustment(&sertraline, daily(100.0), sodium()), "CAUSE_NOT_ON_CHART");
    t.errs(&psychiatrist, adjustment(&sertraline, daily(25.0), taper()), "NOT_A_PLANNED_STEP");
    t.errs(&psychiatrist, adjustment(&sertraline, daily(200.0), PREFERRED), "RISE_TOO_LARGE");
    t.errs(&psychiatrist, adjustment(&sertraline, daily(100.0), PREFERRED), "RISE_TOO_SOON");
    let tolerated = Some(Basis::WellTolerated(true));
    t.errs(&psychiatrist, rests_on(&sertraline, 100.0, PREFERRED, tolerated), "BASIS_NOT_ASKED");
    t.errs(&t.nurse(), adjustment(&sertraline, daily(100.0), PREFERRED), "NOT_PERMITTED");
    t.wait_days(5);
    // Within the step of the row, and twice what the schedule of the label says.
    t.errs(&psychiatrist, adjustment(&varenicline, daily(1.5), PREFERRED), "BEYOND_SCHEDULE");
}

/// A change of dose that names what was looked at.
fn rests_on(order: &str, dose_mg: f64, because: Because, basis: Option<Basis>) -> Body {
    let mut body = adjustment(order, daily(dose_mg), because);
    if let Body::AdjustDose(change) = &mut body {
        change.rests_on = basis.map(|basis| chart::TitrationBasis { basis: Some(basis) });
    }
    body
}

/// A plan of steps: milligrams once a day, and days from now.
pub(super) fn titration(t: &Tale<'_>, order: &str, steps: &[(Regimen, i64)]) -> Body {
    let step = |(regimen, days): &(Regimen, i64)| chart::TitrationStep {
        begins_on: t.day(*days),
        regimen: Some(*regimen),
    };
    Body::PlanTitration(chart::PlanTitrationRequest {
        order_id: order.to_owned(),
        steps: steps.iter().map(step).collect(),
        reason: "Slowly, as the patient wishes".to_owned(),
        acknowledgements: Vec::new(),
        header: None,
    })
}

pub(super) fn titrated(t: &mut Tale<'_>) {
    let psychiatrist = t.psychiatrist();
    t.is_ready(&["gad"]);
    t.is_warned_of("sertraline");
    let sertraline = t.takes("sertraline", 50.0, "gad");
    let plan = |t: &Tale<'_>, steps: &[(f64, i64)]| {
        let steps: Vec<_> = steps.iter().map(|(mg, days)| (daily(*mg), *days)).collect();
        titration(t, &sertraline, &steps)
    };
    t.errs(&psychiatrist, plan(t, &[]), "TITRATION_STEP_COUNT");
    t.errs(&psychiatrist, plan(t, &[(100.0, -3)]), "TITRATION_IN_THE_PAST");
    t.errs(&psychiatrist, plan(t, &[(100.0, 21), (150.0, 14)]), "TITRATION_OUT_OF_ORDER");
    t.errs(&psychiatrist, plan(t, &[(100.0, 14), (150.0, 400)]), "TITRATION_TOO_LONG");
    t.errs(&psychiatrist, plan(t, &[(100.0, 14), (50.0, 28)]), "TITRATION_NOT_RISING");
    t.errs(&psychiatrist, plan(t, &[(200.0, 14)]), "RISE_TOO_LARGE");
    t.does(&psychiatrist, plan(t, &[(100.0, 14), (150.0, 28)]));
    t.errs(&psychiatrist, plan(t, &[(100.0, 14), (150.0, 28)]), "UNCHANGED");
}

fn step(order: &str, basis: Basis) -> Body {
    Body::AdvanceTitration(chart::AdvanceTitrationRequest {
        order_id: order.to_owned(),
        rests_on: Some(chart::TitrationBasis { basis: Some(basis) }),
        note: "No rash".to_owned(),
        acknowledgements: Vec::new(),
        header: None,
    })
}

fn given_up(order: &str) -> Body {
    Body::CancelTitration(chart::CancelTitrationRequest {
        order_id: order.to_owned(),
        reason: "Planned anew with valproate".to_owned(),
        header: None,
    })
}

pub(super) fn followed(t: &mut Tale<'_>) {
    let psychiatrist = t.psychiatrist();
    t.is_ready(&["bipolar"]);
    t.is_warned_of("lamotrigine");
    let lamotrigine = t.takes("lamotrigine", 25.0, "bipolar");
    t.errs(&psychiatrist, given_up(&lamotrigine), "NO_TITRATION");
    let steps = [(daily(50.0), 14), (daily(100.0), 28), (daily(200.0), 35)];
    t.does(&psychiatrist, titration(t, &lamotrigine, &steps));
    t.errs(&psychiatrist, step(&lamotrigine, Basis::WellTolerated(true)), "STEP_NOT_DUE");
    t.wait_days(14);
    let form = t.new_id();
    t.errs(&psychiatrist, step(&lamotrigine, Basis::ScaleId(form)), "BASIS_NOT_ON_RECORD");
    let planned = Because::Plain(chart::PlainCause::PlannedTitration.into());
    t.errs(&psychiatrist, rests_on(&lamotrigine, 50.0, planned, None), "BASIS_REQUIRED");
    t.does(&psychiatrist, step(&lamotrigine, Basis::WellTolerated(true)));
    // Somebody else has begun valproate: twice the level, and another schedule.
    t.takes_from_outside("Depakote ER 500 mg");
    t.wait_days(14);
    t.errs(&psychiatrist, step(&lamotrigine, Basis::WellTolerated(true)), "SCHEDULE_CHANGED");
    t.does(&psychiatrist, given_up(&lamotrigine));
}
