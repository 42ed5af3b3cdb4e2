//! Any accepted history, whatever was asked.

use concord_kernel::{Instant, StreamKind};
use concord_knowledge::{Action, IngredientId, Milligrams, Ruleset};
use proptest::prelude::*;

use super::super::*;
use super::told::*;
use crate::DomainEvent;

const DRUGS: [&str; 8] = [
    "sertraline",
    "phenelzine",
    "lithium",
    "clonazepam",
    "bupropion-xl",
    "buprenorphine-naloxone-sl",
    "naltrexone-oral",
    "lamotrigine",
];
const OUTSIDE: [&str; 7] =
    ["ibuprofen", "phenelzine", "methadone", "tramadol", "oxycodone", "lisinopril", "grandmother's drops"];
const CONDITIONS: [&str; 3] = ["seizure disorder", "bipolar disorder", "asthma"];
const CAUSES: [Cause; 3] = [Cause::PlannedTitration, Cause::PatientPreference, Cause::PlannedTaper];

/// One thing that somebody asks for; numbers are few, so that commands meet.
#[derive(Clone, Debug)]
enum Wish {
    Prescribe { number: u128, drug: usize, starts_in: i64, answered: bool },
    Adjust { number: u128, percent: u64, cause: usize },
    Course { number: u128, what: u8 },
    Outside { number: u128, name: usize },
    End { number: u128, ago: Option<i64> },
    LastDose { number: u128, ago: i64, ours: bool },
    Background { what: u8, which: usize, value: u16 },
    Reconcile { keep: bool },
    Override { drug: usize, cosign: bool },
    Resolve { which: usize },
}

fn wish() -> impl Strategy<Value = Wish> {
    let number = 0..5_u128;
    prop_oneof![
        5 => (number.clone(), 0..DRUGS.len(), 0..3_i64, any::<bool>()).prop_map(
            |(number, drug, starts_in, answered)| Wish::Prescribe { number, drug, starts_in, answered }
        ),
        3 => (number.clone(), 1..30_u64, 0..CAUSES.len())
            .prop_map(|(number, tenths, cause)| Wish::Adjust { number, percent: tenths * 10, cause }),
        5 => (number.clone(), 0..10_u8).prop_map(|(number, what)| Wish::Course { number, what }),
        3 => (number.clone(), 0..OUTSIDE.len()).prop_map(|(number, name)| Wish::Outside { number, name }),
        2 => (number.clone(), proptest::option::of(0..60_i64)).prop_map(|(number, ago)| Wish::End { number, ago }),
        1 => (number, 0..60_i64, any::<bool>()).prop_map(|(number, ago, ours)| Wish::LastDose { number, ago, ours }),
        2 => (0..5_u8, 0..3_usize, 0..300_u16)
            .prop_map(|(what, which, value)| Wish::Background { what, which, value }),
        1 => any::<bool>().prop_map(|keep| Wish::Reconcile { keep }),
        1 => (0..DRUGS.len(), any::<bool>()).prop_map(|(drug, cosign)| Wish::Override { drug, cosign }),
        1 => (0..4_usize).prop_map(|which| Wish::Resolve { which }),
    ]
}

/// What the wish asks for on this chart.
fn asked(wish: &Wish, chart: &Chart, now: Instant) -> Vec<Asked> {
    let prescriber = || psychiatrist().at(now);
    let everybody = || nurse().at(now);
    match *wish {
        Wish::Prescribe { number, drug, starts_in, answered } => {
            let start_on = now.plus_days(starts_in).day();
            let mut order = NewOrder { start_on, ..order(number, DRUGS[drug]) };
            if answered {
                order.acknowledgements = answers(chart, &order, now);
            }
            vec![prescriber().prescribes(order)]
        }
        Wish::Adjust { number, percent, cause } => {
            let Some(order) = chart.orders.get(&order_id(number)) else { return Vec::new() };
            let mut to = order.regimen;
            let hundredths = to.dose.micrograms() * percent / 100;
            to.dose = Milligrams::from_micrograms(hundredths);
            vec![prescriber().asks(adjust(number, to, CAUSES[cause].clone()))]
        }
        Wish::Course { number, what } => vec![prescriber().asks(course(number, what, now))],
        Wish::Outside { number, name } => vec![everybody().asks(outside(number, OUTSIDE[name]))],
        Wish::End { number, ago } => vec![everybody().asks(Command::EndOutsideMedication {
            medication: outside_id(number),
            last_dose_at: ago.map(|days| now.plus_days(-days)),
            reason: words("Over"),
        })],
        Wish::LastDose { number, ago, ours } => vec![everybody().asks(Command::RecordLastDose {
            medication: if ours {
                MedicationRef::Order(order_id(number))
            } else {
                MedicationRef::Outside(outside_id(number))
            },
            at: now.plus_days(-ago),
        })],
        Wish::Background { what, which, value } => {
            vec![everybody().asks(background(what, which, value, now))]
        }
        Wish::Reconcile { keep } => {
            let action = if keep { ReconcileAction::Continues } else { ReconcileAction::NoLongerTaken };
            let lines =
                chart.outside.keys().map(|medication| ReconciledEntry { medication: *medication, action });
            vec![everybody().asks(Command::Reconcile { entries: lines.collect(), note: None })]
        }
        Wish::Override { drug, cosign: signed } => overrides(chart, DRUGS[drug], signed, now),
        Wish::Resolve { which } => {
            let Some(known) = chart.findings.get(which) else { return Vec::new() };
            let resolution = words("Seen to");
            vec![prescriber().asks(Command::ResolveInteraction { finding: known.key.clone(), resolution })]
        }
    }
}

