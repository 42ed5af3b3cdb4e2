use super::*;
use crate::safety::{Allergy, ReactionKind, ReactionSeverity};
use Action::{Acknowledge, Block, BlockUnlessCosigned, Monitor};
use Severity::{Contraindicated, Major, Moderate};

fn reacted(to: Option<&str>, severity: ReactionSeverity, kind: ReactionKind) -> Subject {
    let ingredient = to.map(|name| IngredientId::parse(name).unwrap());
    let allergies = Allergies::Known(vec![Allergy { ingredient, severity, kind }]);
    Subject { allergies, ..patient(vec![]) }
}

fn allergic(to: &str) -> Subject {
    reacted(Some(to), ReactionSeverity::Severe, ReactionKind::Allergy)
}

#[test]
fn nothing_is_ordered_before_somebody_asked_about_allergies() {
    let unasked = Subject { allergies: Allergies::Unknown, ..patient(vec![]) };
    expect(&check(&unasked, "sertraline"), "allergy.unknown", Major, Block);
    silent(&chart(&unasked), "allergy.unknown");
    silent(&check(&patient(vec![]), "sertraline"), "allergy.unknown");
}

#[test]
fn the_same_substance_is_contraindicated_after_an_allergy() {
    let found = check(&allergic("bupropion"), "bupropion-xl");
    expect(&found, "allergy.same-ingredient", Contraindicated, BlockUnlessCosigned);
    silent(&check(&allergic("bupropion"), "sertraline"), "allergy.same-ingredient");
}

#[test]
fn an_intolerance_or_a_mild_reaction_interrupts_nobody() {
    for subject in [
        reacted(Some("sertraline"), ReactionSeverity::Severe, ReactionKind::Intolerance),
        reacted(Some("sertraline"), ReactionSeverity::Mild, ReactionKind::Allergy),
    ] {
        expect(&check(&subject, "sertraline"), "allergy.mild", Moderate, Monitor);
    }
}

#[test]
fn a_reaction_carries_over_within_its_family() {
    for (to, drug, rule, severity, action) in [
        (
            "phenytoin",
            "oxcarbazepine",
            "allergy.aromatic-antiepileptic",
            Contraindicated,
            BlockUnlessCosigned,
        ),
        ("carbamazepine", "lamotrigine", "allergy.aromatic-lamotrigine", Major, Acknowledge),
        ("morphine", "buprenorphine-sl", "allergy.phenanthrene", Major, Acknowledge),
        ("fentanyl", "buprenorphine-sl", "allergy.opioid-families", Moderate, Monitor),
        ("diazepam", "clonazepam", "allergy.benzodiazepine", Major, Acknowledge),
        ("nortriptyline", "carbamazepine-er", "allergy.tca", Contraindicated, BlockUnlessCosigned),
    ] {
        expect(&check(&allergic(to), drug), rule, severity, action);
    }
    // Within the family the stricter rule speaks alone.
    silent(&check(&allergic("morphine"), "buprenorphine-sl"), "allergy.opioid-families");
}

#[test]
fn an_excipient_of_the_product_counts() {
    let found = check(&allergic("sesame-oil"), "haloperidol-decanoate");
    expect(&found, "allergy.excipient", Contraindicated, BlockUnlessCosigned);
    silent(&check(&allergic("sesame-oil"), "haloperidol"), "allergy.excipient");
}

#[test]
fn an_allergy_that_nobody_could_map_is_said() {
    let subject = reacted(None, ReactionSeverity::Severe, ReactionKind::Allergy);
    expect(&check(&subject, "sertraline"), "allergy.unmapped", Major, Acknowledge);
}

#[test]
fn a_hypersensitivity_interrupts_whatever_severity_was_recorded() {
    for severity in [ReactionSeverity::Mild, ReactionSeverity::Moderate, ReactionSeverity::Severe] {
        let found =
            check(&reacted(Some("lamotrigine"), severity, ReactionKind::Hypersensitivity), "lamotrigine");
        assert!(found.iter().any(|f| f.key.rule.as_str() == "allergy.same-ingredient"), "{severity:?}");
    }
}
