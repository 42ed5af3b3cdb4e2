//! Orders, from their grounds to what becomes of them after the stay.

use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{Frequency, Route};
use concord_proto::concord::plan::v1::Consent;

use super::outside::warned;
use super::plans::decision;
use super::taking::held;
use super::tale::{PREFERRED, Tale, adjustment, daily, discharge, regimen, stopped};
use crate::script::Body;

/// Room for open orders.
const MOST_ORDERS: usize = 64;

/// Writes an order that somebody has altered.
fn wrong(
    t: &mut Tale<'_>,
    drug: &str,
    alter: impl FnOnce(&Tale<'_>, &mut chart::PrescribeMedicationRequest),
    reason: &'static str,
) {
    let mut order = t.order(drug, 15.0, "gad");
    alter(t, &mut order);
    t.errs(&t.psychiatrist(), Body::PrescribeMedication(order), reason);
}

pub(super) fn grounds(t: &mut Tale<'_>) {
    let psychiatrist = t.psychiatrist();
    t.is_admitted();
    t.is_born();
    wrong(t, "buspirone", |_, _| {}, "NOT_INDICATED");
    t.is_assessed();
    t.does(&psychiatrist, t.indication(&["gad", "alcohol-use-disorder"], 1));
    wrong(t, "buspirone", |_, order| "ptsd".clone_into(&mut order.indication), "INDICATION_NOT_DIAGNOSED");
    wrong(t, "buspirone", |_, _| {}, "ALLERGIES_NOT_ASKED");
    t.has_no_allergies();
    let sertraline = t.order("sertraline", 50.0, "gad");
    t.errs(&t.therapist(), Body::PrescribeMedication(sertraline.clone()), "NOT_PERMITTED");
    t.errs(&psychiatrist, Body::PrescribeMedication(sertraline.clone()), "BOXED_WARNING_NOT_ACKNOWLEDGED");
    t.does(&t.nurse(), warned("sertraline"));
    t.does(&psychiatrist, decision(t, "sertraline", 1, Consent::Declined));
    t.errs(&psychiatrist, Body::PrescribeMedication(sertraline), "CONSENT_DECLINED");
    // Never to somebody who does not know of it.
    t.is_warned_of("disulfiram");
    let disulfiram = t.order("disulfiram", 250.0, "alcohol-use-disorder");
    t.errs(&psychiatrist, Body::PrescribeMedication(disulfiram), "CONSENT_REQUIRED");
}

pub(super) fn written(t: &mut Tale<'_>) {
    let psychiatrist = t.psychiatrist();
    t.is_ready(&["gad"]);
    wrong(t, "happy-pill", |_, _| {}, "UNKNOWN_DRUG");
    wrong(t, "methadone", |_, _| {}, "NOT_PRESCRIBABLE");
    let muscle = regimen(15.0, Frequency::Daily, Route::Intramuscular);
    wrong(t, "buspirone", |_, order| order.regimen = Some(muscle), "ROUTE_NOT_OFFERED");
    wrong(t, "buspirone", |_, order| order.regimen = Some(daily(0.0)), "NO_DOSE");
    // A depot of four weeks, every day.
    let shot = regimen(400.0, Frequency::Daily, Route::Intramuscular);
    wrong(t, "aripiprazole-lai", |_, order| order.regimen = Some(shot), "FREQUENCY_OUT_OF_RANGE");
    let none = Some(chart::Supply { days: 0, refills: 0 });
    wrong(t, "buspirone", |_, order| order.supply = none, "FIELD_INVALID");
    wrong(t, "buspirone", |t, order| order.start_on = t.day(-3), "STARTS_IN_THE_PAST");
    wrong(t, "buspirone", |t, order| order.start_on = t.day(100), "STARTS_TOO_LATE");
    let late = t.order("buspirone", 15.0, "gad");
    let then = t.now().plus_days(-3);
    t.errs_about(then, &psychiatrist, Body::PrescribeMedication(late), "ORDER_TOO_LONG_AGO");
    // Twice the same substance, four times the usual dose.
    let buspirone = t.order("buspirone", 15.0, "gad");
    t.does(&psychiatrist, Body::PrescribeMedication(buspirone.clone()));
    t.errs(&psychiatrist, Body::PrescribeMedication(buspirone), "ORDER_ID_USED");
    wrong(t, "buspirone", |_, order| order.regimen = Some(daily(60.0)), "UNSAFE");
    for _ in 1..MOST_ORDERS {
        t.takes("thiamine", 100.0, "gad");
    }
    wrong(t, "thiamine", |_, order| order.regimen = Some(daily(100.0)), "TOO_MANY_ORDERS");
}

pub(super) fn controlled(t: &mut Tale<'_>) {
    t.is_ready(&["panic-disorder"]);
    t.is_warned_of("clonazepam");
    let clonazepam = |t: &mut Tale<'_>| {
        let mut order = t.order("clonazepam", 0.5, "panic-disorder");
        order.legal_basis = chart::LegalBasis::InPersonEvaluation.into();
        order
    };
    let order = clonazepam(t);
    t.errs(&t.practitioner(), Body::PrescribeMedication(order), "SCHEDULE_NOT_COVERED");
    let mut order = clonazepam(t);
    order.legal_basis = chart::LegalBasis::Unspecified.into();
    t.errs(&t.psychiatrist(), Body::PrescribeMedication(order), "LEGAL_BASIS_MISSING");
    let mut order = clonazepam(t);
    order.supply = Some(chart::Supply { days: 30, refills: 11 });
    t.errs(&t.psychiatrist(), Body::PrescribeMedication(order), "SUPPLY_BEYOND_SCHEDULE");
    // By telephone alone, which the law allows for opioid use disorder only.
    let mut order = clonazepam(t);
    order.modality = chart::OrderModality::Audio.into();
    order.legal_basis = chart::LegalBasis::TelemedicineFlexibility.into();
    t.errs(&t.psychiatrist(), Body::PrescribeMedication(order), "LEGAL_BASIS_NOT_IN_FORCE");
}

