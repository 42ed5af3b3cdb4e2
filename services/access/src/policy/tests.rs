//! The policies that are built in, and what is refused as policies.

use std::path::Path;

use concord_domain::Relationship;
use concord_kernel::{Purpose, Role};
use strum::VariantArray;

use super::{Policies, PolicyFault, PolicyFile, SCHEMA_FILE, files};
use crate::{Act, Action, Question};

fn file(name: &str, text: &str) -> PolicyFile {
    PolicyFile { name: name.to_owned(), text: text.to_owned() }
}

fn fault(text: &str) -> PolicyFault {
    Policies::read(vec![file("own.cedar", text)]).unwrap_err()
}

#[test]
fn what_the_policies_permit_is_what_was_reviewed() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/policies/matrix.csv");
    let found = Policies::embedded().matrix();
    if std::env::var_os("CONCORD_BLESS").is_some() {
        std::fs::write(&golden, &found).unwrap();
    }
    let reviewed = std::fs::read_to_string(&golden).unwrap();
    for (line, (found, reviewed)) in found.lines().zip(reviewed.lines()).enumerate() {
        assert_eq!(found, reviewed, "line {}; CONCORD_BLESS=1 writes it anew, for review", line + 1);
    }
    assert_eq!(found, reviewed);
}

#[test]
fn every_act_and_question_is_permitted_to_somebody_and_none_to_everybody() {
    let reviewed = Policies::embedded().matrix();
    for action in Action::all() {
        let lines = || reviewed.lines().filter(|line| line.split(',').next() == Some(action.name()));
        assert!(lines().next().is_some(), "{}", action.name());
        let partners = matches!(action.name(), "Contribute" | "Feed");
        assert_eq!(lines().any(|line| line.contains(",partner,")), partners, "{}", action.name());
    }
}

#[test]
fn every_relationship_class_and_purpose_is_named_by_the_schema_as_it_is_here() {
    for relationship in Relationship::VARIANTS {
        let name: &str = relationship.into();
        assert!(files::SCHEMA.contains(&format!("\"{name}\"")), "{name}");
    }
    for role in Role::ALL {
        assert!(files::SCHEMA.contains(&format!("\"{role}\"")), "{role}");
    }
}

#[test]
fn a_colleague_breaks_the_glass_and_reaches_what_their_role_does_for_their_own() {
    let policies = Policies::embedded();
    for role in [Role::Psychiatrist, Role::Pmhnp, Role::Nurse] {
        for question in [Question::Worklist, Question::Course, Question::Timeline, Question::Reconciled] {
            let ruling = policies.on_question(role, question);
            let denied = ruling.given(Some(Relationship::Colleague)).unwrap_err();
            assert_eq!(denied.policy.as_deref(), Some("treating-relationship"));
            assert!(denied.by_relationship && !denied.hidden, "they know the roster");
            assert!(ruling.given(Some(Relationship::BrokenGlass)).is_ok());
        }
        let ruling = |act, purpose| policies.ruling(role, Action::Act(act), purpose);
        let breaks = |purpose| ruling(Act::BreakGlass, purpose).given(Some(Relationship::Colleague)).is_ok();
        assert!(breaks(Purpose::Emergency) && breaks(Purpose::Treatment));
        assert!(!breaks(Purpose::Operations) && !breaks(Purpose::Payment));
        for act in [Act::JoinTeam, Act::ManageTeam] {
            let ruling = ruling(act, Purpose::Treatment);
            assert!(ruling.given(Some(Relationship::BrokenGlass)).is_err(), "never a standing grant");
            assert!(ruling.given(Some(Relationship::Colleague)).is_err(), "nor a way around it");
        }
    }
}

#[test]
fn a_director_reads_numbers_and_a_privacy_officer_who_looked_and_neither_a_chart() {
    let policies = Policies::embedded();
    let may = |role, question| policies.on_question(role, question).given(None).is_ok();
    let about = |role, question| policies.on_question(role, question).given(Some(Relationship::None)).is_ok();
    for question in Question::VARIANTS.iter().copied() {
        let director = matches!(question, Question::Outcomes | Question::Roster | Question::SigningRights);
        assert_eq!(may(Role::Director, question), director, "{question:?}");
        assert_eq!(
            may(Role::PrivacyOfficer, question),
            matches!(question, Question::BrokenGlass | Question::EveryBrokenGlass | Question::Feeds),
            "{question:?}"
        );
        let accounts = matches!(question, Question::AccessLog | Question::Consents);
        assert_eq!(about(Role::PrivacyOfficer, question), accounts, "{question:?}");
        assert!(!about(Role::Director, question), "{question:?}");
    }
}

