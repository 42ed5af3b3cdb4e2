//! Which injection is next: how much, when, into what, and what is said when it is late.

use concord_kernel::{Day, Instant};
use concord_knowledge::injection::{Injection, LateAction, LateInjection, PlannedInjection, SiteRegion};
use concord_knowledge::{Milligrams, Regimen};

use super::state::Depot;
use super::{LateDecision, NextInjection, PlanStep};

/// What is due by one order, on one day.
pub(super) struct Due<'a> {
    row: &'a Injection,
    regimen: Regimen,
    course: Option<&'a Depot>,
    day: Day,
    /// The rule about late injections that holds on that day.
    pub(super) late: Option<&'a LateInjection>,
    /// Where a prescriber has decided that it is followed.
    as_ruled: bool,
    /// What a prescriber has decided under that rule.
    pub(super) decided: bool,
    /// Whether it was given elsewhere, where our plans are not known.
    pub(super) elsewhere: bool,
}

impl<'a> Due<'a> {
    pub(super) fn on(day: Day, row: &'a Injection, regimen: Regimen, course: Option<&'a Depot>) -> Self {
        let past = course.filter(|course| day > course.next.until);
        let late = past.and_then(|course| row.late(course.given, days(course.last_on, day)));
        let decision = course.and_then(|course| course.decided.as_ref());
        let decision = decision.filter(|(rule, _)| late.is_some_and(|late| late.id == *rule));
        let as_ruled = matches!(decision, Some((_, LateDecision::AsRuled)));
        Self { row, regimen, course, day, late, as_ruled, decided: decision.is_some(), elsewhere: false }
    }

    /// Whether it is the first of a course, or comes so late that it is one again.
    pub(super) const fn is_a_start(&self) -> bool {
        self.course.is_none() || self.late.is_some() || self.row.start_each_time
    }

    /// Days for which the drug is taken in another form beside it: with the first one, or as a rule about late ones says.
    pub(super) fn overlap_days(&self) -> u16 {
        match (self.course, self.late) {
            (None, _) => self.row.overlap_days,
            (Some(_), Some(late)) if self.as_ruled => late.overlap_days,
            (Some(_), _) => 0,
        }
    }

    /// The fewest days from one to the next.
    pub(super) const fn least_days(&self) -> u16 {
        self.row.least_days
    }

    /// The first day on which it may be given; for the first of a course, the order says.
    pub(super) fn earliest(&self) -> Option<Day> {
        self.course.map(|course| course.next.from)
    }

    /// The step of a plan that it takes, when the dose is of one.
    fn step(&self) -> Option<(PlanStep, &'a PlannedInjection)> {
        let begins = |rule| PlanStep { rule, step: 0, began_on: self.day };
        let step = match self.course {
            None => begins(self.row.id.clone()),
            Some(_) if self.as_ruled && self.late.is_some_and(|late| !late.doses.is_empty()) => {
                begins(self.late?.id.clone())
            }
            Some(course) => course.next.plan.clone()?,
        };
        let planned = self.row.plan(&step.rule)?.get(usize::from(step.step))?;
        Some((step, planned))
    }

    /// The step that an injection of `dose` takes: none where a plan may be left out and the dose is the ordered one.
    fn step_of(&self, dose: Milligrams) -> Option<(PlanStep, &'a PlannedInjection)> {
        let optional = self.elsewhere || (self.course.is_none() && !self.row.loading_needed);
        self.step().filter(|(_, planned)| !optional || planned.amount.of(self.regimen.dose) == dose)
    }

    /// Whether that much is next.
    pub(super) fn allows(&self, dose: Milligrams) -> bool {
        let next = self.step_of(dose).map(|(_, planned)| planned.amount.of(self.regimen.dose));
        dose == next.unwrap_or(self.regimen.dose)
    }

    /// Where it goes: the first ones of a plan may have sites of their own.
    pub(super) fn sites(&self, dose: Milligrams) -> &'a [SiteRegion] {
        match self.step_of(dose) {
            Some((_, planned)) if planned.on < self.row.every_days => &self.row.loading_sites,
            Some(_) | None => &self.row.sites,
        }
    }

    /// Which of the present course it is; a course that is begun anew counts from the beginning.
    pub(super) fn number(&self) -> u16 {
        let anew = self.as_ruled && self.late.is_some_and(|late| late.action == LateAction::Reinitiate);
        match self.course {
            Some(course) if !anew => course.given.saturating_add(1),
            Some(_) | None => 1,
        }
    }

    /// When the next one is due after one of `dose` on that day.
    pub(super) fn next_after(&self, dose: Milligrams) -> NextInjection {
        let after = |days: u16| plus(self.day, i64::from(days));
        if let Some((step, _)) = self.step_of(dose)
            && let Some(planned) =
                self.row.plan(&step.rule).and_then(|plan| plan.get(usize::from(step.step) + 1))
        {
            let of_plan = |days: u16| plus(step.began_on, i64::from(days));
            // A step that was given late never brings the next one to the same day.
            let from = of_plan(planned.from).max(after(1));
            let on = of_plan(planned.on).max(from);
            let until = of_plan(planned.to).max(on);
            return NextInjection { on, from, until, plan: Some(PlanStep { step: step.step + 1, ..step }) };
        }
        let every = u16::try_from(self.regimen.frequency.every_days()).unwrap_or(u16::MAX);
        let on = after(every);
        let until = plus(on, i64::from(self.row.late_days));
        NextInjection { on, from: after(self.row.least_days), until, plan: None }
    }
}

pub(super) fn plus(day: Day, days: i64) -> Day {
    Instant::start_of(day).plus_days(days).day()
}

/// Days from one calendar day to another.
fn days(from: Day, to: Day) -> i64 {
    Instant::start_of(to).days_since(Instant::start_of(from))
}
