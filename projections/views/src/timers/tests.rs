//! Given facts, then what rings, and when.

use concord_domain::DomainEvent;
use concord_domain::adherence::{
    Channel, Doing, Event as AdherenceEvent, OutreachCause, OutreachOutcome, Wording,
};
use concord_domain::chart::Event as ChartEvent;
use concord_domain::episode::{Disposition, Event as EpisodeEvent, Interruption};
use concord_domain::follow_up::{Event as VisitEvent, Modality, VisitKind};
use concord_domain::scales::Event as ScaleEvent;
use concord_domain::side_effects::{Decision, Event, Grade, Outcome};
use concord_domain::treatment_plan::{Event as PlanEvent, ReviewCause, ReviewOutcome};
use concord_kernel::{CheckInId, EpisodeId, Instant, ReminderId, ReportId, Role, ScaleId, Text, VisitId};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{LabId, RuleId, RulesetVersion};
use concord_projection::Key;
use uuid::Uuid;

use super::{Ring, Timers};
use crate::tests::{Dice, Model, Story, after_opening, patient, person, start};

fn report(n: u128) -> ReportId {
    ReportId::new(Uuid::from_u128(n))
}

fn words(text: &str) -> Text {
    Text::parse(text).unwrap()
}

fn in_days(days: i64) -> Instant {
    start().plus_days(days)
}

/// The stay of every story here.
fn stay() -> EpisodeId {
    Story::new(0, &mut Dice(1)).episode.id
}

fn ruleset() -> RulesetVersion {
    RulesetVersion::parse("2026-11-23.1").unwrap()
}

/// What rings after the opening of a story, in which somebody is admitted, and `events`.
fn rings(events: Vec<DomainEvent>) -> Vec<(Instant, Ring)> {
    let model: Model<Timers> = after_opening(events);
    let mut rings = Vec::new();
    let row = model.rows.get(&Key::patient(patient(0)));
    row.unwrap().each(|at, ring| rings.push((at, ring)));
    let listed = model.lists().values().map(Vec::len).sum::<usize>();
    assert_eq!(rings.len(), listed, "each is on the list once");
    rings
}

