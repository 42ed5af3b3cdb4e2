//! Rules about the daily total of a substance by one route over all active orders.

use super::found::Found;
use super::{Item, Scene};
use crate::load::drugs::Entry;
use crate::load::rules::DoseLimit;
use crate::load::set::At;
use crate::{Milligrams, Route};

/// Results older than this say nothing about a dose of today.
const RESULT_DAYS: u16 = 365;

/// A daily total.
struct Total<'s> {
    at: At,
    route: Route,
    amount: Milligrams,
    proposed: bool,
    entries: Vec<&'s Entry>,
    parts: Vec<&'s Item<'s>>,
}

pub(super) fn say<'a>(scene: &Scene<'a>, found: &mut Found<'a>) {
    for total in totals(scene) {
        if total.proposed || !scene.proposing {
            maximum(scene, &total, found);
        }
        for limit in scene.rules.rules.limits.of(total.at) {
            under_circumstance(scene, &total, limit, found);
        }
    }
}

fn totals<'s>(scene: &'s Scene<'_>) -> Vec<Total<'s>> {
    let mut all: Vec<Total<'s>> = Vec::new();
    for item in scene.active() {
        let (Some(at), Some(regimen)) = (dosed(scene, item), item.regimen) else { continue };
        let index = all.iter().position(|total| total.at == at && total.route == regimen.route);
        let index = index.unwrap_or_else(|| {
            all.push(Total {
                at,
                route: regimen.route,
                amount: Milligrams::ZERO,
                proposed: false,
                entries: Vec::new(),
                parts: Vec::new(),
            });
            all.len() - 1
        });
        let total = &mut all[index];
        let sum = total.amount.micrograms().saturating_add(regimen.daily().micrograms());
        total.amount = Milligrams::from_micrograms(sum);
        total.proposed |= item.proposed;
        total.entries.extend(item.entry);
        total.parts.push(item);
    }
    all
}

/// The substance that an item's dose is an amount of; unknown for a combination that no formulary row is.
fn dosed(scene: &Scene<'_>, item: &Item<'_>) -> Option<At> {
    match (item.entry, item.ingredients.as_slice()) {
        (Some(entry), _) => entry.ingredients.first().copied(),
        (None, [only]) => Some(*only),
        (None, several) => {
            let holds = |entry: &&Entry| {
                entry.ingredients.len() == several.len()
                    && several.iter().all(|at| entry.ingredients.contains(at))
            };
            scene.rules.drugs.rows.iter().find(holds)?.ingredients.first().copied()
        }
    }
}

/// The program's and the label's maximum: the strictest of the rows involved, or of an outside medication the widest.
fn maximum<'a>(scene: &Scene<'a>, total: &Total<'_>, found: &mut Found<'a>) {
    let of_route = |entry: &&Entry| {
        entry.ingredients.first() == Some(&total.at) && entry.drug.routes.contains(&total.route)
    };
    let rows: Vec<&Entry> = if total.entries.is_empty() {
        scene.rules.drugs.rows.iter().filter(of_route).collect()
    } else {
        total.entries.clone()
    };
    let limit = |pick: fn(&Entry) -> Option<Milligrams>| {
        let limits: Option<Vec<Milligrams>> = rows.iter().map(|entry| pick(entry)).collect();
        if total.entries.is_empty() {
            // A row without maximum leaves the widest open.
            limits?.into_iter().max()
        } else {
            rows.iter().filter_map(|entry| pick(entry)).min()
        }
    };
    if limit(|entry| entry.drug.hard_maximum).is_some_and(|most| total.amount > most) {
        found.special("dose.hard-maximum", &[total.at]);
    } else if limit(|entry| entry.drug.soft_maximum).is_some_and(|most| total.amount > most) {
        found.special("dose.soft-maximum", &[total.at]);
    }
}

fn under_circumstance<'a>(scene: &Scene<'a>, total: &Total<'_>, limit: &'a DoseLimit, found: &mut Found<'a>) {
    let most = match limit.per_kg {
        None => limit.over_mg,
        Some(weight) => match scene.result(weight, RESULT_DAYS) {
            None => {
                if total.proposed || !scene.proposing {
                    found.special("missing.weight", &[total.at]);
                }
                return;
            }
            Some(kg) => limit.over_mg * kg,
        },
    };
    let applies = total.amount.mg() > most
        && limit.route.is_none_or(|route| route == total.route)
        && limit.age_over.is_none_or(|years| scene.age().is_none_or(|age| age > i32::from(years)))
        && (limit.conditions.is_empty() || limit.conditions.iter().any(|c| scene.conditions.contains(c)));
    if !applies {
        return;
    }
    let judged = total.proposed || !scene.proposing;
    match is_for(total, limit) {
        Some(true) => {}
        Some(false) => return,
        None => {
            if judged {
                found.special("missing.purpose", &[total.at]);
            }
            return;
        }
    }
    if limit.age_over.is_some() && scene.age().is_none() {
        if judged {
            found.special("missing.birth-date", &[total.at]);
        }
        return;
    }
    match below(scene, limit) {
        Some(true) => {}
        Some(false) => return,
        None => {
            if judged {
                found.special("missing.limit-result", &[total.at]);
            }
            return;
        }
    }
    let Some(with) = &limit.with else {
        if judged {
            found.say(&limit.says, &[total.at]);
        }
        return;
    };
    for item in scene.active() {
        if !(total.proposed || item.proposed || !scene.proposing) {
            continue;
        }
        for &other in item.ingredients.iter().filter(|&&other| other != total.at && with.contains(other)) {
            found.say(&limit.says, &[total.at, other]);
        }
    }
}

/// Whether a part of the total is a product that the limit speaks of and is taken for what it speaks of; nothing when nobody
/// knows what some part is for. The maximum of
/// the formulary row holds then, which is that of the widest use: the least of all uses would stop what is right for
/// another one. So it does for a use that no label names.
fn is_for(total: &Total<'_>, limit: &DoseLimit) -> Option<bool> {
    let mut meant = total.parts.iter().filter(|part| part.is_meant(&limit.says, total.at)).peekable();
    if meant.peek().is_none() {
        return Some(false);
    }
    let is_for = |part: &&&Item<'_>| part.purpose.is_some_and(|of| limit.purposes.contains(&of));
    if limit.purposes.is_empty() || meant.clone().any(|part| is_for(&part)) {
        return Some(true);
    }
    meant.all(|part| part.purpose.is_some()).then_some(false)
}

/// Whether a result that the limit asks for is below its bound; nothing when there is no fresh one of any kind.
fn below(scene: &Scene<'_>, limit: &DoseLimit) -> Option<bool> {
    let Some(bound) = &limit.lab_below else { return Some(true) };
    let results = bound.labs.iter().filter_map(|&lab| scene.result(lab, RESULT_DAYS));
    results.map(|value| value < bound.below).reduce(|one, other| one || other)
}