#[test]
fn what_is_not_permitted_names_no_policy_and_what_is_forbidden_names_which() {
    let policies = Policies::embedded();
    let cosign = policies.ruling(Role::Nurse, Action::Act(Act::Cosign), Purpose::Treatment);
    let denied = cosign.given(Some(Relationship::CareTeam)).unwrap_err();
    assert_eq!((denied.policy, denied.by_relationship, denied.hidden), (None, false, false));
    let course = policies.on_question(Role::Therapist, Question::Caseload);
    let denied = course.given(Some(Relationship::Colleague)).unwrap_err();
    assert!(denied.hidden, "whoever sees their own clients only finds no trace of others");
    let granted = course.given(Some(Relationship::CareTeam)).unwrap();
    assert_eq!((&*granted.policy, granted.version.as_str().len()), ("therapists-read", 16));
}

#[test]
fn other_policies_are_another_version() {
    let mut other = files::embedded();
    let same = Policies::read(other.clone()).unwrap();
    assert_eq!(same.version(), Policies::embedded().version());
    other[0].text.push_str("// reviewed\n");
    assert_ne!(Policies::read(other).unwrap().version(), same.version());
}

#[test]
fn a_program_may_forbid_more() {
    let mut own = files::embedded();
    let text = r#"@id("no-audits-here") forbid (principal, action == Action::"Audit", resource);"#;
    own.push(file("own.cedar", text));
    let policies = Policies::read(own).unwrap();
    let ruling = policies.ruling(Role::Auditor, Action::Act(Act::Audit), Purpose::Audit);
    assert_eq!(ruling.given(None).unwrap_err().policy.as_deref(), Some("no-audits-here"));
}

#[test]
fn what_the_schema_does_not_know_is_refused_with_file_and_line() {
    let unknown = [
        ("\n\n@id(\"a\") permit (principal in Role::\"doctor\", action, resource);", 3),
        ("@id(\"a\")\npermit (principal, action == Action::\"Prescibe\", resource);", 2),
        (
            "@id(\"a\")\npermit (principal, action, resource)\nwhen { context.relationship == Relationship::\"friend\" };",
            3,
        ),
        ("@id(\"a\") permit (principal, action, resource) when { context.reason == \"x\" };", 1),
        ("@id(\"a\")\npermit (principal, action, resource", 2),
    ];
    for (text, at) in unknown {
        let PolicyFault::Text { file, line, said } = fault(text) else { unreachable!("{:?}", fault(text)) };
        assert_eq!((file.as_str(), line), ("own.cedar", at), "{text}: {said}");
        assert!(!said.is_empty());
    }
}

#[test]
fn a_policy_has_a_name_of_its_own() {
    let all = "permit (principal, action, resource);";
    assert!(matches!(fault(all), PolicyFault::Unnamed { .. }));
    let twice = format!("@id(\"a\") {all}\n@id(\"a\") {all}");
    assert!(matches!(fault(&twice), PolicyFault::Twice { .. }));
    let template = "@id(\"a\") permit (principal == ?principal, action, resource);";
    assert!(matches!(fault(template), PolicyFault::Template { .. }));
    assert_eq!(fault("// nothing"), PolicyFault::None);
}

#[test]
fn the_schema_is_the_programs() {
    let mut own = files::embedded();
    own.push(file(SCHEMA_FILE, files::SCHEMA));
    assert!(Policies::read(own.clone()).is_ok());
    own.pop();
    own.push(file(SCHEMA_FILE, "entity Person;"));
    assert!(matches!(Policies::read(own).unwrap_err(), PolicyFault::ForeignSchema { .. }));
}

#[test]
fn other_policies_than_those_reviewed_are_seen() {
    let mut own = files::embedded();
    let nurses =
        "@id(\"more\") permit (principal in Role::\"nurse\", action == Action::\"Prescribe\", resource);";
    own.push(file("own.cedar", nurses));
    assert_ne!(Policies::read(own).unwrap().matrix(), Policies::embedded().matrix());
}
