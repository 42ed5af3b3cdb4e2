//! Rules that a program publishes, as they stand in the log.

use concord_domain::DomainEvent;
use concord_domain::ruleset::{Calendar, Event};
use concord_kernel::{Day, Instant, PatientId, PersonId, Role, StreamRef, Text};
use concord_knowledge::{Files, RulesetVersion};
use concord_projection::Fact;
use uuid::Uuid;

use super::fact;

/// What a publication leaves in the log: rows are added to tables of the service, or take the place of one there.
pub(crate) fn published(name: &str, rows: &[(&str, &str)], from: Instant, on: Option<Day>) -> Vec<Event> {
    let base = Files::embedded();
    let ruleset = RulesetVersion::parse(name).unwrap();
    let proposed = Event::RulesetProposed {
        ruleset: ruleset.clone(),
        digest: String::new(),
        base: base.version(),
        valid_from: on,
        reason: Text::parse("as our director wants it").unwrap(),
        by: PersonId::new(Uuid::from_u128(1)),
        role: Role::Pharmacist,
    };
    let tables = rows.iter().map(|(table, row)| {
        let id = row.split(',').next().unwrap();
        let stands = base.text(table).unwrap().lines();
        let others = stands.filter(|line| line.split(',').next() != Some(id));
        let text = others.chain([*row]).collect::<Vec<_>>().join("\n") + "\n";
        Event::RulesetTablePublished { ruleset: ruleset.clone(), table: (*table).to_owned(), text }
    });
    let in_force_from = on.map_or(from, Instant::start_of);
    let end = Event::RulesetPublished { ruleset: ruleset.clone(), in_force_from, reviewed_on: from.day() };
    std::iter::once(proposed).chain(tables).chain([end]).collect()
}

/// Whether every row is told of it.
pub(crate) fn publishes(fact: &Fact) -> bool {
    matches!(fact.event, DomainEvent::Ruleset(Event::RulesetPublished { .. }))
}

/// The same facts with the rules that stand before and among them.
pub(crate) fn judged(mut facts: Vec<Fact>) -> Vec<Fact> {
    let events = facts.iter().filter_map(|fact| {
        let DomainEvent::Ruleset(event) = &fact.event else { return None };
        Some((fact.position, event.clone()))
    });
    let calendar = Calendar::read(events, facts.last().unwrap().recorded_at).unwrap();
    for fact in &mut facts {
        fact.rules = calendar.at(fact.position, fact.recorded_at);
    }
    facts
}

/// Puts a publication behind the facts.
pub(crate) fn followed_by(mut facts: Vec<Fact>, events: Vec<Event>, at: Instant) -> Vec<Fact> {
    for event in events {
        let position = facts.last().map_or(1, |last| last.position + 1);
        let event = DomainEvent::Ruleset(event);
        facts.push(fact(position, at, PatientId::NOBODY, StreamRef::ruleset(), event));
    }
    judged(facts)
}
