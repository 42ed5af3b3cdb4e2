//! Whether a medication helps: an adequate trial, and the score at its end against the one at its beginning.
//!
//! Pure functions over what is known: doses with their days, totals, how much was taken. What is missing is said and never
//! taken for an answer.

use concord_kernel::{Day, Instant};
use serde::{Deserialize, Serialize};

use crate::scale::ScaleKind;
use crate::{ConditionId, DrugId, Milligrams, RuleId, Ruleset};

/// Days before the first dose in which a score counts as the beginning. Program rule.
const BASELINE_DAYS_BEFORE: i64 = 30;

/// Days after the first dose in which it still does: no antidepressant has worked by then. Program rule.
const BASELINE_DAYS_AFTER: i64 = 7;

/// The most changes of dose that are kept.
const MOST_DOSES: usize = 32;

/// The most totals that are kept of one scale.
const MOST_TOTALS: usize = 64;

/// Days before the score that is judged in which adherence must have been measured. Program rule.
const MEASURED_DAYS: i64 = 28;

/// What counts as an adequate trial of a drug for a purpose, and as an answer to it.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialRule {
    /// The name of the row.
    pub id: RuleId,
    /// The formulary row.
    pub drug: DrugId,
    /// What it is taken for.
    pub purpose: ConditionId,
    /// What is measured.
    pub scale: ScaleKind,
    /// The least dose of one day that counts.
    pub adequate: Milligrams,
    /// Weeks at it after which no response is one.
    pub none_weeks: u16,
    /// Improvement in percent below which there is none.
    pub none_percent: u16,
    /// Weeks at it after which a partial response is one.
    pub partial_weeks: u16,
    /// Improvement in percent below which it is partial.
    pub partial_percent: u16,
    /// Guideline or label.
    pub source: String,
}

/// The doses of one order: from which day how much a day, oldest first; nothing while it is on hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Doses(Vec<(Day, Milligrams)>);

impl Doses {
    /// Another dose from a day on; what was to follow later is forgotten.
    pub fn from(&mut self, on: Day, daily: Milligrams) {
        self.0.retain(|(day, _)| *day < on);
        if self.0.last().is_none_or(|(_, last)| *last != daily) {
            self.0.push((on, daily));
        }
        if self.0.len() > MOST_DOSES {
            self.0.remove(0);
        }
    }

    /// The first day was another.
    pub fn begins_on(&mut self, day: Day) {
        if let Some(first) = self.0.first_mut() {
            first.0 = day;
        }
    }

    /// The first day.
    pub fn first(&self) -> Option<Day> {
        self.0.first().map(|(day, _)| *day)
    }

    /// The dose of one day now.
    pub fn last(&self) -> Milligrams {
        self.0.last().map_or(Milligrams::ZERO, |(_, daily)| *daily)
    }

    /// Since which day the dose has been `least` or more without a break.
    fn since(&self, least: Milligrams) -> Option<Day> {
        let enough = self.0.iter().rev().take_while(|(_, daily)| *daily >= least);
        enough.last().map(|(day, _)| *day)
    }
}

/// The totals of one scale, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Totals(Vec<(Instant, u16)>);

impl Totals {
    /// One more total, by the time it was answered.
    pub fn add(&mut self, taken_at: Instant, total: u16) {
        let place = self.0.partition_point(|(at, _)| *at <= taken_at);
        self.0.insert(place, (taken_at, total));
        if self.0.len() > MOST_TOTALS {
            self.0.remove(0);
        }
    }

    /// The total at the beginning of a medication: the last one before it, or of its first days.
    fn baseline(&self, started: Day) -> Option<u16> {
        let start = Instant::start_of(started);
        let (from, to) = (start.plus_days(-BASELINE_DAYS_BEFORE), start.plus_days(BASELINE_DAYS_AFTER + 1));
        let near = |(at, _): &&(Instant, u16)| (from..to).contains(at);
        let before = self.0.iter().filter(near).rev().find(|(at, _)| *at < start.plus_days(1));
        before.or_else(|| self.0.iter().find(near)).map(|(_, total)| *total)
    }

    fn last_from(&self, at: Instant) -> Option<(Instant, u16)> {
        self.0.last().copied().filter(|(taken, _)| *taken >= at)
    }
}

/// What was measured of how an order is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The last day of the period.
    pub to: Day,
    /// Days covered of days, in percent; absent: too little was told.
    pub percent: Option<u8>,
}

/// What keeps a trial from being judged, or its judgement from being sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// No total from the beginning.
    NoBaseline,
    /// No total from the end of the trial or later.
    NoScoreSince,
    /// The dose is below the least that counts, or has not been at it without a break.
    DoseTooLow,
    /// Nobody knows how much of it was taken.
    AdherenceUnknown,
}

