//! Which tests a drug asks for and when, when a level means something, and which results cannot wait.

use std::collections::HashMap;
use std::time::Duration;

use concord_kernel::{Day, Instant};
use serde::{Deserialize, Serialize};

use crate::age::age;
use crate::load::drugs::Entry;
use crate::load::ingredients::Substances;
use crate::load::products::Products;
use crate::load::set::Set;
use crate::load::small::Labs;
use crate::load::table::{Row, Table};
use crate::{Fault, LabId, LoadError, RuleId};

/// A test that a drug asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// The name of the rule.
    pub id: RuleId,
    /// Which results meet it; one is enough.
    pub labs: Vec<LabId>,
    /// Only of patients who are older than so many years; of everybody when absent.
    pub age_over: Option<u16>,
    /// How many days before the start a result counts as the baseline; none is asked when absent.
    pub baseline_days: Option<u16>,
    /// Days after the start, rising.
    pub after_start_days: Vec<u16>,
    /// Days after the last change of dose.
    pub after_change_days: Option<u16>,
    /// Days from a result to the next, once the days after the start are over.
    pub every_days: Option<u16>,
    /// Where it comes from.
    pub source: String,
}

/// Why a test is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestReason {
    /// Before the start.
    Baseline,
    /// So many days after the start.
    AfterStart,
    /// So many days after the dose changed.
    AfterChange,
    /// Again and again.
    Regular,
}

/// When a test is due next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestDue {
    /// Until when.
    pub at: Instant,
    /// Why.
    pub because: TestReason,
}

/// The course of an order, as far as monitoring needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Monitored {
    /// When it started.
    pub started_at: Instant,
    /// When its dose last changed after that.
    pub changed_at: Option<Instant>,
    /// When the latest sample was taken that meets the test; absent: none is known.
    pub latest: Option<Instant>,
}

impl Test {
    /// Whether it is asked of a patient who is that old on `day`. Whose age nobody knows counts as old enough.
    pub fn is_for(&self, born_on: Option<Day>, day: Day) -> bool {
        let age = || born_on.map(|born| age(born, day));
        self.age_over.is_none_or(|over| age().is_none_or(|years| years > i32::from(over)))
    }

    /// When it is due next, derived from the course and the latest result and from nothing else; none when nothing more
    /// is asked. A test that was never done is due, however long ago it should have been.
    pub fn next_due(&self, course: &Monitored, early_percent: u16) -> Option<TestDue> {
        let points = self.points(course, early_percent);
        let open = |(_, counts_from): &(TestDue, Instant)| course.latest.is_none_or(|at| at < *counts_from);
        let next = points.into_iter().filter(open).map(|(due, _)| due).min_by_key(|due| due.at);
        next.or_else(|| {
            let at = course.latest?.plus_days(i64::from(self.every_days?));
            Some(TestDue { at, because: TestReason::Regular })
        })
    }

    /// Each moment at which it is asked, with the moment from which a result counts for it.
    fn points(&self, course: &Monitored, early_percent: u16) -> Vec<(TestDue, Instant)> {
        let early = |days: u16| i64::from(days) * i64::from(early_percent) / 100;
        let mut points = Vec::with_capacity(self.after_start_days.len() + 2);
        if let Some(days) = self.baseline_days {
            let due = TestDue { at: course.started_at, because: TestReason::Baseline };
            points.push((due, course.started_at.plus_days(-i64::from(days))));
        }
        let mut before = 0;
        for &days in &self.after_start_days {
            let at = course.started_at.plus_days(i64::from(days));
            let due = TestDue { at, because: TestReason::AfterStart };
            points.push((due, at.plus_days(-early(days - before))));
            before = days;
        }
        if let (Some(changed), Some(days)) = (course.changed_at, self.after_change_days) {
            let at = changed.plus_days(i64::from(days));
            let due = TestDue { at, because: TestReason::AfterChange };
            points.push((due, at.plus_days(-early(days))));
        }
        points
    }
}

