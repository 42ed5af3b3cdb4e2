use concord_domain::DomainEvent;
use concord_domain::access::{BrokenGlass as Grant, Event, Finding};
use concord_domain::care_team::{Event as TeamEvent, Member};
use concord_kernel::{GlassId, Role, StreamRef, Text};
use concord_projection::{Fact, List};
use uuid::Uuid;

use super::BrokenGlass;
use crate::parts::DueKind;
use crate::tests::{Model, fact, patient, person, start};

fn text(words: &str) -> Text {
    Text::parse(words).unwrap()
}

fn glass(n: u128) -> GlassId {
    GlassId::new(Uuid::from_u128(n))
}

fn of_access(position: u64, event: Event) -> Fact {
    fact(position, start(), patient(1), StreamRef::access(patient(1)), DomainEvent::Access(event))
}

fn broken(position: u64, n: u128, days: i64) -> Fact {
    of_access(
        position,
        Event::GlassBroken(Grant {
            glass: glass(n),
            by: person(Role::Nurse, 7),
            role: Role::Nurse,
            reason: text("found unresponsive"),
            until: start().plus_days(1),
            review_by: start().plus_days(days).day(),
        }),
    )
}

fn reviewed(position: u64, n: u128) -> Fact {
    let note = text("naloxone was given");
    of_access(position, Event::BrokenGlassReviewed { glass: glass(n), finding: Finding::Justified, note })
}

fn joined(position: u64) -> Fact {
    let member = Member {
        person: person(Role::Psychiatrist, 3),
        role: Role::Psychiatrist,
        name: text("Lee"),
        organisation: None,
    };
    let event = DomainEvent::CareTeam(TeamEvent::CareTeamMemberJoined(member));
    fact(position, start(), patient(1), StreamRef::care_team(patient(1)), event)
}

fn order(facts: &[Fact], list: &List) -> Vec<Vec<u8>> {
    let lists = Model::<BrokenGlass>::of(facts).lists();
    lists.get(list).into_iter().flatten().map(|(_, item)| item.clone()).collect()
}

fn items(ns: &[u128]) -> Vec<Vec<u8>> {
    ns.iter().map(|n| glass(*n).uuid().as_bytes().to_vec()).collect()
}

#[test]
fn what_waits_for_a_review_comes_first_by_its_day_and_what_is_reviewed_last() {
    let facts = [broken(1, 1, 5), broken(2, 2, 3), broken(3, 3, 4), reviewed(4, 2)];
    assert_eq!(order(&facts, &List::all()), items(&[3, 1, 2]));
}

#[test]
fn the_care_team_is_told_whoever_joins_and_nobody_else() {
    let facts = [broken(1, 1, 3), joined(2)];
    assert_eq!(order(&facts, &List::person(person(Role::Psychiatrist, 3))), items(&[1]));
    assert_eq!(
        order(&facts, &List::person(person(Role::Nurse, 7))),
        items(&[]),
        "who broke it is not on the team"
    );
}

#[test]
fn uses_are_counted_and_a_review_says_who_and_what() {
    let used =
        |position| of_access(position, Event::BrokenGlassUsed { glass: glass(1), what: text("Worklist") });
    let model = Model::<BrokenGlass>::of(&[broken(1, 1, 3), used(2), used(3), reviewed(4, 1)]);
    let row = model.rows.values().next().unwrap();
    assert_eq!((row.patient, row.broken.len(), row.broken[0].uses), (patient(1), 1, 2));
    let review = row.broken[0].review.as_ref().unwrap();
    assert_eq!((review.finding, review.note.expose()), (Finding::Justified, "naloxone was given"));
}

#[test]
fn of_what_was_reviewed_the_latest_is_kept() {
    let mut facts = Vec::new();
    for n in 1..=25_u64 {
        facts.push(broken(2 * n, n.into(), 3));
        facts.push(reviewed(2 * n + 1, n.into()));
    }
    let model = Model::<BrokenGlass>::of(&facts);
    let row = model.rows.values().next().unwrap();
    assert_eq!(row.broken.len(), 20);
    assert_eq!(row.broken[0].glass, glass(6));
}

#[test]
fn it_waits_on_the_worklist_until_it_is_reviewed() {
    let waits = |facts: &[Fact]| {
        let model = Model::<crate::Worklist>::of(facts);
        let due = model.rows.values().flat_map(|row| row.agenda.due(&row.stays));
        due.filter(|due| due.kind == DueKind::GlassBroken).count()
    };
    assert_eq!(waits(&[joined(1), broken(2, 1, 3), broken(3, 2, 3)]), 2);
    assert_eq!(waits(&[joined(1), broken(2, 1, 3), broken(3, 2, 3), reviewed(4, 1)]), 1);
}
