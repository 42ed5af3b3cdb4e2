//! Which injection is due, late or to be looked at, and whether a medication helps.

use concord_domain::DomainEvent;
use concord_domain::adherence::{AdherenceLine, Event as AdherenceEvent};
use concord_domain::chart::{Event, Judged, NewOrder, Objection, OrderModality, Supply};
use concord_domain::scales::{AdministrationMode, Event as ScaleEvent};
use concord_kernel::{Instant, OrderId, Role, ScaleId, Text};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::trial::{Missing, Outcome, Trial};
use concord_knowledge::{ConditionId, DrugId, Frequency, Milligrams, Regimen, Route, RulesetVersion};
use concord_projection::Key;
use uuid::Uuid;

use crate::parts::DueKind;
use crate::tests::injecting::{assessed, decided, given, overdue};
use crate::tests::{Dice, Story, after_opening, patient, regimen, start};
use crate::{Caseload, Chart, Worklist};

pub(crate) fn order() -> OrderId {
    OrderId::new(Uuid::from_u128(0x21))
}

fn days(n: i64) -> Instant {
    Instant::start_of(start().day()).plus_days(n)
}

fn ordered(name: &str, purpose: &str, regimen: Regimen) -> Event {
    let judged =
        Judged { ruleset: RulesetVersion::parse("1").unwrap(), findings: Vec::new(), answered: Vec::new() };
    Event::MedicationPrescribed {
        order: Box::new(NewOrder {
            order: order(),
            episode: Story::new(0, &mut Dice(1)).episode,
            drug: DrugId::parse(name).unwrap(),
            regimen,
            indication: ConditionId::parse(purpose).unwrap(),
            reason: Text::parse("first choice").unwrap(),
            supply: Supply { days: 30, refills: 11 },
            start_on: start().day(),
            modality: OrderModality::InPerson,
            legal_basis: None,
            acknowledgements: Vec::new(),
        }),
        policy: None,
        judged,
        ingredients: Vec::new(),
        at: start(),
    }
}

pub(crate) fn depot() -> Event {
    let dose = Milligrams::parse(400.0).unwrap();
    let regimen = Regimen { dose, frequency: Frequency::EveryDays(28), route: Route::Intramuscular };
    ordered("aripiprazole-lai", "schizophrenia", regimen)
}

const OURS: [DueKind; 6] = [
    DueKind::Injection,
    DueKind::InjectionLate,
    DueKind::InjectionReview,
    DueKind::ResponseReview,
    DueKind::ResponseScore,
    DueKind::ResponseUnknown,
];

fn due(then: Vec<DomainEvent>) -> Vec<(DueKind, i64)> {
    let model = after_opening::<Worklist>(then);
    let row = &model.rows[&Key::patient(patient(0))];
    let ours = row.agenda.due(&row.stays).into_iter().filter(|due| OURS.contains(&due.kind));
    ours.map(|due| (due.kind, due.at.days_since(days(0)))).collect()
}

fn of_chart(then: Vec<Event>) -> Vec<(DueKind, i64)> {
    due(then.into_iter().map(DomainEvent::Chart).collect())
}

#[test]
fn an_injection_is_due_on_its_day_then_late_until_somebody_decides_or_gives_it() {
    assert_eq!(of_chart(vec![depot()]), [(DueKind::Injection, 0)]);
    let once = || vec![depot(), given(order(), days(0), Vec::new())];
    assert_eq!(of_chart(once()), [(DueKind::Injection, 28)]);
    let late = || [once(), vec![overdue(order(), days(28))]].concat();
    assert_eq!(of_chart(late()), [(DueKind::InjectionLate, 35)]);
    assert_eq!(of_chart([late(), vec![decided(order())]].concat()), [(DueKind::Injection, 28)]);
    let again = [late(), vec![given(order(), days(40), Vec::new())]].concat();
    assert_eq!(of_chart(again), [(DueKind::Injection, 68)]);
    let held = Event::MedicationHeld { order: order(), reason: Text::parse("fever").unwrap(), at: days(1) };
    assert_eq!(of_chart([once(), vec![held]].concat()), []);
    assert_eq!(of_chart(vec![ordered("sertraline", "ptsd", regimen(50.0))]), [], "a tablet is not injected");
}

