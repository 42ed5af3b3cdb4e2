//! What an order needs to go on: its stay, and what the patient has said.

use concord_kernel::{OrderId, PatientId, StreamRef};
use uuid::Uuid;

use super::super::*;
use super::told::*;
use crate::State;
use crate::episode::{Phase, Stage};
use crate::treatment_plan::Consent;

fn decided(by: Asking, name: &str, consent: Consent) -> Asking {
    by.knowing(|facts| {
        if let Some(plan) = &mut facts.plan {
            plan.consents.insert(drug(name), consent);
        }
    })
}

fn declining(name: &str) -> Asking {
    decided(psychiatrist(), name, Consent::Declined)
}

fn in_stage(stage: Stage) -> Asking {
    psychiatrist().knowing(|facts| {
        if let Some(episode) = &mut facts.episode {
            episode.stage = stage;
        }
    })
}

/// The stay has ended; another has begun where `readmitted`.
fn discharged(readmitted: bool) -> Asking {
    psychiatrist().knowing(|facts| {
        if let Some(episode) = &mut facts.episode {
            episode.ended = episode.open.take().into_iter().collect();
            episode.open = readmitted.then(|| concord_kernel::EpisodeId::new(Uuid::from_u128(71)));
            episode.stage = if readmitted { Stage::Open(Phase::Titrating) } else { Stage::Closed };
        }
    })
}

fn renew(days: u16, refills: u8) -> Command {
    Command::Renew {
        order: order_id(1),
        supply: Supply { days, refills },
        modality: OrderModality::InPerson,
        legal_basis: Some(LegalBasis::InPersonEvaluation),
        acknowledgements: Vec::new(),
    }
}

fn rise() -> Command {
    adjust(1, daily(100.0), Cause::PatientPreference)
}

fn fall() -> Command {
    adjust(1, daily(25.0), Cause::PatientPreference)
}

fn taper(days: &[(i64, f64)]) -> Command {
    Command::PlanTaper {
        order: order_id(1),
        steps: days.iter().map(|(on, mg)| TaperStep { on: in_days(*on), regimen: daily(*mg) }).collect(),
        reason: words("They wish to stop"),
    }
}

fn held() -> Vec<Event> {
    after(on("sertraline"), [psychiatrist().asks(hold(1))])
}

#[test]
fn who_declined_gets_no_more_of_it_and_may_always_have_less() {
    let declining = || declining("sertraline").days_later(7);
    for more in [rise(), renew(30, 0)] {
        refused(on("sertraline"), declining().asks(more), Error::ConsentDeclined);
    }
    refused(held(), declining().asks(resume(1)), Error::ConsentDeclined);
    let end = taper(&[(7, 25.0), (14, 0.0)]);
    for less in [fall(), hold(1), stop(1), end] {
        accepted(on("sertraline"), declining().asks(less));
    }
    let agreed = || decided(psychiatrist(), "sertraline", Consent::Given).days_later(7);
    accepted(on("sertraline"), agreed().asks(rise()));
    accepted(held(), agreed().asks(resume(1)));
}

#[test]
fn an_emergency_does_not_change_what_the_patient_said() {
    let urgent = declining("sertraline").days_later(7).for_an_emergency();
    refused(on("sertraline"), urgent.asks(renew(30, 0)), Error::ConsentDeclined);
}

#[test]
fn a_plan_or_a_stay_that_was_not_looked_at_lets_nothing_go_on() {
    let no_plan = || psychiatrist().days_later(7).knowing(|facts| facts.plan = None);
    let no_stay = || psychiatrist().days_later(7).knowing(|facts| facts.episode = None);
    for more in [rise(), renew(30, 0)] {
        refused(on("sertraline"), no_plan().asks(more.clone()), Error::ConsentRequired);
        refused(on("sertraline"), no_stay().asks(more), Error::EpisodeNotActive);
    }
    accepted(on("sertraline"), no_plan().knowing(|facts| facts.episode = None).asks(fall()));
}

#[test]
fn after_the_stay_no_dose_rises_and_no_hold_ends() {
    for readmitted in [false, true] {
        let gone = || discharged(readmitted).days_later(7);
        refused(on("sertraline"), gone().asks(rise()), Error::EpisodeNotActive);
        refused(held(), gone().asks(resume(1)), Error::EpisodeNotActive);
        for less in [fall(), hold(1), stop(1), taper(&[(7, 25.0), (14, 0.0)])] {
            accepted(on("sertraline"), gone().asks(less));
        }
    }
}

