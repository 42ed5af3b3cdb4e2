//! Rules as sentences.

use crate::Ruleset;

/// The substances found, and whether nothing is left over.
fn read(name: &str) -> (Vec<String>, bool) {
    coded(name, &[])
}

fn coded(name: &str, codings: &[(&str, &str)]) -> (Vec<String>, bool) {
    let found = Ruleset::embedded().recognise_medication(name, codings);
    (found.ingredients.iter().map(|id| id.as_str().to_owned()).collect(), found.complete)
}

fn all_of(name: &str, ingredients: &[&str]) {
    let expected: Vec<String> = ingredients.iter().map(|&id| id.to_owned()).collect();
    assert_eq!(read(name), (expected, true), "{name}");
}

#[test]
fn names_of_real_records_are_recognised_in_their_many_spellings() {
    for (name, ingredients) in [
        ("0.25 ML Leuprolide Acetate 30 MG/ML Prefilled Syringe", &["leuprolide"][..]),
        ("1 ML DOCEtaxel 20 MG/ML Injection", &["docetaxel"]),
        ("10 ML Furosemide 10 MG/ML Injection", &["furosemide"]),
        ("24 HR metoprolol succinate 100 MG Extended Release Oral Tablet [Toprol]", &["metoprolol"]),
        ("Acetaminophen 325 MG / oxyCODONE Hydrochloride 5 MG Oral Tablet", &["acetaminophen", "oxycodone"]),
        ("Acetaminophen/Hydrocodone", &["acetaminophen", "hydrocodone"]),
        ("Amoxicillin 250 MG / Clavulanate 125 MG Oral Tablet", &["amoxicillin", "clavulanate"]),
        ("Carbamazepine[Tegretol]", &["carbamazepine"]),
        ("Cisplatin 50 MG Injection", &["cisplatin"]),
        ("Clonazepam [Klonopin]", &["clonazepam"]),
        ("Diazepam [Valium]", &["diazepam"]),
        ("Fluoxetine 25MG", &["fluoxetine"]),
        ("Hydrochlorothiazide 25 MG", &["hydrochlorothiazide"]),
        ("Lasix 40mg", &["furosemide"]),
        ("Naproxen sodium 220 MG Oral Tablet", &["naproxen"]),
        ("Verapamil Hydrochloride 40 MG", &["verapamil"]),
        ("Vitamin B 12 5 MG/ML Injectable Solution", &["cyanocobalamin"]),
        ("Warfarin Sodium 5 MG Oral Tablet", &["warfarin"]),
        ("Buprenorphine/Naloxone", &["buprenorphine", "naloxone"]),
        ("buprenorphine and naloxone hydrochloride", &["buprenorphine", "naloxone"]),
        ("Suboxone 8mg/2mg film", &["buprenorphine", "naloxone"]),
        ("72 HR Fentanyl 0.025 MG/HR Transdermal System", &["fentanyl"]),
        ("NuvaRing 0.12/0.015 MG per 24HR 21 Day Vaginal Ring", &["ethinyl-estradiol", "etonogestrel"]),
        ("lithium carbonate ER 450 mg", &["lithium"]),
        ("Potassium Chloride 20 MEQ", &["potassium-chloride"]),
        ("St. John's Wort", &["st-johns-wort"]),
    ] {
        all_of(name, ingredients);
    }
    let cough = "Acetaminophen 21.7 MG/ML / Dextromethorphan Hydrobromide 1 MG/ML / doxylamine succinate 0.417 \
                 MG/ML Oral Solution";
    all_of(cough, &["acetaminophen", "dextromethorphan", "doxylamine"]);
}

