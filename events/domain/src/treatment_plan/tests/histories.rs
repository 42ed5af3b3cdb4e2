//! Plans nobody thought of: whatever is accepted replays, and nothing is agreed that one party did not see.

use std::collections::BTreeSet;

use concord_kernel::Role;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;
use super::said::*;

fn any_command() -> impl Strategy<Value = Command> {
    let n = || 1_u128..4;
    prop_oneof![
        1 => Just(draft()),
        1 => Just(revise()),
        8 => (1_u32..9).prop_map(agree),
        3 => n().prop_map(add),
        1 => n().prop_map(meet),
        1 => n().prop_map(give_up),
        2 => (n(), n()).prop_map(|(goal, order)| link(goal, order)),
        1 => n().prop_map(|n| doubt(n, Some("sertraline"))),
        1 => n().prop_map(answer),
        1 => n().prop_map(tell),
        1 => prop::collection::vec(n(), 0..3).prop_map(|named| review(&named)),
        1 => (n(), n()).prop_map(|(support, goal)| arrange(support, goal)),
        1 => n().prop_map(finish),
        1 => (n(), prop::option::of(0_u8..6)).prop_map(|(n, engagement)| came(n, engagement)),
        1 => Just(explain("sertraline", 1, Consent::Declined)),
    ]
}

/// Follows what a reader of the events would believe about agreement.
#[derive(Default)]
struct Reader {
    version: u32,
    parties: BTreeSet<Party>,
}

impl Reader {
    fn reads(&mut self, event: &Event) {
        match event {
            Event::PlanDrafted { .. } => self.turns_to(1),
            Event::PlanRevised { version, .. }
            | Event::GoalAdded { version, .. }
            | Event::GoalDropped { version, .. } => self.turns_to(*version),
            Event::PlanAgreementGiven { version, by } => {
                assert_eq!(*version, self.version);
                assert!(self.parties.insert(*by), "a party agrees once");
            }
            Event::PlanAgreed { version, .. } => {
                assert_eq!((*version, self.parties.len()), (self.version, 2));
            }
            Event::GoalMet { .. }
            | Event::GoalLinked { .. }
            | Event::SharedDecisionRecorded { .. }
            | Event::ConcernRaised { .. }
            | Event::ConcernAnswered { .. }
            | Event::EducationProvided { .. }
            | Event::TherapyParticipationRecorded { .. }
            | Event::LifeCircumstanceChanged { .. }
            | Event::MedicationReviewed { .. }
            | Event::SupportPlanned { .. }
            | Event::SupportFinished { .. }
            | Event::ReviewOpened { .. } => {}
        }
    }

    fn turns_to(&mut self, version: u32) {
        assert_eq!(version, self.version + 1, "versions count");
        self.version = version;
        self.parties.clear();
    }
}

proptest! {
    #[test]
    fn any_accepted_history_replays_and_is_agreed_by_both_or_not_at_all(
        steps in prop::collection::vec(
            (select(vec![Role::Psychiatrist, Role::Patient, Role::Therapist]), any_command()),
            1..80,
        ),
    ) {
        let (mut state, mut reader, mut stored) = (TreatmentPlan::default(), Reader::default(), Vec::new());
        for (role, command) in steps {
            for event in state.decide(&as_(role, command)).unwrap_or_default() {
                reader.reads(&event);
                stored.push(serde_json::to_vec(&event).unwrap());
                state.fold(event);
            }
        }
        let mut replayed = TreatmentPlan::default();
        for bytes in &stored {
            replayed.fold(serde_json::from_slice(bytes).unwrap());
        }
        prop_assert_eq!(&replayed, &state);
        let snapshot: TreatmentPlan = serde_json::from_slice(&serde_json::to_vec(&state).unwrap()).unwrap();
        prop_assert_eq!(&snapshot, &state);
    }
}
