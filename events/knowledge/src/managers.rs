//! What the service starts by itself, and within which time somebody answers it. Tables: `deadlines.csv`,
//! `outreach.csv`.

use std::collections::HashMap;
use std::time::Duration;

use concord_kernel::Instant;

use crate::load::ingredients::Substances;
use crate::load::set::{Set, Vocabulary};
use crate::load::table::{Row, Table};
use crate::{Drug, Fault, LoadError, Route, RuleId, Ruleset};

/// The numbers of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// Medication visits missed in a row after which somebody reaches out and medication is reviewed.
    pub missed_visits: u32,
    /// Days until that review.
    pub missed_visits_review_days: i64,
    /// Points by which a PHQ-9 total must rise to call for a review.
    pub worsening_points: u16,
    /// How many totals before it are compared with it; the lowest of them counts.
    pub worsening_scores: usize,
    /// Days until that review.
    pub worsening_review_days: i64,
    /// Until when it is decided what bridges the time after a stay.
    pub bridging_within: Duration,
    /// The least time for that, where the supply runs out sooner.
    pub bridging_least: Duration,
    /// Days that a bridging supply lasts at least, from the end of the stay.
    pub bridging_supply_days: i64,
    /// For how long somebody who breaks the glass reaches the record.
    pub broken_glass_lasts: Duration,
    /// Days until another person has reviewed it.
    pub broken_glass_review_days: i64,
}

/// How long somebody who stays away may be out of touch.
#[derive(Clone, Debug)]
struct Outreach {
    id: RuleId,
    /// Absent where the row speaks of no drug by name.
    drugs: Option<Set>,
    depot: bool,
    within: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    Hours(u16),
    BusinessDays(u16),
}

impl Span {
    /// Business days are Monday to Friday, UTC; holidays are not known.
    fn after(self, now: Instant) -> Instant {
        match self {
            Self::Hours(hours) => now.plus(Duration::from_hours(u64::from(hours))),
            Self::BusinessDays(days) => {
                let (mut at, mut left) = (now, days);
                while left > 0 {
                    at = at.plus_days(1);
                    left -= u16::from(is_business_day(at));
                }
                at
            }
        }
    }
}

/// The first day of the weekend, counted from Monday as 0.
const SATURDAY: i8 = 5;

fn is_business_day(at: Instant) -> bool {
    at.day().weekday().to_monday_zero_offset() < SATURDAY
}

/// Everything that the service starts by itself.
#[derive(Clone, Debug)]
pub(crate) struct Managers {
    deadlines: Deadlines,
    outreach: Vec<Outreach>,
    /// What holds where no other row does.
    other: Outreach,
}

impl Managers {
    pub(crate) fn read(deadlines: &Table, outreach: &Table, words: &Vocabulary) -> Result<Self, LoadError> {
        let mut rows = Vec::new();
        for row in outreach.rows() {
            rows.push(read_outreach(&row, words)?);
        }
        let general = rows.iter().position(|row| row.drugs.is_none() && !row.depot);
        let other = general.map(|at| rows.remove(at));
        let other = other.ok_or_else(|| outreach.fault(Fault::MissingRow("outreach.other")))?;
        Ok(Self { deadlines: read_deadlines(deadlines)?, outreach: rows, other })
    }
}

fn read_outreach(row: &Row<'_>, words: &Vocabulary) -> Result<Outreach, LoadError> {
    let within = match (row.whole("hours")?, row.whole("business_days")?) {
        (Some(hours), None) => Span::Hours(hours),
        (None, Some(days)) => Span::BusinessDays(days),
        (Some(_), Some(_)) | (None, None) => {
            return Err(row.fault(Fault::Contradiction("hours", "business_days")));
        }
    };
    Ok(Outreach { id: row.id()?, drugs: words.select_if_any(row, "drug")?, depot: row.yes("depot")?, within })
}

fn read_deadlines(table: &Table) -> Result<Deadlines, LoadError> {
    let mut all = HashMap::new();
    for row in table.rows() {
        let value = row.whole("value")?.ok_or_else(|| row.fault(Fault::EmptyText("value")))?;
        all.insert(row.text("id")?.to_owned(), value);
    }
    let get = |id: &'static str| all.get(id).copied().ok_or_else(|| table.fault(Fault::MissingRow(id)));
    let hours = |id| get(id).map(|hours| Duration::from_hours(u64::from(hours)));
    let read = Deadlines {
        missed_visits: u32::from(get("missed-visits")?),
        missed_visits_review_days: i64::from(get("missed-visits-review")?),
        worsening_points: get("worsening-points")?,
        worsening_scores: usize::from(get("worsening-scores")?),
        worsening_review_days: i64::from(get("worsening-review")?),
        bridging_within: hours("bridging-within")?,
        bridging_least: hours("bridging-least")?,
        bridging_supply_days: i64::from(get("bridging-supply")?),
        broken_glass_lasts: hours("broken-glass-lasts")?,
        broken_glass_review_days: i64::from(get("broken-glass-review")?),
    };
    Ok(read)
}