fn course(number: u128, what: u8, now: Instant) -> Command {
    match what {
        0 => hold(number),
        1 => resume(number),
        2 => Command::Stop {
            order: order_id(number),
            reason: StopReason::PatientChoice,
            last_dose_at: None,
            abrupt_because: Some(words("They insist")),
        },
        3 => Command::Stop {
            order: order_id(number),
            reason: StopReason::PatientChoice,
            last_dose_at: Some(now),
            abrupt_because: None,
        },
        4 => Command::PlanTaper {
            order: order_id(number),
            steps: [(0, 12.5), (30, 0.0)]
                .map(|(days, mg)| TaperStep { on: now.plus_days(days).day(), regimen: daily(mg) })
                .to_vec(),
            reason: words("Agreed"),
        },
        6 => Command::PlanTitration {
            order: order_id(number),
            steps: [(14, 50.0), (28, 100.0)]
                .map(|(days, mg)| TitrationStep { on: now.plus_days(days).day(), regimen: daily(mg) })
                .to_vec(),
            reason: words("Agreed"),
            acknowledgements: Vec::new(),
        },
        7 => Command::AdvanceTitration {
            order: order_id(number),
            rests_on: TitrationBasis::WellTolerated,
            note: words("Well tolerated"),
            acknowledgements: Vec::new(),
        },
        8 => Command::Switch(Box::new(Switch {
            from: order_id(number),
            to: NewOrder { start_on: now.day(), ..order(number + 1, DRUGS[0]) },
            overlap_until: now.plus_days(14).day(),
            taper: Vec::new(),
            reason: words("No response"),
        })),
        _ => Command::Renew {
            order: order_id(number),
            supply: Supply { days: 30, refills: 1 },
            modality: OrderModality::InPerson,
            legal_basis: Some(LegalBasis::InPersonEvaluation),
            acknowledgements: Vec::new(),
        },
    }
}

fn background(what: u8, which: usize, value: u16, now: Instant) -> Command {
    match what {
        0 => has_condition(CONDITIONS[which]),
        1 => Command::ResolveCondition { name: words(CONDITIONS[which]) },
        2 => allergy(DRUGS[which]),
        3 => Command::RefuteAllergy { substance: words(DRUGS[which]), reason: words("Tolerated") },
        _ => Command::RecordResult {
            lab: lab("lithium-level"),
            value: f64::from(value) / 100.0,
            unit: "mmol/L".to_owned(),
            taken_at: now,
            last_dose_at: None,
        },
    }
}

fn proposed(chart: &Chart, order: &NewOrder, now: Instant) -> Vec<concord_knowledge::Finding> {
    let proposal = concord_knowledge::safety::Proposal {
        drug: order.drug.clone(),
        regimen: order.regimen,
        replaces: None,
        purpose: Some(order.indication.clone()),
    };
    Ruleset::embedded().check(&chart.subject(now), Some(&proposal), now)
}

fn answers(chart: &Chart, order: &NewOrder, now: Instant) -> Vec<Acknowledgement> {
    let asking = proposed(chart, order, now).into_iter().filter(|f| f.action == Action::Acknowledge);
    asking.map(|f| Acknowledgement { finding: f.key, reason: words("Weighed"), longer_use: None }).collect()
}

fn overrides(chart: &Chart, name: &str, signed: bool, now: Instant) -> Vec<Asked> {
    let findings = proposed(chart, &order(0, name), now);
    let keys = findings.into_iter().filter(|f| f.action == Action::BlockUnlessCosigned).map(|f| f.key);
    keys.flat_map(|key| {
        let second = signed.then(|| pharmacist().at(now).asks(cosign(key.clone())));
        std::iter::once(psychiatrist().at(now).asks(over(key))).chain(second)
    })
    .collect()
}