#[test]
fn while_the_stay_is_paused_supplies_go_on_and_doses_do_not_rise() {
    let away = || in_stage(Stage::Paused(Phase::Titrating)).days_later(7);
    refused(on("sertraline"), away().asks(rise()), Error::EpisodeNotActive);
    refused(held(), away().asks(resume(1)), Error::EpisodeNotActive);
    let renewed = accepted(on("sertraline"), away().asks(renew(90, 1)));
    assert!(matches!(renewed.as_slice(), [Event::MedicationRenewed { bridging: false, .. }]));
}

#[test]
fn after_the_stay_one_supply_bridges_the_time_to_whoever_prescribes_on() {
    let gone = || discharged(false).days_later(7);
    let most = Error::BridgeTooLong { most_days: 30 };
    for (days, refills) in [(31, 0), (30, 1)] {
        refused(on("sertraline"), gone().asks(renew(days, refills)), most.clone());
    }
    let bridged = after(on("sertraline"), [gone().asks(renew(30, 0))]);
    assert!(matches!(bridged.last(), Some(Event::MedicationRenewed { bridging: true, .. })));
    refused(bridged.clone(), gone().asks(renew(14, 0)), Error::AlreadyBridged);
    // A correction is no way round it, and less is always possible.
    let correct = |days, refills| Command::Correct {
        order: order_id(1),
        correction: Correction::Supply(Supply { days, refills }),
        reason: words("Written wrongly"),
    };
    let short = after(on("sertraline"), [gone().asks(renew(14, 0))]);
    refused(short, gone().asks(correct(30, 0)), Error::AlreadyBridged);
    refused(bridged.clone(), gone().asks(correct(31, 0)), most.clone());
    refused(on("sertraline"), gone().asks(correct(365, 11)), most.clone());
    refused(on("sertraline"), declining("sertraline").asks(correct(365, 11)), Error::ConsentDeclined);
    accepted(bridged.clone(), gone().asks(correct(14, 0)));
    // In an open stay it goes on as before.
    accepted(bridged, psychiatrist().days_later(7).asks(renew(30, 3)));
}

#[test]
fn a_taper_is_supplied_to_its_end_after_the_stay_and_after_a_refusal() {
    let steps = taper(&[(0, 0.375), (14, 0.25), (28, 0.125), (42, 0.0)]);
    let given = after(on("clonazepam"), [psychiatrist().asks(steps)]);
    for by in [discharged(false), declining("clonazepam")] {
        let by = || by.clone().days_later(14);
        accepted(given.clone(), by().asks(renew(14, 0)));
        let twice = after(given.clone(), [by().asks(renew(14, 0))]);
        accepted(twice, by().asks(renew(28, 0)));
        let beyond = Error::SupplyBeyondTaper { until: in_days(42) };
        refused(given.clone(), by().asks(renew(29, 0)), beyond.clone());
        refused(given.clone(), by().asks(renew(7, 1)), beyond);
    }
    let over = declining("clonazepam").days_later(43);
    refused(given, over.asks(renew(7, 0)), Error::ConsentDeclined);
}

#[test]
fn a_combination_that_holds_a_declined_substance_is_declined() {
    let combination = "buprenorphine-naloxone-sl";
    let prescribed = |by: Asking| by.prescribes(order(1, combination));
    let alone = "buprenorphine-sl";
    refused(prepared(&[combination]), prescribed(declining(alone)), Error::ConsentDeclined);
    // Who agreed to the combination knows what is in it; who agreed to a part did not agree to the rest.
    let chosen = decided(declining(alone), combination, Consent::Given);
    accepted(prepared(&[combination]), prescribed(chosen));
    let part = decided(psychiatrist(), alone, Consent::Given);
    accepted(prepared(&[combination]), prescribed(part));
    let other = decided(psychiatrist(), combination, Consent::Declined);
    accepted(prepared(&[alone]), other.prescribes(order(1, alone)));
}

#[test]
fn what_gives_more_reads_the_stay_of_the_order_and_its_plan() {
    let patient = PatientId::new(Uuid::from_u128(7));
    let state = State::Chart(Box::new(folded(&on("sertraline"))));
    let reads = |command| state.reads(&crate::Command::Chart(command), patient, []);
    let both = [StreamRef::episode(patient, &stay().program), StreamRef::treatment_plan(patient, stay().id)];
    for more in [rise(), renew(30, 0), resume(1)] {
        assert_eq!(reads(more), both);
    }
    for less in [fall(), hold(1), stop(1), Command::ConfirmNoKnownAllergies] {
        assert_eq!(reads(less), []);
    }
    let unknown = Command::Resume { order: OrderId::new(Uuid::from_u128(9)), acknowledgements: Vec::new() };
    assert_eq!(reads(unknown), []);
}
