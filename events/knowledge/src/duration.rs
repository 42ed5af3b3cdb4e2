//! How long in a row drugs of a class may be taken: the table `duration_limits.csv`.

use concord_kernel::{Day, Instant};

use crate::load::set::Set;
use crate::load::table::{Table, Verdict};
use crate::load::{conditions::Conditions, set::Vocabulary};
use crate::{ConditionId, Drug, Fault, Finding, FindingKey, IngredientId, LoadError, RuleId, Ruleset};

/// For how long drugs of a class may be taken in a row.
#[derive(Debug)]
pub struct DurationLimit {
    pub(crate) says: Verdict,
    /// Drugs that it limits.
    drugs: Set,
    /// Substances whose days count: what acts alike counts together.
    counts: Set,
    /// Purposes that it does not limit.
    unless_for: Vec<ConditionId>,
    /// The most days in a row.
    pub most_days: u16,
    /// A gap shorter than this many days does not end the row.
    pub gap_days: u16,
    /// The most days that an answer to it holds.
    pub answer_days: u16,
}

/// The limits, and what is said where nobody knows since when something is taken.
#[derive(Debug)]
pub(crate) struct Durations {
    limits: Vec<DurationLimit>,
    unknown: Verdict,
}

/// Days on which something was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first; absent when nobody knows.
    pub from: Option<Day>,
    /// The last so far.
    pub to: Day,
}

/// Since when a class is taken in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InARow {
    /// The first day that is known.
    pub since: Day,
    /// Whether something in the row began on a day that nobody knows: it may have been earlier.
    pub unknown_before: bool,
}

impl DurationLimit {
    /// Its name in findings and events.
    pub const fn id(&self) -> &RuleId {
        &self.says.id
    }

    /// Since when a class is taken in a row, on `at`. What was taken before counts when it reaches to within the gap.
    pub fn in_a_row(&self, spans: &[Span], at: Day) -> InARow {
        let gap = i64::from(self.gap_days);
        let mut row = InARow { since: at, unknown_before: false };
        loop {
            let touching = spans.iter().filter(|span| days(span.to, row.since) < gap);
            let earliest = touching.clone().filter_map(|span| span.from).min();
            row.unknown_before = touching.clone().any(|span| span.from.is_none());
            match earliest {
                Some(earlier) if earlier < row.since => row.since = earlier,
                Some(_) | None => return row,
            }
        }
    }

    /// The last day within the limit for what is taken since `since`.
    pub fn until(&self, since: Day) -> Day {
        Instant::start_of(since).plus_days(i64::from(self.most_days.saturating_sub(1))).day()
    }
}

/// Calendar days from one day to the next.
fn days(from: Day, to: Day) -> i64 {
    Instant::start_of(to).days_since(Instant::start_of(from))
}

impl Ruleset {
    /// The limit of a drug for what it is to be taken for, where one holds.
    pub fn duration_limit(&self, drug: &Drug, indication: &ConditionId) -> Option<&DurationLimit> {
        self.durations.limits.iter().find(|limit| {
            self.of_set(&limit.drugs, &drug.ingredients).next().is_some()
                && !limit.unless_for.contains(indication)
        })
    }

    /// The substances among `ingredients` whose days count toward a limit, sorted.
    pub fn counted(&self, limit: &DurationLimit, ingredients: &[IngredientId]) -> Vec<IngredientId> {
        let mut counted: Vec<IngredientId> = self.of_set(&limit.counts, ingredients).cloned().collect();
        counted.sort();
        counted
    }

    fn of_set<'a>(
        &self,
        set: &'a Set,
        ingredients: &'a [IngredientId],
    ) -> impl Iterator<Item = &'a IngredientId> {
        ingredients.iter().filter(|id| self.substances.at(id).is_some_and(|at| set.contains(at)))
    }

    /// That a limit is passed, about these substances.
    pub fn past_the_limit(&self, limit: &DurationLimit, about: Vec<IngredientId>) -> Finding {
        finding(&limit.says, about)
    }

    /// That nobody knows since when these substances are taken.
    pub fn unknown_exposure(&self, about: Vec<IngredientId>) -> Finding {
        finding(&self.durations.unknown, about)
    }
}

fn finding(says: &Verdict, about: Vec<IngredientId>) -> Finding {
    Finding {
        key: FindingKey { rule: says.id.clone(), about },
        severity: says.severity,
        action: says.action,
        mechanism: says.mechanism.clone(),
        advice: says.advice.clone(),
        source: says.source.clone(),
        until: None,
    }
}

