//! The last day of what is short-term.

use concord_domain::DomainEvent;
use concord_domain::chart::{Event, LongerUseReason, StopReason, TaperStep};
use concord_kernel::{Instant, OrderId, Text};
use concord_knowledge::RuleId;
use concord_projection::Key;

use crate::Worklist;
use crate::parts::DueKind;
use crate::tests::{after_opening, patient, prescribed, regimen, start};

/// When the last day of use is due after an order and what comes `then`.
fn due(then: impl Fn(OrderId) -> Vec<Event>) -> Vec<Instant> {
    let (order, ordered) = prescribed();
    let events = std::iter::once(ordered).chain(then(order).into_iter().map(DomainEvent::Chart));
    let model = after_opening::<Worklist>(events.collect());
    let row = &model.rows[&Key::patient(patient(0))];
    let due = row.agenda.due(&row.stays).into_iter().filter(|due| due.kind == DueKind::UseLimit);
    due.map(|due| due.at).collect()
}

fn limited(order: OrderId, days: i64) -> Event {
    Event::UseLimited {
        order,
        rule: RuleId::parse("duration.benzodiazepine").unwrap(),
        since: start().day(),
        unknown_before: false,
        until: start().plus_days(days).day(),
        reason: (days > 27).then_some(LongerUseReason::TaperWouldHarm),
    }
}

#[test]
fn the_last_day_is_on_the_worklist_until_there_is_another_a_taper_or_an_end() {
    let on = |days| Instant::start_of(start().plus_days(days).day());
    assert_eq!(due(|_| Vec::new()), []);
    assert_eq!(due(|order| vec![limited(order, 27)]), [on(27)]);
    assert_eq!(due(|order| vec![limited(order, 27), limited(order, 41)]), [on(41)]);
    let reason = || Text::parse("Panic has stopped").unwrap();
    let taper = |order| Event::TaperPlanned {
        order,
        steps: vec![TaperStep { on: start().plus_days(41).day(), regimen: regimen(0.0) }],
        reason: reason(),
    };
    assert_eq!(due(|order| vec![limited(order, 27), taper(order)]), []);
    let stopped = |order| Event::MedicationStopped {
        order,
        reason: StopReason::Completed,
        last_dose_at: None,
        abrupt_because: Some(reason()),
        assessed_at: None,
        at: start(),
    };
    assert_eq!(due(|order| vec![limited(order, 27), stopped(order)]), []);
}
