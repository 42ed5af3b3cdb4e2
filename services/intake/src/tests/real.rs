//! Whole records: one that is written down here, and those that others generated, where the checkout has them.

use concord_kernel::Text;

use super::build::{issues, labs, now};
use crate::{Allergies, Intake, Problem, Use, read_bundle};

fn ann_doe() -> Intake {
    read_bundle("ann_doe.json", include_bytes!("ann_doe.json"), now(), labs()).unwrap()
}

/// The generated records; none, and said so, where the checkout has none.
fn samples() -> Vec<Intake> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/fhir");
    let Ok(listing) = std::fs::read_dir(folder) else {
        println!("ABSENT: {folder}: nothing was checked against generated records");
        return Vec::new();
    };
    let mut paths: Vec<_> = listing.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let name = |path: &std::path::Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    paths
        .iter()
        .map(|path| read_bundle(&name(path), &std::fs::read(path).unwrap(), now(), labs()).unwrap())
        .collect()
}

#[test]
fn a_whole_record_is_read_and_what_the_chart_cannot_take_is_named() {
    let intake = ann_doe();
    assert_eq!(intake.patient.name.expose().expose(), "Ann B. Doe");
    let conditions: Vec<_> = intake.conditions.iter().map(|condition| condition.name.expose()).collect();
    assert_eq!(conditions, ["Major depression, recurrent"]);
    assert_eq!(intake.left_out.past_conditions, 1);
    let Allergies::Known(allergies) = &intake.allergies else { panic!("{:?}", intake.allergies) };
    assert_eq!(allergies.iter().map(|a| a.substance.expose()).collect::<Vec<_>>(), ["Penicillin"]);
    let medications: Vec<_> =
        intake.medications.iter().map(|m| (m.name.expose(), m.regimen.is_some())).collect();
    assert_eq!(
        medications,
        [("Sertraline 50 MG Oral Tablet", true), ("Oxycodone Hydrochloride 5 MG Oral Tablet", false)]
    );
    assert!(intake.medications.iter().all(|medication| !matches!(medication.usage, Use::Ended(_))));
    assert_eq!(intake.results.iter().map(|result| result.value).collect::<Vec<_>>(), [0.8]);
    assert!(issues(&intake).iter().any(|(path, problem)| {
        path.starts_with("Bundle.entry[7].resource") && *problem == Problem::WrongUnit
    }));
    assert!(issues(&intake).iter().any(|(path, _)| path.starts_with("Bundle.entry[5].resource")));
    assert_eq!((issues(&intake).len(), intake.further_issues), (2, 0), "{:?}", intake.issues);
}

#[test]
fn a_record_that_is_cut_off_is_refused_with_file_and_place() {
    let whole = include_bytes!("ann_doe.json");
    let cut = read_bundle("cut.json", &whole[..whole.len() / 2], now(), labs()).unwrap_err();
    let said = cut.to_string();
    assert!(said.starts_with("cut.json: Bundle.entry["), "{said}");
    assert!(!said.contains("Doe") && !said.contains("Sertraline"), "{said}");
}

#[test]
fn an_outside_opioid_beside_an_ssri_is_seen() {
    let names: Vec<_> = ann_doe().medications.iter().map(|m| m.name.expose().to_lowercase()).collect();
    for drug in ["oxycodone", "sertraline"] {
        assert!(names.iter().any(|name| name.contains(drug)), "{drug}: {names:?}");
    }
}

#[test]
fn generated_records_are_read() {
    for intake in samples() {
        println!("{}: {:?} {:?}", intake.file, intake.left_out, intake.not_for_the_chart);
        for medication in &intake.medications {
            println!("  {} {:?} {:?}", medication.name.expose(), medication.usage, medication.regimen);
        }
        for issue in &intake.issues {
            println!("  {}: {} ({:?})", issue.path, issue.problem, issue.about.as_ref().map(Text::expose));
        }
        assert!(!intake.medications.is_empty() && !intake.conditions.is_empty(), "{}", intake.file);
        // A result in a unit of something else is all that these records hold and a chart cannot take.
        let lost = intake.issues.iter().filter(|issue| !issue.problem.is_admitted());
        assert!(
            lost.clone().all(|issue| issue.problem == Problem::WrongUnit),
            "{}: {:?}",
            intake.file,
            lost.collect::<Vec<_>>()
        );
    }
}

#[test]
fn generated_outside_opioids_beside_an_ssri_are_seen() {
    let samples = samples();
    let found: Vec<_> = samples.iter().filter(|intake| intake.file.starts_with("Roberto_Graham")).collect();
    assert_eq!(found.is_empty(), samples.is_empty(), "the generated record with opioids is gone");
    for intake in found {
        let names: Vec<_> = intake.medications.iter().map(|m| m.name.expose().to_lowercase()).collect();
        for drug in ["oxycodone", "hydrocodone", "sertraline"] {
            assert!(names.iter().any(|name| name.contains(drug)), "{drug}");
        }
    }
}
