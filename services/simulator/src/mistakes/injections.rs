//! Injections that act for weeks.

use concord_proto::concord::adherence::v1 as adherence;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::chart::v1::record_injection_given_request::Place;
use concord_proto::concord::common::v1::{Frequency, Regimen, Route};
use prost_types::Timestamp;

use super::tale::{Tale, finding, stopped};
use crate::script::Body;

const DEPOT: &str = "aripiprazole-lai";

/// Hours of a day.
const DAY: i64 = 24;

fn monthly(dose_mg: f64) -> Regimen {
    Regimen {
        dose_mg,
        frequency: Frequency::EveryDays.into(),
        count: Some(28),
        route: Route::Intramuscular.into(),
    }
}

/// An order for an injection a month.
fn ordered(
    t: &mut Tale<'_>,
    drug: &str,
    dose_mg: f64,
    indication: &str,
) -> chart::PrescribeMedicationRequest {
    chart::PrescribeMedicationRequest {
        regimen: Some(monthly(dose_mg)),
        ..t.order(drug, dose_mg, indication)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn site(region: chart::InjectionRegion) -> Option<chart::InjectionSite> {
    Some(chart::InjectionSite { region: region.into(), side: chart::BodySide::Left.into() })
}

fn given_into(order: &str, dose_mg: f64, region: chart::InjectionRegion) -> Body {
    Body::GiveInjection(chart::GiveInjectionRequest {
        order_id: order.to_owned(),
        dose_mg,
        site: site(region),
        lot: "KX-4711".to_owned(),
        observer_id: String::new(),
        acknowledgements: Vec::new(),
        header: None,
    })
}

fn given(order: &str, dose_mg: f64) -> Body {
    given_into(order, dose_mg, chart::InjectionRegion::Deltoid)
}

/// One that was given here and is recorded afterwards.
fn was_given(order: &str, given_at: Option<Timestamp>) -> Body {
    let here = chart::InjectedHere {
        site: site(chart::InjectionRegion::Gluteal),
        lot: "KX-4712".to_owned(),
        observer_id: String::new(),
    };
    Body::RecordInjectionGiven(chart::RecordInjectionGivenRequest {
        order_id: order.to_owned(),
        dose_mg: 400.0,
        given_at,
        place: Some(Place::Here(here)),
        header: None,
    })
}

fn attested(order: &str) -> Body {
    Body::AttestTolerability(chart::AttestTolerabilityRequest {
        order_id: order.to_owned(),
        basis: chart::TolerabilityBasis::TakenBefore.into(),
        note: "Took the tablets in hospital last year".to_owned(),
        header: None,
    })
}

fn overdue(order: &str) -> Body {
    Body::RecordInjectionOverdue(chart::RecordInjectionOverdueRequest {
        order_id: order.to_owned(),
        header: None,
    })
}

fn late_decided(order: &str) -> Body {
    Body::DecideLateInjection(chart::DecideLateInjectionRequest {
        order_id: order.to_owned(),
        decision: chart::LateDecision::AsRuled.into(),
        reason: "Was travelling; no relapse".to_owned(),
        header: None,
    })
}

fn reviewed(order: &str, given_at: Option<Timestamp>) -> Body {
    Body::ReviewInjection(chart::ReviewInjectionRequest {
        order_id: order.to_owned(),
        given_at,
        outcome: "Seen; not drowsy; the next one in four weeks".to_owned(),
        header: None,
    })
}

/// Ready for an antipsychotic that is injected, which is ordered; tells the order.
fn is_to_be_injected(t: &mut Tale<'_>) -> String {
    t.is_ready(&["schizophrenia"]);
    t.is_warned_of(DEPOT);
    t.is_warned_of("aripiprazole");
    let order = ordered(t, DEPOT, 400.0, "schizophrenia");
    let id = order.order_id.clone();
    t.does(&t.psychiatrist(), Body::PrescribeMedication(order));
    id
}

pub(super) fn given_carelessly(t: &mut Tale<'_>) {
    let (psychiatrist, nurse, timer) = (t.psychiatrist(), t.nurse(), t.timer());
    let depot = is_to_be_injected(t);
    t.errs(&nurse, given(&depot, 400.0), "TOLERABILITY_UNKNOWN");
    t.does(&psychiatrist, attested(&depot));
    // Until the first injection acts, tablets do.
    t.errs(&nurse, given(&depot, 400.0), "OVERLAP_MISSING");
    let tablets = t.takes("aripiprazole", 10.0, "schizophrenia");
    t.errs(&nurse, given(&tablets, 10.0), "NOT_INJECTED");
    t.errs(&nurse, given(&depot, 300.0), "INJECTION_DOSE_NOT_ORDERED");
    t.errs(&nurse, given_into(&depot, 400.0, chart::InjectionRegion::Abdomen), "SITE_NOT_OFFERED");
    t.errs(&timer, overdue(&depot), "INJECTION_NOT_OVERDUE");
    t.errs(&psychiatrist, late_decided(&depot), "INJECTION_NOT_LATE");
    t.does(&nurse, given(&depot, 400.0));
    t.errs(&nurse, given(&depot, 400.0), "INJECTION_ON_RECORD");
    let taken = adherence::RecordDoseTakenRequest {
        episode: t.stay(),
        order_id: depot,
        at: t.at(0),
        observed: true,
        header: None,
    };
    t.errs(&nurse, Body::RecordDoseTaken(taken), "RECORDED_AS_INJECTION");
}

pub(super) fn given_late(t: &mut Tale<'_>) {
    let (psychiatrist, nurse, timer) = (t.psychiatrist(), t.nurse(), t.timer());
    let depot = is_to_be_injected(t);
    t.takes("aripiprazole", 10.0, "schizophrenia");
    t.errs(&nurse, was_given(&depot, t.at(-200 * DAY)), "INJECTION_TOO_LONG_AGO");
    t.does(&nurse, given(&depot, 400.0));
    t.wait_days(10);
    t.errs(&nurse, given(&depot, 400.0), "INJECTION_TOO_EARLY");
    // It was given all the same, and somebody looks at that.
    let then = t.at(-1);
    t.does(&nurse, was_given(&depot, then));
    t.errs(&psychiatrist, reviewed(&depot, t.at(-2 * DAY)), "INJECTION_NOT_TO_REVIEW");
    t.does(&psychiatrist, reviewed(&depot, then));
    t.wait_days(50);
    t.does(&timer, overdue(&depot));
    t.errs(&nurse, given(&depot, 400.0), "INJECTION_LATE");
    t.does(&psychiatrist, late_decided(&depot));
    t.does(&psychiatrist, stopped(&depot, None));
    t.errs(&nurse, was_given(&depot, t.at(-DAY)), "INJECTION_AFTER_THE_ORDER");
}

pub(super) fn attested_needlessly(t: &mut Tale<'_>) {
    t.is_ready(&["alcohol-use-disorder"]);
    let mut order = ordered(t, "naltrexone-er-im", 380.0, "alcohol-use-disorder");
    order.acknowledgements.push(chart::Acknowledgement {
        finding: Some(finding("missing.naltrexone-opioids", &["naltrexone"])),
        reason: "No opioids for years; tested before the injection".to_owned(),
        longer_use: None,
    });
    let naltrexone = order.order_id.clone();
    t.does(&t.psychiatrist(), Body::PrescribeMedication(order));
    t.errs(&t.psychiatrist(), attested(&naltrexone), "TOLERABILITY_NOT_ASKED");
}
