//! The proportion of days covered.

use concord_kernel::Role;
use concord_knowledge::Frequency;

use super::super::*;
use super::said::*;
use crate::Facts;
use crate::OrderFacts;
use crate::testing::{going_on, noon};

fn measure(events: Vec<Event>, days: u16, facts: Facts) -> Event {
    let asked = as_(Role::Nurse).knowing(facts).asks_in_stay(Command::MeasureAdherence { days });
    let measured = after(events, asked);
    measured.last().unwrap().clone()
}

fn line(event: &Event) -> (u16, u16, u16, u16, Option<u8>) {
    let Event::AdherenceMeasured { lines, .. } = event else { panic!("{event:?}") };
    let line = &lines[0];
    (line.days, line.covered, line.missed, line.unknown, line.percent)
}

fn sertraline() -> Facts {
    only(4, ordered("sertraline", 50.0, Frequency::Daily))
}

fn told(taken_on: std::ops::Range<i64>, missed_on: std::ops::Range<i64>) -> Vec<Event> {
    let taken = taken_on.map(|day| taken(4, days(-day), 1));
    taken.chain(missed_on.map(|day| was_missed(4, days(-day)))).collect()
}

#[test]
fn what_nobody_told_of_is_not_known_and_never_none() {
    let nothing = measure(vec![], 10, sertraline());
    assert_eq!(line(&nothing), (10, 0, 0, 10, None));
    let Event::AdherenceMeasured { percent, outreach_by, .. } = nothing else { unreachable!() };
    assert_eq!((percent, outreach_by), (None, None));
    // Two days of ten may be unknown, and count as not covered; three are too many.
    assert_eq!(line(&measure(told(1..9, 0..0), 10, sertraline())), (10, 8, 0, 2, Some(80)));
    assert_eq!(line(&measure(told(1..8, 0..0), 10, sertraline())), (10, 7, 0, 3, None));
}

#[test]
fn days_covered_of_days_in_percent_with_outreach_below_half() {
    let event = measure(told(5..11, 1..5), 10, sertraline());
    assert_eq!(line(&event), (10, 6, 4, 0, Some(60)));
    let Event::AdherenceMeasured { from, to, outreach_by, .. } = event else { unreachable!() };
    assert_eq!((from, to, outreach_by), (days(-10).day(), days(-1).day(), None));
    let little = measure(told(7..11, 1..7), 10, sertraline());
    let Event::AdherenceMeasured { percent, outreach_by, .. } = little else { unreachable!() };
    assert_eq!((percent, outreach_by), (Some(40), Some(days(2))));
}

#[test]
fn the_latest_word_on_a_day_counts() {
    let corrected = [told(1..11, 0..0), told(0..0, 1..2)].concat();
    assert_eq!(line(&measure(corrected, 10, sertraline())), (10, 9, 1, 0, Some(90)));
}

#[test]
fn an_injection_that_came_early_covers_days_after_the_next_would_have() {
    let depot = || only(3, ordered("paliperidone-lai", 117.0, Frequency::EveryDays(28)));
    // 28 days from day 40, and 28 more from where those end: the second came eight days early.
    let early = vec![taken(3, days(-40), 28), taken(3, days(-20), 28)];
    assert_eq!(line(&measure(early, 40, depot())), (40, 40, 0, 0, Some(100)));
    let late = vec![taken(3, days(-60), 28), taken(3, days(-20), 28)];
    assert_eq!(line(&measure(late, 40, depot())), (40, 28, 0, 12, None));
}

#[test]
fn injections_on_the_chart_cover_days_without_anybody_telling_of_them() {
    let injected = |injections: Vec<(concord_kernel::Day, u16)>| {
        only(3, OrderFacts { injections, ..ordered("paliperidone-lai", 117.0, Frequency::EveryDays(28)) })
    };
    let both = injected(vec![(days(-40).day(), 28), (days(-12).day(), 28)]);
    assert_eq!(line(&measure(vec![], 40, both)), (40, 40, 0, 0, Some(100)));
    let one = injected(vec![(days(-40).day(), 28)]);
    assert_eq!(line(&measure(vec![], 40, one)), (40, 28, 0, 12, None));
}

#[test]
fn an_order_counts_from_its_first_day_and_not_while_it_is_held_or_taken_when_needed() {
    let young = OrderFacts { start_on: days(-5).day(), ..ordered("sertraline", 50.0, Frequency::Daily) };
    assert_eq!(line(&measure(told(1..6, 0..0), 10, only(4, young))), (5, 5, 0, 0, Some(100)));
    let refused = |facts| {
        let asked = as_(Role::Nurse).knowing(facts).asks_in_stay(Command::MeasureAdherence { days: 10 });
        given(vec![]).when(asked).then_expect_error(Error::NothingToMeasure);
    };
    refused(only(4, ordered("hydroxyzine", 25.0, Frequency::AsNeeded(3))));
    refused(only(4, OrderFacts { held: true, ..ordered("sertraline", 50.0, Frequency::Daily) }));
    refused(only(4, OrderFacts { start_on: noon().day(), ..ordered("sertraline", 50.0, Frequency::Daily) }));
}

#[test]
fn the_whole_is_the_lowest_and_not_known_while_one_is_not() {
    let both = || {
        let mut facts = sertraline();
        let chart = facts.chart.as_mut().unwrap();
        chart.orders.insert(order(1), ordered("lamotrigine", 100.0, Frequency::Daily));
        facts
    };
    let whole = |events| {
        let Event::AdherenceMeasured { percent, .. } = measure(events, 10, both()) else {
            unreachable!("it measures")
        };
        percent
    };
    let other = |range: std::ops::Range<i64>| range.map(|day| taken(1, days(-day), 1)).collect::<Vec<_>>();
    assert_eq!(whole(told(1..11, 0..0)), None);
    assert_eq!(whole([told(1..11, 0..0), other(1..10)].concat()), Some(90));
}

#[test]
fn a_period_has_bounds_and_the_chart_must_be_read() {
    for days in [6, 181] {
        given(vec![])
            .when(asks(Role::Nurse, Command::MeasureAdherence { days }))
            .then_expect_error(Error::PeriodOutOfRange { least: 7, most: 180 });
    }
    let unread = as_(Role::Nurse).knowing(going_on()).asks_in_stay(Command::MeasureAdherence { days: 7 });
    given(vec![]).when(unread).then_expect_error(Error::FactsMissing);
}
