//! Recoveries nobody thought of: whatever is accepted replays, and no first dose is called cleared that was not.

use concord_kernel::Role;
use concord_knowledge::scale::ScaleKind;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;
use super::said::*;
use crate::testing::{by, noon};

fn any_command() -> impl Strategy<Value = Command> {
    let n = || 1_u128..4;
    let setting = select(vec![Setting::Clinic, Setting::Home, Setting::LowDose]);
    prop_oneof![
        3 => (n(), setting).prop_map(|(n, setting)| start(n, setting)),
        3 => n().prop_map(clear),
        3 => n().prop_map(give),
        2 => n().prop_map(complete),
        1 => Just(kits(1)),
        1 => n().prop_map(|n| tell(n, "heroin", noon())),
        1 => (n(), n()).prop_map(|(n, of)| recognise(n, &[of], &[], None)),
        1 => n().prop_map(found),
        1 => (n(), any::<bool>())
            .prop_map(|(n, there)| test(n, ScreenMethod::Presumptive, &[("fentanyl", there)])),
        1 => any::<bool>().prop_map(|reacted| Command::RecordNaloxoneChallenge { at: noon(), reacted }),
    ]
}

proptest! {
    #[test]
    fn any_accepted_history_replays_and_a_cleared_dose_was_cleared(
        steps in prop::collection::vec((0_u16..20, 0_i64..30, any_command()), 1..60),
    ) {
        let (mut state, mut stored, mut open) = (Recovery::default(), Vec::new(), None);
        for (total, hours, command) in steps {
            let facts = scored(ScaleKind::Cows, total, hours_ago(hours));
            let issued = by(Role::Psychiatrist).knowing(facts).asks(command);
            for event in state.decide(&issued).unwrap_or_default() {
                if let Event::InductionStarted { setting, .. } = &event {
                    open = Some(*setting == Setting::LowDose);
                }
                if let Event::FirstDoseCleared { total, .. } = &event {
                    prop_assert!(total.is_some_and(|total| total >= 11));
                    open = Some(true);
                }
                if let Event::DoseAdministered { cleared: Some(true), .. } = &event {
                    prop_assert_eq!(open, Some(true));
                }
                stored.push(serde_json::to_vec(&event).unwrap());
                state.fold(event);
            }
        }
        let mut replayed = Recovery::default();
        for bytes in &stored {
            replayed.fold(serde_json::from_slice(bytes).unwrap());
        }
        prop_assert_eq!(&replayed, &state);
    }
}