fn closed() -> DomainEvent {
    DomainEvent::Episode(EpisodeEvent::EpisodeClosed {
        episode: stay(),
        disposition: Disposition::Completed,
        medication_plan: None,
        at: None,
    })
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

fn of_effects(events: Vec<Event>) -> Vec<(Instant, Ring)> {
    rings(events.into_iter().map(DomainEvent::SideEffects).collect())
}

#[test]
fn a_deadline_runs_from_the_report_and_moves_with_the_judgement() {
    let (late, soon, ring) = (in_days(400), in_days(300), Ring::SideEffectDecision(report(900)));
    assert_eq!(of_effects(vec![reported(900, late)]), [(late, ring.clone())]);
    assert_eq!(of_effects(vec![reported(900, late), triaged(900, soon)]), [(soon, ring)]);
}

#[test]
fn a_deadline_ends_with_a_decision_the_end_of_the_matter_or_its_breach() {
    let at = in_days(400);
    let decided = Event::SideEffectActionDecided {
        report: report(900),
        decision: Decision::ContinueAndMonitor,
        rationale: words("mild"),
        late: false,
    };
    let resolved = Event::SideEffectResolved { report: report(900), outcome: Outcome::Recovered };
    let breached = Event::EscalationBreached { report: report(900), decide_by: at };
    for end in [decided, resolved, breached] {
        assert_eq!(of_effects(vec![reported(900, at), end, triaged(900, at)]), []);
    }
}

#[test]
fn a_reminder_rings_at_its_times_while_the_stay_goes_on() {
    let reminder = ReminderId::new(Uuid::from_u128(1));
    let scheduled = || {
        DomainEvent::Adherence(AdherenceEvent::ReminderScheduled {
            reminder,
            episode: stay(),
            to: None,
            wording: Wording::CheckIn,
            channel: Channel::App,
            first_at: in_days(1),
            every_days: Some(1),
        })
    };
    let sent =
        |next_at| DomainEvent::Adherence(AdherenceEvent::ReminderSent { reminder, at: in_days(1), next_at });
    let times = |events| rings(events).into_iter().map(|(at, _)| at).collect::<Vec<_>>();
    assert_eq!(times(vec![scheduled()]), [in_days(1)]);
    assert_eq!(times(vec![scheduled(), sent(Some(in_days(2)))]), [in_days(2)]);
    assert_eq!(times(vec![scheduled(), sent(None)]), []);
    let cancelled = DomainEvent::Adherence(AdherenceEvent::ReminderCancelled { reminder });
    assert_eq!(times(vec![scheduled(), cancelled]), []);
    assert_eq!(times(vec![scheduled(), closed()]), []);
    let paused =
        DomainEvent::Episode(EpisodeEvent::EpisodePaused { episode: stay(), because: Interruption::Leave });
    let resumed = DomainEvent::Episode(EpisodeEvent::EpisodeResumed { episode: stay() });
    assert_eq!(times(vec![scheduled(), paused.clone()]), []);
    assert_eq!(times(vec![scheduled(), paused, resumed]), [in_days(1)]);
}

#[test]
fn a_critical_result_rings_until_it_is_acknowledged_or_its_lateness_is_on_record() {
    let (lab, taken_at) = (|| LabId::parse("sodium").unwrap(), start());
    let flagged = || {
        DomainEvent::Chart(ChartEvent::CriticalResultFlagged {
            lab: lab(),
            value: 118.0,
            taken_at,
            rule: RuleId::parse("crit.sodium-low").unwrap(),
            acknowledge_by: in_days(1),
            ruleset: ruleset(),
        })
    };
    assert_eq!(rings(vec![flagged()]), [(in_days(1), Ring::CriticalResult { lab: lab(), taken_at })]);
    let action = words("repeat today");
    let reviewed = ChartEvent::ResultReviewed { lab: lab(), taken_at, action, late: false };
    let breached = ChartEvent::CriticalResultBreached { lab: lab(), taken_at, acknowledge_by: in_days(1) };
    for end in [reviewed, breached] {
        assert_eq!(rings(vec![flagged(), DomainEvent::Chart(end)]), []);
    }
}

fn visit(n: u128) -> VisitId {
    VisitId::new(Uuid::from_u128(n))
}

fn missed(n: u128, in_a_row: u32) -> DomainEvent {
    DomainEvent::FollowUp(VisitEvent::VisitMissed { visit: visit(n), kind: VisitKind::Medication, in_a_row })
}

fn came(n: u128) -> DomainEvent {
    DomainEvent::FollowUp(VisitEvent::VisitCompleted {
        visit: visit(n),
        kind: VisitKind::Medication,
        at: start(),
        modality: Modality::InPerson,
        adherence_percent: None,
        summary: words("back again"),
        next_due_at: None,
    })
}

fn due(n: u128) -> DomainEvent {
    DomainEvent::Adherence(AdherenceEvent::OutreachDue {
        episode: stay(),
        first: visit(1),
        visit: visit(n),
        in_a_row: 2,
        rule: RuleId::parse("outreach.other").unwrap(),
        act_by: in_days(3),
        ruleset: ruleset(),
    })
}

fn opened(because: ReviewCause) -> DomainEvent {
    DomainEvent::TreatmentPlan(PlanEvent::ReviewOpened {
        change: because.change(),
        because,
        review_by: in_days(7),
    })
}

fn reviewed(because: ReviewCause) -> DomainEvent {
    DomainEvent::TreatmentPlan(PlanEvent::MedicationReviewed {
        considered: vec![because.change()],
        outcome: ReviewOutcome::Continue,
        reason: words("as agreed"),
        late: false,
        next_review_by: in_days(60),
    })
}

fn recorded(outcome: OutreachOutcome) -> DomainEvent {
    DomainEvent::Adherence(AdherenceEvent::OutreachRecorded { outcome, note: words("called"), late: false })
}

/// The kinds that ring, by the visit or score that they are about.
fn kinds(events: Vec<DomainEvent>) -> Vec<String> {
    let named = |(_, ring): (Instant, Ring)| match ring {
        Ring::Outreach { visit, .. } => format!("outreach {}", visit.uuid().as_u128()),
        Ring::OutreachBreach { because, .. } => format!("breach {}", Into::<&str>::into(because)),
        Ring::Review { because, .. } => format!("review {}", because.change().uuid().as_u128()),
        Ring::SideEffectDecision(_)
        | Ring::Reminder(_)
        | Ring::CriticalResult { .. }
        | Ring::Bridging { .. }
        | Ring::InjectionOverdue { .. } => "another".to_owned(),
    };
    rings(events).into_iter().map(named).collect()
}

#[test]
fn visits_missed_in_a_row_have_outreach_and_a_review_begin_once() {
    let cause = |n| ReviewCause::MissedVisits { visit: visit(n) };
    assert_eq!(kinds(vec![missed(1, 1)]), [""; 0]);
    assert_eq!(kinds(vec![missed(1, 1), missed(2, 2)]), ["outreach 2", "review 2"]);
    assert_eq!(kinds(vec![missed(2, 2), missed(3, 3)]), ["outreach 3", "review 3"], "the last counts");
    assert_eq!(kinds(vec![missed(2, 2), came(3)]), [""; 0]);
    assert_eq!(kinds(vec![missed(2, 2), closed()]), [""; 0]);
    assert_eq!(kinds(vec![missed(2, 2), due(2)]), ["breach missed_visits", "review 2"]);
    let begun = vec![missed(2, 2), due(2), opened(cause(2))];
    assert_eq!(kinds(begun.clone()), ["breach missed_visits"]);
    assert_eq!(kinds([begun.clone(), vec![missed(3, 3)]].concat()), ["breach missed_visits"]);
    let done = [begun, vec![recorded(OutreachOutcome::Reached), reviewed(cause(2)), missed(3, 3)]].concat();
    assert_eq!(kinds(done), ["outreach 3", "review 3"], "it goes on");
}

#[test]
fn outreach_rings_until_somebody_was_reached_came_or_its_lateness_is_on_record() {
    let rings = |end| kinds(vec![due(2), end]);
    assert_eq!(rings(recorded(OutreachOutcome::NotReached)), ["breach missed_visits"]);
    assert_eq!(rings(recorded(OutreachOutcome::HandedOn)), [""; 0]);
    assert_eq!(rings(came(3)), [""; 0]);
    assert_eq!(rings(closed()), [""; 0]);
    let because = OutreachCause::MissedVisits;
    let breached = AdherenceEvent::OutreachBreached { because, act_by: in_days(3) };
    assert_eq!(rings(DomainEvent::Adherence(breached)), [""; 0]);
    let measured = DomainEvent::Adherence(AdherenceEvent::AdherenceMeasured {
        from: start().day(),
        to: start().day(),
        lines: Vec::new(),
        percent: Some(30),
        outreach_by: Some(in_days(2)),
        ruleset: ruleset(),
    });
    let checked_in = DomainEvent::Adherence(AdherenceEvent::CheckInRecorded {
        check_in: CheckInId::new(Uuid::from_u128(1)),
        doing: Doing::SoSo,
        wants_call: false,
        note: None,
        by: person(Role::Patient, 1),
        role: Role::Patient,
        call_by: None,
    });
    assert_eq!(kinds(vec![measured.clone()]), ["breach low_adherence"]);
    assert_eq!(kinds(vec![measured, checked_in]), [""; 0]);
}

#[test]
fn a_worse_score_has_one_review_begin_and_the_next_one_another() {
    let score = |n| ScaleId::new(Uuid::from_u128(n));
    let worse = |n| {
        let (id, scale) = (score(n), ScaleKind::Phq9);
        DomainEvent::Scales(ScaleEvent::ScoreWorsened { id, scale, from: 7, to: 15 })
    };
    let cause = |n| ReviewCause::Worsening { score: score(n) };
    assert_eq!(kinds(vec![worse(1)]), ["review 1"]);
    assert_eq!(kinds(vec![worse(1), worse(2)]), ["review 2"]);
    assert_eq!(kinds(vec![worse(1), opened(cause(1)), worse(2)]), [""; 0], "one is open");
    let looked_at = vec![worse(1), opened(cause(1)), reviewed(cause(1)), worse(2)];
    assert_eq!(kinds(looked_at), ["review 2"]);
    assert_eq!(kinds(vec![worse(1), missed(2, 2)]), ["outreach 2", "review 1", "review 2"]);
    assert_eq!(kinds(vec![closed(), worse(1)]), [""; 0], "nobody is treated");
}

#[test]
fn what_a_stay_leaves_to_be_decided_rings_after_it_has_ended() {
    let bridging = |event| DomainEvent::Episode(event);
    let due = || {
        bridging(EpisodeEvent::BridgingDue {
            episode: stay(),
            orders: Vec::new(),
            naloxone: true,
            decide_by: in_days(1),
        })
    };
    let [(at, Ring::Bridging { episode })] = &rings(vec![closed(), due()])[..] else { panic!("one rings") };
    assert_eq!((*at, episode.id), (in_days(1), stay()));
    let decided = EpisodeEvent::BridgingDecided {
        episode: stay(),
        lines: Vec::new(),
        note: words("naloxone given"),
        late: false,
    };
    let breached = EpisodeEvent::BridgingBreached { episode: stay(), decide_by: in_days(1) };
    for end in [decided, breached] {
        assert_eq!(rings(vec![closed(), due(), bridging(end)]), []);
    }
}

fn injection_deadlines(events: Vec<concord_domain::chart::Event>) -> Vec<Instant> {
    let injection = |(at, ring)| matches!(ring, Ring::InjectionOverdue { .. }).then_some(at);
    rings(events.into_iter().map(DomainEvent::Chart).collect()).into_iter().filter_map(injection).collect()
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
