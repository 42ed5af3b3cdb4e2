//! The end of a stay: taper and discharge, or silence.

use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::chart::v1::cause::Basis;
use concord_proto::concord::common::v1::{Frequency, Regimen};
use concord_proto::concord::episode::v1 as episode;

use super::care::Rhythm;
use super::course::{Order, Story};
use super::profile::Twist;
use super::{PROGRAM, aftercare, care, request};
use crate::script::Body;

/// Weeks of treatment after which the one who completes the program steps down.
const WEEKS_TO_STEP_DOWN: i64 = 8;

/// Days after which a short-term benzodiazepine begins to end.
const SHORT_TERM_DAYS: i64 = 28;

pub(crate) fn discharge(story: &mut Story<'_>, day: i64, disposition: episode::Disposition, plan: &str) {
    let body = Body::DischargePatient(episode::DischargePatientRequest {
        program: PROGRAM.to_owned(),
        disposition: disposition.into(),
        medication_plan: plan.to_owned(),
        header: None,
    });
    let (at, manager) = (story.w.at(day, 330), &story.staff.case_manager);
    story.w.step(at, manager, body);
}

/// Nobody reaches them any more.
pub(crate) fn lost(story: &mut Story<'_>, day: i64) {
    let plan = "Three calls and a letter; primary care told; 14 days bridging supply at the pharmacy";
    discharge(story, day + 2, episode::Disposition::LostToFollowUp, plan);
    aftercare::decided(story, day + 2);
}

/// Whether the stay ends after the visit of `day`; also where a short-term drug begins to end.
pub(crate) fn completes(story: &mut Story<'_>, rhythm: &mut Rhythm, day: i64) -> bool {
    if story.is(Twist::ShortTerm) && day - story.treated_on >= SHORT_TERM_DAYS {
        let benzodiazepine = story.orders.iter().position(|o| o.open && o.ladder.controlled);
        if let Some(index) = benzodiazepine {
            let halves = [(0.375, 1), (0.25, 15), (0.125, 29), (0.0, 43)];
            taper(story, index, day, &halves, "Panic has stopped; short-term use ends as agreed");
        }
    }
    let (weeks, steady) = ((day - story.treated_on) / 7, rhythm.phase == episode::Phase::Maintenance);
    if !story.is(Twist::Completes) || weeks < WEEKS_TO_STEP_DOWN || !steady {
        return false;
    }
    let at = story.w.at(day, 126);
    care::phase(story, at, episode::Phase::SteppingDown, "Goals reached; back at work; wants to end here");
    rhythm.phase = episode::Phase::SteppingDown;
    // Lithium takes four weeks, everything else two.
    let lithium = story.orders.iter().any(|order| order.open && order.ladder.drug == "lithium");
    let step_days = if lithium { 14 } else { 7 };
    for index in 0..story.orders.len() {
        if story.orders[index].open {
            let dose = story.orders[index].ladder.regimen(story.orders[index].rung).dose_mg;
            let steps = [(dose / 2.0, 1), (dose / 4.0, 1 + step_days), (0.0, 1 + 2 * step_days)];
            taper(story, index, day, &steps, "Eight weeks in remission; patient wishes to stop");
        }
    }
    let plan =
        "Tapered off under supervision; primary care sees the patient in four weeks; relapse signs explained";
    discharge(story, day + 2 + 2 * step_days, episode::Disposition::Completed, plan);
    true
}

/// Plans the end of an order and takes its steps. `steps` are milligrams once a day and days from `day`; the last one
/// is the end.
fn taper(story: &mut Story<'_>, index: usize, day: i64, steps: &[(f64, i64)], reason: &str) {
    let Order { id, ladder, .. } = story.orders[index].clone();
    let keeper = story.keeper(ladder).clone();
    let regimen = |dose_mg: f64| Regimen {
        dose_mg,
        frequency: Frequency::Daily.into(),
        count: None,
        route: ladder.route.into(),
    };
    let planned = steps
        .iter()
        .map(|(mg, days)| chart::TaperStep {
            begins_on: story.w.at(day + days, 0).day().to_string(),
            regimen: Some(regimen(*mg)),
        })
        .collect();
    let body = Body::PlanTaper(chart::PlanTaperRequest {
        order_id: id.to_string(),
        steps: planned,
        reason: reason.to_owned(),
        header: None,
    });
    let at = story.w.at(day, 130);
    story.w.step(at, &keeper, body).needing(id);
    for (mg, days) in steps {
        let at = story.w.at(day + days, 62);
        if *mg > 0.0 {
            let basis = Basis::Plain(chart::PlainCause::PlannedTaper.into());
            let body = request::adjust(id, regimen(*mg), basis, "Next step of the agreed taper");
            story.w.step(at, &keeper, body).needing(id);
        } else {
            let body = request::stop(id, chart::StopReason::Completed, at.plus_days(-1));
            story.w.step(at, &keeper, body).needing(id).ending(id);
        }
    }
    story.orders[index].open = false;
    story.dose_changed_on = day + steps.last().map_or(0, |(_, days)| *days);
}