/// Whether rules that nobody may override stand between two orders that are both taken.
fn forbidden_together(chart: &Chart, now: Instant) -> Vec<String> {
    let taken: Vec<&IngredientId> =
        chart.orders.values().filter(|order| order.held_at.is_none()).flat_map(|o| &o.ingredients).collect();
    let mut subject = chart.subject(now);
    subject.exposures.retain(|exposure| exposure.drug.is_some() && exposure.active);
    Ruleset::embedded()
        .check(&subject, None, now)
        .into_iter()
        .filter(|finding| matches!(finding.action, Action::Block | Action::Space))
        .filter(|finding| finding.key.about.len() > 1 && finding.key.about.iter().all(|i| taken.contains(&i)))
        .map(|finding| finding.key.rule.as_str().to_owned())
        .collect()
}

/// What stands against an order that was just written or resumed, with whatever else the patient takes, and that
/// neither may pass at all nor was co-signed.
fn let_through(chart: &Chart, command: &Command, now: Instant) -> Vec<String> {
    let id = if let Command::Prescribe(order) = command {
        order.order
    } else if let Command::Switch(switch) = command {
        switch.to.order
    } else if let Command::Resume { order, .. } = command {
        *order
    } else {
        return Vec::new();
    };
    let order = &chart.orders[&id];
    let cosigned = |key: &concord_knowledge::FindingKey| {
        chart.override_of(key).is_some_and(|given| given.cosigned_at.is_some())
    };
    // What an earlier order of the same drug leaves behind is not brought by this one.
    let mut subject = chart.subject(now);
    let of_order = |about: &IngredientId| order.ingredients.contains(about);
    subject.exposures.retain(|exposure| exposure.active || !exposure.ingredients.iter().any(of_order));
    Ruleset::embedded()
        .check(&subject, None, now)
        .into_iter()
        .filter(|finding| finding.key.about.iter().any(|about| order.ingredients.contains(about)))
        .filter(|finding| match finding.action {
            Action::Block | Action::Space => true,
            Action::BlockUnlessCosigned => !cosigned(&finding.key),
            Action::Monitor | Action::Adjust | Action::Acknowledge => false,
        })
        .map(|finding| finding.key.rule.as_str().to_owned())
        .collect()
}

fn replayed(events: &[Event]) -> Chart {
    let mut chart = Chart::default();
    for event in events {
        let stored = DomainEvent::Chart(event.clone()).encode();
        let read = DomainEvent::decode(StreamKind::MedicationChart, &stored).expect("it was just written");
        let DomainEvent::Chart(read) = read else { panic!("another kind of event") };
        chart.fold(read);
    }
    chart
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_accepted_history_replays_to_the_same_chart_and_keeps_it_safe(
        wishes in proptest::collection::vec((wish(), 0..6_i64), 1..60),
    ) {
        let mut events = prepared(&DRUGS);
        let mut chart = folded(&events);
        let mut now = noon();
        for (wish, days) in wishes {
            now = now.plus_days(days);
            for issued in asked(&wish, &chart, now) {
                let Ok(new) = chart.decide(&issued) else { continue };
                for event in new {
                    chart.fold(event.clone());
                    events.push(event);
                }
                let together = forbidden_together(&chart, now);
                prop_assert!(together.is_empty(), "{together:?} after {:?}", issued.command);
                let passed = let_through(&chart, &issued.command, now);
                prop_assert!(passed.is_empty(), "{passed:?} after {:?}", issued.command);
            }
        }
        prop_assert_eq!(&replayed(&events), &chart);
        let kept = serde_json::to_vec(&chart).expect("a chart can be kept");
        prop_assert_eq!(&serde_json::from_slice::<Chart>(&kept).expect("and read"), &chart);
    }
}

/// The property above would say little if nothing were ever accepted.
#[test]
fn histories_are_not_empty() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let (mut accepted, mut prescribed, mut refused) = (0, 0, 0);
    for _ in 0..40 {
        let wishes = proptest::collection::vec(wish(), 40).new_tree(&mut runner).unwrap().current();
        let mut chart = folded(&prepared(&DRUGS));
        let mut now = noon();
        for wish in wishes {
            now = now.plus_days(2);
            for issued in asked(&wish, &chart, now) {
                match chart.decide(&issued) {
                    Ok(new) => {
                        accepted += 1;
                        prescribed += usize::from(matches!(issued.command, Command::Prescribe(_)));
                        for event in new {
                            chart.fold(event);
                        }
                    }
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(accepted > 400 && prescribed > 60 && refused > 200, "{accepted} {prescribed} {refused}");
}
