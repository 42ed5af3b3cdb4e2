//! What happens to medication after a stay.

use std::time::Duration;

use concord_kernel::{Instant, OrderId, Role};
use concord_knowledge::{ConditionId, DrugId, Frequency, Milligrams, Regimen, Route};
use cqrs_es::test::AggregateTestExecutor;

use super::super::*;
use super::{admitted, discharge, stays};
use crate::chart::{OrderModality, Supply};
use crate::testing::{By, by, noon, stay, text, this_stay, uuid};
use crate::{
    Bridge, ChartFacts, Continuing, Facts, IndicationFacts, OrderFacts, PrescribableFacts, RecoveryFacts,
};

fn order(n: u128) -> OrderId {
    OrderId::new(uuid(n))
}

/// Open orders: 1 must not stop abruptly, 2 may. Each was handed out today for that many days.
fn chart(days: [u16; 2]) -> ChartFacts {
    let regimen =
        Regimen { dose: Milligrams::parse(50.0).unwrap(), frequency: Frequency::Daily, route: Route::Oral };
    let drug = || DrugId::parse("sertraline").unwrap();
    let mut facts = ChartFacts { no_abrupt_stop: vec![order(1)], ..ChartFacts::default() };
    for (n, days) in (1..).zip(days) {
        facts.open_orders.push(order(n));
        facts.stays.insert(order(n), stay(1));
        let day = noon().day();
        let taken = OrderFacts {
            drug: drug(),
            regimen,
            start_on: day,
            first_day: day,
            held: false,
            injections: Vec::default(),
        };
        facts.orders.insert(order(n), taken);
        let supplied = PrescribableFacts {
            drug: drug(),
            regimen,
            indication: ConditionId::parse("major-depression").unwrap(),
            supply: Supply { days, refills: 0 },
            supplied_at: noon(),
            held: false,
            modality: OrderModality::InPerson,
            legal_basis: None,
            continuing: Continuing {
                episode: this_stay(),
                daily: regimen.dose,
                dose_since: noon(),
                taper: None,
                bridge: Bridge::None,
            },
            allotted: Vec::new(),
        };
        facts.prescribable.insert(order(n), supplied);
    }
    facts
}

fn knowing(chart: ChartFacts, naloxone_offered_at: Option<Instant>) -> Facts {
    let recovery = RecoveryFacts { naloxone_offered_at, ..RecoveryFacts::default() };
    Facts { chart: Some(chart), recovery: Some(recovery), ..Facts::default() }
}

fn doctor(chart: ChartFacts) -> By {
    by(Role::Psychiatrist).knowing(knowing(chart, None))
}

fn ends(disposition: Disposition) -> Command {
    discharge(disposition, Some("primary care goes on"))
}

/// What the discharge leaves due beside the end of the stay.
fn due(facts: Facts, disposition: Disposition) -> Option<Event> {
    let asked = by(Role::Psychiatrist).knowing(facts).asks_in_program(ends(disposition));
    let events = stays(admitted()).when(asked).inspect_result().unwrap();
    assert!(matches!(events[0], Event::EpisodeClosed { .. }));
    events.get(1).cloned()
}

fn was_due(chart: ChartFacts) -> AggregateTestExecutor<Episode> {
    stays(closed_with(knowing(chart, None)))
}

fn closed_with(facts: Facts) -> Vec<Event> {
    let asked = by(Role::Psychiatrist).knowing(facts).asks_in_program(ends(Disposition::Completed));
    let events = stays(admitted()).when(asked).inspect_result().unwrap();
    [admitted(), events].concat()
}

fn lines(decisions: &[(u128, BridgingDecision)]) -> Command {
    let line =
        |(n, decision): &(u128, BridgingDecision)| BridgingLine { order: order(*n), decision: *decision };
    Command::DecideBridging {
        episode: stay(1),
        lines: decisions.iter().map(line).collect(),
        note: text("Dr Lee goes on; wallet card given"),
    }
}

fn hours(hours: u64) -> Instant {
    noon().plus(Duration::from_hours(hours))
}

