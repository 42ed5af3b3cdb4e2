//! What must still hold when a prescription is drafted, made ready and signed, and what several of them share.

use super::super::*;
use super::told::*;
use crate::chart::Supply;
use crate::testing::{noon, text, uuid};
use crate::treatment_plan::Consent;
use crate::{Bridge, Facts, PrescribableFacts, PrescriptionFacts};

fn plain_sign() -> Command {
    Command::Sign { factors: Vec::new(), visit: None }
}

/// The order of sertraline as it is when somebody looks again.
fn later(change: impl FnOnce(&mut PrescribableFacts)) -> Facts {
    let mut facts = plain();
    change(facts.chart.as_mut().unwrap().prescribable.get_mut(&order()).unwrap());
    facts
}

/// The stay has ended.
fn gone(facts: Facts) -> Facts {
    let mut facts = facts;
    let stay = facts.episode.as_mut().unwrap();
    stay.ended = stay.open.take().into_iter().collect();
    facts
}

fn declined(facts: Facts) -> Facts {
    let mut facts = facts;
    let drug = concord_knowledge::DrugId::parse("sertraline").unwrap();
    facts.plan.as_mut().unwrap().consents.insert(drug, Consent::Declined);
    facts
}

/// Every step up to the signature says the same.
#[track_caller]
fn refused_at_every_step(facts: &Facts, why: &Error) {
    let asks = |command| prescriber().knowing(facts.clone()).of_rx(command);
    refused(&[], &asks(draft(new())), why);
    refused(&drafted(&plain()), &asks(Command::MarkReady), why);
    refused(&ready(&plain()), &asks(plain_sign()), why);
}

#[track_caller]
fn signs(facts: Facts) {
    after(ready(&plain()), [prescriber().knowing(facts).of_rx(plain_sign())]);
}

#[test]
fn consent_that_was_taken_back_since_the_order_was_judged_is_seen() {
    refused_at_every_step(&declined(plain()), &Error::ConsentDeclined);
    refused_at_every_step(&Facts { plan: None, ..plain() }, &Error::ConsentRequired);
    refused_at_every_step(&Facts { episode: None, ..plain() }, &Error::EpisodeNotActive);
}

#[test]
fn doses_that_were_missed_for_too_long_are_seen() {
    let clozapine = ordered("clozapine", "schizophrenia");
    let daily = concord_knowledge::Milligrams::parse(300.0).unwrap();
    let mut facts = charted(PrescribableFacts {
        legal_basis: None,
        continuing: crate::Continuing { daily, ..clozapine.continuing.clone() },
        ..clozapine
    });
    let asks = |facts: &Facts, command| prescriber().knowing(facts.clone()).of_rx(command);
    let given = ready(&facts);
    facts.adherence.as_mut().unwrap().restart_needed_since.insert(order(), noon());
    let why = Error::RestartNeeded { hours: 48 };
    refused(&given, &asks(&facts, plain_sign()), &why);
    refused(&[], &asks(&facts, draft(new())), &why);
    facts.adherence = None;
    refused(&given, &asks(&facts, plain_sign()), &Error::FactsMissing);
}

#[test]
fn after_the_stay_one_prescription_bridges_and_a_taper_is_supplied_to_its_end() {
    let supply = |days, refills| NewPrescription { supply: Supply { days, refills }, ..new() };
    let drafts = |facts: &Facts, new| prescriber().knowing(facts.clone()).of_rx(draft(new));
    let left = gone(plain());
    let most = Error::BridgeTooLong { most_days: 30 };
    refused(&[], &drafts(&left, supply(31, 0)), &most);
    refused(&[], &drafts(&left, supply(30, 1)), &most);
    after(Vec::new(), [drafts(&left, supply(30, 0))]);
    // The chart has to know which one is the bridge, and then no other is.
    let not_yet = Error::SupplyNotAllotted { order: order() };
    refused(&ready(&plain()), &prescriber().knowing(left).of_rx(plain_sign()), &not_yet);
    let bridged = |bridge| gone(later(|order| order.continuing.bridge = bridge));
    signs(bridged(Bridge::Prescribed(rx())));
    signs(bridged(Bridge::Renewed));
    refused_at_every_step(&bridged(Bridge::Prescribed(other())), &Error::AlreadyBridged);
    // One that came to nothing was none.
    let void = beside(bridged(Bridge::Prescribed(other())), another(false, true));
    after(Vec::new(), [drafts(&void, supply(30, 0))]);

    let until = in_days(21);
    let tapers = later(|order| order.continuing.taper = Some((in_days(0), until)));
    for facts in [gone(tapers.clone()), declined(tapers)] {
        after(Vec::new(), [drafts(&facts, supply(21, 0))]);
        refused(&[], &drafts(&facts, supply(22, 0)), &Error::SupplyBeyondTaper { until });
        let put_off = NewPrescription { earliest_fill_on: Some(in_days(1)), ..supply(21, 0) };
        refused(&[], &drafts(&facts, put_off), &Error::SupplyBeyondTaper { until });
    }
}

