use concord_domain::DomainEvent;
use concord_domain::prescription::{Factor, FactorKind};
use concord_domain::signing_rights::{Cause, Event, Proposal};
use concord_kernel::{PatientId, Role, Schedule, SigningRightId, StreamRef, Text};
use concord_projection::{Fact, List};
use uuid::Uuid;

use super::SigningRights;
use crate::tests::{Model, fact, person, start};

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

fn right(n: u64) -> SigningRightId {
    SigningRightId::new(Uuid::from_u128(n.into()))
}

fn of_rights(position: u64, event: Event) -> Fact {
    let at = start().plus_days(i64::try_from(position).unwrap());
    let event = DomainEvent::SigningRights(event);
    fact(position, at, PatientId::NOBODY, StreamRef::signing_rights(), event)
}

fn proposed(position: u64, n: u64) -> Fact {
    of_rights(
        position,
        Event::SigningRightProposed(Proposal {
            right: right(n),
            prescriber: person(Role::Psychiatrist, n),
            schedules: vec![Schedule::III],
            registered_until: start().plus_days(900).day(),
            by: person(Role::Director, 1),
        }),
    )
}

fn granted(position: u64, n: u64) -> Fact {
    let factor = |kind| Factor { kind, verified_at: start(), evidence: text("verification 4711") };
    of_rights(
        position,
        Event::SigningRightGranted {
            right: right(n),
            prescriber: person(Role::Psychiatrist, n),
            by: person(Role::Psychiatrist, 9),
            role: Role::Psychiatrist,
            factors: vec![factor(FactorKind::Biometric), factor(FactorKind::HardToken)],
        },
    )
}

fn revoked(position: u64, n: u64) -> Fact {
    of_rights(
        position,
        Event::SigningRightRevoked {
            right: right(n),
            prescriber: person(Role::Psychiatrist, n),
            cause: Cause::RegistrationEnded,
            note: Some(text("suspended")),
            by: person(Role::Director, 1),
            role: Role::Director,
        },
    )
}

fn order(facts: &[Fact]) -> Vec<Vec<u8>> {
    let lists = Model::<SigningRights>::of(facts).lists();
    lists.get(&List::all()).into_iter().flatten().map(|(_, item)| item.clone()).collect()
}

fn items(ns: &[u64]) -> Vec<Vec<u8>> {
    ns.iter().map(|n| right(*n).uuid().as_bytes().to_vec()).collect()
}

#[test]
fn what_waits_comes_first_then_what_is_in_force_and_what_has_ended_last() {
    let facts = [
        proposed(1, 1),
        granted(2, 1),
        proposed(3, 2),
        granted(4, 2),
        revoked(5, 2),
        proposed(6, 3),
        proposed(7, 4),
    ];
    assert_eq!(order(&facts), items(&[4, 3, 1, 2]));
}

#[test]
fn a_right_tells_who_proposed_confirmed_and_ended_it_and_when() {
    let model = Model::<SigningRights>::of(&[proposed(1, 1), granted(2, 1), revoked(3, 1)]);
    let right = &model.rows.values().next().unwrap().rights[0];
    assert_eq!((right.proposed_by, right.proposed_at), (person(Role::Director, 1), start().plus_days(1)));
    let given = right.given.as_ref().unwrap();
    assert_eq!((given.by, given.at), (person(Role::Psychiatrist, 9), start().plus_days(2)));
    assert_eq!(given.factors, [FactorKind::Biometric, FactorKind::HardToken]);
    let revoked = right.revoked.as_ref().unwrap();
    assert_eq!((revoked.cause, revoked.at), (Cause::RegistrationEnded, start().plus_days(3)));
}

#[test]
fn of_what_has_ended_the_latest_is_kept() {
    let mut facts = Vec::new();
    for n in 1..=205_u64 {
        facts.extend([proposed(2 * n, n), revoked(2 * n + 1, n)]);
    }
    let model = Model::<SigningRights>::of(&facts);
    let row = model.rows.values().next().unwrap();
    assert_eq!((row.rights.len(), row.rights[0].right), (200, right(6)));
}
