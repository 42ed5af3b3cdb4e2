//! What is present, and who the patient is.

use serde_json::{Value, json};

use super::build::{bundle, condition, intake, issues, patient, read, with};
use crate::{IntakeError, Problem, Sex};

#[test]
fn present_conditions_are_listed_and_past_ones_counted() {
    for (status, listed) in [
        ("active", true),
        ("recurrence", true),
        ("relapse", true),
        ("inactive", false),
        ("remission", false),
        ("resolved", false),
    ] {
        let read = intake(&[condition("Epilepsy", status, "confirmed")]);
        assert_eq!(read.conditions.len(), usize::from(listed), "{status}");
        assert_eq!(read.left_out.past_conditions, usize::from(!listed), "{status}");
    }
}

#[test]
fn verification_decides_whether_a_condition_stands() {
    for (status, listed, problem) in [
        ("confirmed", true, None),
        ("unconfirmed", true, Some(Problem::Unconfirmed)),
        ("provisional", true, Some(Problem::Unconfirmed)),
        ("differential", false, Some(Problem::Differential)),
        ("refuted", false, None),
        ("entered-in-error", false, None),
    ] {
        let read = intake(&[condition("Epilepsy", "active", status)]);
        assert_eq!(read.conditions.len(), usize::from(listed), "{status}");
        assert_eq!(read.issues.first().map(|i| i.problem), problem, "{status}");
    }
}

#[test]
fn without_status_an_abatement_says_that_it_is_over() {
    let bare =
        with(condition("Epilepsy", "", ""), json!({ "clinicalStatus": null, "verificationStatus": null }));
    assert_eq!(intake(std::slice::from_ref(&bare)).conditions.len(), 1);
    let abated = with(bare, json!({ "abatementString": "as a child" }));
    assert!(intake(&[abated]).conditions.is_empty());
    let both =
        with(condition("Epilepsy", "active", "confirmed"), json!({ "abatementDateTime": "2020-01-01" }));
    let read = intake(&[both]);
    assert_eq!(read.conditions.len(), 1);
    assert_eq!(issues(&read), [("Bundle.entry[1].resource.abatementDateTime", Problem::Contradiction)]);
}

#[test]
fn onset_is_listed_when_the_record_names_the_day() {
    let since = |more: Value| {
        let read = intake(&[with(condition("Epilepsy", "active", "confirmed"), more)]);
        (read.conditions[0].onset_on.map(|day| day.to_string()), read.issues.first().map(|i| i.problem))
    };
    assert_eq!(
        since(json!({ "onsetDateTime": "2019-03-04T23:30:00-05:00" })),
        (Some("2019-03-04".into()), None)
    );
    assert_eq!(since(json!({ "onsetPeriod": { "start": "2019-03-04" } })), (Some("2019-03-04".into()), None));
    assert_eq!(since(json!({ "onsetDateTime": "2019-03" })), (None, Some(Problem::ImpreciseDate)));
    assert_eq!(since(json!({ "onsetString": "as a child" })), (None, Some(Problem::ImpreciseDate)));
    assert_eq!(since(json!({ "onsetDateTime": "last year" })), (None, Some(Problem::NotADate)));
}

fn admitted(more: Value) -> Result<crate::Intake, IntakeError> {
    let mut document = bundle(&[]);
    document["entry"][0]["resource"] = with(patient(), more);
    read(&document)
}

#[test]
fn the_official_name_in_use_is_taken() {
    let names = json!({ "name": [
        { "use": "maiden", "text": "Ann Old" },
        { "use": "official", "text": "Ann Former", "period": { "end": "2020-01-01" } },
        { "use": "official", "family": "Doe", "given": ["Ann", "B."] }
    ] });
    assert_eq!(admitted(names).unwrap().patient.name.expose().expose(), "Ann B. Doe");
    let path = "Bundle.entry[0].resource.name".to_owned();
    let unnamed = admitted(json!({ "name": [{ "use": "official" }] }));
    assert_eq!(unnamed, Err(IntakeError::PatientUnusable { file: "a.json".to_owned(), path }));
}

#[test]
fn a_birth_date_is_needed_and_may_be_a_year() {
    let year = admitted(json!({ "birthDate": "1961" })).unwrap();
    assert_eq!(year.patient.born_on.expose().to_string(), "1961-01-01");
    assert_eq!(issues(&year), [("Bundle.entry[0].resource.birthDate", Problem::ImpreciseBirthDate)]);
    for bad in [json!(null), json!("1961-02-30"), json!("2031-01-01"), json!("+196"), json!(1961)] {
        let path = "Bundle.entry[0].resource.birthDate".to_owned();
        let refused = IntakeError::PatientUnusable { file: "a.json".to_owned(), path };
        assert_eq!(admitted(json!({ "birthDate": bad })), Err(refused));
    }
}

#[test]
fn sex_at_birth_goes_before_gender() {
    let at_birth = json!([{ "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "F" }]);
    let sex = |more: Value| admitted(more).unwrap().patient.sex;
    assert_eq!(sex(json!({ "gender": "male", "extension": at_birth })), Sex::Female);
    assert_eq!(sex(json!({ "gender": "male" })), Sex::Male);
    assert_eq!(sex(json!({ "gender": "other" })), Sex::Unknown);
    assert_eq!(sex(json!({ "gender": null })), Sex::Unknown);
}

#[test]
fn a_death_is_flagged() {
    let path = "Bundle.entry[0].resource.deceasedDateTime";
    let dead = admitted(json!({ "deceasedDateTime": "1987-10-19T14:38:07+00:00" })).unwrap();
    assert!(dead.patient.deceased);
    assert_eq!(issues(&dead), [(path, Problem::Deceased)]);
    assert!(admitted(json!({ "deceasedBoolean": true })).unwrap().patient.deceased);
    assert!(!admitted(json!({ "deceasedBoolean": false })).unwrap().patient.deceased);
}
