//! Rules as sentences.

use super::{Fault, Files};
use crate::{Ruleset, RulesetVersion};

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
