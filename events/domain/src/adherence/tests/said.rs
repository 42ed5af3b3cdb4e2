//! The words in which these tests speak.

use std::collections::{BTreeMap, BTreeSet};

use concord_kernel::{BarrierId, CheckInId, Instant, OrderId, PersonId, ReminderId, Role};
use concord_knowledge::{DrugId, Frequency, Milligrams, Regimen, Route};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::super::*;
use crate::testing::{By, by_person, going_on, noon, text, uuid};
use crate::{ChartFacts, Facts, InEpisode, Issued, OrderFacts};

pub(super) const FATHER: u128 = 0xFA;

pub(super) fn given(events: Vec<Event>) -> AggregateTestExecutor<Adherence> {
    TestFramework::with(()).given(events)
}

pub(super) fn order(n: u128) -> OrderId {
    OrderId::new(uuid(n))
}

pub(super) fn drug(name: &str) -> DrugId {
    DrugId::parse(name).unwrap()
}

pub(super) fn person(n: u128) -> PersonId {
    PersonId::new(uuid(n))
}

pub(super) fn ordered(name: &str, mg: f64, frequency: Frequency) -> OrderFacts {
    let start = noon().plus_days(-60).day();
    OrderFacts {
        drug: drug(name),
        regimen: Regimen { dose: Milligrams::parse(mg).unwrap(), frequency, route: Route::Oral },
        start_on: start,
        first_day: start,
        held: false,
        injections: Vec::new(),
    }
}

/// Order 1 is lamotrigine at 100 mg, 2 clozapine at 300 mg, 3 a monthly injection, 4 sertraline, 5 has ended.
pub(super) fn chart() -> ChartFacts {
    let orders: BTreeMap<_, _> = [
        (order(1), ordered("lamotrigine", 100.0, Frequency::Daily)),
        (order(2), ordered("clozapine", 150.0, Frequency::TwiceDaily)),
        (order(3), ordered("paliperidone-lai", 117.0, Frequency::EveryDays(28))),
        (order(4), ordered("sertraline", 50.0, Frequency::Daily)),
    ]
    .into();
    ChartFacts { orders, known_orders: (1..=5).map(order).collect(), ..ChartFacts::default() }
}

pub(super) fn only(number: u128, facts: OrderFacts) -> Facts {
    let chart = ChartFacts { orders: [(order(number), facts)].into(), ..chart() };
    Facts { chart: Some(chart), ..going_on() }
}

pub(super) fn as_(role: Role) -> By {
    let person = if role == Role::Family { FATHER } else { 0xA };
    by_person(role, person).knowing(Facts { chart: Some(chart()), ..going_on() })
}

pub(super) fn asks(role: Role, command: Command) -> Issued<InEpisode<Command>> {
    as_(role).asks_in_stay(command)
}

pub(super) fn days(n: i64) -> Instant {
    noon().plus_days(n)
}

pub(super) fn took(number: u128, at: Instant) -> Command {
    Command::RecordDoseTaken { order: order(number), at, observed: false }
}

pub(super) fn missed(number: u128, due_at: Instant) -> Command {
    Command::RecordDoseMissed { order: order(number), due_at, reason: MissReason::RanOut }
}

pub(super) fn taken(number: u128, at: Instant, covers_days: u16) -> Event {
    Event::DoseTaken { order: order(number), at, covers_days, observed: false, role: Role::Patient }
}

pub(super) fn was_missed(number: u128, due_at: Instant) -> Event {
    Event::DoseMissed { order: order(number), due_at, reason: MissReason::RanOut, role: Role::Patient }
}

pub(super) fn decide(number: u128, decision: MissedDecision) -> Command {
    Command::DecideMissedDoses { order: order(number), decision, reason: text("talked about it") }
}

pub(super) fn remind(n: u128, to: Option<u128>, every_days: Option<u8>) -> Command {
    Command::ScheduleReminder {
        reminder: ReminderId::new(uuid(n)),
        to: to.map(person),
        wording: Wording::ItIsTime,
        channel: Channel::TextMessage,
        first_at: days(1),
        every_days,
    }
}

pub(super) fn sent(n: u128) -> Command {
    Command::RecordReminderSent { reminder: ReminderId::new(uuid(n)) }
}

pub(super) fn cancel(n: u128) -> Command {
    Command::CancelReminder { reminder: ReminderId::new(uuid(n)) }
}

pub(super) fn check_in(n: u128, doing: Doing, wants_call: bool) -> Command {
    Command::RecordCheckIn { check_in: CheckInId::new(uuid(n)), doing, wants_call, note: None }
}

pub(super) fn called(n: u128) -> Command {
    Command::FollowUpCheckIn { check_in: CheckInId::new(uuid(n)), outcome: text("called") }
}

pub(super) fn barrier(n: u128) -> Command {
    let barrier = BarrierId::new(uuid(n));
    Command::RaiseBarrier { barrier, kind: BarrierKind::Cost, words: text("too dear") }
}

pub(super) fn removed(n: u128) -> Command {
    Command::RemoveBarrier { barrier: BarrierId::new(uuid(n)), how: text("generic") }
}

pub(super) fn permit(shares: &[Shared]) -> Command {
    let shares: BTreeSet<_> = shares.iter().copied().collect();
    Command::PermitFamily { person: person(FATHER), shares, until: None }
}

pub(super) fn withdraw() -> Command {
    Command::WithdrawFamily { person: person(FATHER) }
}

pub(super) fn engage(about: Shared) -> Command {
    Command::EngageFamily { person: person(FATHER), about, note: text("knows whom to call") }
}

/// The events so far and those of one more command, which must be accepted.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "in the form in which tests say it")]
pub(super) fn after(mut so_far: Vec<Event>, issued: Issued<InEpisode<Command>>) -> Vec<Event> {
    let mut state = Adherence::default();
    so_far.iter().cloned().for_each(|event| state.fold(event));
    so_far.extend(state.decide(&issued).unwrap());
    so_far
}
