//! The rules for making rules, one test each.

mod calendar;

use std::collections::BTreeMap;

use concord_kernel::{Day, Instant, PersonId, Role};
use concord_knowledge::program::NotTaken;
use concord_knowledge::{DrugId, Files, RulesetVersion};

use super::*;
use crate::testing::{By, by, by_person, instant, noon, text, uuid};
use crate::{Explain, Issued};

const DRUGS: &str = "id,name,ingredients,routes,schedule,start_mg,usual_mg,soft_max_mg,hard_max_mg,step_mg,step_days,restart_hours,boxed_warning,taper,prescribable,excipients,source,reviewed_by,reviewed_on\n";

/// Sertraline with another label maximum.
fn sertraline(most: &str) -> BTreeMap<String, String> {
    let row = format!(
        "sertraline,Sertraline,sertraline,oral,,50,50-200,,{most},50,7,,b1,T1,yes,,Sertraline PI 2,,\n"
    );
    BTreeMap::from([("drugs.csv".to_owned(), format!("{DRUGS}{row}"))])
}

fn propose(most: &str) -> Command {
    proposed_from(most, None)
}

fn proposed_from(most: &str, valid_from: Option<Day>) -> Command {
    Command::Propose { tables: sertraline(most), valid_from, reason: text("Our clients are older.") }
}

fn sign(ruleset: &RulesetVersion, name: &str) -> Command {
    Command::Sign { ruleset: ruleset.clone(), name: text(name) }
}

fn decided(given: &[Event], asked: &Issued<Command>) -> Result<Vec<Event>, Error> {
    let mut state = Rulesets::default();
    given.iter().cloned().for_each(|event| state.fold(event));
    state.decide(asked)
}

fn then(given: &[Event], by: By, command: Command) -> Vec<Event> {
    let more = decided(given, &by.asks(command)).unwrap();
    given.iter().cloned().chain(more).collect()
}

fn refused(given: &[Event], by: By, command: Command) -> Error {
    decided(given, &by.asks(command)).unwrap_err()
}

fn pharmacist() -> By {
    by_person(Role::Pharmacist, 1)
}

fn director() -> By {
    by_person(Role::Psychiatrist, 2)
}

fn version(events: &[Event]) -> RulesetVersion {
    let Some(Event::RulesetProposed { ruleset, .. }) = events.first() else { panic!("{events:?}") };
    ruleset.clone()
}

/// A proposal that was signed by both.
fn published(most: &str) -> (RulesetVersion, Vec<Event>) {
    let events = then(&[], pharmacist(), propose(most));
    let ruleset = version(&events);
    let events = then(&events, pharmacist(), sign(&ruleset, "J. Roe, R. Ph., OH 1"));
    (ruleset.clone(), then(&events, director(), sign(&ruleset, "A. Poe, MD")))
}

fn archive(events: &[Event]) -> Archive {
    let mut archive = Archive::default();
    events.iter().cloned().for_each(|event| archive.fold(event));
    archive
}

fn most_of_sertraline(edition: &Edition) -> Option<f64> {
    let rules = edition.rules(&Files::embedded()).unwrap();
    rules
        .drug(&DrugId::parse("sertraline").unwrap())
        .unwrap()
        .hard_maximum
        .map(concord_knowledge::Milligrams::mg)
}

#[test]
fn what_is_proposed_is_recorded_with_every_row_and_changes_nothing() {
    let events = then(&[], pharmacist(), propose("150"));
    assert!(
        matches!(&events[0], Event::RulesetProposed { base, .. } if *base == Files::embedded().version())
    );
    let archive = archive(&events);
    let edition = archive.named(&version(&events)).unwrap();
    assert_eq!((&edition.rows, &edition.status), (&sertraline("150"), &Status::Proposed));
    assert!(archive.current(noon()).is_empty());
}

#[test]
fn one_signature_changes_nothing_and_the_second_publishes_every_table() {
    let events = then(&[], director(), propose("150"));
    let ruleset = version(&events);
    let once = then(&events, director(), sign(&ruleset, "A. Poe, MD"));
    assert!(archive(&once).current(noon()).is_empty());
    let twice = then(&once, pharmacist(), sign(&ruleset, "J. Roe, R. Ph., OH 1"));
    let archive = archive(&twice);
    let edition = archive.current(noon())[0];
    assert_eq!((edition.in_force_from(), edition.tables.len()), (Some(noon()), Files::NAMES.len()));
    let signed = ",Sertraline PI 2,\"A. Poe, MD; J. Roe, R. Ph., OH 1\",2026-03-02\n";
    assert!(edition.tables["drugs.csv"].contains(signed), "{}", edition.tables["drugs.csv"]);
    assert_eq!(most_of_sertraline(edition), Some(150.0));
    assert_eq!(edition.rules(&Files::embedded()).unwrap().version(), &ruleset);
}

