//! Rules that need more than a table row: law, what could not be mapped, pregnancy, withdrawal.

use super::Scene;
use super::found::Found;
use crate::load::set::At;

pub(super) fn say<'a>(scene: &Scene<'a>, found: &mut Found<'a>) {
    if scene.unmapped {
        found.special("map.unrecognised", &[]);
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

/// S3: a first dose of buprenorphine follows objective withdrawal.
fn withdrawal<'a>(scene: &Scene<'a>, found: &mut Found<'a>) {
    let Some(&buprenorphine) = scene.rules.substances.vocabulary.ingredients.get("buprenorphine") else {
        return;
    };
    let first = scene.judged().any(|item| item.proposed && item.ingredients.contains(&buprenorphine))
        && !scene.continued.contains(&buprenorphine);
    let numbers = &scene.rules.rules.numbers;
    let ripe = scene.subject.results.iter().any(|result| {
        let minutes = i64::from(numbers.cows_minutes);
        let age = (scene.now.micros() - result.taken_at.micros()) / 60_000_000;
        result.lab.as_str() == "cows" && age <= minutes && result.value >= f64::from(numbers.cows_minimum)
    });
    if first && !ripe {
        found.special("missing.withdrawal-score", &[buprenorphine]);
    }
}
