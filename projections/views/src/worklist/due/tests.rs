//! Given facts, then what is due.

use concord_domain::DomainEvent;
use concord_domain::chart::{
    Cause, Event as ChartEvent, Judged, StopReason, TaperStep, TitrationBasis, TitrationStep,
};
use concord_domain::episode::{Disposition, Event as EpisodeEvent};
use concord_kernel::{EpisodeId, OrderId, Role, Text};
use concord_knowledge::RulesetVersion;
use concord_projection::{Key, List};

use crate::Worklist;
use crate::parts::{Due, DueKind};
use crate::tests::{
    Model, after_opening, follows_admission, patient, person, prescribed, program, regimen, start,
};

fn due(then: Vec<DomainEvent>) -> (Model<Worklist>, Vec<Due>) {
    let model = after_opening::<Worklist>(then);
    let row = &model.rows[&Key::patient(patient(0))];
    // Nobody knows how it was at the beginning; these tests are about what every stay does not bring anyway.
    let rest = |due: &Due| !follows_admission(due.kind) && due.kind != DueKind::ResponseUnknown;
    let due = row.agenda.due(&row.stays).into_iter().filter(rest).collect();
    (model, due)
}

fn tapered(order: OrderId) -> DomainEvent {
    let step = |days, mg| TaperStep { on: start().plus_days(days).day(), regimen: regimen(mg) };
    DomainEvent::Chart(ChartEvent::TaperPlanned {
        order,
        steps: vec![step(7, 25.0), step(14, 0.0)],
        reason: Text::parse("well").unwrap(),
    })
}

#[test]
fn a_renewal_is_due_a_week_before_the_last_fill_ends() {
    let (order, event) = prescribed();
    let (model, due) = due(vec![event]);
    let due: Vec<_> = due.into_iter().filter(|due| due.kind != DueKind::ConsentMissing).collect();
    assert_eq!(due.len(), 1);
    assert_eq!((due[0].kind, due[0].subject), (DueKind::Renewal, Some(order.uuid())));
    let first = concord_kernel::Instant::start_of(start().day());
    assert_eq!(due[0].at, first.plus_days(60 - 7));
    let lists = model.lists();
    assert_eq!(
        lists.keys().collect::<Vec<_>>(),
        [&List::all(), &List::program(&program()), &List::person(person(Role::Psychiatrist, 0))]
    );
}

#[test]
fn a_step_of_a_taper_is_due_until_it_is_taken() {
    let (order, event) = prescribed();
    let step = DomainEvent::Chart(ChartEvent::DoseAdjusted {
        order,
        from: regimen(50.0),
        to: regimen(25.0),
        cause: Cause::PlannedTaper,
        note: Text::parse("as agreed").unwrap(),
        acknowledgements: Vec::new(),
        judged: Judged {
            ruleset: RulesetVersion::parse("1").unwrap(),
            findings: Vec::new(),
            answered: Vec::new(),
        },
        at: start(),
    });
    let at = |due: Vec<Due>| {
        let others = due.into_iter().filter(|due| due.kind != DueKind::ConsentMissing);
        others.map(|due| (due.kind, due.at.day())).collect::<Vec<_>>()
    };
    let (_, before) = due(vec![event.clone(), tapered(order)]);
    assert_eq!(at(before), [(DueKind::TaperStep, start().plus_days(7).day())]);
    let (_, after) = due(vec![event, tapered(order), step]);
    assert_eq!(at(after), [(DueKind::TaperStep, start().plus_days(14).day())]);
}

fn judged() -> Judged {
    Judged { ruleset: RulesetVersion::parse("1").unwrap(), findings: Vec::new(), answered: Vec::new() }
}

fn kinds(due: Vec<Due>) -> Vec<(DueKind, concord_kernel::Day)> {
    let of_plans = |due: &Due| matches!(due.kind, DueKind::TitrationStep | DueKind::OverlapEnd);
    due.into_iter().filter(of_plans).map(|due| (due.kind, due.at.day())).collect()
}