#[test]
fn prescriptions_of_one_supply_hand_out_no_more_than_it() {
    let shared = |days, change: fn(&mut PrescriptionFacts)| {
        let mut known = another(true, false);
        change(&mut known);
        let facts = later(|order| {
            order.supply = Supply { days, refills: 0 };
            order.allotted = vec![other(), rx()];
        });
        beside(facts, known)
    };
    refused_at_every_step(&shared(59, |_| {}), &Error::SupplyHandedOut { left_days: 29 });
    signs(shared(60, |_| {}));
    // A void one counts for what was handed out on it, and so does one whose pharmacy asks for another in its place.
    signs(shared(30, |known| known.void = true));
    signs(shared(30, |known| known.in_question = true));
    let begun = shared(30, |known| (known.void, known.handed_out_days) = (true, 30));
    refused_at_every_step(&begun, &Error::SupplyHandedOut { left_days: 0 });
    // One that was not read might have taken everything.
    let unread = Facts { prescriptions: std::collections::BTreeMap::new(), ..shared(60, |_| {}) };
    refused_at_every_step(&unread, &Error::FactsMissing);
}

#[test]
fn nothing_is_signed_that_the_chart_has_not_set_aside() {
    let facts = later(|order| order.allotted.clear());
    let asks = prescriber().knowing(facts).of_rx(plain_sign());
    refused(&ready(&plain()), &asks, &Error::SupplyNotAllotted { order: order() });
    let refusal = crate::Refusal::from(Error::SupplyNotAllotted { order: order() });
    let this = crate::Command::Prescription(asks.command);
    let first = crate::chart::Command::AllotSupply { order: order(), prescription: rx() };
    assert_eq!(refusal.asks_first(&this), Some(crate::Command::Chart(first)));
    assert_eq!(crate::Refusal::from(Error::NotReady).asks_first(&this), None);
}

#[test]
fn one_that_stands_after_all_needs_room_beside_what_was_signed_in_its_place() {
    let request = request(1);
    let proposal = text("capsules");
    let propose = Command::ProposeChange { request, kind: ChangeKind::OutOfStock, proposal };
    let given = after(accepted(), [relay().of_rx(propose)]);
    assert!(folded(&given).facts().unwrap().in_question);
    let denied = Command::AnswerChange { request, answer: Answer::Denied { reason: text("no") } };
    let with = |days| {
        let facts = later(|order| {
            order.supply = Supply { days, refills: 0 };
            order.allotted = vec![rx(), other()];
        });
        prescriber().knowing(beside(facts, another(true, false))).of_rx(denied.clone())
    };
    refused(&given, &with(30), &Error::SupplyHandedOut { left_days: 0 });
    let stands = after(given.clone(), [with(60)]);
    assert!(!folded(&stands).facts().unwrap().in_question);
    refused(&given, &prescriber().of_rx(denied), &Error::FactsMissing);
}

#[test]
fn others_know_what_was_handed_out() {
    let known = |events: &[Event]| folded(events).facts().unwrap();
    assert!(known(&ready(&plain())).ready && !known(&drafted(&plain())).ready);
    let fill = |number: u128, status| Command::RecordFill {
        fill: concord_kernel::FillId::new(uuid(number)),
        status,
        quantity: 10,
        on: in_days(0),
    };
    let begun = after(accepted(), [relay().of_rx(fill(1, FillStatus::NotDispensed))]);
    assert_eq!(known(&begun).handed_out_days, 0);
    let begun = after(begun, [relay().of_rx(fill(2, FillStatus::PartiallyDispensed))]);
    assert_eq!(known(&begun).handed_out_days, 30);
}
