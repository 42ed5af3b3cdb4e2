//! Histories nobody thought of: whatever is accepted replays to the same state and keeps the invariants.

use concord_kernel::{FillId, Role};
use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;
use super::told::*;
use crate::testing::{By, by, noon, text, uuid};

fn asked() -> impl Strategy<Value = (Role, i64, Command)> {
    let message = message_id(prescriber().0.patient, rx(), MessageKind::New);
    let answer =
        select(vec![Answer::Denied { reason: text("no") }, Answer::Approved { replacement: other() }]);
    let status =
        select(vec![PharmacyStatus::Accepted, PharmacyStatus::Failed(TransmissionFailure::NoAnswer)]);
    let command = prop_oneof![
        Just(draft(new())),
        Just(Command::MarkReady),
        Just(Command::Sign { factors: Vec::new(), visit: None }),
        Just(Command::Transmit),
        Just(Command::Print),
        Just(Command::Cancel { reason: text("changed") }),
        Just(Command::Expire),
        status.prop_map(move |status| Command::RecordStatus { message: Some(message), status }),
        select(vec![None, Some(CancelRefusal::AlreadyDispensed)])
            .prop_map(|refused| Command::RecordCancelAnswer { refused }),
        (0..4_u128, 0..3_i64).prop_map(|(fill, day)| Command::RecordFill {
            fill: FillId::new(uuid(fill)),
            status: FillStatus::Dispensed,
            quantity: 30,
            on: in_days(day),
        }),
        (0..3_u128).prop_map(|n| Command::RequestRenewal { request: request(n), note: None }),
        (0..3_u128).prop_map(|n| Command::ProposeChange {
            request: request(n),
            kind: ChangeKind::OutOfStock,
            proposal: text("capsules"),
        }),
        (0..3_u128, answer.clone())
            .prop_map(|(n, answer)| Command::AnswerChange { request: request(n), answer }),
        (0..3_u128, answer).prop_map(|(n, answer)| Command::AnswerRenewal { request: request(n), answer }),
    ];
    let role = select(vec![Role::Psychiatrist, Role::Psychiatrist, Role::Service, Role::Nurse]);
    (role, select(vec![0, 0, 0, 0, 0, 0, 0, 40, 400]), command)
}

fn somebody(role: Role) -> By {
    if role.prescribes() { prescriber() } else { by(role) }
}

proptest! {
    #[test]
    fn whatever_is_accepted_replays_and_nothing_alters_after_signing(
        steps in prop::collection::vec(asked(), 1..60),
    ) {
        let facts = beside(plain(), another(true, false));
        let (mut events, mut state) = (Vec::new(), Prescription::default());
        let mut now = noon();
        for (role, later, command) in steps {
            now = now.plus_days(later);
            let mut facts = facts.clone();
            facts.chart.as_mut().unwrap().prescribable.get_mut(&order()).unwrap().supplied_at = now;
            let Ok(decided) = state.decide(&somebody(role).at(now).knowing(facts).of_rx(command)) else { continue };
            for event in decided {
                state.fold(event.clone());
                events.push(event);
            }
        }
        prop_assert_eq!(&folded(&events), &state);
        let count = |name: &str| events.iter().filter(|event| event.name() == name).count();
        let place = |is: fn(&Event) -> bool| events.iter().position(is);
        prop_assert!(count("PrescriptionDrafted") <= 1);
        prop_assert!(count("PrescriptionSigned") <= 1);
        prop_assert!(count("PrescriptionTransmitted") <= 1);
        let over = place(|event| {
            matches!(event, Event::PrescriptionCancelled { .. } | Event::PrescriptionExpired { .. })
        });
        let sent = events.iter().rposition(|event| {
            matches!(event, Event::PrescriptionTransmitted { .. } | Event::PrescriptionPrinted { .. })
        });
        if let (Some(over), Some(sent)) = (over, sent) {
            prop_assert!(sent < over, "what is over is not sent: {events:?}");
        }
        let signed = place(|event| matches!(event, Event::PrescriptionSigned { .. }));
        let told = place(|event| {
            matches!(event, Event::PrescriptionFilled { .. } | Event::ChangeProposed { .. })
        });
        if let Some(told) = told {
            prop_assert!(signed.is_some_and(|signed| signed < told), "{events:?}");
        }
    }
}
