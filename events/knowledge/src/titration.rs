//! Fixed schedules by which some drugs are raised: the table `titrations.csv`.

use crate::load::set::Set;
use crate::safety::Subject;
use crate::{DrugId, Milligrams, Regimen, RuleId, Ruleset};

/// One step of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    /// The most that is taken in one day.
    pub dose: Milligrams,
    /// Days from one dose to the next; 2 is every other day.
    pub every_days: u16,
    /// Fewest days at the step before.
    pub after_days: u16,
}

impl Rung {
    /// What a day holds on average.
    fn average(&self) -> u64 {
        self.dose.micrograms() / u64::from(self.every_days.max(1))
    }

    /// Whether a regimen asks for no more than this step.
    pub fn holds(&self, regimen: &Regimen) -> bool {
        regimen.daily() <= self.dose && regimen.average_daily().micrograms() <= self.average()
    }

    /// Whether it is the same or more than the step `before`, by the dose of a day and on average, and more by one.
    pub(crate) fn follows(&self, before: &Self) -> bool {
        let (dose, average) = (self.dose >= before.dose, self.average() >= before.average());
        dose && average && (self.dose > before.dose || self.average() > before.average())
    }
}

/// How one drug is raised beside what else is taken.
#[derive(Debug)]
pub struct TitrationSchedule {
    /// Its name in events.
    pub id: RuleId,
    pub(crate) drug: DrugId,
    /// Applies while one of these is taken.
    pub(crate) with: Option<Set>,
    /// Applies while none of these is taken.
    pub(crate) without: Set,
    /// The steps, lowest first.
    pub(crate) rungs: Vec<Rung>,
}

impl TitrationSchedule {
    /// The step that comes after a regimen: the lowest that holds more than it. None at the top, where the drug's row
    /// says how it goes on.
    pub fn after(&self, regimen: &Regimen) -> Option<&Rung> {
        self.rungs.iter().find(|rung| {
            let more = rung.dose > regimen.daily() || rung.average() > regimen.average_daily().micrograms();
            more && regimen.daily() <= rung.dose
        })
    }
}

impl Ruleset {
    /// The schedule by which a drug is raised beside what `subject` takes now; none for a drug whose row says it all.
    pub fn schedule(&self, drug: &DrugId, subject: &Subject) -> Option<&TitrationSchedule> {
        let taken = |set: &Set| {
            let active = subject.exposures.iter().filter(|exposure| exposure.active);
            active
                .flat_map(|exposure| &exposure.ingredients)
                .any(|ingredient| self.substances.at(ingredient).is_some_and(|at| set.contains(at)))
        };
        self.titrations.iter().find(|schedule| {
            schedule.drug == *drug && schedule.with.as_ref().is_none_or(taken) && !taken(&schedule.without)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safety::Exposure;
    use crate::{Frequency, IngredientId, Route};

    fn lamotrigine() -> DrugId {
        DrugId::parse("lamotrigine").unwrap()
    }

    fn beside(names: &[&str], active: bool) -> Subject {
        let exposure = |name: &&str| Exposure {
            id: uuid::Uuid::nil(),
            ingredients: vec![IngredientId::parse(name).unwrap()],
            drug: None,
            regimen: None,
            active,
            last_dose_at: None,
            tapering: false,
            purpose: None,
        };
        Subject { exposures: names.iter().map(exposure).collect(), ..Subject::default() }
    }

    fn regimen(mg: f64, frequency: Frequency) -> Regimen {
        Regimen { dose: Milligrams::parse(mg).unwrap(), frequency, route: Route::Oral }
    }

    #[test]
    fn what_else_is_taken_chooses_the_schedule() {
        let rules = Ruleset::embedded();
        let chosen = |names: &[&str], active| {
            let schedule = rules.schedule(&lamotrigine(), &beside(names, active));
            schedule.map(|schedule| schedule.id.as_str())
        };
        assert_eq!(chosen(&["sertraline"], true), Some("lamotrigine.alone"));
        assert_eq!(chosen(&["valproate"], true), Some("lamotrigine.valproate"));
        assert_eq!(chosen(&["carbamazepine", "valproate"], true), Some("lamotrigine.valproate"));
        assert_eq!(chosen(&["carbamazepine"], true), Some("lamotrigine.inducer"));
        assert_eq!(chosen(&["carbamazepine", "valproate"], false), Some("lamotrigine.alone"));
        assert!(rules.schedule(&DrugId::parse("sertraline").unwrap(), &Subject::default()).is_none());
    }

    /// Source: Lamotrigine PI 2.4.
    #[test]
    fn each_schedule_is_the_one_of_the_label() {
        let steps = |name: &str| -> Vec<(f64, u16, u16)> {
            let schedule = Ruleset::embedded().titrations.iter().find(|known| known.id.as_str() == name);
            let rungs = schedule.unwrap().rungs.iter();
            rungs.map(|rung| (rung.dose.mg(), rung.every_days, rung.after_days)).collect()
        };
        let alone = [(25.0, 1, 0), (50.0, 1, 14), (100.0, 1, 14), (200.0, 1, 7)];
        assert_eq!(steps("lamotrigine.alone"), alone);
        let valproate = [(25.0, 2, 0), (25.0, 1, 14), (50.0, 1, 14), (100.0, 1, 7)];
        assert_eq!(steps("lamotrigine.valproate"), valproate);
        let inducer = [(50.0, 1, 0), (100.0, 1, 14), (200.0, 1, 14), (300.0, 1, 7), (400.0, 1, 7)];
        assert_eq!(steps("lamotrigine.inducer"), inducer);
        assert_eq!(steps("varenicline.week"), [(0.5, 1, 0), (1.0, 1, 3), (2.0, 1, 4)]);
    }

    #[test]
    fn the_next_step_holds_more_than_now_and_no_dose_at_once_that_it_does_not_name() {
        let schedule = Ruleset::embedded().schedule(&lamotrigine(), &beside(&["valproate"], true)).unwrap();
        let after = |mg, frequency| schedule.after(&regimen(mg, frequency)).copied();
        let first = after(12.5, Frequency::EveryOtherDay).unwrap();
        assert!(first.holds(&regimen(25.0, Frequency::EveryOtherDay)));
        assert!(
            !first.holds(&regimen(25.0, Frequency::Daily))
                && !first.holds(&regimen(50.0, Frequency::EveryDays(4)))
        );
        let second = after(25.0, Frequency::EveryOtherDay).unwrap();
        assert!(second.holds(&regimen(25.0, Frequency::Daily)) && second.after_days == 14);
        assert!(second.holds(&regimen(12.5, Frequency::TwiceDaily)));
        assert_eq!(after(100.0, Frequency::Daily), None);
    }
}