fn corrected(order: &str, part: chart::correction::Part) -> Body {
    Body::CorrectOrder(chart::CorrectOrderRequest {
        order_id: order.to_owned(),
        correction: Some(chart::Correction { part: Some(part) }),
        reason: "A slip of the pen".to_owned(),
        header: None,
    })
}

pub(super) fn renewal(order: &str, days: u32, legal_basis: chart::LegalBasis) -> Body {
    Body::RenewMedication(chart::RenewMedicationRequest {
        order_id: order.to_owned(),
        supply: Some(chart::Supply { days, refills: 0 }),
        modality: chart::OrderModality::InPerson.into(),
        legal_basis: legal_basis.into(),
        acknowledgements: Vec::new(),
        header: None,
    })
}

fn resumed(order: &str) -> Body {
    Body::ResumeMedication(chart::ResumeMedicationRequest {
        order_id: order.to_owned(),
        acknowledgements: Vec::new(),
        header: None,
    })
}

pub(super) fn after_the_fact(t: &mut Tale<'_>) {
    use chart::correction::Part;
    let psychiatrist = t.psychiatrist();
    t.is_ready(&["gad"]);
    let unknown = t.new_id();
    let buspirone = t.takes("buspirone", 15.0, "gad");
    let said = || Part::Reason("First choice, explained and wanted".to_owned());
    t.errs(&psychiatrist, corrected(&buspirone, said()), "UNCHANGED");
    t.does(&psychiatrist, corrected(&buspirone, Part::Reason("Was helped by it before".to_owned())));
    t.wait_days(3);
    t.errs(&psychiatrist, corrected(&buspirone, Part::StartOn(t.day(4))), "HAS_BEGUN");
    t.errs(&psychiatrist, resumed(&buspirone), "ORDER_NOT_HELD");
    t.errs_about(t.hours(-30), &psychiatrist, held(&buspirone), "HOLD_TOO_LONG_AGO");
    t.does(&psychiatrist, held(&buspirone));
    t.errs(&psychiatrist, renewal(&buspirone, 30, chart::LegalBasis::Unspecified), "ORDER_HELD");
    t.errs_about(t.hours(-20), &psychiatrist, resumed(&buspirone), "BEFORE_LAST_CHANGE");
    t.does(&psychiatrist, resumed(&buspirone));
    t.errs(&psychiatrist, stopped(&buspirone, t.at(10)), "IN_THE_FUTURE");
    t.errs(&psychiatrist, stopped(&buspirone, t.at(-24 * 9)), "DOSE_BEFORE_START");
    t.does(&psychiatrist, stopped(&buspirone, t.at(-1)));
    t.errs(&psychiatrist, adjustment(&buspirone, daily(20.0), PREFERRED), "ORDER_STOPPED");
    t.errs(&psychiatrist, adjustment(&unknown, daily(20.0), PREFERRED), "UNKNOWN_ORDER");
}

pub(super) fn after_the_stay(t: &mut Tale<'_>) {
    use chart::LegalBasis::InPersonEvaluation as Seen;
    let (psychiatrist, manager) = (t.psychiatrist(), t.manager());
    t.is_ready(&["panic-disorder"]);
    t.is_warned_of("clonazepam");
    let clonazepam = t.takes_controlled("clonazepam", daily(0.5), "panic-disorder");
    t.wait_days(5);
    t.errs(&manager, discharge(""), "MEDICATION_PLAN_REQUIRED");
    t.errs(&psychiatrist, stopped(&clonazepam, None), "TAPER_FIRST");
    t.is_discharged("Tapered by primary care; one supply until then");
    t.errs(&psychiatrist, adjustment(&clonazepam, daily(1.0), PREFERRED), "EPISODE_NOT_ACTIVE");
    t.errs(&psychiatrist, renewal(&clonazepam, 60, Seen), "BRIDGE_TOO_LONG");
    t.does(&psychiatrist, renewal(&clonazepam, 20, Seen));
    t.errs(&psychiatrist, renewal(&clonazepam, 20, Seen), "ALREADY_BRIDGED");
    let taper = super::tapers::taper(t, &clonazepam, &[(0.375, 0), (0.25, 14), (0.125, 28), (0.0, 42)]);
    t.does(&psychiatrist, taper);
    t.wait_days(1);
    t.errs(&psychiatrist, renewal(&clonazepam, 90, Seen), "SUPPLY_BEYOND_TAPER");
}
