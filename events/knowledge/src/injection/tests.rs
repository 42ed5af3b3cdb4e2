use super::*;
use crate::{Frequency, Route};

fn row(drug: &str, every: u8, route: Route) -> Option<&'static Injection> {
    let regimen =
        Regimen { dose: Milligrams::parse(1.0).unwrap(), frequency: Frequency::EveryDays(every), route };
    Ruleset::embedded().injection(&DrugId::parse(drug).unwrap(), &regimen)
}

fn rule(drug: &str, given: u16, days: i64) -> Option<(&'static str, LateAction)> {
    let found = row(drug, 28, Route::Intramuscular).unwrap().late(given, days)?;
    Some((found.id.as_str(), found.action))
}

#[test]
fn an_order_is_injected_by_the_row_of_its_interval_and_a_tablet_by_none() {
    let id = |row: Option<&'static Injection>| row.map(|row| row.id.as_str());
    let weekly = "buprenorphine-er-weekly";
    assert_eq!(id(row(weekly, 7, Route::Subcutaneous)), Some("inj.buprenorphine-weekly"));
    assert_eq!(id(row(weekly, 28, Route::Subcutaneous)), Some("inj.buprenorphine-weekly-28"));
    assert_eq!(id(row("aripiprazole-lai", 30, Route::Intramuscular)), Some("inj.aripiprazole"));
    assert_eq!(id(row("aripiprazole-lai", 20, Route::Intramuscular)), None);
    assert_eq!(id(row("aripiprazole", 28, Route::Oral)), None);
}

/// Source: Abilify Maintena PI 2.3, Invega Sustenna PI 2.3.
#[test]
fn how_late_and_after_how_many_decides_what_is_done() {
    use LateAction::{Give, OralCover, Reinitiate, Reload};
    assert_eq!(rule("aripiprazole-lai", 1, 35), None);
    assert_eq!(rule("aripiprazole-lai", 2, 36), Some(("late.aripiprazole.early", OralCover)));
    assert_eq!(rule("aripiprazole-lai", 3, 42), None);
    assert_eq!(rule("aripiprazole-lai", 3, 43), Some(("late.aripiprazole.later", OralCover)));
    assert_eq!(rule("paliperidone-lai", 1, 12), Some(("late.paliperidone.second", Give)));
    assert_eq!(rule("paliperidone-lai", 1, 28), Some(("late.paliperidone.second-4-weeks", Reload)));
    assert_eq!(rule("paliperidone-lai", 1, 50), Some(("late.paliperidone.second-7-weeks", Reinitiate)));
    assert_eq!(rule("paliperidone-lai", 5, 42), None);
    assert_eq!(rule("paliperidone-lai", 5, 43), Some(("late.paliperidone.monthly", Reload)));
    assert_eq!(rule("paliperidone-lai", 5, 183), Some(("late.paliperidone.6-months", Reinitiate)));
    assert_eq!(rule("naltrexone-er-im", 1, 36), Some(("late.naltrexone", LateAction::Reassess)));
}

#[test]
fn a_plan_holds_what_is_ordered_up_to_its_limit() {
    let mg = |mg| Milligrams::parse(mg).unwrap();
    let row = row("paliperidone-lai", 28, Route::Intramuscular).unwrap();
    let plan = row.plan(&RuleId::parse("late.paliperidone.monthly").unwrap()).unwrap();
    let amounts = |ordered: f64| plan.iter().map(|step| step.amount.of(mg(ordered)).mg()).collect::<Vec<_>>();
    assert_eq!(amounts(234.0), [156.0, 156.0, 234.0]);
    assert_eq!(amounts(117.0), [117.0, 117.0, 117.0]);
    let days: Vec<_> = row.plan(&row.id).unwrap().iter().map(|step| (step.on, step.from, step.to)).collect();
    assert_eq!(days, [(0, 0, 0), (7, 3, 11), (35, 35, 42)]);
}

#[test]
fn a_depot_from_outside_is_known_by_its_name() {
    let rules = Ruleset::embedded();
    let days = |name: &str| rules.depot_days(name, &rules.recognise_medication(name, &[]).ingredients);
    assert_eq!(days("Vivitrol 380 mg"), Some(28));
    assert_eq!(days("Haloperidol decanoate"), Some(28));
    assert_eq!(days("naltrexone 380 MG Injection"), Some(28));
    assert_eq!(days("naltrexone 50 MG Oral Tablet"), None);
    assert_eq!(days("insulin glargine 100 UNT/ML Injection"), None);
    assert_eq!(days("some depot"), Some(28), "what nobody can map acts as long as a monthly one");
}

#[test]
fn risperidone_shows_that_paliperidone_is_tolerated() {
    let rules = Ruleset::embedded();
    let shows = |drug: &str, taken: &str| {
        let row = row(drug, 28, Route::Intramuscular).unwrap();
        rules.shows_tolerability(row, &[IngredientId::parse(taken).unwrap()])
    };
    assert!(shows("paliperidone-lai", "risperidone") && shows("paliperidone-lai", "paliperidone"));
    assert!(!shows("paliperidone-lai", "olanzapine") && !shows("aripiprazole-lai", "risperidone"));
    assert!(!row("naltrexone-er-im", 28, Route::Intramuscular).unwrap().asks_for_tolerability());
}
