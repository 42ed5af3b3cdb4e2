//! The safety check: every rule over one chart and one proposed change.

mod allergy;
mod condition;
mod dose;
mod found;
mod lab;
mod pair;
mod special;
#[cfg(test)]
mod tests;

use concord_kernel::Instant;

use self::found::Found;
use crate::age::age;
use crate::load::drugs::Entry;
use crate::load::set::At;
use crate::load::table::Verdict;
use crate::safety::{Exposure, Proposal, Subject};
use crate::{ConditionId, Finding, Frequency, Regimen, Ruleset};

/// One medication as the rules see it.
struct Item<'a> {
    ingredients: Vec<At>,
    active: bool,
    tapering: bool,
    proposed: bool,
    /// When its last dose stops being the last, for one that ended: a depot goes on until the next one was due.
    last_dose: Instant,
    regimen: Option<Regimen>,
    entry: Option<&'a Entry>,
    /// The row of what it is taken for.
    purpose: Option<u16>,
}

impl Item<'_> {
    /// Whether a rule speaks of a substance in this.
    fn is_meant(&self, says: &Verdict, at: At) -> bool {
        says.speaks_of(at, self.entry.map(|entry| &entry.drug), self.regimen)
    }
}

/// What every rule looks at.
struct Scene<'a> {
    rules: &'a Ruleset,
    subject: &'a Subject,
    now: Instant,
    items: Vec<Item<'a>>,
    /// Whether only findings about the proposed drug are wanted.
    proposing: bool,
    /// Substances of the proposed drug that the patient takes already, perhaps by the order that it replaces.
    continued: Vec<At>,
    /// Whether the proposal takes the place of something on the chart.
    replacing: bool,
    unmapped: bool,
    conditions: Vec<u16>,
}

impl Ruleset {
    /// Says everything the rules have to say about `subject` and, where there is one, `proposal`; worst first.
    ///
    /// With a proposal only what involves the proposed drug is said, and what keeps it from being checked. The
    /// order is worst first, then rule, then substances; the same input gives the same answer.
    pub fn check(&self, subject: &Subject, proposal: Option<&Proposal>, now: Instant) -> Vec<Finding> {
        let mut found = Found::new(self);
        let proposed = proposal.map(|proposal| (proposal, self.drugs.get(&proposal.drug)));
        if let Some((_, None)) = proposed {
            found.special("formulary.unknown-drug", &[]);
            return found.sorted();
        }
        let proposed = proposed.and_then(|(proposal, entry)| Some((proposal, entry?)));
        let scene = Scene::new(self, subject, proposed, now);
        special::say(&scene, &mut found);
        pair::say(&scene, &mut found);
        dose::say(&scene, &mut found);
        condition::say(&scene, &mut found);
        allergy::say(&scene, &mut found);
        lab::say(&scene, &mut found);
        found.sorted()
    }
}

/// When the last dose stops being the last: a depot goes on until the next one was due, by its regimen or, where that
/// names no interval, by its row.
fn last_dose(rules: &Ruleset, exposure: &Exposure, now: Instant) -> Instant {
    // The future holds no last dose: a time after now is a slip of the pen and counts as now.
    let Some(at) = exposure.last_dose_at.map(|at| at.min(now)) else { return now };
    let Some(regimen) = exposure.regimen else { return at };
    let usual = rules.drugs().filter(|drug| {
        drug.is_depot(regimen.route)
            && match &exposure.drug {
                Some(id) => drug.id == *id,
                None => drug.ingredients == exposure.ingredients,
            }
    });
    let usual = usual.map(|drug| i64::from(drug.step_days)).max().unwrap_or(0);
    let days = match regimen.frequency {
        Frequency::EveryDays(days) => i64::from(days),
        Frequency::Daily
        | Frequency::AtBedtime
        | Frequency::TwiceDaily
        | Frequency::ThreeTimesDaily
        | Frequency::FourTimesDaily
        | Frequency::EveryOtherDay
        | Frequency::AsNeeded(_) => usual,
    };
    at.plus_days(days)
}

impl<'a> Scene<'a> {
    fn new(
        rules: &'a Ruleset,
        subject: &'a Subject,
        proposed: Option<(&'a Proposal, &'a Entry)>,
        now: Instant,
    ) -> Self {
        let (mut items, mut continued) = (Vec::with_capacity(subject.exposures.len() + 1), Vec::new());
        let mut unmapped = false;
        let by_id = &rules.conditions.by_id;
        let purpose = |id: Option<&ConditionId>| by_id.get(id?.as_str()).copied();
        let mut taken_for = proposed.and_then(|(proposal, _)| purpose(proposal.purpose.as_ref()));
        let replaced = proposed.and_then(|(proposal, _)| proposal.replaces);
        for exposure in &subject.exposures {
            let known = exposure.ingredients.iter().filter_map(|id| rules.substances.at(id));
            let ingredients: Vec<At> = known.collect();
            let whole = !ingredients.is_empty() && ingredients.len() == exposure.ingredients.len();
            let last_dose = last_dose(rules, exposure, now);
            let acts =
                exposure.active || now < last_dose.plus_days(i64::from(rules.rules.numbers.unmapped_days));
            unmapped |= acts && !whole && replaced != Some(exposure.id);
            if let Some((_, entry)) = proposed.filter(|_| exposure.active) {
                continued.extend(ingredients.iter().filter(|at| entry.ingredients.contains(at)));
            }
            if replaced == Some(exposure.id) {
                taken_for = taken_for.or_else(|| purpose(exposure.purpose.as_ref()));
                continue;
            }
            items.push(Item {
                ingredients,
                active: exposure.active,
                tapering: exposure.tapering,
                proposed: false,
                last_dose,
                regimen: exposure.regimen,
                entry: exposure.drug.as_ref().and_then(|drug| rules.drugs.get(drug)),
                purpose: purpose(exposure.purpose.as_ref()),
            });
        }
        if let Some((proposal, entry)) = proposed {
            items.push(Item {
                ingredients: entry.ingredients.clone(),
                active: true,
                tapering: false,
                proposed: true,
                last_dose: now,
                regimen: Some(proposal.regimen),
                entry: Some(entry),
                purpose: taken_for,
            });
        }
        let conditions = subject.conditions.iter().filter_map(|id| by_id.get(id.as_str()).copied()).collect();
        let proposing = proposed.is_some();
        let replacing = replaced.is_some_and(|id| subject.exposures.iter().any(|exposure| exposure.id == id));
        Self { rules, subject, now, items, proposing, continued, replacing, unmapped, conditions }
    }

    /// The medications that single-sided rules speak about: all that are taken, or the proposed one alone.
    fn judged(&self) -> impl Iterator<Item = &Item<'a>> {
        self.items.iter().filter(|item| item.active && (item.proposed || !self.proposing))
    }

    fn active(&self) -> impl Iterator<Item = &Item<'a>> {
        self.items.iter().filter(|item| item.active)
    }

    /// The latest result of a kind that is not older than `days`.
    fn result(&self, lab: u16, days: u16) -> Option<f64> {
        let id = &self.rules.labs.rows[usize::from(lab)].id;
        let fresh = self.now.plus_days(-i64::from(days));
        let held = self.subject.results.iter().filter(|r| r.lab == *id && r.taken_at >= fresh);
        held.max_by_key(|result| result.taken_at).map(|result| result.value)
    }

    /// Whole years of age.
    fn age(&self) -> Option<i32> {
        Some(age(self.subject.born_on?, self.now.day()))
    }
}
