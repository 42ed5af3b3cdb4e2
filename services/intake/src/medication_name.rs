//! What a medication is: medication[x] of a request or statement.

use concord_kernel::Text;

use crate::Problem;
use crate::concept::{Concept, words};
use crate::json::Node;
use crate::read::Whose;
use crate::sink::Sink;

const ABSENT_UNKNOWN: &str = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips";

/// What `medication[x]` says.
pub(crate) enum Said {
    /// A medication.
    Drug(Concept),
    /// That there is none, or that its description was entered in error.
    Nothing,
    /// Nothing that can be listed; the element and the problem.
    Unusable(String, Problem),
}

pub(crate) fn read<'a>(node: &Node<'a>, whose: &Whose<'a>, at: usize, sink: &mut Sink) -> Said {
    if let Some(concept) = node.get("medicationCodeableConcept") {
        return said(Concept::read(&concept), &concept);
    }
    let Some(reference) = node.get("medicationReference") else {
        return Said::Unusable(node.at("medication[x]"), Problem::Missing);
    };
    let Some(medication) = whose.resolve(&reference, at) else {
        // The words beside the reference are better than nothing on a list of what somebody takes.
        return match reference.text("display").and_then(words) {
            Some(name) => {
                sink.speak_about(Some(&name));
                sink.note(reference.path(), Problem::UnusableDetail);
                Said::Drug(Concept { name: Some(name), codings: Vec::new() })
            }
            None => Said::Unusable(reference.path(), Problem::Unresolved),
        };
    };
    if medication.text("status") == Some("entered-in-error") {
        sink.left_out.entered_in_error += 1;
        return Said::Nothing;
    }
    let mut concept = medication.get("code").map(|code| Concept::read(&code)).unwrap_or_default();
    let ingredients = ingredients(&medication, whose, at);
    if concept.name.is_none() {
        let names: Vec<&str> = ingredients.iter().filter_map(|i| i.name.as_ref()).map(Text::expose).collect();
        concept.name = words(&names.join(" / "));
    }
    // Without a code of the whole, the codes of the parts tell what acts.
    if concept.codings.is_empty() {
        concept.codings =
            ingredients.into_iter().flat_map(|i| i.codings).take(crate::read::MAX_CODINGS).collect();
    }
    let place = medication.get("code").unwrap_or(medication);
    said(concept, &place)
}

fn said(concept: Concept, place: &Node<'_>) -> Said {
    if concept.has(ABSENT_UNKNOWN, &["no-known-medications", "no-medication-info"]) {
        Said::Nothing
    } else if concept.name.is_none() {
        let problem = if place.has("text") { Problem::UnusableText } else { Problem::Nameless };
        Said::Unusable(place.path(), problem)
    } else {
        Said::Drug(concept)
    }
}

/// The active parts of a Medication: inactive ones (`isActive` false) do not act.
fn ingredients<'a>(medication: &Node<'a>, whose: &Whose<'a>, at: usize) -> Vec<Concept> {
    let parts =
        medication.items("ingredient").into_iter().filter(|part| part.boolean("isActive") != Some(false));
    parts
        .filter_map(|part| {
            if let Some(item) = part.get("itemCodeableConcept") {
                return Some(Concept::read(&item));
            }
            let reference = part.get("itemReference")?;
            let item = whose.resolve(&reference, at)?;
            Some(Concept::read(&item.get("code")?))
        })
        .collect()
}
