//! Rules that need more than a table row: law, what could not be mapped, pregnancy, withdrawal.

use super::found::Found;
use super::{Item, Scene};
use crate::Milligrams;
use crate::load::drugs::Entry;
use crate::load::set::At;
use crate::safety::Induction;

pub(super) fn say<'a>(scene: &Scene<'a>, found: &mut Found<'a>) {
    if scene.unmapped {
        found.special("map.unrecognised", &[]);
    }
    if scene.subject.unmapped_conditions {
        found.special("map.condition", &[]);
    }
    for item in scene.judged() {
        for &at in &item.ingredients {
            if scene.rules.rules.pregnancy_check.contains(at) {
                pregnancy(scene, at, item.proposed, found);
            }
        }
        let Some(entry) = item.entry.filter(|_| item.proposed) else { continue };
        if !entry.drug.prescribable {
            found.special("legal.not-prescribable", &entry.ingredients);
        }
        withdrawal(scene, found);
        start(scene, item, entry, found);
        supply(scene, item, found);
    }
}

/// S13: who may become pregnant is asked before some drugs, and tested.
fn pregnancy<'a>(scene: &Scene<'a>, at: At, proposed: bool, found: &mut Found<'a>) {
    let numbers = &scene.rules.rules.numbers;
    let of_age = scene.age().is_none_or(|age| {
        (i32::from(numbers.pregnancy_age_from)..=i32::from(numbers.pregnancy_age_to)).contains(&age)
    });
    if !of_age {
        return;
    }
    let starting = proposed && !scene.continued.contains(&at);
    match scene.subject.may_become_pregnant {
        Some(false) => {}
        None => found.special("missing.pregnancy-potential", &[at]),
        Some(true) => {
            let test = scene.rules.labs.by_id.get("hcg");
            let tested = test.is_some_and(|&lab| scene.result(lab, numbers.pregnancy_test_days).is_some());
            if starting && !tested {
                found.special("missing.pregnancy-test", &[at]);
            }
        }
    }
}

/// Whether buprenorphine may be begun beside or soon after a full agonist, because how is planned: the first dose waits
/// for withdrawal then, or it is so low that none comes.
pub(super) fn induction_covers(scene: &Scene<'_>, agonist_is_taken: bool) -> bool {
    let low = u64::from(scene.rules.recovery.limits.low_dose_mg) * 1_000;
    match scene.subject.induction {
        None => false,
        Some(Induction::AfterWithdrawal) => !agonist_is_taken,
        Some(Induction::LowDose) => scene.items.iter().filter(|item| item.proposed).all(|item| {
            item.regimen.is_some_and(|regimen| regimen.daily() <= Milligrams::from_micrograms(low))
        }),
    }
}

/// Whether withdrawal was scored lately and is far enough on for a first dose.
pub(super) fn is_in_withdrawal(scene: &Scene<'_>) -> bool {
    let numbers = &scene.rules.rules.numbers;
    scene.subject.results.iter().any(|result| {
        let minutes = i64::from(numbers.cows_minutes);
        let age = (scene.now.micros() - result.taken_at.micros()) / 60_000_000;
        result.lab.as_str() == "cows" && age <= minutes && result.value >= f64::from(numbers.cows_minimum)
    })
}

/// S3: a first dose of buprenorphine follows objective withdrawal.
fn withdrawal<'a>(scene: &Scene<'a>, found: &mut Found<'a>) {
    let Some(&buprenorphine) = scene.rules.substances.vocabulary.ingredients.get("buprenorphine") else {
        return;
    };
    let first = scene.judged().any(|item| item.proposed && item.ingredients.contains(&buprenorphine))
        && !scene.continued.contains(&buprenorphine);
    let full = agonist(scene);
    if first && !is_in_withdrawal(scene) && !induction_covers(scene, full == Agonist::Taken) {
        found.special("missing.withdrawal-score", &[buprenorphine]);
        if full != Agonist::Gone {
            found.special("missing.withdrawal-agonist", &[buprenorphine]);
        }
    }
}

/// How a full opioid agonist acts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Agonist {
    /// Not, or not any more.
    Gone,
    /// It was taken lately.
    Lately,
    /// It is taken.
    Taken,
}

/// Whether a full opioid agonist is taken or was lately.
fn agonist(scene: &Scene<'_>) -> Agonist {
    let days = i64::from(scene.rules.rules.numbers.full_agonist_days);
    let Some(full) = scene.rules.substances.vocabulary.classes.get("opioid-full-agonist") else {
        return Agonist::Gone;
    };
    let mut acts = scene.items.iter().filter(|item| full.any_of(&item.ingredients));
    if acts.clone().any(|item| item.active) {
        Agonist::Taken
    } else if acts.any(|item| scene.now < item.last_dose.plus_days(days)) {
        Agonist::Lately
    } else {
        Agonist::Gone
    }
}

/// S14: somebody who may want to die is not handed a fatal supply.
fn supply<'a>(scene: &Scene<'a>, item: &Item<'_>, found: &mut Found<'a>) {
    let rules = &scene.rules.rules;
    let most = rules.numbers.lethal_supply_days;
    if scene.subject.suicide_risk && scene.subject.first_supply_days.is_some_and(|days| days > most) {
        let says = rules.special("supply.lethal-overdose");
        let kills = |at: At| rules.lethal_overdose.contains(at) && item.is_meant(says, at);
        for &at in item.ingredients.iter().filter(|at| kills(**at)) {
            found.say(says, &[at]);
        }
    }
}

/// A first dose far above the usual start of a drug that is titrated. One that is taken already, here or elsewhere, is
/// no start.
fn start<'a>(scene: &Scene<'a>, item: &Item<'_>, entry: &Entry, found: &mut Found<'a>) {
    let (Some(&of), Some(regimen)) = (entry.ingredients.first(), item.regimen) else { return };
    if scene.replacing || scene.continued.contains(&of) || entry.drug.step.is_none() {
        return;
    }
    let percent = u64::from(scene.rules.rules.numbers.start_dose_percent);
    let most = entry.drug.start.micrograms().saturating_mul(percent) / 100;
    if regimen.daily() > Milligrams::from_micrograms(most) {
        found.special("dose.start", &[of]);
    }
}