#[test]
fn a_step_of_a_titration_is_due_until_it_is_taken_held_or_given_up() {
    let (order, event) = prescribed();
    let step = |days, mg| TitrationStep { on: start().plus_days(days).day(), regimen: regimen(mg) };
    let planned = DomainEvent::Chart(ChartEvent::TitrationPlanned {
        order,
        steps: vec![step(7, 75.0), step(14, 100.0)],
        schedule: None,
        reason: Text::parse("by the label").unwrap(),
        acknowledgements: Vec::new(),
        judged: judged(),
        at: start(),
    });
    let taken = DomainEvent::Chart(ChartEvent::TitrationStepTaken {
        order,
        planned_on: start().plus_days(7).day(),
        from: regimen(50.0),
        to: regimen(75.0),
        rests_on: TitrationBasis::WellTolerated,
        note: Text::parse("as agreed").unwrap(),
        acknowledgements: Vec::new(),
        judged: judged(),
        at: start().plus_days(7),
    });
    let reason = Text::parse("enough").unwrap();
    let held = DomainEvent::Chart(ChartEvent::MedicationHeld { order, reason: reason.clone(), at: start() });
    let cancelled = DomainEvent::Chart(ChartEvent::TitrationCancelled { order, reason });
    let day = |days| start().plus_days(days).day();
    let after = |then: &[&DomainEvent]| {
        let all = [&event, &planned].into_iter().chain(then.iter().copied()).cloned();
        due(all.collect()).1
    };
    assert_eq!(kinds(after(&[])), [(DueKind::TitrationStep, day(7))]);
    // The supply goes on beside it.
    assert!(after(&[]).iter().any(|due| due.kind == DueKind::Renewal));
    assert_eq!(kinds(after(&[&taken])), [(DueKind::TitrationStep, day(14))]);
    for end in [&held, &cancelled, &tapered(order)] {
        assert_eq!(kinds(after(&[end])), []);
    }
}

#[test]
fn an_overlap_ends_on_its_day_unless_one_of_the_two_has_ended() {
    let ((old, first), (_, mut second)) = (prescribed(), prescribed());
    let new = OrderId::new(uuid::Uuid::from_u128(2));
    if let DomainEvent::Chart(ChartEvent::MedicationPrescribed { order, .. }) = &mut second {
        order.order = new;
    }
    let switched = DomainEvent::Chart(ChartEvent::MedicationSwitched {
        from: old,
        to: new,
        overlap_until: start().plus_days(14).day(),
        reason: Text::parse("no response").unwrap(),
        at: start(),
        assessed_at: None,
    });
    let stopped = |order| {
        DomainEvent::Chart(ChartEvent::MedicationStopped {
            order,
            reason: StopReason::Switched,
            last_dose_at: None,
            abrupt_because: None,
            at: start(),
            assessed_at: None,
        })
    };
    let given = || vec![first.clone(), second.clone(), switched.clone()];
    let (_, both) = due(given());
    assert_eq!(kinds(both), [(DueKind::OverlapEnd, start().plus_days(14).day())]);
    for ended in [old, new] {
        let (_, one) = due(given().into_iter().chain([stopped(ended)]).collect());
        assert_eq!(kinds(one), [], "{ended}");
    }
}

#[test]
fn after_the_stay_a_taper_is_due_and_a_renewal_is_not() {
    let (order, event) = prescribed();
    let closed = DomainEvent::Episode(EpisodeEvent::EpisodeClosed {
        episode: EpisodeId::new(uuid::Uuid::from_u128(1)),
        disposition: Disposition::Completed,
        medication_plan: Some(Text::parse("Tapered under supervision").unwrap()),
        at: None,
    });
    let (_, left) = due(vec![event.clone(), closed.clone()]);
    assert_eq!(left, []);
    let (_, tapering) = due(vec![event, tapered(order), closed]);
    let kinds: Vec<_> = tapering.iter().map(|due| due.kind).collect();
    assert_eq!(kinds, [DueKind::TaperStep]);
}
