use proptest::prelude::*;

use super::*;
use crate::safety::{Allergy, ReactionKind, ReactionSeverity};

/// Rules that a further medication may answer, so that they fall silent.
const ANSWERED_BY_ANOTHER: &str = "dc.antidepressant.bipolar";

fn any_ingredient() -> impl Strategy<Value = IngredientId> {
    let rows = &Ruleset::embedded().substances.rows;
    let any = (0..rows.len()).prop_map(|at| rows[at].id.clone());
    // Substances that many rules speak about, so that histories meet them.
    let busy = ingredients(&[
        "lithium",
        "phenelzine",
        "methadone",
        "citalopram",
        "quetiapine",
        "valproate",
        "lamotrigine",
        "bupropion",
        "buprenorphine",
        "naltrexone",
        "clonazepam",
        "carbamazepine",
    ]);
    prop_oneof![any, prop::sample::select(busy)]
}

fn any_regimen() -> impl Strategy<Value = Option<Regimen>> {
    let frequency = prop_oneof![
        Just(Frequency::Daily),
        Just(Frequency::FourTimesDaily),
        (2_u8..=90).prop_map(Frequency::EveryDays)
    ];
    let route = prop_oneof![Just(Route::Oral), Just(Route::Sublingual), Just(Route::Intramuscular)];
    let regimen = (0_u32..5_000, frequency, route).prop_map(|(mg, frequency, route)| Regimen {
        dose: Milligrams::parse(f64::from(mg)).unwrap(),
        frequency,
        route,
    });
    prop::option::of(regimen)
}

fn any_exposure() -> impl Strategy<Value = Exposure> {
    let ingredients = prop::collection::vec(any_ingredient(), 0..3);
    let ended = prop::option::of(-2_i64..60);
    (any::<u128>(), ingredients, any_regimen(), any::<bool>(), ended, any::<bool>()).prop_map(
        |(number, ingredients, regimen, active, ended, tapering)| Exposure {
            id: id(number),
            ingredients,
            drug: None,
            regimen,
            active,
            last_dose_at: ended.map(|days| now().plus_days(-days)),
            tapering,
            purpose: None,
        },
    )
}

fn any_subject() -> impl Strategy<Value = Subject> {
    let rules = Ruleset::embedded();
    let condition = (0..rules.conditions.rows.len()).prop_map(move |at| rules.conditions.rows[at].id.clone());
    let result = (0..rules.labs.rows.len(), 0.0..600.0_f64, 0_i64..400).prop_map(move |(at, value, days)| {
        LatestResult { lab: rules.labs.rows[at].id.clone(), value, taken_at: now().plus_days(-days) }
    });
    let allergy = prop::option::of(any_ingredient()).prop_map(|ingredient| Allergy {
        ingredient,
        severity: ReactionSeverity::Severe,
        kind: ReactionKind::Allergy,
    });
    let allergies = prop_oneof![
        Just(Allergies::Unknown),
        Just(Allergies::NoneKnown),
        prop::collection::vec(allergy, 0..3).prop_map(Allergies::Known)
    ];
    (
        prop::collection::vec(any_exposure(), 0..8),
        prop::collection::vec(condition, 0..4),
        prop::collection::vec(result, 0..5),
        allergies,
        prop::option::of(any::<bool>()),
    )
        .prop_map(|(exposures, conditions, results, allergies, may_become_pregnant)| Subject {
            may_become_pregnant,
            allergies,
            conditions,
            results,
            ..patient(exposures)
        })
}

fn any_proposal() -> impl Strategy<Value = Option<Proposal>> {
    let drugs: Vec<DrugId> = Ruleset::embedded().drugs().map(|drug| drug.id.clone()).collect();
    let proposal = (prop::sample::select(drugs), any_regimen()).prop_map(|(drug, regimen)| {
        let usual = propose(drug.as_str());
        Proposal { regimen: regimen.unwrap_or(usual.regimen), ..usual }
    });
    prop::option::of(proposal)
}

proptest! {
    #[test]
    fn the_same_chart_gives_the_same_answer_worst_first(subject in any_subject(), proposal in any_proposal()) {
        let rules = Ruleset::embedded();
        let found = rules.check(&subject, proposal.as_ref(), now());
        prop_assert_eq!(&found, &rules.check(&subject, proposal.as_ref(), now()));
        prop_assert!(found.is_sorted_by(|a, b| (a.severity, a.action) >= (b.severity, b.action)));
        let mut keys: Vec<_> = found.iter().map(|finding| &finding.key).collect();
        keys.sort();
        keys.dedup();
        prop_assert_eq!(keys.len(), found.len());
    }

    #[test]
    fn the_order_of_a_chart_changes_nothing(subject in any_subject(), proposal in any_proposal()) {
        let rules = Ruleset::embedded();
        let mut turned = subject.clone();
        turned.exposures.reverse();
        turned.conditions.reverse();
        let (one, other) = (
            rules.check(&subject, proposal.as_ref(), now()),
            rules.check(&turned, proposal.as_ref(), now()),
        );
        prop_assert_eq!(one, other);
    }

    #[test]
    fn a_further_medication_takes_no_finding_about_others_away(
        subject in any_subject(),
        more in any_exposure(),
        proposal in any_proposal(),
    ) {
        let rules = Ruleset::embedded();
        let before = rules.check(&subject, proposal.as_ref(), now());
        let mut larger = subject.clone();
        larger.exposures.push(more.clone());
        let after = rules.check(&larger, proposal.as_ref(), now());
        for finding in before {
            let others = finding.key.about.iter().all(|about| !more.ingredients.contains(about));
            if others && finding.key.rule.as_str() != ANSWERED_BY_ANOTHER {
                let same = after.iter().find(|other| other.key == finding.key);
                prop_assert!(same.is_some(), "{:?}", finding.key);
                prop_assert!(same.unwrap().severity >= finding.severity, "{:?}", finding.key);
            }
        }
    }

    #[test]
    fn only_a_washout_ends_by_itself(subject in any_subject(), proposal in any_proposal()) {
        for finding in Ruleset::embedded().check(&subject, proposal.as_ref(), now()) {
            prop_assert_eq!(finding.until.is_some(), finding.action == Action::Space);
            prop_assert!(finding.until.is_none_or(|until| until > now()));
        }
    }

    #[test]
    fn any_text_is_read_without_harm(name in ".{0,80}") {
        let found = Ruleset::embedded().recognise_medication(&name, &[]);
        prop_assert!(!found.complete || !found.ingredients.is_empty());
        let _ = Ruleset::embedded().recognise_condition(&name, &[("http://hl7.org/fhir/sid/icd-10", &name)]);
    }
}
