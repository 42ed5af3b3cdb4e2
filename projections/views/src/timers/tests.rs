//! Given facts, then which deadlines run.

use concord_domain::DomainEvent;
use concord_domain::side_effects::{Decision, Event, Grade, Outcome};
use concord_kernel::{Instant, ReportId, Role, Text};
use concord_projection::Key;
use uuid::Uuid;

use super::Timers;
use crate::tests::{Model, after_opening, patient, person, start};

fn report(n: u128) -> ReportId {
    ReportId::new(Uuid::from_u128(n))
}

fn words(text: &str) -> Text {
    Text::parse(text).unwrap()
}

fn reported(n: u128, decide_by: Instant) -> Event {
    Event::SideEffectReported {
        report: report(n),
        symptom: None,
        description: words("a rash"),
        grade: Grade::Moderate,
        red_flags: Vec::new(),
        suspected: None,
        onset_at: None,
        by: person(Role::Nurse, 1),
        role: Role::Nurse,
        contact_by: decide_by,
        decide_by,
        not_on_care_team: false,
    }
}

fn triaged(n: u128, decide_by: Instant) -> Event {
    Event::SideEffectTriaged { report: report(n), grade: Grade::Severe, note: words("spreading"), decide_by }
}

/// The deadlines that run after `events`.
fn running(events: Vec<Event>) -> Vec<(ReportId, Instant)> {
    let model: Model<Timers> = after_opening(events.into_iter().map(DomainEvent::SideEffects).collect());
    let row = model.rows.get(&Key::patient(patient(0)));
    let listed = model.lists().values().map(Vec::len).sum::<usize>();
    let decisions: Vec<_> = row.map_or_else(Vec::new, |row| row.decisions().collect());
    assert_eq!(decisions.len(), listed, "each deadline is on the list once");
    decisions.into_iter().filter(|(_, at)| *at >= start()).collect()
}

#[test]
fn a_deadline_runs_from_the_report_and_moves_with_the_judgement() {
    let (late, soon) = (start().plus_days(400), start().plus_days(300));
    assert_eq!(running(vec![reported(900, late)]).last(), Some(&(report(900), late)));
    assert_eq!(running(vec![reported(900, late), triaged(900, soon)]).last(), Some(&(report(900), soon)));
}

#[test]
fn a_deadline_ends_with_a_decision_the_end_of_the_matter_or_its_breach() {
    let at = start().plus_days(400);
    let decided = Event::SideEffectActionDecided {
        report: report(900),
        decision: Decision::ContinueAndMonitor,
        rationale: words("mild"),
        late: false,
    };
    let resolved = Event::SideEffectResolved { report: report(900), outcome: Outcome::Recovered };
    let breached = Event::EscalationBreached { report: report(900), decide_by: at };
    for end in [decided, resolved, breached] {
        let runs = running(vec![reported(900, at), end, triaged(900, at)]);
        assert!(runs.iter().all(|(running, _)| *running != report(900)));
    }
}

fn injection_deadlines(events: Vec<concord_domain::chart::Event>) -> Vec<Instant> {
    let model: Model<Timers> = after_opening(events.into_iter().map(DomainEvent::Chart).collect());
    let Some(row) = model.rows.get(&Key::patient(patient(0))) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in super::injection::entries(row) {
        let sort = entry.sort;
        let key = Key::patient(patient(0));
        let listed =
            concord_projection::Listed { key, item: entry.item.as_bytes().to_vec(), row: row.clone() };
        let timer = super::injection::timer(&listed).unwrap();
        assert_eq!(sort, concord_projection::Sort::new().earliest(timer.deadline));
        found.push(timer.deadline);
    }
    found
}

#[test]
fn the_last_day_of_an_injection_runs_until_it_has_ended_everywhere_and_is_on_record() {
    use crate::parts::tests::injections::{depot, order};
    use crate::tests::injecting::{given, overdue};
    let start = Instant::start_of(start().day());
    let ends = |days: i64| start.plus_days(days + 1).plus(std::time::Duration::from_hours(12));
    assert_eq!(injection_deadlines(vec![depot()]), [ends(7)], "a first injection has a last day as well");
    let once = || vec![depot(), given(order(), start, Vec::new())];
    assert_eq!(injection_deadlines(once()), [ends(35)]);
    let late = [once(), vec![overdue(order(), start.plus_days(28))]].concat();
    assert_eq!(injection_deadlines(late), []);
}