#[test]
fn two_people_sign_and_never_one_in_two_roles() {
    let events = then(&[], pharmacist(), propose("150"));
    let ruleset = version(&events);
    let once = then(&events, pharmacist(), sign(&ruleset, "J. Roe"));
    let again = by_person(Role::Psychiatrist, 1);
    assert_eq!(refused(&once, again, sign(&ruleset, "J. Roe")), Error::SignedAlready);
}

#[test]
fn one_of_two_who_sign_is_a_pharmacist_and_one_a_prescriber() {
    let events = then(&[], pharmacist(), propose("150"));
    let ruleset = version(&events);
    let once = then(&events, pharmacist(), sign(&ruleset, "J. Roe"));
    let other = || by_person(Role::Pharmacist, 3);
    let signatory = Signatory::Pharmacist;
    assert_eq!(refused(&once, other(), sign(&ruleset, "K. Moe")), Error::RoleSigned { signatory });
    let once = then(&events, director(), sign(&ruleset, "A. Poe"));
    let signatory = Signatory::Prescriber;
    let other = by_person(Role::Pmhnp, 4);
    assert_eq!(refused(&once, other, sign(&ruleset, "B. Coe")), Error::RoleSigned { signatory });
}

#[test]
fn who_neither_dispenses_nor_prescribes_makes_no_rules() {
    let events = then(&[], pharmacist(), propose("150"));
    let ruleset = version(&events);
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Pharmacist && !role.prescribes()) {
        let reject = Command::Reject { ruleset: ruleset.clone(), reason: text("no") };
        assert_eq!(refused(&[], by(role), propose("150")), Error::RoleNotPermitted { role });
        assert_eq!(refused(&events, by(role), sign(&ruleset, "X")), Error::RoleNotPermitted { role });
        assert_eq!(refused(&events, by(role), reject), Error::RoleNotPermitted { role });
    }
}

#[test]
fn a_looser_row_is_refused_with_line_and_column() {
    let error = refused(&[], pharmacist(), propose("300"));
    assert_eq!(error.reason(), "RULESET_LOOSENS");
    assert!(error.to_string().starts_with("drugs.csv, line 2, column hard_max_mg: "), "{error}");
    let Error::NotTaken(fault) = error else { panic!("{error:?}") };
    assert!(matches!(*fault.what, NotTaken::Loosens { .. }));
    assert_eq!(refused(&[], pharmacist(), propose("lots")).reason(), "RULESET_FAULTY");
}

#[test]
fn one_proposal_waits_at_a_time_until_it_is_rejected() {
    let events = then(&[], pharmacist(), propose("150"));
    assert_eq!(refused(&events, director(), propose("100")), Error::ProposalOpen);
    let reject = |events: &[Event]| Command::Reject { ruleset: version(events), reason: text("too low") };
    let rejected = then(&events, director(), reject(&events));
    let status = archive(&rejected).named(&version(&events)).unwrap().status.clone();
    assert_eq!(status, Status::Rejected { by: PersonId::new(uuid(2)), reason: text("too low") });
    assert_eq!(refused(&rejected, director(), reject(&events)), Error::NotProposed);
    let again = then(&rejected, pharmacist(), propose("150"));
    assert!(matches!(archive(&again).named(&version(&events)).unwrap().status, Status::Proposed));
}

#[test]
fn what_was_not_proposed_is_not_signed() {
    let other = RulesetVersion::parse("2027-01-04.0123456789ab").unwrap();
    assert_eq!(refused(&[], pharmacist(), sign(&other, "J. Roe")), Error::NotProposed);
    let events = then(&[], pharmacist(), propose("150"));
    assert_eq!(refused(&events, pharmacist(), sign(&other, "J. Roe")), Error::NotProposed);
}

#[test]
fn the_same_rules_are_not_published_twice_for_one_day() {
    let (_, events) = published("150");
    assert_eq!(refused(&events, pharmacist(), propose("150")), Error::Published);
}

