//! Rules about results, and about results that are not there.

use super::found::Found;
use super::{Item, Scene};
use crate::load::rules::{LabRule, MissingRule, When};
use crate::load::set::At;

pub(super) fn say<'a>(scene: &Scene<'a>, found: &mut Found<'a>) {
    for item in scene.judged() {
        for &at in &item.ingredients {
            for rule in scene.rules.rules.labs.of(at) {
                if item.is_meant(&rule.says, at) && rule.labs.iter().any(|&lab| speaks(scene, rule, lab)) {
                    found.say(&rule.says, &[at]);
                }
            }
            for rule in scene.rules.rules.missing.of(at) {
                if missing(scene, item, at, rule) {
                    found.say(&rule.says, &[at]);
                }
            }
        }
    }
}

fn speaks(scene: &Scene<'_>, rule: &LabRule, lab: u16) -> bool {
    scene.result(lab, rule.max_age_days).is_some_and(|value| {
        rule.below.is_none_or(|below| value < below)
            && rule.above.is_none_or(|above| value > above)
            && rule.up_to.is_none_or(|up_to| value <= up_to)
    })
}

/// Whether a result is wanted and not there.
fn missing(scene: &Scene<'_>, item: &Item<'_>, at: At, rule: &MissingRule) -> bool {
    if !item.is_meant(&rule.says, at) {
        return false;
    }
    let taken = !item.proposed || scene.continued.contains(&at);
    let wanted = match rule.when {
        When::Start => item.proposed && !taken,
        When::Active => taken,
        When::Always => true,
    };
    if !wanted || rule.labs.iter().any(|&lab| scene.result(lab, rule.max_age_days).is_some()) {
        return false;
    }
    let with = rule.with.as_ref();
    with.is_none_or(|with| {
        let counts = |beside: &Item<'_>, other: At| {
            other != at && with.contains(other) && beside.is_meant(&rule.says, other)
        };
        scene.active().any(|beside| beside.ingredients.iter().any(|&other| counts(beside, other)))
    })
}