/// A result that cannot wait.
#[derive(Clone, Debug, PartialEq)]
pub struct Critical {
    /// The name of the rule.
    pub id: RuleId,
    below: Option<f64>,
    above: Option<f64>,
    /// What to do.
    pub advice: String,
    /// Where it comes from.
    pub source: String,
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Monitoring {
    tests: Vec<(Set, Test, Vec<Products>)>,
    /// Least and most hours after the last dose.
    timing: HashMap<LabId, (u16, u16)>,
    critical: HashMap<LabId, Vec<Critical>>,
}

impl Monitoring {
    pub(crate) fn read(
        (tests, timing, critical): (&Table, &Table, &Table),
        substances: &Substances,
        labs: &Labs,
    ) -> Result<Self, LoadError> {
        let mut all = Self::default();
        for row in tests.rows() {
            let drugs = substances.vocabulary.select_some(&row, "drug")?;
            all.tests.push((drugs, test(&row, labs)?, Vec::new()));
        }
        for row in timing.rows() {
            let lab = lab(&row, row.text("id")?, labs)?;
            let hours = (needed(&row, "least_hours")?, needed(&row, "most_hours")?);
            if hours.0 >= hours.1 {
                return Err(row.fault(Fault::Contradiction("least_hours", "most_hours")));
            }
            all.timing.insert(lab, hours);
        }
        for row in critical.rows() {
            let (below, above) = (row.number("below")?, row.number("above")?);
            if below.is_none() == above.is_none() {
                return Err(row.fault(Fault::Contradiction("below", "above")));
            }
            let rule = Critical {
                id: row.id()?,
                below,
                above,
                advice: row.words("advice")?,
                source: row.words("source")?,
            };
            all.critical.entry(lab(&row, row.text("lab")?, labs)?).or_default().push(rule);
        }
        Ok(all)
    }

    /// Has the test of that name be asked for some products alone; whether there is one.
    pub(crate) fn narrow(&mut self, id: &str, products: &Products) -> bool {
        let found = self.tests.iter_mut().find(|(_, test, _)| test.id.as_str() == id);
        found.map(|(.., narrowed)| narrowed.push(products.clone())).is_some()
    }

    /// The tests that a row of the formulary asks for.
    pub(crate) fn tests<'a>(&'a self, of: Option<&'a Entry>) -> impl Iterator<Item = &'a Test> {
        let asks = |entry: &Entry, (drugs, _, products): &(Set, Test, Vec<Products>)| {
            let means = |products: &Products| products.mean_drug(&entry.drug, &entry.ingredients);
            drugs.any_of(&entry.ingredients) && products.iter().all(means)
        };
        self.tests.iter().filter(move |row| of.is_some_and(|entry| asks(entry, row))).map(|(_, test, _)| test)
    }

    pub(crate) fn test(&self, id: &RuleId) -> Option<&Test> {
        self.tests.iter().map(|(_, test, _)| test).find(|test| test.id == *id)
    }

    pub(crate) fn critical(&self, lab: &LabId, value: f64) -> Option<&Critical> {
        self.critical.get(lab)?.iter().find(|rule| {
            rule.below.is_some_and(|below| value < below) || rule.above.is_some_and(|above| value > above)
        })
    }

    /// Whether a sample meets a schedule: a level does when it is known how long after the dose it was drawn, and that was
    /// the right time.
    pub(crate) fn counts(&self, lab: &LabId, taken_at: Instant, last_dose_at: Option<Instant>) -> bool {
        let Some((least, most)) = self.timing.get(lab) else { return true };
        let hours = |hours: &u16| Duration::from_hours(u64::from(*hours));
        last_dose_at
            .is_some_and(|dose| (dose.plus(hours(least))..=dose.plus(hours(most))).contains(&taken_at))
    }

