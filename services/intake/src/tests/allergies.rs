//! What is not tolerated.

use concord_knowledge::safety::{ReactionKind, ReactionSeverity};
use serde_json::{Value, json};

use super::build::{allergy, intake, issues};
use crate::{Allergies, Allergy, Problem};

fn coded(code: &str) -> Value {
    allergy(json!({ "code": { "coding": [{ "system": "http://snomed.info/sct", "code": code }] } }))
}

fn only(resource: Value) -> Allergy {
    let Allergies::Known(mut listed) = intake(&[resource]).allergies else { panic!("one allergy") };
    assert_eq!(listed.len(), 1);
    listed.remove(0)
}

#[test]
fn nothing_said_is_not_none_known() {
    assert_eq!(intake(&[]).allergies, Allergies::Unknown);
    assert_eq!(intake(&[coded("716186003")]).allergies, Allergies::NoneKnown);
    let no_food_allergy = intake(&[coded("429625007")]);
    assert_eq!(no_food_allergy.allergies, Allergies::Unknown);
    assert_eq!(issues(&no_food_allergy), [("Bundle.entry[1].resource.code", Problem::PartlyNoAllergies)]);
}

#[test]
fn a_listed_allergy_outweighs_none_known() {
    let read = intake(&[coded("716186003"), allergy(json!({}))]);
    assert!(matches!(read.allergies, Allergies::Known(ref listed) if listed.len() == 1));
    assert_eq!(issues(&read), [("Bundle.entry[1].resource", Problem::ContradictoryAllergies)]);
}

#[test]
fn refuted_resolved_and_mistaken_allergies_are_none() {
    let status = |name: &str, code: &str| allergy(json!({ name: { "coding": [{ "code": code }] } }));
    let read = intake(&[
        status("verificationStatus", "refuted"),
        status("verificationStatus", "entered-in-error"),
        status("clinicalStatus", "resolved"),
        status("clinicalStatus", "inactive"),
    ]);
    assert_eq!(read.allergies, Allergies::Unknown);
    let left_out = read.left_out;
    assert_eq!((left_out.refuted, left_out.entered_in_error, left_out.past_allergies), (1, 1, 2));
    let unconfirmed = intake(&[status("verificationStatus", "unconfirmed")]);
    assert!(matches!(unconfirmed.allergies, Allergies::Known(_)));
    assert_eq!(unconfirmed.issues[0].problem, Problem::Unconfirmed);
    // A mistaken "none known" says nothing either.
    let mut mistaken = coded("716186003");
    mistaken["verificationStatus"]["coding"][0]["code"] = json!("entered-in-error");
    assert_eq!(intake(&[mistaken]).allergies, Allergies::Unknown);
}

#[test]
fn the_worst_reaction_counts_and_an_unknown_one_still_interrupts() {
    assert_eq!(only(allergy(json!({}))).severity, ReactionSeverity::Moderate);
    let reactions = json!({ "reaction": [{ "severity": "mild" }, { "severity": "severe" }] });
    assert_eq!(only(allergy(reactions)).severity, ReactionSeverity::Severe);
    assert_eq!(
        only(allergy(json!({ "reaction": [{ "severity": "mild" }] }))).severity,
        ReactionSeverity::Mild
    );
    assert_eq!(only(allergy(json!({ "criticality": "high" }))).severity, ReactionSeverity::Severe);
}

#[test]
fn kinds_are_told_apart() {
    assert_eq!(only(allergy(json!({ "type": "intolerance" }))).kind, ReactionKind::Intolerance);
    assert_eq!(only(allergy(json!({ "type": "allergy" }))).kind, ReactionKind::Allergy);
    let rash = only(allergy(json!({ "type": "intolerance", "reaction": [{ "manifestation": [{
        "coding": [{ "system": "http://snomed.info/sct", "code": "73442001" }], "text": "Stevens-Johnson syndrome" }] }] })));
    assert_eq!((rash.kind, rash.severity), (ReactionKind::Hypersensitivity, ReactionSeverity::Severe));
    assert_eq!(rash.reaction.unwrap().expose(), "Stevens-Johnson syndrome");
}

#[test]
fn the_reaction_names_the_substance_when_the_code_does_not() {
    let named = allergy(json!({ "code": null, "reaction": [{ "substance": { "text": "Amoxicillin" } }] }));
    assert_eq!(only(named).substance.expose(), "Amoxicillin");
    let read = intake(&[allergy(json!({ "code": null }))]);
    assert_eq!(read.allergies, Allergies::Unknown);
    assert_eq!(issues(&read), [("Bundle.entry[1].resource.code", Problem::Missing)]);
}
