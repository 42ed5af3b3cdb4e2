//! What a status says about whether a medication is taken, by the standard's definitions.

use concord_kernel::Instant;

use crate::Problem;
use crate::date::{When, when};
use crate::intake::Use;
use crate::json::Node;
use crate::read::{PRESCRIPTION_LIFE_DAYS, WASHOUT_DAYS};
use crate::sink::Sink;

/// Whether a MedicationRequest is taken; `None` when it is left out.
/// Source: FHIR R4 MedicationRequest.status, .intent, .doNotPerform.
pub(crate) fn of_request(node: &Node<'_>, sink: &mut Sink) -> Option<Use> {
    let status = node.text("status");
    if status == Some("entered-in-error") {
        sink.left_out.entered_in_error += 1;
        return None;
    }
    if node.boolean("doNotPerform") == Some(true) {
        sink.note(node.at("doNotPerform"), Problem::Prohibition);
        return None;
    }
    if matches!(node.text("intent"), Some("proposal" | "option")) {
        sink.note(node.at("intent"), Problem::NotOrdered);
        sink.left_out.never_taken += 1;
        return None;
    }
    match status {
        Some("active" | "on-hold") => {}
        Some("completed" | "stopped") => {
            return ended(node, last_supply(node), when_quiet(node, "authoredOn"), sink);
        }
        Some("cancelled") => {
            // Withdrawn before anything was given.
            sink.left_out.never_taken += 1;
            return None;
        }
        Some("draft") => {
            sink.note(node.at("status"), Problem::NotOrdered);
            sink.left_out.never_taken += 1;
            return None;
        }
        _ => sink.note(node.at("status"), Problem::StatusUnknown),
    }
    // A plan that somebody reports is how self-prescribed medication is written (US Core); else it only may be taken.
    let reported = node.boolean("reportedBoolean") == Some(true) || node.has("reportedReference");
    match node.text("intent") {
        Some("plan") if !reported => sink.note(node.at("intent"), Problem::PlannedOnly),
        _ => {}
    }
    if status == Some("on-hold") {
        sink.note(node.at("status"), Problem::OnHold);
    } else if let Some(end) = last_supply(node)
        && end < sink.now
    {
        sink.note(node.at("status"), Problem::PeriodOver);
    }
    Some(Use::Taken)
}

/// Whether a MedicationStatement is taken; `None` when it is left out. Source: FHIR R4 MedicationStatement.status.
pub(crate) fn of_statement(node: &Node<'_>, sink: &mut Sink) -> Option<Use> {
    let period_end = node.get("effectivePeriod").and_then(|p| when(&p, "end", sink));
    match node.text("status") {
        Some("active") => {
            if period_end.is_some_and(|end| end.latest() < sink.now) {
                sink.note(node.at("effectivePeriod.end"), Problem::PeriodOver);
            }
            Some(Use::Taken)
        }
        Some("on-hold") => {
            sink.note(node.at("status"), Problem::OnHold);
            Some(Use::Taken)
        }
        Some("completed" | "stopped") => {
            // Whoever says that it has ended says so after it did.
            let told = when_quiet(node, "effectiveDateTime").or_else(|| when_quiet(node, "dateAsserted"));
            let end = period_end.or(told).map(|end| end.latest());
            let start = node.get("effectivePeriod").and_then(|p| when_quiet(&p, "start"));
            ended(node, end, start, sink)
        }
        Some("entered-in-error") => {
            sink.left_out.entered_in_error += 1;
            None
        }
        Some("not-taken") => {
            sink.left_out.never_taken += 1;
            None
        }
        Some("intended") => {
            sink.note(node.at("status"), Problem::NotOrdered);
            sink.left_out.never_taken += 1;
            None
        }
        _ => {
            sink.note(node.at("status"), Problem::StatusUnknown);
            Some(Use::Taken)
        }
    }
}

/// An ended course matters while it may still act. Without any end, the day it was written bounds it.
fn ended(node: &Node<'_>, end: Option<Instant>, written: Option<When>, sink: &mut Sink) -> Option<Use> {
    // An end before the beginning is none: the course may have lasted until today.
    let end = end.filter(|end| written.as_ref().is_none_or(|written| end.day() >= written.first));
    let bound = end.or_else(|| written.map(|w| w.latest().plus_days(PRESCRIPTION_LIFE_DAYS)));
    if bound.is_some_and(|bound| sink.now.days_since(bound) > WASHOUT_DAYS) {
        sink.left_out.ended_medications += 1;
        return None;
    }
    if end.is_none() {
        sink.note(node.at("status"), Problem::EndUnknown);
    }
    Some(Use::Ended(end.map(|end| end.min(sink.now))))
}

/// The last time until which the order can have supplied a dose, when it says.
fn last_supply(node: &Node<'_>) -> Option<Instant> {
    let dosages = node.items("dosageInstruction");
    let bounds = dosages.iter().filter_map(|dosage| {
        let period = dosage.get("timing")?.get("repeat")?.get("boundsPeriod")?;
        Some(when_quiet(&period, "end")?.latest())
    });
    let dispense = node.get("dispenseRequest");
    let valid = dispense.as_ref().and_then(|d| d.get("validityPeriod")).and_then(|p| when_quiet(&p, "end"));
    let supplied = dispense
        .as_ref()
        .and_then(|d| supply_days(d))
        .and_then(|days| Some(when_quiet(node, "authoredOn")?.latest().plus_days(days)));
    bounds.chain(valid.map(|v| v.latest())).chain(supplied).max()
}

/// Days that the first fill and every repeat last together.
#[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
fn supply_days(dispense: &Node<'_>) -> Option<i64> {
    let duration = dispense.get("expectedSupplyDuration")?;
    let unit = match duration.text("code").or_else(|| duration.text("unit"))? {
        "d" | "day" | "days" => 1.0,
        "wk" | "week" | "weeks" => 7.0,
        "mo" | "month" | "months" => 31.0,
        _ => return None,
    };
    let fills = 1.0 + dispense.number("numberOfRepeatsAllowed").unwrap_or(0.0).max(0.0);
    let days = duration.number("value")? * unit * fills;
    (0.0..=3_660.0).contains(&days).then_some(days.ceil() as i64)
}

/// The date in element `name`; whether it is one is reported where the element is mapped.
fn when_quiet(node: &Node<'_>, name: &str) -> Option<When> {
    When::parse(node.text(name)?)
}