    pub(crate) fn needs_dose_time(&self, lab: &LabId) -> bool {
        self.timing.contains_key(lab)
    }
}

fn needed(row: &Row<'_>, column: &'static str) -> Result<u16, LoadError> {
    row.whole(column)?.ok_or_else(|| row.fault(Fault::EmptyText(column)))
}

fn lab(row: &Row<'_>, name: &str, labs: &Labs) -> Result<LabId, LoadError> {
    let unknown = || row.fault(Fault::UnknownLab(name.to_owned()));
    let id = LabId::parse(name).map_err(|_| unknown())?;
    labs.get(&id).map(|lab| lab.id.clone()).ok_or_else(unknown)
}

fn test(row: &Row<'_>, labs: &Labs) -> Result<Test, LoadError> {
    let named: Vec<LabId> =
        row.list("labs")?.into_iter().map(|name| lab(row, name, labs)).collect::<Result<_, _>>()?;
    if named.is_empty() {
        return Err(row.fault(Fault::EmptyText("labs")));
    }
    let mut after_start_days = Vec::new();
    for part in row.list("after_start_days")? {
        days(part, &mut after_start_days).ok_or_else(|| row.invalid("after_start_days", part))?;
    }
    let test = Test {
        id: row.id()?,
        labs: named,
        age_over: row.whole("age_over")?,
        baseline_days: row.whole("baseline_days")?,
        after_start_days,
        after_change_days: row.whole("after_change_days")?,
        every_days: row.whole("every_days")?,
        source: row.words("source")?,
    };
    // A schedule that begins nowhere would never come due.
    if test.baseline_days.is_none() && test.after_start_days.is_empty() {
        return Err(row.fault(Fault::EmptyText("after_start_days")));
    }
    if test.every_days == Some(0) || !test.after_start_days.is_sorted_by(|one, other| one < other) {
        return Err(row.fault(Fault::Contradiction("after_start_days", "every_days")));
    }
    Ok(test)
}

/// Reads one day, or every so many days of a range: `7..182/7`.
fn days(part: &str, into: &mut Vec<u16>) -> Option<()> {
    let Some((first, rest)) = part.split_once("..") else {
        into.push(part.parse().ok().filter(|day| *day > 0)?);
        return Some(());
    };
    let (last, step) = rest.split_once('/')?;
    let (first, last, step): (u16, u16, u16) = (first.parse().ok()?, last.parse().ok()?, step.parse().ok()?);
    if first == 0 || step == 0 || first > last {
        return None;
    }
    into.extend((first..=last).step_by(usize::from(step)));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DrugId, Ruleset};

    fn start() -> Instant {
        Instant::parse("2026-03-02T00:00:00Z").unwrap()
    }

    fn due(drug: &str, id: &str, changed: Option<i64>, latest: Option<i64>) -> Option<(i64, TestReason)> {
        let rules = Ruleset::embedded();
        let drug = DrugId::parse(drug).unwrap();
        let test = rules.tests_of(&drug).find(|test| test.id.as_str() == id).unwrap();
        let course = Monitored {
            started_at: start(),
            changed_at: changed.map(|days| start().plus_days(days)),
            latest: latest.map(|days| start().plus_days(days)),
        };
        let due = test.next_due(&course, rules.limits().monitoring_early_percent)?;
        Some((due.at.days_since(start()), due.because))
    }

    #[test]
    fn a_baseline_is_due_at_the_start_and_a_result_of_lately_is_one() {
        use TestReason::{AfterStart, Baseline};
        let weight = |latest| due("olanzapine", "mon.antipsychotic.weight", None, latest);
        assert_eq!(weight(None), Some((0, Baseline)));
        assert_eq!(weight(Some(-31)), Some((0, Baseline)));
        assert_eq!(weight(Some(-30)), Some((28, AfterStart)));
    }

    #[test]
    fn days_after_the_start_come_one_after_the_other_and_then_again_and_again() {
        use TestReason::{AfterStart, Regular};
        let weight = |latest| due("olanzapine", "mon.antipsychotic.weight", None, Some(latest));
        // 20 % of four weeks early is early enough, and no more.
        assert_eq!(weight(22), Some((28, AfterStart)));
        assert_eq!(weight(23), Some((56, AfterStart)));
        assert_eq!(weight(60), Some((84, AfterStart)));
        assert_eq!(weight(84), Some((84 + 91, Regular)));
    }