impl Ruleset {
    /// The numbers of what the service starts by itself. Source: `deadlines.csv`.
    pub const fn deadlines(&self) -> &Deadlines {
        &self.managers.deadlines
    }

    /// Until when somebody reaches out to a patient who stays away from `now` on, by what they take; the rule that says
    /// so. Of several rules the earliest counts; without any, that of every other drug. Source: `outreach.csv`.
    pub fn outreach(&self, taken: &[(&Drug, Route)], now: Instant) -> (&RuleId, Instant) {
        let Managers { outreach, other, .. } = &self.managers;
        let holds =
            |row: &&Outreach| taken.iter().any(|(drug, route)| row.holds(drug, *route, &self.substances));
        outreach
            .iter()
            .filter(holds)
            .chain([other])
            .map(|row| (&row.id, row.within.after(now)))
            .min_by_key(|(_, by)| *by)
            .unwrap_or_else(|| (&other.id, other.within.after(now)))
    }
}

impl Outreach {
    fn holds(&self, drug: &Drug, route: Route, substances: &Substances) -> bool {
        let named = |drugs: &Set| {
            drug.ingredients.iter().filter_map(|id| substances.at(id)).any(|at| drugs.contains(at))
        };
        (self.depot && drug.is_depot(route)) || self.drugs.as_ref().is_some_and(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DrugId, Files, RulesetVersion};

    fn monday() -> Instant {
        Instant::parse("2026-03-02T12:00:00Z").unwrap()
    }

    fn by(drugs: &[(&str, Route)], now: Instant) -> (String, Instant) {
        let rules = Ruleset::embedded();
        let drugs: Vec<_> = drugs
            .iter()
            .map(|(name, route)| (rules.drug(&DrugId::parse(name).unwrap()).unwrap(), *route))
            .collect();
        let (rule, by) = rules.outreach(&drugs, now);
        (rule.as_str().to_owned(), by)
    }

    #[test]
    fn who_stays_away_is_reached_the_sooner_the_more_a_gap_may_hurt() {
        let hours = |hours| monday().plus(Duration::from_hours(hours));
        let oral = Route::Oral;
        for (drug, route, rule, at) in [
            ("buprenorphine-naloxone-sl", Route::Sublingual, "outreach.opioid-use-disorder", hours(24)),
            ("naltrexone-er-im", Route::Intramuscular, "outreach.opioid-use-disorder", hours(24)),
            ("clozapine", oral, "outreach.clozapine", hours(24)),
            ("lithium", oral, "outreach.lithium", hours(48)),
            ("paliperidone-lai", Route::Intramuscular, "outreach.injection", hours(48)),
            ("sertraline", oral, "outreach.other", monday().plus_days(3)),
        ] {
            assert_eq!(by(&[(drug, route)], monday()), (rule.to_owned(), at), "{drug}");
        }
        assert_eq!(by(&[("sertraline", oral), ("clozapine", oral)], monday()).0, "outreach.clozapine");
        assert_eq!(by(&[], monday()).0, "outreach.other", "nothing ordered");
    }

    #[test]
    fn business_days_pass_over_the_weekend() {
        let friday = monday().plus_days(4);
        assert_eq!(by(&[("sertraline", Route::Oral)], friday).1, friday.plus_days(5), "Wednesday");
        let saturday = monday().plus_days(5);
        assert_eq!(by(&[("sertraline", Route::Oral)], saturday).1, saturday.plus_days(4), "Wednesday");
    }

    #[test]
    fn a_table_that_lacks_a_number_or_says_two_times_is_refused() {
        let version = || RulesetVersion::parse("2026-01-01").unwrap();
        let without = |name: &str, from: &str, to: &str| {
            let text = Files::embedded().text(name).unwrap().replace(from, to);
            Ruleset::load(version(), &Files::embedded().with(name, text)).unwrap_err().fault
        };
        assert_eq!(
            without("deadlines.csv", "worsening-points", "worsening"),
            Fault::MissingRow("worsening-points")
        );
        assert_eq!(
            without("outreach.csv", "no,48,,", "no,48,2,"),
            Fault::Contradiction("hours", "business_days")
        );
        assert_eq!(
            without("outreach.csv", "outreach.other,,no", "outreach.other,,yes"),
            Fault::MissingRow("outreach.other")
        );
    }
}