#[test]
fn one_that_is_recorded_after_a_later_one_leaves_what_is_late_late() {
    let late = vec![depot(), given(order(), days(0), Vec::new()), overdue(order(), days(28))];
    let history = given(order(), days(-28), Vec::new());
    assert_eq!(of_chart([late, vec![history]].concat()), [(DueKind::InjectionLate, 35)]);
}

#[test]
fn one_that_was_given_against_a_rule_is_looked_at_once() {
    let flagged = vec![depot(), given(order(), days(0), vec![Objection::TooEarly])];
    assert_eq!(of_chart(flagged.clone()), [(DueKind::InjectionReview, 1), (DueKind::Injection, 28)]);
    let reviewed = Event::InjectionReviewed {
        order: order(),
        given_at: days(0),
        outcome: Text::parse("seen, well").unwrap(),
        late: false,
    };
    assert_eq!(of_chart([flagged, vec![reviewed]].concat()), [(DueKind::Injection, 28)]);
}

#[test]
fn nurses_have_injections_on_their_worklist_and_pharmacists_have_not() {
    for kind in [DueKind::Injection, DueKind::InjectionLate] {
        assert!(kind.concerns(Role::Nurse) && kind.concerns(Role::Psychiatrist));
        assert!(!kind.concerns(Role::Pharmacist) && !kind.concerns(Role::CaseManager));
    }
    assert!(
        !DueKind::InjectionReview.concerns(Role::Nurse) && DueKind::InjectionReview.concerns(Role::Pmhnp)
    );
    assert!(!DueKind::ResponseReview.concerns(Role::Nurse) && DueKind::ResponseScore.concerns(Role::Nurse));
}

#[test]
fn a_therapist_sees_that_an_injection_is_due_or_overdue_and_no_dose_of_it() {
    let line = |then: Vec<Event>| {
        let model = after_opening::<Caseload>(then.into_iter().map(DomainEvent::Chart).collect());
        let row = &model.rows[&Key::patient(patient(0))];
        let injection = row.medications.last().unwrap().injection.unwrap();
        (injection.on, injection.overdue)
    };
    let once = || vec![depot(), given(order(), days(0), Vec::new())];
    assert_eq!(line(vec![depot()]), (days(0).day(), false));
    assert_eq!(line(once()), (days(28).day(), false));
    assert_eq!(line([once(), vec![overdue(order(), days(28))]].concat()), (days(28).day(), true));
}

fn scored(day: i64, total: u16) -> DomainEvent {
    let taken_at = days(day).plus(std::time::Duration::from_hours(12));
    DomainEvent::Scales(ScaleEvent::ScaleScored {
        id: ScaleId::new(Uuid::from_u128(
            0x3_0000 + u128::from(total) * 1_000 + u128::from(day.unsigned_abs()),
        )),
        scale: ScaleKind::Phq9,
        items: Vec::new(),
        total: Some(total),
        band: None,
        baseline: None,
        response: None,
        remission: None,
        mode: AdministrationMode::SelfReport,
        language: "en".to_owned(),
        taken_at,
        substance: None,
    })
}

fn measured(day: i64, percent: Option<u8>) -> DomainEvent {
    let line = AdherenceLine {
        order: order(),
        drug: DrugId::parse("sertraline").unwrap(),
        days: 28,
        covered: 26,
        missed: 2,
        unknown: 0,
        percent,
    };
    DomainEvent::Adherence(AdherenceEvent::AdherenceMeasured {
        from: days(day - 28).day(),
        to: days(day).day(),
        lines: vec![line],
        percent,
        outreach_by: None,
        ruleset: RulesetVersion::parse("1").unwrap(),
    })
}

