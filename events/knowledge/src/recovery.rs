//! What tables say of substance use, withdrawal, drug screens and the way onto buprenorphine.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::load::set::Set;
use crate::{ConditionId, IngredientId, Ruleset, ScreenClassId, SubstanceId};

/// Which opioid somebody depends on, as far as it decides when buprenorphine may begin. The stored name is never
/// renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpioidExposure {
    /// Heroin and most tablets: gone within a day.
    ShortActing,
    /// Fentanyl and its analogues: short at first, then stored in the body.
    HighPotency,
    /// Methadone and slow-release forms.
    LongActing,
    /// None for so long that nothing can be precipitated.
    NotDependent,
}

/// When a first dose of buprenorphine may be given. Source: the row of `induction_rules.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InductionRule {
    /// Least total of the clinical withdrawal scale; 0: none is asked for.
    pub cows_minimum: u16,
    /// Fewest hours since the last use.
    pub hours_since_use: u16,
}

/// A substance that people use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substance {
    /// Its name in events.
    pub id: SubstanceId,
    /// Its name for people.
    pub name: String,
    /// As which substance of the rules it acts; none where no rule about medications knows it.
    pub ingredient: Option<IngredientId>,
    /// The condition that its use is, and for how many hours.
    pub condition: Option<(ConditionId, u16)>,
    /// How it bears on an induction, when it is a full opioid agonist.
    pub opioid: Option<OpioidExposure>,
}

/// A class of substances that a test of urine or saliva looks for.
#[derive(Clone, Debug)]
pub struct ScreenClass {
    /// Its name in events.
    pub id: ScreenClassId,
    /// Its name for people.
    pub name: String,
    pub(crate) ingredients: Set,
    /// Whether it is an opioid: an opioid-free screen has looked for every one of these.
    pub opioid: bool,
    /// Whether a medication of this class that is taken shows; its absence is then unexpected.
    pub expected_when_taken: bool,
}

/// Numbers that rules of recovery read. Source: the rows of `recovery_limits.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryLimits {
    /// Least total of the subjective withdrawal scale for a first dose at home.
    pub sows_minimum: u16,
    /// Days that a naloxone challenge without reaction holds.
    pub challenge_days: u16,
    /// The most buprenorphine, in milligrams a day, that counts as a low-dose start.
    pub low_dose_mg: u16,
    /// Days in which an induction ends.
    pub induction_days: u16,
    /// Days from one screen to the next while not both of the latest two were as expected.
    pub screen_early_days: u16,
    /// Days from one screen to the next when they were.
    pub screen_stable_days: u16,
    /// Days in which an unexpected presumptive result is confirmed.
    pub screen_confirm_days: u16,
    /// Days in which a prescriber looks at a relapse.
    pub relapse_review_days: u16,
    /// Days in which a prescriber looks at an overdose.
    pub overdose_review_days: u16,
    /// Days after which naloxone that was declined is offered again.
    pub offer_again_days: u16,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Recovery {
    pub(crate) substances: HashMap<String, Substance>,
    pub(crate) screens: Vec<ScreenClass>,
    pub(crate) inductions: HashMap<OpioidExposure, InductionRule>,
    pub(crate) limits: RecoveryLimits,
}

impl Ruleset {
    /// The row of a substance that people use.
    pub fn substance(&self, id: &SubstanceId) -> Option<&Substance> {
        self.recovery.substances.get(id.as_str())
    }

    /// The row of a class that screens look for.
    pub fn screen_class(&self, id: &ScreenClassId) -> Option<&ScreenClass> {
        self.recovery.screens.iter().find(|class| class.id == *id)
    }

    /// Every class that screens look for, in the order of the table.
    pub fn screen_classes(&self) -> impl Iterator<Item = &ScreenClass> {
        self.recovery.screens.iter()
    }

    /// Whether a medication with these substances shows as that class on a screen.
    pub fn shows_as(&self, class: &ScreenClass, ingredients: &[IngredientId]) -> bool {
        let known = ingredients.iter().filter_map(|id| self.substances.at(id));
        known.into_iter().any(|at| class.ingredients.contains(at))
    }

    /// When buprenorphine may begin after that opioid.
    pub fn induction(&self, after: OpioidExposure) -> InductionRule {
        self.recovery.inductions[&after]
    }

    /// Numbers that rules of recovery read.
    pub const fn recovery_limits(&self) -> &RecoveryLimits {
        &self.recovery.limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> &'static Ruleset {
        Ruleset::embedded()
    }

    #[test]
    fn the_longer_an_opioid_stays_the_later_and_the_sicker_buprenorphine_begins() {
        let of = |exposure| rules().induction(exposure);
        let (short, long) = (of(OpioidExposure::ShortActing), of(OpioidExposure::LongActing));
        assert_eq!((short.cows_minimum, short.hours_since_use), (11, 12));
        assert_eq!((long.cows_minimum, long.hours_since_use), (12, 24));
        assert_eq!(of(OpioidExposure::HighPotency).hours_since_use, 24);
        assert_eq!(of(OpioidExposure::NotDependent).cows_minimum, 0);
    }

    #[test]
    fn a_substance_acts_as_rules_know_it() {
        let of = |name| rules().substance(&SubstanceId::parse(name).unwrap()).unwrap();
        assert_eq!(of("heroin").opioid, Some(OpioidExposure::ShortActing));
        assert_eq!(of("fentanyl").ingredient.as_ref().map(IngredientId::as_str), Some("fentanyl"));
        let alcohol = of("alcohol").condition.clone().map(|(id, hours)| (id.as_str().to_owned(), hours));
        assert_eq!(alcohol, Some(("alcohol-active-use".to_owned(), 12)));
        assert!(rules().substance(&SubstanceId::parse("snake-oil").unwrap()).is_none());
    }

    #[test]
    fn a_medication_shows_as_its_class_and_no_other() {
        let taken = [IngredientId::parse("buprenorphine").unwrap(), IngredientId::parse("naloxone").unwrap()];
        let shown: Vec<_> =
            rules().screen_classes().filter(|class| rules().shows_as(class, &taken)).collect();
        assert_eq!(shown.iter().map(|class| class.id.as_str()).collect::<Vec<_>>(), ["buprenorphine"]);
        assert!(shown[0].opioid && shown[0].expected_when_taken);
    }
}
