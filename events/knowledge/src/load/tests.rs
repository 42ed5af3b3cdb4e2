//! Rules as sentences.

use super::{Fault, Files};
use crate::{ConditionId, IngredientId, Ruleset, RulesetVersion};

fn version() -> RulesetVersion {
    RulesetVersion::parse("test").unwrap()
}

/// Loads the embedded tables with one piece of one of them replaced; the piece must be there.
fn with(file: &str, from: &str, to: &str) -> Result<(), Fault> {
    let files = Files::embedded();
    let text = files.text(file).unwrap();
    assert!(text.contains(from), "{from:?} is in {file}");
    let altered = text.replacen(from, to, 1);
    match Ruleset::load(version(), &files.with(file, altered)) {
        Ok(_) => Ok(()),
        Err(error) => {
            assert!(error.line > 0, "{error}");
            Err(error.fault)
        }
    }
}

#[test]
fn the_embedded_tables_have_no_fault() {
    let rules = Ruleset::load(version(), &Files::embedded());
    assert_eq!(rules.err(), None);
}

#[test]
fn a_table_that_was_changed_has_another_version() {
    let files = Files::embedded();
    let version = files.version();
    assert_eq!(Ruleset::embedded().version(), &version);
    let mut seen = std::collections::BTreeSet::from([version.as_str().to_owned()]);
    for name in Files::NAMES {
        let text = files.text(name).unwrap();
        let signed = files.clone().with(name, text.replacen(",,\n", ",R. Ph.,2026-12-01\n", 1)).version();
        assert!(seen.insert(signed.as_str().to_owned()), "{name}");
        let windows = files.clone().with(name, text.replace('\n', "\r\n")).version();
        assert_eq!(windows, version, "{name}");
    }
}

#[test]
fn an_unsigned_ruleset_says_so() {
    let rules = Ruleset::load(version(), &Files::embedded()).unwrap();
    assert!(!rules.is_reviewed());
    assert_eq!(rules.version().as_str(), "test");
}

#[test]
fn a_name_that_no_row_bears_is_refused_wherever_it_is_used() {
    let unknown = |name: &str| Err(Fault::UnknownIngredient(name.to_owned()));
    assert_eq!(with("interactions.csv", "lithium,@nsaid", "lithum,@nsaid"), unknown("lithum"));
    assert_eq!(with("drugs.csv", "Sertraline,sertraline,", "Sertraline,sertralin,"), unknown("sertralin"));
    assert_eq!(with("consent_rules.csv", ",disulfiram,", ",disulfram,"), unknown("disulfram"));
    let misspelt = with("substance_use_medications.csv", ",acamprosate,", ",acamprosat,");
    assert_eq!(misspelt, unknown("acamprosat"));
    let class = Err(Fault::UnknownClass("nsaids".to_owned()));
    assert_eq!(with("interactions.csv", "lithium,@nsaid,", "lithium,@nsaids,"), class);
    let condition = Err(Fault::UnknownCondition("seizures".to_owned()));
    assert_eq!(with("condition_rules.csv", "seizure-disorder", "seizures"), condition);
    assert_eq!(with("lab_rules.csv", ",qtc,", ",qtd,"), Err(Fault::UnknownLab("qtd".to_owned())));
    assert_eq!(with("missing_rules.csv", ",qtc,", ",qtd,"), Err(Fault::UnknownLab("qtd".to_owned())));
    assert_eq!(with("drugs.csv", ",b1,T1", ",b9,T1"), Err(Fault::UnknownBoxedWarning("b9".to_owned())));
}

#[test]
fn a_name_that_is_there_twice_is_refused() {
    let twice = Err(Fault::DuplicateId("fluoxetine".to_owned()));
    assert_eq!(with("drugs.csv", "sertraline,Sertraline", "fluoxetine,Sertraline"), twice);
    assert_eq!(with("ingredients.csv", "sertraline,Sertraline", "fluoxetine,Sertraline"), twice);
    let rule = Err(Fault::DuplicateId("ddi.lithium.nsaid".to_owned()));
    assert_eq!(with("interactions.csv", "ddi.lithium.sglt2", "ddi.lithium.nsaid"), rule);
}

#[test]
fn a_row_without_source_is_refused() {
    assert_eq!(with("drugs.csv", "Sertraline PI 2", ""), Err(Fault::EmptySource));
    assert_eq!(with("interactions.csv", "Phenelzine PI 4", " "), Err(Fault::EmptySource));
}