impl Durations {
    pub(crate) fn read(
        table: &Table,
        words: &Vocabulary,
        conditions: &Conditions,
    ) -> Result<Self, LoadError> {
        let (mut limits, mut unknown) = (Vec::new(), None);
        for row in table.rows() {
            let says = row.verdict()?;
            match row.text("kind")? {
                "unknown" if unknown.is_none() => unknown = Some(says),
                "limit" => {
                    let whole =
                        |column| row.whole(column)?.ok_or_else(|| row.fault(Fault::EmptyText(column)));
                    let names = conditions.select(&row, "unless_for")?;
                    let id = |at: u16| conditions.rows[usize::from(at)].id.clone();
                    limits.push(DurationLimit {
                        says,
                        drugs: words.select_some(&row, "drug")?,
                        counts: words.select_some(&row, "counts")?,
                        unless_for: names.into_iter().map(id).collect(),
                        most_days: whole("most_days")?,
                        gap_days: whole("gap_days")?,
                        answer_days: whole("answer_days")?,
                    });
                }
                other => return Err(row.invalid("kind", other)),
            }
        }
        let unknown = unknown.ok_or_else(|| table.fault(Fault::MissingRow("unknown")))?;
        Ok(Self { limits, unknown })
    }

    /// The words of a rule by its name.
    pub(crate) fn verdict(&self, id: &RuleId) -> Option<&Verdict> {
        let limits = self.limits.iter().map(|limit| &limit.says);
        limits.chain([&self.unknown]).find(|says| says.id == *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DrugId;

    fn on(day: i64) -> Day {
        Instant::parse("2026-03-01T00:00:00Z").unwrap().plus_days(day).day()
    }

    fn limit(drug: &str, indication: &str) -> Option<&'static DurationLimit> {
        let rules = Ruleset::embedded();
        let drug = rules.drug(&DrugId::parse(drug).unwrap()).unwrap();
        rules.duration_limit(drug, &ConditionId::parse(indication).unwrap())
    }

    /// Source: the table.
    #[test]
    fn what_is_short_term_has_a_limit_and_what_treats_seizures_has_none() {
        let days = |limit: &DurationLimit| (limit.id().as_str().to_owned(), limit.most_days);
        let benzodiazepine = ("duration.benzodiazepine".to_owned(), 28);
        assert_eq!(limit("clonazepam", "panic-disorder").map(days), Some(benzodiazepine.clone()));
        assert_eq!(limit("lorazepam", "insomnia").map(days), Some(benzodiazepine));
        assert_eq!(limit("zolpidem", "insomnia").map(days), Some(("duration.z-drug".to_owned(), 28)));
        assert!(limit("clonazepam", "seizure-disorder").is_none());
        assert!(limit("buspirone", "gad").is_none());
        let rules = Ruleset::embedded();
        for rule in ["duration.benzodiazepine", "duration.z-drug", "missing.exposure-start"] {
            let key = FindingKey { rule: RuleId::parse(rule).unwrap(), about: Vec::new() };
            assert!(rules.explain(&key).is_some(), "{rule}");
        }
    }

    #[test]
    fn days_in_a_row_count_from_the_first_and_a_short_gap_ends_nothing() {
        let limit = limit("clonazepam", "panic-disorder").unwrap();
        let span = |from: Option<i64>, to| Span { from: from.map(on), to: on(to) };
        let row = |spans: &[Span]| {
            let row = limit.in_a_row(spans, on(100));
            (row.since, row.unknown_before)
        };
        assert_eq!(row(&[]), (on(100), false));
        assert_eq!(row(&[span(Some(90), 99)]), (on(90), false));
        assert_eq!(row(&[span(Some(60), 71)]), (on(60), false), "29 days between");
        assert_eq!(row(&[span(Some(60), 70)]), (on(100), false), "30 days between");
        assert_eq!(row(&[span(Some(90), 100), span(Some(50), 61), span(Some(10), 20)]), (on(50), false));
        assert_eq!(row(&[span(None, 100), span(Some(95), 100)]), (on(95), true));
        assert_eq!(row(&[span(None, 70)]), (on(100), false), "too long ago to count");
        assert_eq!(limit.until(on(0)), on(27));
    }
}
