//! Parts of what an order hands out that are set aside for prescriptions.

use concord_kernel::{PatientId, PrescriptionId, StreamKind, StreamRef};
use uuid::Uuid;

use super::super::*;
use super::told::*;
use crate::prescription::{Command as Asks, NewPrescription, PharmacyId};
use crate::{OfPrescription, PrescriptionFacts, State, UsState};

fn rx(number: u128) -> PrescriptionId {
    PrescriptionId::new(Uuid::from_u128(0x3000 + number))
}

fn allot(number: u128) -> Command {
    Command::AllotSupply { order: order_id(1), prescription: rx(number) }
}

/// A prescription of 20 days that is read ready.
fn ready() -> PrescriptionFacts {
    PrescriptionFacts {
        order: order_id(1),
        ready: true,
        signed: false,
        void: false,
        in_question: false,
        supply: Supply { days: 20, refills: 0 },
        from: today(),
        days: 20,
        series_days: 20,
        handed_out_days: 0,
    }
}

fn signed() -> PrescriptionFacts {
    PrescriptionFacts { ready: false, signed: true, ..ready() }
}

fn with(known: impl IntoIterator<Item = (u128, PrescriptionFacts)>) -> Asking {
    let known: Vec<_> = known.into_iter().map(|(number, known)| (rx(number), known)).collect();
    psychiatrist().knowing(|facts| facts.prescriptions.extend(known))
}

/// Sertraline for 30 days, of which the first prescription takes 20.
fn shared() -> Vec<Event> {
    after(on("sertraline"), [with([(1, ready())]).asks(allot(1))])
}

#[test]
fn a_share_is_set_aside_once_for_a_prescription_that_is_ready() {
    let given = shared();
    assert!(matches!(given.last(), Some(Event::SupplyAllotted { days: 20, bridging: false, .. })));
    nothing_happens(given, with([(1, ready())]).asks(allot(1)));
    let not_ready = || Error::PrescriptionNotReady;
    refused(on("sertraline"), with([]).asks(allot(1)), not_ready());
    refused(on("sertraline"), with([(1, signed())]).asks(allot(1)), not_ready());
    let of_another = PrescriptionFacts { order: order_id(2), ..ready() };
    refused(on("sertraline"), with([(1, of_another)]).asks(allot(1)), not_ready());
    let unread = nurse().knowing(|facts| facts.prescriptions.extend([(rx(1), ready())]));
    refused(on("sertraline"), unread.asks(allot(1)), Error::NotAPrescriber);
    let held = after(on("sertraline"), [psychiatrist().asks(hold(1))]);
    refused(held, with([(1, ready())]).asks(allot(1)), Error::OrderHeld);
}

#[test]
fn shares_are_no_more_than_the_supply_until_the_order_hands_out_anew() {
    let second = || [(1, signed()), (2, ready())];
    refused(shared(), with(second()).asks(allot(2)), Error::SupplyHandedOut { left_days: 10 });
    refused(shared(), with([(2, ready())]).asks(allot(2)), Error::FactsMissing);
    let void = PrescriptionFacts { void: true, ..signed() };
    accepted(shared(), with([(1, void), (2, ready())]).asks(allot(2)));
    let renew = Command::Renew {
        order: order_id(1),
        supply: Supply { days: 30, refills: 0 },
        modality: OrderModality::InPerson,
        legal_basis: None,
        acknowledgements: Vec::new(),
    };
    let renewed = after(shared(), [psychiatrist().days_later(7).asks(renew)]);
    accepted(renewed, with([(2, ready())]).days_later(7).asks(allot(2)));
}

#[test]
fn so_many_prescriptions_share_a_supply_and_no_more() {
    let short = |days| PrescriptionFacts { days, supply: Supply { days, refills: 0 }, ..ready() };
    let most = super::super::decide::MOST_PRESCRIPTIONS;
    let all = || (0..=most as u128).map(|number| (number, PrescriptionFacts { void: true, ..short(1) }));
    let given = (0..most as u128).fold(on("sertraline"), |given, number| {
        after(given, [with(all().chain([(number, short(1))])).asks(allot(number))])
    });
    let one_more = with(all().chain([(most as u128, short(1))])).asks(allot(most as u128));
    refused(given, one_more, Error::TooManyPrescriptions { most });
}

#[test]
fn after_the_stay_the_chart_knows_which_prescription_is_the_bridge() {
    let left = |asking: Asking| {
        asking.knowing(|facts| {
            let stay = facts.episode.as_mut().unwrap();
            stay.ended = stay.open.take().into_iter().collect();
        })
    };
    let bridged = after(on("sertraline"), [left(with([(1, ready())])).asks(allot(1))]);
    assert!(matches!(bridged.last(), Some(Event::SupplyAllotted { bridging: true, .. })));
    let short = PrescriptionFacts { days: 5, supply: Supply { days: 5, refills: 0 }, ..ready() };
    let second = |first| left(with([(1, first), (2, short)])).asks(allot(2));
    refused(bridged.clone(), second(signed()), Error::AlreadyBridged);
    accepted(bridged.clone(), second(PrescriptionFacts { void: true, ..signed() }));
    let renew = Command::Renew {
        order: order_id(1),
        supply: Supply { days: 14, refills: 0 },
        modality: OrderModality::InPerson,
        legal_basis: None,
        acknowledgements: Vec::new(),
    };
    refused(bridged, left(psychiatrist().days_later(7)).asks(renew.clone()), Error::AlreadyBridged);
    // A share from before the stay ended becomes the bridge when it is signed after.
    let events = accepted(shared(), left(with([(1, ready())])).asks(allot(1)));
    assert!(matches!(events.as_slice(), [Event::SupplyAllotted { bridging: true, .. }]));
    // What was supplied as a bridge is no second one.
    let renewed = after(on("sertraline"), [left(psychiatrist().days_later(7)).asks(renew)]);
    let ten = PrescriptionFacts { days: 14, supply: Supply { days: 14, refills: 0 }, ..ready() };
    let events = accepted(renewed, left(with([(1, ten)])).days_later(7).asks(allot(1)));
    assert!(matches!(events.as_slice(), [Event::SupplyAllotted { bridging: false, .. }]));
}

#[test]
fn what_shares_a_supply_is_read_by_whoever_wants_a_part_of_it() {
    let patient = PatientId::new(Uuid::from_u128(7));
    let chart = State::Chart(Box::new(folded(&shared())));
    let of_stay =
        [StreamRef::episode(patient, &stay().program), StreamRef::treatment_plan(patient, stay().id)];
    let sharing = [of_stay.as_slice(), &[StreamRef::prescription(patient, rx(1))]].concat();
    assert_eq!(chart.reads(&crate::Command::Chart(allot(2)), patient, []), sharing);
    assert_eq!(chart.reads(&crate::Command::Chart(allot(1)), patient, []), of_stay);
    let draft = |number| {
        let new = NewPrescription {
            order: order_id(1),
            product: words("50 mg tablet"),
            quantity: 30,
            supply: Supply { days: 10, refills: 0 },
            pharmacy: PharmacyId::parse("1234567").unwrap(),
            state: UsState::parse("OH").unwrap(),
            earliest_fill_on: None,
            follows: None,
            note: None,
        };
        let command = Asks::Draft(Box::new(new));
        crate::Command::Prescription(OfPrescription { prescription: rx(number), command })
    };
    let new = State::empty(StreamKind::Prescription);
    assert_eq!(new.reads(&draft(2), patient, [&chart]), sharing);
    assert_eq!(new.reads(&draft(1), patient, [&chart]), of_stay);
    assert_eq!(new.reads(&draft(2), patient, []), []);
}