#[test]
fn a_signature_has_a_name_and_a_day() {
    assert_eq!(with("drugs.csv", "Sertraline PI 2,,", "Sertraline PI 2,R. Ph.,"), Err(Fault::HalfSigned));
    assert_eq!(with("drugs.csv", "Sertraline PI 2,,", "Sertraline PI 2,R. Ph.,2026-12-01"), Ok(()));
}

#[test]
fn numbers_that_contradict_each_other_are_refused() {
    let maxima = Err(Fault::Contradiction("soft_max_mg", "hard_max_mg"));
    assert_eq!(with("drugs.csv", "20,20-60,60,80", "20,20-60,90,80"), maxima);
    let start = Err(Fault::Contradiction("start_mg", "hard_max_mg"));
    assert_eq!(with("drugs.csv", "50,50-200,,200", "250,50-200,,200"), start);
    assert_eq!(with("labs.csv", "ms,200,800", "ms,800,200"), Err(Fault::Contradiction("lowest", "highest")));
    assert_eq!(with("scales.csv", "phq9,5,9", "phq9,6,9"), Err(Fault::Contradiction("lowest", "highest")));
    let deadline = Err(Fault::Contradiction("contact_minutes", "decide_minutes"));
    assert_eq!(with("escalation.csv", "grade-3,60,240", "grade-3,300,240"), deadline);
    let space = Err(Fault::Contradiction("action", "days_after_a"));
    assert_eq!(with("interactions.csv", "space,14,14", "space,,"), space);
    let blocks = Err(Fault::Contradiction("severity", "action"));
    assert_eq!(with("interactions.csv", "moderate,monitor", "moderate,block"), blocks);
    let valid = Err(Fault::Contradiction("valid_from", "valid_to"));
    assert_eq!(with("policies.csv", "2020-03-16,2026-12-31", "2027-03-16,2026-12-31"), valid);
    let checked = Err(Fault::Contradiction("rxcui_checked", "rxcui"));
    assert_eq!(with("ingredients.csv", "36437,yes", ",yes"), checked);
}

#[test]
fn a_value_that_the_column_does_not_take_is_refused() {
    let invalid = |column, value: &str| Err(Fault::InvalidValue { column, value: value.to_owned() });
    assert_eq!(with("drugs.csv", ",T1,yes", ",T9,yes"), invalid("taper", "T9"));
    assert_eq!(with("drugs.csv", ",T1,yes", ",T1,maybe"), invalid("prescribable", "maybe"));
    assert_eq!(with("drugs.csv", "50,50-200,,200", "lots,50-200,,200"), invalid("start_mg", "lots"));
    assert_eq!(with("drugs.csv", "sertraline,oral", "sertraline,orally"), invalid("routes", "orally"));
    assert_eq!(with("interactions.csv", "moderate,monitor", "mild,monitor"), invalid("severity", "mild"));
    assert_eq!(with("ingredients.csv", "36437,yes", "x36437,yes"), invalid("rxcui", "x36437"));
    let id = Err(Fault::InvalidId("Sertraline".to_owned()));
    assert_eq!(with("drugs.csv", "sertraline,Sertraline", "Sertraline,Sertraline"), id);
}

#[test]
fn an_alias_of_two_substances_is_refused_unless_it_is_a_combination() {
    let ambiguous = Err(Fault::AmbiguousAlias("prozac".to_owned()));
    assert_eq!(with("ingredients.csv", "zoloft", "zoloft|prozac"), ambiguous);
    let empty = Err(Fault::EmptyAlias("oral tablet".to_owned()));
    assert_eq!(with("ingredients.csv", "zoloft", "oral tablet"), empty);
}

#[test]
fn a_code_or_name_of_two_conditions_is_refused() {
    let ambiguous = Err(Fault::AmbiguousCondition("alcoholism".to_owned()));
    assert_eq!(with("conditions.csv", "bipolar disorder|", "alcoholism|"), ambiguous);
}

#[test]
fn a_row_that_code_needs_must_be_there() {
    let renamed = |name: &str| Fault::InvalidValue { column: "id", value: name.to_owned() };
    assert_eq!(
        with("special_rules.csv", "map.unrecognised", "map.unrecognized"),
        Err(renamed("map.unrecognized"))
    );
    assert_eq!(with("limits.csv", "cows-minimum", "cows-least"), Err(Fault::MissingRow("cows-minimum")));
    assert_eq!(
        with("coordination.csv", "consult.urgent,24,Program rule,,\n", ""),
        Err(Fault::MissingRow("consult.urgent"))
    );
    assert_eq!(with("coordination.csv", "consult.urgent", "consult.asap"), Err(renamed("consult.asap")));
    assert_eq!(with("escalation.csv", "grade-3", "grade-6"), Err(Fault::MissingRow("grade-3")));
    assert_eq!(
        with("policies.csv", "refill.ii.max,refill.ii.max", "refill.2.max,refill.2.max"),
        Err(Fault::MissingRow("refill.ii.max"))
    );
}