#[test]
fn the_end_of_a_stay_leaves_every_open_order_to_be_decided_within_a_day() {
    let expected = |decide_by| {
        Some(Event::BridgingDue {
            episode: stay(1),
            orders: vec![order(1), order(2)],
            naloxone: false,
            decide_by,
        })
    };
    assert_eq!(due(knowing(chart([30, 30]), None), Disposition::Completed), expected(hours(24)));
    // Handed out 29 and a half days ago, it runs out in twelve hours.
    let mut short = chart([30, 30]);
    let supplied = short.prescribable.get_mut(&order(2)).unwrap();
    supplied.supplied_at = hours(12).plus_days(-30);
    short.orders.get_mut(&order(2)).unwrap().start_on = noon().plus_days(-40).day();
    assert_eq!(due(knowing(short.clone(), None), Disposition::LostToFollowUp), expected(hours(12)));
    short.prescribable.get_mut(&order(2)).unwrap().supplied_at = noon().plus_days(-40);
    assert_eq!(due(knowing(short, None), Disposition::Completed), expected(hours(1)), "it has run out");
    assert_eq!(due(knowing(chart([30, 30]), None), Disposition::Deceased), None);
    assert_eq!(due(knowing(ChartFacts::default(), None), Disposition::Completed), None);
    let mut elsewhere = chart([30, 30]);
    elsewhere.stays.values_mut().for_each(|written_in| *written_in = stay(9));
    assert_eq!(due(knowing(elsewhere, None), Disposition::Completed), None, "it goes on there");
}

#[test]
fn an_opioid_use_disorder_leaves_naloxone_to_be_offered_unless_it_was_in_this_stay() {
    let disorder = || ChartFacts { opioid_use_disorder: true, ..ChartFacts::default() };
    let naloxone = |offered_at| match due(knowing(disorder(), offered_at), Disposition::Completed) {
        Some(Event::BridgingDue { naloxone, .. }) => naloxone,
        _ => false,
    };
    assert!(naloxone(None));
    assert!(naloxone(Some(noon().plus_days(-400))), "in an earlier stay");
    assert!(!naloxone(Some(noon())));
    let diagnosed = |diagnosis: &str| {
        let diagnoses = vec![ConditionId::parse(diagnosis).unwrap()];
        let indication = Some(IndicationFacts { indicated: Some(false), diagnoses });
        let facts = Facts { indication, ..knowing(ChartFacts::default(), None) };
        due(facts, Disposition::Completed).is_some()
    };
    assert!(
        diagnosed("opioid-use-disorder"),
        "what the stay was for counts, though nothing was ordered for it"
    );
    assert!(!diagnosed("major-depression"));
    let unread = by(Role::Psychiatrist).knowing(Facts { chart: Some(disorder()), ..Facts::default() });
    let unread = unread.asks_in_program(ends(Disposition::Completed));
    stays(admitted()).when(unread).then_expect_error(Error::RecoveryNotRead);
}

#[test]
fn every_order_is_decided_once_and_lateness_is_said() {
    use BridgingDecision::{NotNeeded, Supplied, TakenOver};
    let asks = |at, command| doctor(chart([30, 30])).at(at).asks_in_program(command);
    let both = [(1, Supplied), (2, NotNeeded)];
    for (at, late) in [(hours(24), false), (hours(25), true)] {
        let events = was_due(chart([30, 30])).when(asks(at, lines(&both))).inspect_result().unwrap();
        assert!(matches!(&events[..], [Event::BridgingDecided { late: l, .. }] if *l == late));
    }
    for (told, refusal) in [
        (&[(1, Supplied)][..], Error::BridgingOrderMissing { orders: 1 }),
        (&[(1, Supplied), (1, TakenOver)], Error::BridgingOrderRepeated),
        (&[(1, Supplied), (2, Supplied), (3, Supplied)], Error::BridgingOrderNotAsked),
    ] {
        was_due(chart([30, 30])).when(asks(noon(), lines(told))).then_expect_error(refusal);
    }
    let done = closed_with(knowing(chart([30, 30]), None));
    let decided = stays(done.clone()).when(asks(noon(), lines(&both))).inspect_result().unwrap();
    let done = [done, decided].concat();
    stays(done).when(asks(noon(), lines(&both))).then_expect_error(Error::BridgingNotDue);
    let nurse = by(Role::Nurse).knowing(knowing(chart([30, 30]), None)).asks_in_program(lines(&both));
    was_due(chart([30, 30])).when(nurse).then_expect_error(Error::RoleNotPermitted { role: Role::Nurse });
}