#[test]
fn what_is_left_over_makes_the_answer_incomplete() {
    for (name, found) in [
        ("Losartan HCT", &["losartan"][..]),
        ("Tylenol Cold", &["acetaminophen"]),
        ("Benadryl-D", &["diphenhydramine"]),
        ("Aspirin / Unheardofine 5 MG", &["aspirin"]),
        ("Lisinopril / potassium", &["lisinopril"]),
        ("Lisinopril and potassium", &["lisinopril"]),
        ("Sertraline with magnesium", &["sertraline"]),
        ("Sertraline [and grandmother's drops", &["sertraline"]),
        ("Sertraline 50 MG Oral Tablet [Grandmother's drops]", &["sertraline"]),
        ("Sertraline [Unheardofine] 50 MG", &["sertraline"]),
        ("mystery tonic", &[]),
        ("Sodium 5 MG", &[]),
        ("", &[]),
        ("[Suboxon]", &[]),
    ] {
        let found: Vec<String> = found.iter().map(|&id| id.to_owned()).collect();
        assert_eq!(read(name), (found, false), "{name}");
    }
}

#[test]
fn only_whole_words_name_a_substance() {
    for name in ["Fluoxetinelike", "xsertraline", "methadonex 5 MG", "norcodeine"] {
        assert_eq!(read(name), (vec![], false), "{name}");
    }
    // The longer name wins over the shorter one in it.
    all_of("Penicillin V Potassium 250 MG", &["penicillin-v"]);
    all_of("esomeprazole 20 mg", &["esomeprazole"]);
}

const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";

#[test]
fn an_ingredient_code_is_recognised_and_a_product_code_is_not_trusted() {
    assert_eq!(coded("", &[(RXNORM, "36437")]), (vec!["sertraline".to_owned()], true));
    assert_eq!(coded("Sertraline 100MG", &[(RXNORM, "36437")]), (vec!["sertraline".to_owned()], true));
    assert_eq!(coded("", &[(RXNORM, "1049221")]), (vec![], false));
    assert_eq!(coded("", &[("http://snomed.info/sct", "36437")]), (vec![], false));
}

#[test]
fn a_code_that_nobody_checked_names_nothing() {
    // Oxycodone's recalled code.
    assert_eq!(coded("", &[(RXNORM, "7804")]), (vec![], false));
}

#[test]
fn a_code_and_a_name_that_disagree_are_both_kept_and_incomplete() {
    let both = vec!["fluoxetine".to_owned(), "sertraline".to_owned()];
    assert_eq!(coded("Fluoxetine 20 MG", &[(RXNORM, "36437")]), (both, false));
}

fn condition(name: &str, codings: &[(&str, &str)]) -> Option<String> {
    Ruleset::embedded().recognise_condition(name, codings).map(|id| id.as_str().to_owned())
}

#[test]
fn a_condition_is_recognised_by_code_before_name() {
    let (snomed, icd) = ("http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm");
    let is = |found: Option<String>, id: &str| assert_eq!(found.as_deref(), Some(id));
    is(condition("Major depression disorder", &[(snomed, "370143000")]), "major-depression");
    is(condition("whatever", &[(snomed, "5602001")]), "opioid-use-disorder");
    is(condition("", &[(icd, "F11.20")]), "opioid-use-disorder");
    is(condition("", &[(icd, "F41.1")]), "gad");
    is(condition("", &[(icd, "F41.9")]), "anxiety");
    is(condition("", &[(icd, "F10.231")]), "alcohol-withdrawal");
    is(condition("Hypertension", &[(snomed, "84757009")]), "seizure-disorder");
}

#[test]
fn a_condition_is_recognised_by_its_plain_name() {
    let is = |name: &str, id: &str| assert_eq!(condition(name, &[]).as_deref(), Some(id), "{name}");
    is("Alcoholism", "alcohol-use-disorder");
    is("Opioid abuse (disorder)", "opioid-use-disorder");
    is("Posttraumatic stress disorder", "ptsd");
    is("Chronic congestive heart failure (disorder)", "heart-failure");
    is("Epilepsy", "seizure-disorder");
    assert_eq!(condition("Sprain of wrist", &[("http://snomed.info/sct", "70704007")]), None);
    assert_eq!(condition("", &[]), None);
    assert_eq!(condition("", &[("http://hl7.org/fhir/sid/icd-10-cm", "\u{e9}\u{e9}")]), None);
}
