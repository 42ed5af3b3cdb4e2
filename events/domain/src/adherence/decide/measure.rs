//! The proportion of days covered, from what was recorded and from nothing else.
//!
//! Source: PQA, proportion of days covered (days covered of days in the period, early doses carried forward).

use std::collections::BTreeMap;
use std::time::Duration;

use concord_kernel::{Day, Instant, OrderId};
use concord_knowledge::{Frequency, Limits};

use super::super::state::{DAYS_KEPT, Told};
use super::super::{Adherence, AdherenceLine, Error, Event};
use crate::{Context, OrderFacts};

/// The shortest period: fewer days say little.
const LEAST_DAYS: u16 = 7;

/// The longest period: as many days as are kept.
const MOST_DAYS: u16 = 180;
const _: () = assert!(MOST_DAYS as i64 <= DAYS_KEPT);

impl Adherence {
    /// Every open order that is taken regularly counts, from its first day; one that is held or taken when needed does
    /// not. The whole is the lowest of them, and not known while one of them is not.
    pub(super) fn measure(&self, days: u16, context: &Context) -> Result<Vec<Event>, Error> {
        if !(LEAST_DAYS..=MOST_DAYS).contains(&days) {
            return Err(Error::PeriodOutOfRange { least: LEAST_DAYS, most: MOST_DAYS });
        }
        let chart = context.facts.chart.as_ref().ok_or(Error::FactsMissing)?;
        let limits = context.rules.limits();
        let to = context.now.plus_days(-1).day();
        let from = context.now.plus_days(-i64::from(days)).day();
        let regular = |(_, ordered): &(&OrderId, &OrderFacts)| {
            !ordered.held
                && !matches!(ordered.regimen.frequency, Frequency::AsNeeded(_))
                && ordered.start_on <= to
        };
        let lines: Vec<AdherenceLine> = chart
            .orders
            .iter()
            .filter(regular)
            .map(|(order, ordered)| self.line(*order, ordered, (from, to), limits))
            .collect();
        if lines.is_empty() {
            return Err(Error::NothingToMeasure);
        }
        let percent = lines.iter().map(|line| line.percent).min().flatten();
        let too_little = |line: &AdherenceLine| {
            line.percent.is_some_and(|percent| u16::from(percent) < limits.adherence_outreach_percent)
        };
        let within = Duration::from_hours(u64::from(limits.adherence_outreach_hours));
        let outreach_by = lines.iter().any(too_little).then(|| context.now.plus(within));
        let ruleset = context.rules.version().clone();
        Ok(vec![Event::AdherenceMeasured { from, to, lines, percent, outreach_by, ruleset }])
    }

    fn line(
        &self,
        order: OrderId,
        ordered: &OrderFacts,
        (from, to): (Day, Day),
        limits: &Limits,
    ) -> AdherenceLine {
        let mut told = self.doses.get(&order).map_or_else(BTreeMap::new, |doses| doses.days.clone());
        // Injections are on the chart, and nobody needs to tell of them again.
        for (day, covers_days) in &ordered.injections {
            told.insert(*day, Told::Taken { at: Instant::start_of(*day), covers_days: *covers_days });
        }
        let from = from.max(ordered.start_on);
        let counts = count(&told, from, to);
        let Counts { days, covered, missed } = counts;
        let unknown = days - covered - missed;
        let known_enough =
            u32::from(unknown) * 100 <= u32::from(limits.adherence_unknown_percent) * u32::from(days);
        let percent = u8::try_from(u32::from(covered) * 100 / u32::from(days.max(1))).unwrap_or(100);
        let percent = (known_enough && days > 0).then_some(percent);
        AdherenceLine { order, drug: ordered.drug.clone(), days, covered, missed, unknown, percent }
    }
}

#[derive(Clone, Copy)]
struct Counts {
    days: u16,
    covered: u16,
    missed: u16,
}

/// Walks the days from the first that was told of, so that what was taken before the period covers days in it.
fn count(told: &BTreeMap<Day, Told>, from: Day, to: Day) -> Counts {
    let (mut days, mut covered, mut missed, mut ahead) = (0_u16, 0_u16, 0_u16, 0_u16);
    let first = told.first_key_value().map_or(from, |(day, _)| (*day).min(from));
    let mut at = Instant::start_of(first);
    while at.day() <= to {
        let day = at.day();
        let known = told.get(&day);
        if let Some(Told::Taken { covers_days, .. }) = known {
            ahead = ahead.saturating_add(*covers_days);
        }
        let covers = ahead > 0;
        ahead = ahead.saturating_sub(1);
        if day >= from {
            days = days.saturating_add(1);
            covered += u16::from(covers);
            missed += u16::from(!covers && matches!(known, Some(Told::Missed { .. })));
        }
        at = at.plus_days(1);
    }
    Counts { days, covered, missed }
}
