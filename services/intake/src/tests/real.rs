//! Records that others generated, where the checkout has them beside it.

use concord_kernel::Text;

use super::build::{labs, now};
use crate::{Intake, Problem, read_bundle};

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
fn outside_opioids_beside_an_ssri_are_seen() {
    for intake in samples().iter().filter(|intake| intake.file.starts_with("Roberto_Graham")) {
        let names: Vec<_> = intake.medications.iter().map(|m| m.name.expose().to_lowercase()).collect();
        for drug in ["oxycodone", "hydrocodone", "sertraline"] {
            assert!(names.iter().any(|name| name.contains(drug)), "{drug}");
        }
    }
}