#[test]
fn a_table_that_is_no_table_is_refused_with_its_place() {
    assert_eq!(with("labs.csv", "ms,200,800", "ms,200"), Err(Fault::Malformed));
    assert_eq!(with("labs.csv", "lowest", "least"), Err(Fault::MissingColumn("lowest")));
    let text = Files::embedded().text("labs.csv").unwrap().replacen("ms,200,800", "ms,x,800", 1);
    let error = Ruleset::load(version(), &Files::embedded().with("labs.csv", text)).unwrap_err();
    assert_eq!((error.file, error.line), ("labs.csv", 2));
    assert!(error.to_string().starts_with("labs.csv, line 2: "), "{error}");
}

#[test]
fn a_rule_about_missed_doses_names_a_drug_and_agrees_with_its_row() {
    let unknown = Err(Fault::UnknownDrug("clozapin".to_owned()));
    assert_eq!(with("missed_doses.csv", "clozapine,clozapine", "clozapine,clozapin"), unknown);
    let hours = Err(Fault::Contradiction("after_hours", "restart_hours"));
    assert_eq!(with("missed_doses.csv", "clozapine,48", "clozapine,72"), hours);
    assert_eq!(with("missed_doses.csv", "lamotrigine,120,restart", "lamotrigine,120,reassess"), hours);
    let twice = Err(Fault::DuplicateId("clozapine".to_owned()));
    assert_eq!(with("missed_doses.csv", "lamotrigine,lamotrigine,120", "lamotrigine,clozapine,48"), twice);
    let limits = Err(Fault::Contradiction("adherence-outreach", "adherence-good"));
    assert_eq!(with("limits.csv", "adherence-outreach,50", "adherence-outreach,90"), limits);
}

#[test]
fn every_drug_that_loses_tolerance_and_every_depot_says_what_is_done_about_missed_doses() {
    let rules = Ruleset::load(version(), &Files::embedded()).unwrap();
    for drug in rules.drugs() {
        let depot = drug.routes.iter().any(|route| drug.is_depot(*route));
        let needed = depot || drug.restart_hours.is_some();
        assert!(!needed || rules.missed_doses(&drug.id).is_some(), "{}", drug.id.as_str());
    }
}

#[test]
fn a_schedule_climbs_and_its_rows_agree() {
    let falls = Err(Fault::Contradiction("dose_mg", "schedule"));
    assert_eq!(with("titrations.csv", "rifampin,50,1,14", "rifampin,25,1,14"), falls);
    let step = Err(Fault::Contradiction("dose_mg", "every_days"));
    assert_eq!(with("titrations.csv", "rifampin,50,1,14", "rifampin,50,0,14"), step);
    let rows = Err(Fault::Contradiction("schedule", "with"));
    assert_eq!(with("titrations.csv", ",valproate,,25,1,14", ",,,25,1,14"), rows);
    let again = Err(Fault::DuplicateId("lamotrigine.alone".to_owned()));
    assert_eq!(
        with("titrations.csv", "varenicline.week,varenicline", "lamotrigine.alone,varenicline"),
        again
    );
    let unknown = Err(Fault::InvalidValue { column: "drug", value: "lamotrigin".to_owned() });
    assert_eq!(with("titrations.csv", ".alone,lamotrigine,", ".alone,lamotrigin,"), unknown);
}

#[test]
fn a_schedule_begins_somewhere_and_names_what_is_known() {
    let nowhere = Err(Fault::EmptyText("after_start_days"));
    assert_eq!(with("monitoring.csv", "lithium-level,,,5|12,5", "lithium-level,,,,5"), nowhere);
    let unknown = Err(Fault::UnknownLab("lithium-levl".to_owned()));
    assert_eq!(with("monitoring.csv", "lithium,lithium-level", "lithium,lithium-levl"), unknown);
    let backwards = Err(Fault::Contradiction("after_start_days", "every_days"));
    assert_eq!(with("monitoring.csv", "5|12", "12|5"), backwards);
    for bad in ["7..182", "7..182/0", "182..7/7", "0", "x"] {
        let fault = Fault::InvalidValue { column: "after_start_days", value: bad.to_owned() };
        assert_eq!(with("monitoring.csv", "7..182/7", bad), Err(fault), "{bad}");
    }
    let hours = Err(Fault::Contradiction("least_hours", "most_hours"));
    assert_eq!(with("level_timing.csv", "lithium-level,10,14", "lithium-level,14,10"), hours);
    let bounds = Err(Fault::Contradiction("below", "above"));
    assert_eq!(with("critical_values.csv", "anc,1000,,", "anc,,,"), bounds);
}