#[test]
fn rules_hold_from_the_day_that_they_name_and_never_before_they_are_signed() {
    let (today, later) = (noon().day(), instant("2026-03-09T00:00:00Z"));
    let yesterday = Some(noon().plus_days(-1).day());
    assert_eq!(refused(&[], pharmacist(), proposed_from("150", yesterday)), Error::InThePast);
    let published = |day| {
        let events = then(&[], pharmacist(), proposed_from("150", Some(day)));
        let ruleset = version(&events);
        let events = then(&events, pharmacist(), sign(&ruleset, "J. Roe"));
        then(&events, director(), sign(&ruleset, "A. Poe"))
    };
    let from = |events: &[Event]| archive(events).editions().next().unwrap().in_force_from();
    assert_eq!(from(&published(today)), Some(noon()));
    assert_eq!(from(&published(later.day())), Some(later));
    let begun = |events: &[Event], now| archive(events).editions().next().unwrap().has_begun(now);
    assert!(!begun(&published(later.day()), later.plus_days(-1)) && begun(&published(later.day()), later));
    assert!(begun(&published(today), noon().plus_days(-1)), "a clock that was set back");
}

#[test]
fn the_last_published_of_those_whose_day_has_come_is_in_force() {
    let (_, first) = published("150");
    let events =
        then(&first, pharmacist(), proposed_from("100", Some(instant("2026-03-09T00:00:00Z").day())));
    let ruleset = archive(&events).editions().last().unwrap().ruleset.clone();
    let events = then(&events, pharmacist(), sign(&ruleset, "J. Roe"));
    let events = then(&events, director(), sign(&ruleset, "A. Poe"));
    let archive = archive(&events);
    let mosts =
        |now: Instant| -> Vec<_> { archive.current(now).into_iter().map(most_of_sertraline).collect() };
    assert_eq!(mosts(noon()), [Some(150.0), Some(100.0)]);
    assert_eq!(mosts(instant("2026-03-09T00:00:00Z")), [Some(100.0)]);
}

#[test]
fn what_was_signed_over_other_tables_is_proposed_again() {
    let mut events = then(&[], pharmacist(), propose("150"));
    let ruleset = version(&events);
    if let Some(Event::RulesetProposed { base, .. }) = events.first_mut() {
        *base = RulesetVersion::parse("2020-01-01.0123456789ab").unwrap();
    }
    assert_eq!(refused(&events, pharmacist(), sign(&ruleset, "J. Roe")), Error::BaseChanged);
}

#[test]
fn after_an_upgrade_the_program_s_rows_are_put_over_the_newer_tables() {
    let (ruleset, mut events) = published("150");
    if let Some(Event::RulesetProposed { base, .. }) = events.first_mut() {
        *base = RulesetVersion::parse("2020-01-01.0123456789ab").unwrap();
    }
    for event in &mut events {
        if let Event::RulesetTablePublished { text, .. } = event {
            *text = "not read any more".to_owned();
        }
    }
    let archive = archive(&events);
    let edition = archive.named(&ruleset).unwrap();
    assert_eq!(most_of_sertraline(edition), Some(150.0));
    // Rows that the newer tables made stricter than the program had them stand in the way until somebody looks at them.
    let mut loose = edition.clone();
    loose.rows = sertraline("300");
    assert!(matches!(loose.rules(&Files::embedded()), Err(Unusable::Misfit { .. })));
}

#[test]
fn published_tables_that_cannot_be_read_are_nothing_to_judge_by() {
    let (ruleset, events) = published("150");
    let mut edition = archive(&events).named(&ruleset).unwrap().clone();
    edition.tables.insert("labs.csv".to_owned(), "id\n".to_owned());
    assert!(matches!(edition.rules(&Files::embedded()), Err(Unusable::Unread { .. })));
}

#[test]
fn more_than_is_read_at_once_is_refused() {
    let mut tables = sertraline("150");
    tables.insert("labs.csv".to_owned(), "x".repeat(300 * 1024));
    let command = Command::Propose { tables, valid_from: None, reason: text("all of it") };
    assert!(matches!(refused(&[], pharmacist(), command), Error::TooLarge { .. }));
}

#[test]
fn a_name_fits_on_a_row() {
    let events = then(&[], pharmacist(), propose("150"));
    let asked = sign(&version(&events), &"J".repeat(121));
    assert_eq!(refused(&events, pharmacist(), asked), Error::NameTooLong { most: 120 });
}
