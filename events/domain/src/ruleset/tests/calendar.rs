//! Which rules are in force where in the log.

use super::*;

/// The events at the places 10, 11, 12 and so on.
fn calendar(events: &[Event], now: Instant) -> Result<Calendar, Unusable> {
    Calendar::read((10..).zip(events.iter().cloned()), now)
}

fn most(rules: &'static concord_knowledge::Ruleset) -> Option<f64> {
    let drug = rules.drug(&DrugId::parse("sertraline").unwrap()).unwrap();
    drug.hard_maximum.map(concord_knowledge::Milligrams::mg)
}

fn mosts(in_force: &InForce) -> Vec<Option<f64>> {
    in_force.each().map(most).collect()
}

fn and_then(given: &[Event], dose: &str, valid_from: Option<Day>) -> Vec<Event> {
    let events = then(given, pharmacist(), proposed_from(dose, valid_from));
    let ruleset = archive(&events).editions().last().unwrap().ruleset.clone();
    let events = then(&events, pharmacist(), sign(&ruleset, "J. Roe"));
    then(&events, director(), sign(&ruleset, "A. Poe"))
}

#[test]
fn rules_are_in_force_from_the_place_of_their_publication_on() {
    let (_, first) = published("150");
    let both = and_then(&first, "100", None);
    let calendar = calendar(&both, noon()).unwrap();
    let place = |events: &[Event]| 9 + u64::try_from(events.len()).unwrap();
    let at = |position| mosts(&calendar.at(position, noon()));
    assert_eq!(at(place(&first) - 1), [Some(200.0)], "signed once");
    assert_eq!([at(place(&first)), at(place(&both) - 1)], [[Some(150.0)], [Some(150.0)]]);
    assert_eq!(at(place(&both)), [Some(100.0)]);
}

#[test]
fn rules_that_wait_for_their_day_are_known_until_then_and_a_later_publication_for_the_same_day_goes_before() {
    let (_, first) = published("150");
    let day = instant("2026-03-09T00:00:00Z");
    let waits = and_then(&first, "120", Some(day.day()));
    let end = |events: &[Event]| 9 + u64::try_from(events.len()).unwrap();
    let known = calendar(&waits, noon()).unwrap();
    assert_eq!(mosts(&known.at(end(&waits), noon())), [Some(150.0), Some(120.0)]);
    assert_eq!(mosts(&known.at(end(&waits), day)), [Some(120.0)]);
    assert_eq!(mosts(&known.at(end(&first), day)), [Some(150.0)], "it was not published there");
    let sooner = and_then(&waits, "100", Some(day.plus_days(-2).day()));
    let known = calendar(&sooner, noon()).unwrap();
    assert_eq!(mosts(&known.at(end(&sooner), noon())), [Some(150.0), Some(100.0)]);
}

#[test]
fn what_was_replaced_and_cannot_be_used_any_more_counts_as_what_stood_before_it() {
    let torn = |events: &mut Vec<Event>| {
        let labs = |event: &&mut Event| matches!(event, Event::RulesetTablePublished { table, .. } if table == "labs.csv");
        if let Some(Event::RulesetTablePublished { text, .. }) = events.iter_mut().find(labs) {
            *text = "torn".to_owned();
        }
    };
    let (_, mut first) = published("150");
    let place = 9 + u64::try_from(first.len()).unwrap();
    torn(&mut first);
    assert!(matches!(calendar(&first, noon()), Err(Unusable::Unread { .. })), "it is in force");
    let both = and_then(&first, "100", None);
    let known = calendar(&both, noon()).unwrap();
    assert_eq!(mosts(&known.at(place, noon())), [Some(200.0)]);
    assert_eq!(mosts(&known.at(place + 1_000, noon())), [Some(100.0)]);
}

#[test]
fn what_is_due_follows_the_rules_of_the_day_on_which_it_is() {
    let (now, later) = (concord_knowledge::Ruleset::embedded(), {
        let (ruleset, events) = published("150");
        archive(&events).named(&ruleset).unwrap().rules(&Files::embedded()).unwrap()
    });
    let day = |n| Some(noon().plus_days(n));
    // Due on a day by the one, on another by the other; the other begins on day 10.
    let due = |by_now: Option<i64>, by_later: Option<i64>| {
        let in_force = InForce::only(now).followed_by(noon().plus_days(10), later);
        let by = |rules: &'static concord_knowledge::Ruleset| {
            let days = if std::ptr::eq(rules, now) { by_now } else { by_later };
            days.map(|days| (noon().plus_days(days), ()))
        };
        in_force.due(by).map(|(at, ())| at)
    };
    assert_eq!(due(Some(9), Some(30)), day(9), "before the others begin");
    assert_eq!(due(Some(30), Some(20)), day(20));
    assert_eq!(due(Some(30), Some(5)), day(10), "not before they begin");
    assert_eq!([due(None, Some(5)), due(Some(30), None)], [day(10), None]);
    let replaced = InForce::only(now).followed_by(noon().plus_days(10), later).followed_by(noon(), now);
    assert_eq!(replaced.each().count(), 2, "what would begin later was published before and never begins");
}