#[test]
fn what_is_decided_must_be_so_on_the_chart_and_nothing_stops_abruptly() {
    use BridgingDecision::{Ended, NotNeeded, Supplied, TakenOver, Tapered};
    let asks = |chart: ChartFacts, first| {
        let command = lines(&[(1, first), (2, TakenOver)]);
        was_due(self::chart([30, 30])).when(doctor(chart).asks_in_program(command)).inspect_result()
    };
    let refused = |chart, first| asks(chart, first).unwrap_err();
    assert_eq!(refused(chart([13, 30]), Supplied), Error::BridgingSupplyTooShort { days: 14 });
    assert_eq!(refused(chart([30, 30]), Tapered), Error::BridgingNotTapered);
    assert_eq!(refused(chart([30, 30]), Ended), Error::BridgingOrderOpen);
    assert_eq!(refused(chart([30, 30]), NotNeeded), Error::BridgingAbruptStop);
    let tapering = ChartFacts { tapering: vec![order(1)], ..chart([30, 30]) };
    let ended = ChartFacts { open_orders: vec![order(2)], ..chart([30, 30]) };
    // The start of the day counts as the start of the supply: two weeks from noon need fifteen days.
    for (chart, first) in
        [(chart([15, 30]), Supplied), (tapering, Tapered), (ended, Ended), (chart([30, 30]), TakenOver)]
    {
        assert!(asks(chart, first).is_ok(), "{first:?}");
    }
}

#[test]
fn a_decision_waits_for_naloxone_to_be_offered() {
    let disorder = || ChartFacts { opioid_use_disorder: true, ..ChartFacts::default() };
    let given = || stays(closed_with(knowing(disorder(), None)));
    let asks =
        |offered_at| by(Role::Pmhnp).knowing(knowing(disorder(), offered_at)).asks_in_program(lines(&[]));
    given().when(asks(None)).then_expect_error(Error::BridgingNaloxone);
    assert!(given().when(asks(Some(noon()))).inspect_result().is_ok());
}

#[test]
fn a_deadline_that_passes_is_recorded_once_and_by_the_service_alone() {
    let breach = Command::BreachBridging { episode: stay(1) };
    let timer = |at| by(Role::Service).at(at).asks_in_program(breach.clone());
    let breached = Event::BridgingBreached { episode: stay(1), decide_by: hours(24) };
    let given = || closed_with(knowing(chart([30, 30]), None));
    stays(given()).when(timer(hours(24))).then_expect_error(Error::DeadlineNotPassed);
    stays(given()).when(timer(hours(25))).then_expect_events(vec![breached.clone()]);
    let twice = [given(), vec![breached]].concat();
    stays(twice.clone()).when(timer(hours(26))).then_expect_error(Error::AlreadyBreached);
    let nurse = by(Role::Nurse).at(hours(25)).asks_in_program(breach.clone());
    stays(given()).when(nurse).then_expect_error(Error::NotATimer);
    stays(admitted()).when(timer(hours(25))).then_expect_error(Error::BridgingNotDue);
    // What is late is decided all the same.
    let late = lines(&[(1, BridgingDecision::TakenOver), (2, BridgingDecision::TakenOver)]);
    let late = doctor(chart([30, 30])).at(hours(30)).asks_in_program(late);
    assert!(stays(twice).when(late).inspect_result().is_ok());
}

#[test]
fn a_supply_lasts_from_its_start_and_with_its_refills() {
    let mut chart = chart([10, 10]);
    chart.prescribable.get_mut(&order(1)).unwrap().supply = Supply { days: 10, refills: 2 };
    chart.orders.get_mut(&order(2)).unwrap().start_on = noon().plus_days(3).day();
    assert_eq!(chart.supply_until(order(1)), Some(noon().plus_days(30)));
    assert_eq!(chart.supply_until(order(2)), Some(Instant::start_of(noon().plus_days(13).day())));
    assert_eq!(chart.supply_until(order(9)), None);
}
