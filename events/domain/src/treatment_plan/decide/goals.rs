//! Goals, and what serves them.

use concord_kernel::{Day, GoalId, OrderId, SupportId, Text};

use super::super::state::Goal;
use super::super::{Error, Event, SupportKind, TreatmentPlan};
use crate::Context;

/// The most goals that are open at once: more than a patient can work on.
const MOST_OPEN_GOALS: usize = 12;

/// The most medications that serve one goal.
const MOST_LINKS: usize = 16;

/// The most supports that are open at once.
const MOST_OPEN_SUPPORTS: usize = 12;

/// Days by which the day of a place may lag behind UTC.
const DAYS_BEHIND: i64 = 1;

impl TreatmentPlan {
    pub(super) fn add_goal(
        &self,
        goal: GoalId,
        statement: &Text,
        target_on: Option<Day>,
        context: &Context,
    ) -> Result<Event, Error> {
        let version = self.drafted()?.saturating_add(1);
        if self.goals.contains_key(&goal) {
            return Err(Error::GoalIdUsed);
        }
        if self.goals.values().filter(|known| !known.closed).count() >= MOST_OPEN_GOALS {
            return Err(Error::TooManyGoals { most: MOST_OPEN_GOALS });
        }
        if target_on.is_some_and(|day| past(day, context)) {
            return Err(Error::DayPassed);
        }
        Ok(Event::GoalAdded { goal, version, statement: statement.clone(), target_on })
    }

    /// The goal, which must be neither reached nor given up.
    pub(super) fn open_goal(&self, goal: GoalId) -> Result<&Goal, Error> {
        self.drafted()?;
        let known = self.goals.get(&goal).ok_or(Error::UnknownGoal)?;
        if known.closed { Err(Error::GoalClosed) } else { Ok(known) }
    }

    /// A link is to an order that is taken, held or tapered: what has ended serves nothing.
    pub(super) fn link(
        &self,
        goal: GoalId,
        order: OrderId,
        how: &Text,
        context: &Context,
    ) -> Result<Event, Error> {
        let known = self.open_goal(goal)?;
        let chart = context.facts.chart.as_ref().ok_or(Error::FactsMissing)?;
        if !chart.known_orders.contains(&order) {
            return Err(Error::UnknownOrder);
        }
        if !chart.open_orders.contains(&order) {
            return Err(Error::OrderStopped);
        }
        if known.orders.contains(&order) {
            return Err(Error::AlreadyLinked);
        }
        if known.orders.len() >= MOST_LINKS {
            return Err(Error::TooManyLinks { most: MOST_LINKS });
        }
        Ok(Event::GoalLinked { goal, order, how: how.clone() })
    }

    pub(super) fn plan_support(
        &self,
        support: SupportId,
        goal: GoalId,
        (kind, what, due_on): (SupportKind, &Text, Day),
        context: &Context,
    ) -> Result<Event, Error> {
        self.open_goal(goal)?;
        if self.supports.contains_key(&support) {
            return Err(Error::SupportIdUsed);
        }
        if self.supports.values().filter(|finished| !**finished).count() >= MOST_OPEN_SUPPORTS {
            return Err(Error::TooManySupports { most: MOST_OPEN_SUPPORTS });
        }
        if past(due_on, context) {
            return Err(Error::DayPassed);
        }
        Ok(Event::SupportPlanned { support, goal, kind, what: what.clone(), due_on })
    }

    pub(super) fn finish_support(&self, support: SupportId, outcome: &Text) -> Result<Event, Error> {
        match self.supports.get(&support) {
            None => Err(Error::UnknownSupport),
            Some(true) => Err(Error::SupportAlreadyFinished),
            Some(false) => Ok(Event::SupportFinished { support, outcome: outcome.clone() }),
        }
    }
}

/// Whether a day is over everywhere.
fn past(day: Day, context: &Context) -> bool {
    day < context.now.plus_days(-DAYS_BEHIND).day()
}
