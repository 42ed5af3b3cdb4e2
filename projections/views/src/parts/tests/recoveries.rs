//! What rows keep of recoveries.

use concord_domain::DomainEvent;
use concord_domain::episode::{Disposition, Event as EpisodeEvent};
use concord_domain::recovery::{Checkpoint, Event, OverdoseOutcome, ScreenLine, ScreenMethod, Setting};
use concord_kernel::{DrugScreenId, InductionId, Instant, OrderId, OverdoseId, RelapseId, Role, Text};
use concord_knowledge::recovery::OpioidExposure;
use concord_knowledge::{Milligrams, ScreenClassId, SubstanceId};
use concord_projection::Key;
use uuid::Uuid;

use crate::parts::{DueKind, Naloxone};
use crate::roster::Retention;
use crate::tests::{Dice, Model, Story, after_opening, follows_admission, patient, person, start};
use crate::{Caseload, Roster, Worklist};

fn words(text: &str) -> Text {
    Text::parse(text).unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn started() -> Event {
    Event::InductionStarted {
        induction: InductionId::new(id(1)),
        episode: Story::new(0, &mut Dice(1)).episode,
        setting: Setting::Clinic,
        exposure: OpioidExposure::ShortActing,
        last_use_at: None,
        instructions: None,
        at: start(),
        complete_by: start().plus_days(7),
    }
}

fn given(cleared: bool) -> Event {
    Event::DoseAdministered {
        order: OrderId::new(id(2)),
        dose: Milligrams::parse(4.0).unwrap(),
        given_at: start(),
        by: person(Role::Nurse, 1),
        induction: Some(InductionId::new(id(1))),
        cleared: Some(cleared),
    }
}

fn completed() -> Event {
    let (induction, daily) = (InductionId::new(id(1)), Milligrams::parse(16.0).unwrap());
    Event::InductionCompleted { induction, daily }
}

fn provided() -> Event {
    Event::NaloxoneProvided { kits: 2, trained: true, at: None }
}

fn screened(n: u128, day: i64, surprise: bool) -> Event {
    let class = ScreenClassId::parse("fentanyl").unwrap();
    let collected_at = start().plus_days(day);
    Event::DrugScreenResulted {
        screen: DrugScreenId::new(id(n)),
        collected_at,
        method: ScreenMethod::Presumptive,
        lines: vec![ScreenLine { class: class.clone(), detected: surprise }],
        unexpected: surprise.then_some(class).into_iter().collect(),
        opioids: None,
        confirm_by: surprise.then(|| collected_at.plus_days(7)),
        next_by: collected_at.plus_days(7),
    }
}

fn overdosed() -> Event {
    Event::OverdoseReported {
        overdose: OverdoseId::new(id(3)),
        at: start(),
        substances: Vec::new(),
        naloxone_given: true,
        outcome: OverdoseOutcome::Hospital,
        account: words("found by his brother"),
        by: person(Role::Nurse, 1),
        role: Role::Nurse,
        review_by: start().plus_days(1),
        not_on_care_team: false,
    }
}

fn relapsed(n: u128) -> Event {
    Event::RelapseRecorded {
        relapse: RelapseId::new(id(n)),
        substance: SubstanceId::parse("heroin").unwrap(),
        uses: Vec::new(),
        screens: Vec::new(),
        account: Some(words("said so")),
        response: words("group every day"),
        at: start().plus_days(i64::try_from(n).unwrap()),
        review_by: start().plus_days(7),
    }
}

fn reviewed(n: u128) -> Event {
    Event::RelapseReviewed { relapse: RelapseId::new(id(n)), decision: words("goes on"), late: false }
}

/// What is due, but for what every admission asks for.
fn due_after(then: Vec<DomainEvent>) -> Vec<(DueKind, Instant)> {
    let model: Model<Worklist> = after_opening(then);
    let row = &model.rows[&Key::patient(patient(0))];
    let due = row.agenda.due(&row.stays).into_iter().map(|due| (due.kind, due.at));
    due.filter(|(kind, _)| !follows_admission(*kind)).collect()
}

fn due(then: Vec<Event>) -> Vec<(DueKind, Instant)> {
    due_after(then.into_iter().map(DomainEvent::Recovery).collect())
}

fn closed() -> DomainEvent {
    DomainEvent::Episode(EpisodeEvent::EpisodeClosed {
        episode: Story::new(0, &mut Dice(1)).episode.id,
        disposition: Disposition::Completed,
        medication_plan: None,
        at: Some(start()),
    })
}

#[test]
fn an_induction_waits_for_its_end_for_naloxone_and_for_a_sample() {
    let (now, week) = (start(), start().plus_days(7));
    assert_eq!(
        due(vec![started()]),
        [(DueKind::Induction, week), (DueKind::NaloxoneOffer, now), (DueKind::DrugScreen, week)]
    );
    let done = vec![started(), given(true), provided(), completed(), screened(9, 2, false)];
    assert_eq!(due(done), [(DueKind::DrugScreen, start().plus_days(9))]);
}

#[test]
fn a_first_dose_that_was_not_cleared_shows_at_once() {
    assert!(due(vec![started(), given(false)]).contains(&(DueKind::UnclearedDose, start())));
    assert!(due(vec![started(), given(true)]).iter().all(|(kind, _)| *kind != DueKind::UnclearedDose));
    let over = due(vec![started(), given(false), completed()]);
    assert!(over.iter().all(|(kind, _)| *kind != DueKind::UnclearedDose), "{over:?}");
}

#[test]
fn a_surprise_is_confirmed_by_a_later_sample() {
    let surprise = due(vec![screened(1, 0, true)]);
    assert!(surprise.contains(&(DueKind::ScreenConfirmation, start().plus_days(7))), "{surprise:?}");
    for later in [screened(2, 1, false), screened(2, 1, true)] {
        let open = due(vec![screened(1, 0, true), later.clone()]);
        let first = (DueKind::ScreenConfirmation, start().plus_days(7));
        assert!(!open.contains(&first), "{open:?} after {later:?}");
    }
    let earlier = due(vec![screened(1, 3, true), screened(2, 1, false)]);
    assert!(earlier.contains(&(DueKind::ScreenConfirmation, start().plus_days(10))));
}

#[test]
fn after_an_overdose_naloxone_is_offered_again_and_a_prescriber_looks_even_without_a_stay() {
    let then = [provided(), overdosed()].map(DomainEvent::Recovery);
    let kinds = |due: Vec<(DueKind, Instant)>| due.into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
    let open = kinds(due_after(then.to_vec()));
    assert_eq!(open, [DueKind::OverdoseReview, DueKind::NaloxoneOffer]);
    let ended = kinds(due_after([then.to_vec(), vec![closed()]].concat()));
    assert_eq!(ended, [DueKind::OverdoseReview]);
    let declined =
        Event::NaloxoneDeclined { reason: words("has one"), offer_again_by: start().plus_days(28), at: None };
    let again = due(vec![overdosed(), declined]);
    assert!(again.contains(&(DueKind::NaloxoneOffer, start().plus_days(28))), "{again:?}");
}

#[test]
fn relapses_that_wait_for_a_review_are_kept_longest() {
    let mut then: Vec<Event> = (1..=9).map(relapsed).collect();
    then.push(reviewed(9));
    then.push(relapsed(10));
    let model = after_opening::<Caseload>(then.into_iter().map(DomainEvent::Recovery).collect());
    let recovery = &model.rows[&Key::patient(patient(0))].recovery;
    assert_eq!(recovery.setbacks.len(), 9);
    assert!(recovery.setbacks.iter().all(|setback| setback.review_by.is_some()));
    assert_eq!(recovery.naloxone, Naloxone::NotOffered);
}

#[test]
fn the_roster_says_who_stayed_until_when() {
    let episode = Story::new(0, &mut Dice(1)).episode;
    let measured = |checkpoint, retained| {
        let episode = episode.clone();
        DomainEvent::Recovery(Event::RetentionMeasured {
            episode,
            checkpoint,
            retained,
            on_medication: true,
            relapses: 1,
        })
    };
    let then = vec![measured(Checkpoint::Day30, true), measured(Checkpoint::Day60, false)];
    let model = after_opening::<Roster>(then);
    let row = model.rows.values().next().unwrap();
    let at = |days, retained| Retention { episode: episode.id, days, retained, on_medication: true };
    assert_eq!(row.retention, [at(30, true), at(60, false)]);
}