/// What a trial came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It cannot be judged; what is missing is said.
    NotJudged,
    /// So little was taken that it was no adequate trial: adherence first.
    AdherenceFirst,
    /// No response.
    NoResponse,
    /// A partial response.
    PartialResponse,
    /// A response, or too early to say that there is none.
    Responds,
}

/// A trial with the figures that it was judged on. Every field is always written: rows of views have no names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// The row.
    pub rule: RuleId,
    /// What it came to.
    pub outcome: Outcome,
    /// What is measured.
    pub scale: ScaleKind,
    /// The dose of one day.
    #[serde(rename = "daily_mg")]
    pub daily: Milligrams,
    /// Whole weeks at an adequate dose, up to the score that was judged or, without one, to the end of the trial.
    pub weeks: u16,
    /// The total at the beginning.
    pub baseline: Option<u16>,
    /// The total that was judged.
    pub last: Option<u16>,
    /// The day on which a score says something, or did.
    pub due_on: Day,
    /// What is missing.
    pub missing: Vec<Missing>,
}

/// What is known of one order for judging it.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Its doses.
    pub doses: &'a Doses,
    /// The totals of the rule's scale; absent: none was ever recorded.
    pub totals: Option<&'a Totals>,
    /// What was last measured of how it is taken.
    pub taken: Option<Taken>,
    /// The day before which no score is asked for, because a prescriber has decided.
    pub not_before: Option<Day>,
}

impl TrialRule {
    /// Judges a trial; nothing while the order has no dose.
    pub fn judge(&self, known: &Known<'_>, good_percent: u16) -> Option<Trial> {
        let started = known.doses.first()?;
        let adequate_since = known.doses.since(self.adequate);
        let counts_from = Instant::start_of(adequate_since.unwrap_or(started));
        let end = counts_from.plus_days(7 * i64::from(self.none_weeks));
        let end = known.not_before.map_or(end, |day| end.max(Instant::start_of(day)));
        let baseline = known.totals.and_then(|totals| totals.baseline(started));
        let last = known.totals.and_then(|totals| totals.last_from(end));
        let weeks = |to: Instant| u16::try_from(to.days_since(counts_from) / 7).unwrap_or(0);
        let mut trial = Trial {
            rule: self.id.clone(),
            outcome: Outcome::NotJudged,
            scale: self.scale,
            daily: known.doses.last(),
            weeks: weeks(last.map_or(end, |(at, _)| at)),
            baseline,
            last: last.map(|(_, total)| total),
            due_on: end.day(),
            missing: Vec::new(),
        };
        if adequate_since.is_none() {
            trial.missing.push(Missing::DoseTooLow);
            trial.weeks = 0;
        }
        if baseline.is_none() {
            trial.missing.push(Missing::NoBaseline);
        }
        if last.is_none() {
            trial.missing.push(Missing::NoScoreSince);
        }
        if let (Some(first), Some((at, now)), true) = (baseline, last, trial.missing.is_empty()) {
            trial.outcome = self.answered(first, now, trial.weeks);
            with_adherence(&mut trial, known.taken, at, good_percent);
        }
        Some(trial)
    }

    /// A baseline of nothing has nothing to improve.
    fn answered(&self, first: u16, now: u16, weeks: u16) -> Outcome {
        let better = u32::from(first.saturating_sub(now)) * 100;
        let below = |percent: u16| better < u32::from(percent) * u32::from(first);
        if below(self.none_percent) {
            Outcome::NoResponse
        } else if below(self.partial_percent) && weeks >= self.partial_weeks {
            Outcome::PartialResponse
        } else {
            Outcome::Responds
        }
    }
}

/// What was not taken cannot have failed. A response needs no count of doses.
fn with_adherence(trial: &mut Trial, taken: Option<Taken>, at: Instant, good_percent: u16) {
    if trial.outcome == Outcome::Responds {
        return;
    }
    let lately = taken.filter(|taken| taken.to >= at.plus_days(-MEASURED_DAYS).day());
    match lately.and_then(|taken| taken.percent) {
        Some(percent) if u16::from(percent) < good_percent => trial.outcome = Outcome::AdherenceFirst,
        Some(_) => {}
        None => trial.missing.push(Missing::AdherenceUnknown),
    }
}

impl Ruleset {
    /// What counts as an adequate trial of a drug for a purpose, where a row says so.
    pub fn trial(&self, drug: &DrugId, purpose: &ConditionId) -> Option<&TrialRule> {
        self.trials.iter().find(|rule| rule.drug == *drug && rule.purpose == *purpose)
    }
}

#[cfg(test)]
mod tests;
