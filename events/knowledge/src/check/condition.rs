//! Rules about a substance and a condition.

use super::Scene;
use super::found::Found;

pub(super) fn say<'a>(scene: &Scene<'a>, found: &mut Found<'a>) {
    for item in scene.judged() {
        for &at in &item.ingredients {
            for rule in scene.rules.rules.conditions.of(at) {
                let applies = item.is_meant(&rule.says, at)
                    && rule.conditions.iter().any(|c| scene.conditions.contains(c))
                    && rule.in_product_with.as_ref().is_none_or(|set| set.any_of(&item.ingredients))
                    && !rule
                        .unless
                        .as_ref()
                        .is_some_and(|set| scene.active().any(|other| set.any_of(&other.ingredients)));
                if applies {
                    found.say(&rule.says, &[at]);
                }
            }
        }
    }
}