fn sertraline() -> DomainEvent {
    DomainEvent::Chart(ordered("sertraline", "major-depression", regimen(50.0)))
}

/// What a prescriber's chart says of the trial.
fn trial(then: Vec<DomainEvent>) -> Trial {
    let model = after_opening::<Chart>(then);
    let row = &model.rows[&Key::patient(patient(0))];
    row.trials.of(order()).unwrap().clone()
}

#[test]
fn a_score_is_due_at_the_end_of_a_trial_and_a_decision_when_it_has_failed() {
    let begun = || vec![scored(0, 19), sertraline()];
    assert_eq!(due(begun()), [(DueKind::ResponseScore, 42)]);
    let failed = || [begun(), vec![measured(41, Some(93)), scored(42, 18)]].concat();
    assert_eq!(due(failed()), [(DueKind::ResponseReview, 49)]);
    let found = trial(failed());
    assert_eq!(
        (found.outcome, found.weeks, found.baseline, found.last),
        (Outcome::NoResponse, 6, Some(19), Some(18))
    );
    let helped = [begun(), vec![measured(41, Some(93)), scored(42, 8)]].concat();
    assert_eq!(due(helped), []);
}

#[test]
fn what_is_missing_is_due_under_another_name() {
    assert_eq!(due(vec![sertraline()]), [(DueKind::ResponseUnknown, 42)]);
    assert_eq!(trial(vec![sertraline()]).missing, [Missing::NoBaseline, Missing::NoScoreSince]);
    let low =
        vec![scored(0, 19), DomainEvent::Chart(ordered("sertraline", "major-depression", regimen(25.0)))];
    assert_eq!(trial(low.clone()).missing, [Missing::DoseTooLow, Missing::NoScoreSince]);
    assert_eq!(due(low), [(DueKind::ResponseUnknown, 42)]);
    let little = vec![scored(0, 19), sertraline(), measured(41, Some(60)), scored(42, 18)];
    assert_eq!(trial(little.clone()).outcome, Outcome::AdherenceFirst);
    assert_eq!(due(little), [(DueKind::ResponseReview, 49)]);
    let unknown = vec![scored(0, 19), sertraline(), scored(42, 18)];
    assert_eq!(trial(unknown).missing, [Missing::AdherenceUnknown]);
}

#[test]
fn a_decision_takes_it_away_until_its_day_and_a_score_of_that_day_brings_it_back() {
    let failed = vec![scored(0, 19), sertraline(), measured(41, Some(93)), scored(42, 18)];
    let decided = [failed, vec![DomainEvent::Chart(assessed(order(), days(43), 14))]].concat();
    assert_eq!(due(decided.clone()), [(DueKind::ResponseScore, 57)]);
    let again = [decided, vec![measured(56, Some(90)), scored(58, 18)]].concat();
    assert_eq!(due(again), [(DueKind::ResponseReview, 64)]);
}

#[test]
fn whoever_has_decided_without_a_beginning_is_not_asked_for_it_again() {
    let decided = vec![sertraline(), DomainEvent::Chart(assessed(order(), days(43), 14))];
    assert_eq!(due(decided), []);
}

#[test]
fn after_the_stay_nobody_judges_trials() {
    use concord_domain::episode::{Disposition, Event as EpisodeEvent};
    let closed = DomainEvent::Episode(EpisodeEvent::EpisodeClosed {
        episode: concord_kernel::EpisodeId::new(Uuid::from_u128(1)),
        disposition: Disposition::Completed,
        medication_plan: None,
        at: None,
    });
    assert_eq!(due(vec![scored(0, 19), sertraline(), closed.clone()]), []);
    let late = [depot(), given(order(), days(0), Vec::new()), overdue(order(), days(28))];
    let then = late.into_iter().map(DomainEvent::Chart).chain([closed]).collect();
    assert_eq!(due(then), [(DueKind::InjectionLate, 35)], "what is late is not forgotten");
}
