//! Rules about reactions that the patient had before.

use super::found::Found;
use super::{Item, Scene};
use crate::load::set::At;
use crate::safety::{Allergies, Allergy, ReactionKind, ReactionSeverity};

pub(super) fn say<'a>(scene: &Scene<'a>, found: &mut Found<'a>) {
    let allergies = match &scene.subject.allergies {
        Allergies::NoneKnown => return,
        Allergies::Unknown => {
            if scene.proposing {
                found.special("allergy.unknown", &[]);
            }
            return;
        }
        Allergies::Known(allergies) => allergies,
    };
    for allergy in allergies {
        let known = allergy.ingredient.as_ref().and_then(|id| scene.rules.substances.at(id));
        match known {
            None if interrupts(allergy) => found.special("allergy.unmapped", &[]),
            None => {}
            Some(allergen) => {
                for item in scene.judged() {
                    one(scene, item, allergy, allergen, found);
                }
            }
        }
    }
}

/// Whether the reaction is immune and was at least moderate. A severe hypersensitivity (SJS, TEN, DRESS) interrupts
/// whatever grade was recorded with it: it begins mildly, and comes back worse.
const fn interrupts(allergy: &Allergy) -> bool {
    match allergy.kind {
        ReactionKind::Hypersensitivity => true,
        ReactionKind::Allergy => !matches!(allergy.severity, ReactionSeverity::Mild),
        ReactionKind::Intolerance => false,
    }
}

fn one<'a>(scene: &Scene<'a>, item: &Item<'_>, allergy: &Allergy, allergen: At, found: &mut Found<'a>) {
    for &at in &item.ingredients {
        if at == allergen {
            found
                .special(if interrupts(allergy) { "allergy.same-ingredient" } else { "allergy.mild" }, &[at]);
            continue;
        }
        if !interrupts(allergy) {
            continue;
        }
        // Several rules may carry one reaction over; the strictest speaks.
        let carried = scene
            .rules
            .rules
            .allergies
            .of(at)
            .filter(|rule| rule.allergen.contains(allergen) && rule.kinds.contains(&allergy.kind));
        let strictest = carried.min_by_key(|rule| std::cmp::Reverse((rule.says.severity, rule.says.action)));
        if let Some(rule) = strictest {
            found.say(&rule.says, &[at, allergen]);
        }
    }
    let excipient = item.entry.is_some_and(|entry| entry.excipients.contains(&allergen));
    if excipient && interrupts(allergy) {
        let of = item.ingredients.first().copied();
        found.special("allergy.excipient", &[of.unwrap_or(allergen), allergen]);
    }
}
