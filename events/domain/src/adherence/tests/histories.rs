//! Histories nobody thought of: whatever is accepted replays, and nothing reaches family that no consent covers.

use std::collections::BTreeMap;

use concord_kernel::{PersonId, Role};
use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;
use super::said::*;

fn any_command() -> impl Strategy<Value = (Role, Command)> {
    let n = || 1_u128..4;
    let shares = select(vec![vec![Shared::Reminders], vec![Shared::CheckIns, Shared::Doses], vec![]]);
    prop_oneof![
        2 => n().prop_map(|n| (Role::CaseManager, remind(n, Some(FATHER), Some(1)))),
        2 => n().prop_map(|n| (Role::Service, sent(n))),
        1 => n().prop_map(|n| (Role::Patient, cancel(n))),
        2 => n().prop_map(|n| (Role::Family, check_in(n, Doing::Struggling, true))),
        1 => n().prop_map(|n| (Role::Nurse, called(n))),
        3 => (1_u128..5, 0_i64..30).prop_map(|(o, d)| (Role::Patient, took(o, days(-d)))),
        3 => (1_u128..5, 0_i64..30).prop_map(|(o, d)| (Role::Family, missed(o, days(-d)))),
        1 => (1_u128..5).prop_map(|o| (Role::Psychiatrist, decide(o, MissedDecision::Restart))),
        1 => Just((Role::Nurse, Command::MeasureAdherence { days: 28 })),
        1 => n().prop_map(|n| (Role::Patient, barrier(n))),
        1 => n().prop_map(|n| (Role::CaseManager, removed(n))),
        3 => shares.prop_map(|shares| (Role::Patient, permit(&shares))),
        1 => Just((Role::Patient, withdraw())),
        2 => Just((Role::Therapist, engage(Shared::CheckIns))),
    ]
}

/// What a reader of the events would believe of consent.
fn reads(
    allowed: &mut BTreeMap<PersonId, Vec<Shared>>,
    open: &mut BTreeMap<concord_kernel::ReminderId, bool>,
    event: &Event,
) {
    let covers = |allowed: &BTreeMap<PersonId, Vec<Shared>>, shared| {
        allowed.get(&person(FATHER)).is_some_and(|shares| shares.contains(&shared))
    };
    match event {
        Event::FamilyConsentGiven { person, shares, .. } => {
            allowed.insert(*person, shares.iter().copied().collect());
        }
        Event::FamilyConsentWithdrawn { person } => {
            allowed.remove(person);
        }
        Event::ReminderScheduled { reminder, .. } => {
            assert!(covers(allowed, Shared::Reminders));
            open.insert(*reminder, true);
        }
        Event::ReminderSent { reminder, .. } => {
            assert!(covers(allowed, Shared::Reminders) && open[reminder]);
        }
        Event::ReminderCancelled { reminder } => {
            open.insert(*reminder, false);
        }
        Event::CheckInRecorded { role: Role::Family, .. } | Event::FamilyEngaged { .. } => {
            assert!(covers(allowed, Shared::CheckIns));
        }
        Event::DoseMissed { role: Role::Family, .. } => assert!(covers(allowed, Shared::Doses)),
        Event::AdherenceMeasured { lines, .. } => {
            for line in lines {
                assert_eq!(line.days, line.covered + line.missed + line.unknown);
                assert!(line.percent.is_none_or(|percent| percent <= 100));
            }
        }
        Event::CheckInRecorded { .. }
        | Event::CheckInFollowedUp { .. }
        | Event::DoseTaken { .. }
        | Event::DoseMissed { .. }
        | Event::MissedDosesReached { .. }
        | Event::MissedDosesDecided { .. }
        | Event::OutreachDue { .. }
        | Event::OutreachRecorded { .. }
        | Event::OutreachBreached { .. }
        | Event::BarrierRaised { .. }
        | Event::BarrierRemoved { .. } => {}
    }
}

proptest! {
    #[test]
    fn any_accepted_history_replays_and_family_is_within_consent(
        steps in prop::collection::vec(any_command(), 1..80),
    ) {
        let (mut state, mut stored) = (Adherence::default(), Vec::new());
        let (mut allowed, mut open) = (BTreeMap::new(), BTreeMap::new());
        for (at, (role, command)) in (0_i64..).zip(steps) {
            let issued = as_(role).at(days(at / 4)).asks_in_stay(command);
            for event in state.decide(&issued).unwrap_or_default() {
                reads(&mut allowed, &mut open, &event);
                stored.push(serde_json::to_vec(&event).unwrap());
                state.fold(event);
            }
        }
        let mut replayed = Adherence::default();
        for bytes in &stored {
            replayed.fold(serde_json::from_slice(bytes).unwrap());
        }
        prop_assert_eq!(&replayed, &state);
        let snapshot: Adherence = serde_json::from_slice(&serde_json::to_vec(&state).unwrap()).unwrap();
        prop_assert_eq!(&snapshot, &state);
    }
}
