//! Condition: present or over, confirmed or not.

use concord_kernel::Day;

use crate::Problem;
use crate::concept::{Concept, SNOMED, status_code};
use crate::date;
use crate::intake::Condition;
use crate::json::Node;
use crate::read::MAX_LISTED;
use crate::sink::Sink;

const ABSENT_UNKNOWN: &str = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips";

pub(crate) fn read(node: &Node<'_>, listed: &mut Vec<Condition>, sink: &mut Sink) {
    let Some(code) = node.get("code") else { return sink.note(node.at("code"), Problem::Missing) };
    let concept = Concept::read(&code);
    sink.speak_about(concept.name.as_ref());
    if !stands(node, sink) || !present(node, sink) || says_none(&concept) {
        return;
    }
    let Some(name) = concept.name else { return sink.note(code.path(), Problem::Nameless) };
    let onset_on = onset(node, sink);
    let codings = concept.codings;
    if listed.iter().any(|other| other.name == name && other.codings == codings) {
        sink.left_out.repeated_conditions += 1;
    } else if listed.len() == MAX_LISTED {
        sink.note(node.path(), Problem::LimitReached);
    } else {
        listed.push(Condition { path: node.path(), name, codings, onset_on });
    }
}

/// "No known problems" is no condition.
fn says_none(concept: &Concept) -> bool {
    concept.has(ABSENT_UNKNOWN, &["no-known-problems", "no-problem-info"])
        || concept.has(SNOMED, &["160245001"])
}

/// Whether the verification status lets it stand.
fn stands(node: &Node<'_>, sink: &mut Sink) -> bool {
    match status_code(node, "verificationStatus") {
        Some("entered-in-error") => {
            sink.left_out.entered_in_error += 1;
            false
        }
        Some("refuted") => {
            sink.left_out.refuted += 1;
            false
        }
        Some("differential") => {
            sink.note(node.at("verificationStatus"), Problem::Differential);
            false
        }
        Some("confirmed") => true,
        // Unconfirmed, provisional, a code of somebody's own, or none where the element is there.
        _ => {
            if node.has("verificationStatus") {
                sink.note(node.at("verificationStatus"), Problem::Unconfirmed);
            }
            true
        }
    }
}

/// Whether the clinical status says that it is there now. Without status, an abatement says that it is over
/// (constraint con-4).
fn present(node: &Node<'_>, sink: &mut Sink) -> bool {
    let abated = node.choice("abatement").filter(|a| node.boolean(a.name()) != Some(false));
    let active = match status_code(node, "clinicalStatus") {
        Some("active" | "recurrence" | "relapse") => {
            if let Some(abated) = &abated {
                sink.note(abated.path(), Problem::Contradiction);
            }
            true
        }
        Some("inactive" | "remission" | "resolved") => false,
        Some(_) => {
            sink.note(node.at("clinicalStatus"), Problem::Unconfirmed);
            true
        }
        None => abated.is_none(),
    };
    if !active {
        sink.left_out.past_conditions += 1;
    }
    active
}

fn onset(node: &Node<'_>, sink: &mut Sink) -> Option<Day> {
    let onset = node.choice("onset")?;
    let day = match onset.name() {
        "onsetDateTime" => date::day(node, "onsetDateTime", sink),
        "onsetPeriod" => date::day(&onset, "start", sink),
        _ => {
            sink.note(onset.path(), Problem::ImpreciseDate);
            None
        }
    };
    day.filter(|day| *day <= sink.now.day())
}
