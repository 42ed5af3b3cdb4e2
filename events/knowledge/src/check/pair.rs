//! Rules about two substances: interactions, washouts, duplicates.

use super::found::Found;
use super::{Item, Scene, special};
use crate::load::rules::PairRule;
use crate::load::set::At;
use crate::{Action, Route};

pub(super) fn say<'a>(scene: &Scene<'a>, found: &mut Found<'a>) {
    for (number, one) in scene.items.iter().enumerate() {
        for other in &scene.items[number + 1..] {
            if (!scene.proposing || one.proposed || other.proposed) && (one.active || other.active) {
                both(scene, one, other, found);
            }
        }
    }
}

fn both<'a>(scene: &Scene<'a>, one: &Item<'_>, other: &Item<'_>, found: &mut Found<'a>) {
    for &p in &one.ingredients {
        for &q in &other.ingredients {
            if p == q {
                same(scene, one, other, p, found);
                continue;
            }
            // What one product holds together by design is no finding about two.
            if one.ingredients.contains(&q) && other.ingredients.contains(&p) {
                continue;
            }
            for (rule, one_is_a) in scene.rules.rules.pair(p, q) {
                if !one.is_meant(&rule.says, p) || !other.is_meant(&rule.says, q) {
                    continue;
                }
                let sides = if one_is_a { [one, other] } else { [other, one] };
                judge(scene, rule, sides, &[p, q], found);
            }
        }
    }
}

/// The rule that a planned induction or a withdrawal that was scored answers.
const PRECIPITATED: &str = "ddi.buprenorphine.full-agonist";

/// `sides` in the order of the rule.
fn judge<'a>(
    scene: &Scene<'a>,
    rule: &'a PairRule,
    sides: [&Item<'_>; 2],
    about: &[At],
    found: &mut Found<'a>,
) {
    let [a, b] = sides;
    let row = rule.says.action;
    if rule.says.id.as_str() == PRECIPITATED && a.proposed {
        let scored = !b.active && special::is_in_withdrawal(scene);
        if scored || special::induction_covers(scene, b.active) {
            return;
        }
    }
    if a.active && b.active {
        if rule.after_stop {
            return;
        }
        if rule.duplicate && (a.tapering || b.tapering) {
            return found.say_as(&rule.says, "dup.cross-taper", about);
        }
        // Of two that are taken, the one to stop is the one that is there already.
        let days = match (a.proposed, b.proposed) {
            (true, _) => rule.days[1],
            (_, true) => rule.days[0],
            (false, false) => rule.days[0].max(rule.days[1]),
        };
        let until = days.map(|days| scene.now.plus_days(i64::from(days)));
        return found.say_until(&rule.says, row, until, about);
    }
    let (ended, days) = if a.active { (b, rule.days[1]) } else { (a, rule.days[0]) };
    if rule.after_stop && !a.active {
        return;
    }
    let Some(days) = days else { return };
    let until = ended.last_dose.plus_days(i64::from(days));
    if scene.now < until {
        let action = if row == Action::Block { Action::Space } else { row };
        found.say_until(&rule.says, action, Some(until), about);
    }
}

fn same<'a>(scene: &Scene<'a>, one: &Item<'_>, other: &Item<'_>, at: At, found: &mut Found<'a>) {
    let rules = &scene.rules.rules;
    if !one.active || !other.active || rules.duplicate_exempt.contains(at) {
        return;
    }
    let twice = rules.special("dup.same-ingredient");
    let route = |item: &Item<'_>| -> Option<Route> { item.regimen.map(|regimen| regimen.route) };
    let other_route = matches!((route(one), route(other)), (Some(a), Some(b)) if a != b);
    if one.tapering || other.tapering {
        found.say_as(twice, "dup.cross-taper", &[at]);
    } else if other_route {
        found.special("dup.same-ingredient-other-route", &[at]);
    } else if rules.cumulative.contains(at) {
        found.special("dup.cumulative", &[at]);
    } else {
        found.say(twice, &[at]);
    }
}