    #[test]
    fn clozapine_is_counted_weekly_then_every_two_weeks_then_monthly() {
        let anc = |latest| due("clozapine", "mon.clozapine.neutrophils", None, Some(latest)).unwrap().0;
        assert_eq!([anc(0), anc(7), anc(175), anc(182), anc(350), anc(364)], [7, 14, 182, 196, 364, 392]);
    }

    #[test]
    fn a_change_of_dose_asks_for_a_level_again() {
        use TestReason::{AfterChange, AfterStart, Regular};
        let level = |changed, latest| due("lithium", "mon.lithium.level", changed, latest);
        assert_eq!(level(None, None), Some((5, AfterStart)));
        assert_eq!(level(None, Some(12)), Some((12 + 91, Regular)));
        assert_eq!(level(Some(20), Some(12)), Some((25, AfterChange)));
        assert_eq!(level(Some(20), Some(25)), Some((25 + 91, Regular)));
        // Asked once before the start and never again.
        assert_eq!(due("nortriptyline", "mon.tca.ecg", None, Some(-300)), None);
    }

    #[test]
    fn a_test_of_older_patients_is_asked_past_the_birthday_and_of_whom_nobody_knows_the_age() {
        let rules = Ruleset::embedded();
        let lithium = DrugId::parse("lithium").unwrap();
        let ecg = rules.tests_of(&lithium).find(|test| test.id.as_str() == "mon.lithium.ecg").unwrap();
        let born = |text: &str| Some(Instant::parse(text).unwrap().day());
        let day = start().day();
        // Above 40: not in the year after the fortieth birthday.
        assert!(!ecg.is_for(born("1985-03-03T00:00:00Z"), day));
        assert!(ecg.is_for(born("1985-03-02T00:00:00Z"), day));
        assert!(ecg.is_for(None, day));
    }

    #[test]
    fn movements_are_looked_at_twice_as_often_with_the_older_antipsychotics() {
        use TestReason::{Baseline, Regular};
        let aims = |drug, id, latest| due(drug, id, None, latest);
        assert_eq!(aims("quetiapine", "mon.antipsychotic.aims", None), Some((0, Baseline)));
        assert_eq!(aims("quetiapine", "mon.antipsychotic.aims", Some(0)), Some((365, Regular)));
        assert_eq!(aims("haloperidol", "mon.antipsychotic-first.aims", Some(0)), Some((182, Regular)));
    }

    #[test]
    fn a_level_counts_when_it_is_known_to_be_drawn_at_the_right_time() {
        let rules = Ruleset::embedded();
        let (level, sodium) = (LabId::parse("lithium-level").unwrap(), LabId::parse("sodium").unwrap());
        let drawn = |hours: i64| Instant::from_micros(start().micros() + hours * 3_600_000_000).unwrap();
        let counts = |hours| rules.result_counts(&level, drawn(hours), Some(start()));
        assert_eq!([counts(9), counts(10), counts(14), counts(15)], [false, true, true, false]);
        assert!(!rules.result_counts(&level, start(), None), "nobody knows when the dose was");
        assert!(rules.result_counts(&sodium, start(), None));
    }

    #[test]
    fn a_critical_value_is_strictly_beyond_its_bound() {
        let rules = Ruleset::embedded();
        let critical = |lab: &str, value| rules.critical_result(&LabId::parse(lab).unwrap(), value).is_some();
        assert!(critical("lithium-level", 1.5) && !critical("lithium-level", 1.49));
        assert!(critical("anc", 999.0) && !critical("anc", 1000.0));
        assert!(critical("sodium", 124.0) && critical("sodium", 160.0) && !critical("sodium", 140.0));
        assert!(!critical("weight", 300.0));
    }
}
