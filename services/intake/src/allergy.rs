//! AllergyIntolerance: what, how bad, and "no known allergies".

use concord_kernel::Text;
use concord_knowledge::safety::{ReactionKind, ReactionSeverity};

use crate::Problem;
use crate::concept::{Concept, SNOMED, status_code, words};
use crate::intake::{Allergies, Allergy};
use crate::json::Node;
use crate::read::MAX_LISTED;
use crate::sink::Sink;

const ABSENT_UNKNOWN: &str = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips";
/// No known allergy; no known drug allergy: what a prescriber asks.
const NONE_KNOWN: &[&str] = &["716186003", "409137002"];
/// No known food, environmental, latex or other single kind of allergy.
const NONE_OF_A_KIND: &[&str] = &["429625007", "428607008", "428197003", "1003774007"];
/// Stevens-Johnson syndrome, toxic epidermal necrolysis, DRESS.
const HYPERSENSITIVITY: &[&str] = &["73442001", "768962006", "23067006", "702809001"];
/// Anaphylaxis; anaphylaxis caused by a substance.
const ANAPHYLAXIS: &[&str] = &["39579001", "417516000"];

/// What the bundle says about allergies so far.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    listed: Vec<Allergy>,
    none_known: Option<String>,
}

impl Collected {
    /// An allergy that is listed refutes "none known".
    pub(crate) fn finish(self, sink: &mut Sink) -> Allergies {
        match (self.none_known, self.listed.is_empty()) {
            (None, true) => Allergies::Unknown,
            (Some(_), true) => Allergies::NoneKnown,
            (none_known, false) => {
                if let Some(path) = none_known {
                    sink.note(path, Problem::ContradictoryAllergies);
                }
                Allergies::Known(self.listed)
            }
        }
    }
}

pub(crate) fn read(node: &Node<'_>, collected: &mut Collected, sink: &mut Sink) {
    let code = node.get("code");
    let mut concept = code.as_ref().map(Concept::read).unwrap_or_default();
    let reactions = node.items("reaction");
    // A code may name a class; the reaction then names the substance itself.
    for substance in reactions.iter().filter_map(|r| r.get("substance")).map(|s| Concept::read(&s)) {
        concept.name = concept.name.or(substance.name);
        for coding in substance.codings {
            if !concept.codings.contains(&coding) {
                concept.codings.push(coding);
            }
        }
    }
    concept.codings.truncate(crate::read::MAX_CODINGS);
    sink.speak_about(concept.name.as_ref());
    if !stands(node, sink) {
        return;
    }
    if says_none(&concept) {
        collected.none_known = Some(node.path());
        return;
    }
    if concept.has(SNOMED, NONE_OF_A_KIND) {
        return sink.note(node.at("code"), Problem::PartlyNoAllergies);
    }
    if concept.has(ABSENT_UNKNOWN, &["no-allergy-info"]) {
        return;
    }
    let Some(substance) = concept.name else {
        let problem = if code.is_some() { Problem::Nameless } else { Problem::Missing };
        return sink.note(node.at("code"), problem);
    };
    if collected.listed.len() == MAX_LISTED {
        return sink.note(node.path(), Problem::LimitReached);
    }
    let manifestations: Vec<Concept> =
        reactions.iter().flat_map(|r| r.items("manifestation")).map(|m| Concept::read(&m)).collect();
    collected.listed.push(Allergy {
        path: node.path(),
        substance,
        codings: concept.codings,
        reaction: reaction(&reactions, &manifestations),
        severity: severity(node, &reactions, &manifestations),
        kind: kind(node, &manifestations),
    });
}

fn says_none(concept: &Concept) -> bool {
    concept.has(SNOMED, NONE_KNOWN)
        || concept.has(ABSENT_UNKNOWN, &["no-known-allergies", "no-known-medication-allergies"])
}

/// Whether the statuses let it stand.
fn stands(node: &Node<'_>, sink: &mut Sink) -> bool {
    match status_code(node, "verificationStatus") {
        Some("entered-in-error") => {
            sink.left_out.entered_in_error += 1;
            return false;
        }
        Some("refuted") => {
            sink.left_out.refuted += 1;
            return false;
        }
        Some("confirmed" | "presumed") | None => {}
        Some(_) => sink.note(node.at("verificationStatus"), Problem::Unconfirmed),
    }
    match status_code(node, "clinicalStatus") {
        Some("inactive" | "resolved") => {
            sink.left_out.past_allergies += 1;
            false
        }
        Some("active") | None => true,
        Some(_) => {
            sink.note(node.at("clinicalStatus"), Problem::Unconfirmed);
            true
        }
    }
}

fn reaction(reactions: &[Node<'_>], manifestations: &[Concept]) -> Option<Text> {
    let named: Vec<&str> = manifestations.iter().filter_map(|m| m.name.as_ref()).map(Text::expose).collect();
    if !named.is_empty() {
        return words(&named.join(", "));
    }
    reactions.iter().filter_map(|r| r.text("description")).find_map(words)
}

/// The worst that is on record. High criticality says that a next reaction may threaten life.
fn severity(node: &Node<'_>, reactions: &[Node<'_>], manifestations: &[Concept]) -> ReactionSeverity {
    let grave = |m: &Concept| m.has(SNOMED, ANAPHYLAXIS) || m.has(SNOMED, HYPERSENSITIVITY) || named_grave(m);
    if node.text("criticality") == Some("high") || manifestations.iter().any(grave) {
        return ReactionSeverity::Severe;
    }
    let stated = reactions.iter().filter_map(|r| match r.text("severity")? {
        "mild" => Some(ReactionSeverity::Mild),
        "moderate" => Some(ReactionSeverity::Moderate),
        "severe" => Some(ReactionSeverity::Severe),
        _ => None,
    });
    stated.max().unwrap_or(ReactionSeverity::Moderate)
}

fn kind(node: &Node<'_>, manifestations: &[Concept]) -> ReactionKind {
    let severe = |m: &Concept| m.has(SNOMED, HYPERSENSITIVITY) || named_hypersensitivity(m);
    if manifestations.iter().any(severe) {
        ReactionKind::Hypersensitivity
    } else if node.text("type") == Some("intolerance") {
        ReactionKind::Intolerance
    } else {
        ReactionKind::Allergy
    }
}

fn named_grave(concept: &Concept) -> bool {
    named_hypersensitivity(concept) || mentions(concept, &["anaphyla"])
}

fn named_hypersensitivity(concept: &Concept) -> bool {
    mentions(
        concept,
        &["stevens-johnson", "stevens johnson", "epidermal necrolysis", "eosinophilia and systemic"],
    )
}

fn mentions(concept: &Concept, stems: &[&str]) -> bool {
    let name = concept.name.as_ref().map(|name| name.expose().to_lowercase());
    name.is_some_and(|name| stems.iter().any(|stem| name.contains(stem)))
}
