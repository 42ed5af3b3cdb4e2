//! How long in a row what is short-term is taken, and what lets it go on for longer.
//!
//! A supply that would last past the limit of its class is a finding, which is answered with a coded reason, a plan in
//! words and a last day; the answer holds until that day and no longer. A taper that is under way is the other answer,
//! and needs no words: it is supplied to its end.

use concord_kernel::{Day, Instant, OrderId};
use concord_knowledge::{Drug, DurationLimit, Finding, Span};

use super::super::error::Answer;
use super::super::state::{Order, UseLimit};
use super::super::{Acknowledgement, Answered, Chart, Error, Event, LongerUse, Supply};
use crate::Context;
use crate::going_on::tapers_at;
use crate::share::total_days;

/// A supply that is about to be handed out.
pub(super) struct Handing<'a> {
    pub(super) drug: &'a Drug,
    pub(super) indication: &'a concord_knowledge::ConditionId,
    pub(super) supply: Supply,
    /// The day from which it lasts.
    pub(super) from: Day,
    /// The order as it stands; absent for a new one.
    pub(super) standing: Option<&'a Order>,
    pub(super) acknowledgements: &'a [Acknowledgement],
}

/// What the limit says about it.
#[derive(Debug, Default)]
pub(super) struct Lasting {
    /// Findings that nobody has answered.
    pub(super) unmet: Vec<Finding>,
    /// What they ask for.
    pub(super) asks: Option<Answer>,
    /// Findings that stand and were answered.
    pub(super) answered: Vec<Answered>,
    /// Until when use is limited from here on, where that is news.
    limit: Option<(UseLimit, Day, bool, Option<LongerUse>)>,
}

impl Lasting {
    /// The fact that follows from the supply, once it is allowed.
    pub(super) fn event(self, order: OrderId) -> Option<Event> {
        let (limit, since, unknown_before, longer) = self.limit?;
        let UseLimit { rule, until, .. } = limit;
        let reason = longer.map(|longer| longer.reason);
        Some(Event::UseLimited { order, rule, since, unknown_before, until, reason })
    }

    fn answer(&mut self, finding: Finding) {
        self.answered.push(Answered { finding: finding.key, action: finding.action });
    }

    fn ask(&mut self, finding: Finding, answer: Answer) {
        self.asks = self.asks.max(Some(answer));
        self.unmet.push(finding);
    }
}

impl Chart {
    /// Judges how long in a row a supply makes its drug be taken.
    pub(super) fn lasting(&self, handing: &Handing<'_>, context: &Context) -> Result<Lasting, Error> {
        let mut lasting = Lasting::default();
        let Some(limit) = context.rules.duration_limit(handing.drug, handing.indication) else {
            return Ok(lasting);
        };
        let days = i64::from(total_days(handing.supply)) - 1;
        let end = Instant::start_of(handing.from).plus_days(days.max(0)).day();
        let taper = handing.standing.and_then(Order::taper_days);
        if taper.is_some_and(|days| tapers_at(days, context.now) && end <= days.1) {
            return Ok(lasting);
        }
        let spans = self.taken_with(limit, context);
        let row = limit.in_a_row(&spans, handing.from);
        if row.unknown_before {
            self.unknown(limit, handing, context, &mut lasting);
        }
        let within = UseLimit { rule: limit.id().clone(), until: limit.until(row.since), answered: false };
        let standing = handing.standing.and_then(|order| order.use_limit.as_ref());
        let mut longer = None;
        let mut now = within;
        if end > now.until {
            let about = context.rules.counted(limit, &handing.drug.ingredients);
            let finding = context.rules.past_the_limit(limit, about);
            let given = handing.acknowledgements.iter().find(|given| given.finding == finding.key);
            longer = given.and_then(|given| given.longer_use);
            let answered = standing.filter(|known| known.answered && end <= known.until);
            if let Some(longer) = longer {
                holds(longer, end, limit, context)?;
                now = UseLimit { until: longer.until, answered: true, ..now };
                lasting.answer(finding);
            } else if let Some(known) = answered {
                now = known.clone();
                lasting.answer(finding);
            } else {
                lasting.ask(finding, Answer::LimitInTime);
            }
        }
        if standing != Some(&now) {
            lasting.limit = Some((now, row.since, row.unknown_before, longer));
        }
        Ok(lasting)
    }

    /// Somebody takes responsibility for a beginning that nobody knows; once for an order.
    fn unknown(
        &self,
        limit: &DurationLimit,
        handing: &Handing<'_>,
        context: &Context,
        lasting: &mut Lasting,
    ) {
        let unknown = self.outside.values().filter(|outside| outside.first_day.is_none());
        let ended = self.ended.iter().filter(|ended| ended.first_day.is_none());
        let ingredients: Vec<_> = unknown
            .flat_map(|outside| &outside.ingredients)
            .chain(ended.flat_map(|ended| &ended.ingredients))
            .cloned()
            .collect();
        let mut about = context.rules.counted(limit, &ingredients);
        about.dedup();
        let finding = context.rules.unknown_exposure(about);
        let given = handing.acknowledgements.iter().any(|given| given.finding == finding.key);
        let before = handing
            .standing
            .is_some_and(|order| order.answered.iter().any(|answered| answered.finding == finding.key));
        if given || before {
            lasting.answer(finding);
        } else {
            lasting.ask(finding, Answer::Acknowledge);
        }
    }

    /// The days on which something was taken that counts toward a limit. What has ended on a day that nobody knows is
    /// taken until somebody finds out.
    fn taken_with(&self, limit: &DurationLimit, context: &Context) -> Vec<Span> {
        let today = context.now.day();
        let counts = |ingredients: &[_]| !context.rules.counted(limit, ingredients).is_empty();
        let orders = self.orders.values().filter(|order| counts(&order.ingredients)).map(|order| {
            let to = order.last_dose_if_held().map_or(today, Instant::day);
            Span { from: Some(order.start_on), to }
        });
        let outside = self.outside.values().filter(|outside| counts(&outside.ingredients));
        let outside = outside.map(|outside| Span { from: outside.first_day, to: today });
        let ended = self
            .ended
            .iter()
            .filter(|ended| counts(&ended.ingredients))
            .map(|ended| Span { from: ended.first_day, to: ended.last_dose_at.map_or(today, Instant::day) });
        orders.chain(outside).chain(ended).collect()
    }
}

/// An answer holds for a while, and what is handed out on it lasts no longer.
fn holds(longer: LongerUse, end: Day, limit: &DurationLimit, context: &Context) -> Result<(), Error> {
    let most_days = limit.answer_days;
    let latest = context.now.plus_days(i64::from(most_days)).day();
    if longer.until <= context.now.day() || longer.until > latest {
        return Err(Error::LongerUseOutOfRange { most_days });
    }
    if end > longer.until { Err(Error::SupplyBeyondAnswer { until: longer.until }) } else { Ok(()) }
}