#[test]
fn an_injection_and_what_is_done_about_a_late_one_agree() {
    let days = Err(Fault::Contradiction("least_days", "every_days"));
    assert_eq!(with("injections.csv", "naltrexone-er-im,28,28,7", "naltrexone-er-im,28,29,7"), days);
    let plan = Err(Fault::Contradiction("loading", "days"));
    assert_eq!(with("injections.csv", "156@7:3-11", "156@7:8-11"), plan);
    assert_eq!(with("injections.csv", "234@0|156@7", "234@8|156@7"), plan);
    let value = |column, value: &str| Err(Fault::InvalidValue { column, value: value.to_owned() });
    assert_eq!(with("injections.csv", "234@0|", "much@0|"), value("loading", "much@0"));
    assert_eq!(with("injections.csv", ",gluteal,gluteal,", ",arm,gluteal,"), value("sites", "arm"));
    let unknown = Err(Fault::UnknownDrug("naltrexone-im".to_owned()));
    assert_eq!(with("injections.csv", "naltrexone-er-im", "naltrexone-im"), unknown);
    let tablet = Err(Fault::MissingRow("depot"));
    assert_eq!(with("injections.csv", "naltrexone-er-im", "naltrexone-oral"), tablet);
    let counts = Err(Fault::Contradiction("given_from", "given_to"));
    assert_eq!(with("late_injections.csv", "inj.aripiprazole,1,2,", "inj.aripiprazole,3,2,"), counts);
    let of = value("injection", "inj.naltrexon");
    assert_eq!(with("late_injections.csv", "inj.naltrexone,", "inj.naltrexon,"), of);
    let silent = Err(Fault::MissingRow("late"));
    assert_eq!(with("late_injections.csv", "inj.naltrexone,", "inj.haloperidol,"), silent);
}

#[test]
fn a_trial_is_of_a_drug_for_a_condition_and_its_numbers_agree() {
    let row = "trial.sertraline.depression,sertraline,major-depression,50,phq9,6,25,8,50";
    let altered = |from: &str, to: &str| with("trials.csv", row, &row.replacen(from, to, 1));
    assert_eq!(altered(",sertraline,", ",sertralin,"), Err(Fault::UnknownDrug("sertralin".to_owned())));
    let condition = Err(Fault::UnknownCondition("depression".to_owned()));
    assert_eq!(altered(",major-depression,", ",depression,"), condition);
    assert_eq!(altered(",6,25,8,50", ",9,25,8,50"), Err(Fault::Contradiction("none_weeks", "partial_weeks")));
    let percent = Err(Fault::Contradiction("none_percent", "partial_percent"));
    assert_eq!(altered(",6,25,8,50", ",6,60,8,50"), percent);
    let twice = Err(Fault::DuplicateId("trial.fluoxetine.depression".to_owned()));
    assert_eq!(with("trials.csv", "depression,fluoxetine,", "depression,sertraline,"), twice);
}

#[test]
fn a_medication_tells_of_substance_use_when_a_row_says_so_or_no_row_knows_it() {
    let rules = Ruleset::embedded();
    let tells = |names: &[&str]| {
        let ids: Vec<_> = names.iter().map(|name| IngredientId::parse(name).unwrap()).collect();
        rules.treats_substance_use(&ids)
    };
    for name in
        ["buprenorphine", "methadone", "naltrexone", "disulfiram", "acamprosate", "lofexidine", "naloxone"]
    {
        assert!(tells(&[name]) && tells(&["bupropion", name]), "{name}");
    }
    assert!(!tells(&["sertraline"]) && !tells(&[]) && tells(&["sertralin"]));
}

#[test]
fn a_condition_tells_of_substance_use_by_its_code_and_when_it_has_none() {
    let rules = Ruleset::embedded();
    let tells = |name: &str| rules.tells_of_substance_use(&ConditionId::parse(name).unwrap());
    assert!(tells("opioid-use-disorder") && tells("alcohol-withdrawal"));
    assert!(!tells("major-depression") && !tells("insomnia"));
    assert!(tells("alcohol-active-use"), "it has no code");
    assert!(tells("nobody-knows-it"));
}
