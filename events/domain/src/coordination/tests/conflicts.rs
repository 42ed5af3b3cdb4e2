use concord_kernel::ConflictId;
use concord_knowledge::{FindingKey, IngredientId, RuleId};

use super::*;
use crate::ChartFacts;
use ConflictResolution::{KeptAndWatched, OutsideChanges, ProgramChanges};

fn conflict(n: u128) -> ConflictId {
    ConflictId::new(uuid(n))
}

fn finding(rule: &str, about: &[&str]) -> FindingKey {
    let about = about.iter().map(|name| IngredientId::parse(name).unwrap()).collect();
    FindingKey { rule: RuleId::parse(rule).unwrap(), about }
}

/// Major: lithium and a painkiller of primary care.
fn painkiller() -> FindingKey {
    finding("ddi.lithium.nsaid", &["ibuprofen", "lithium"])
}

/// Contraindicated.
fn never() -> FindingKey {
    finding("dose.hard-maximum", &["lithium"])
}

fn raise(n: u128, finding: Option<FindingKey>) -> Command {
    Command::RaiseConflict {
        conflict: conflict(n),
        finding,
        description: text("Lithium here, ibuprofen there"),
    }
}

fn raised(n: u128, finding: Option<FindingKey>, hours_to: i64) -> Event {
    Event::CareConflictRaised {
        conflict: conflict(n),
        finding,
        description: text("Lithium here, ibuprofen there"),
        by: person(NURSE),
        role: Role::Nurse,
        resolve_by: hours(hours_to),
    }
}

/// Somebody who has the chart before them, on which these are open.
fn reader(n: u128, open: &[FindingKey]) -> By {
    let mut by = member(n);
    let mut open_findings = open.to_vec();
    open_findings.sort();
    by.0.facts.chart = Some(ChartFacts { open_findings, ..ChartFacts::default() });
    by
}

pub(super) fn settle(n: u128, resolution: ConflictResolution, responsible: u128) -> Command {
    Command::ResolveConflict {
        conflict: conflict(n),
        resolution,
        responsible: person(responsible),
        what: text("Acetaminophen instead, from today"),
    }
}

fn settled(n: u128, resolution: ConflictResolution, responsible: u128, late: bool) -> Event {
    Event::CareConflictResolved {
        conflict: conflict(n),
        resolution,
        responsible: person(responsible),
        role: role_of(responsible),
        what: text("Acetaminophen instead, from today"),
        late,
    }
}

#[test]
fn a_conflict_that_a_rule_shows_names_what_is_open_on_the_chart() {
    let open = [painkiller(), never()];
    let happens_in = |finding: FindingKey, hours| {
        happens(
            vec![],
            reader(NURSE, &open),
            raise(1, Some(finding.clone())),
            vec![raised(1, Some(finding), hours)],
        );
    };
    happens_in(painkiller(), 72);
    happens_in(never(), 24);
    refused(vec![], reader(NURSE, &[never()]), raise(1, Some(painkiller())), Error::FindingNotOpen);
    refused(vec![], member(NURSE), raise(1, Some(painkiller())), Error::FactsMissing);
}

#[test]
fn a_conflict_that_no_rule_shows_is_told_in_words() {
    happens(vec![], member(NURSE), raise(1, None), vec![raised(1, None, 72)]);
    happens(vec![raised(1, None, 72)], member(NURSE), raise(2, None), vec![raised(2, None, 72)]);
}

#[test]
fn one_finding_is_settled_once() {
    let given = || vec![raised(1, Some(painkiller()), 72)];
    let by = || reader(NURSE, &[painkiller()]);
    refused(given(), by(), raise(2, Some(painkiller())), Error::ConflictAlreadyRaised);
    let over = [given(), vec![settled(1, OutsideChanges, PRIMARY_CARE, false)]].concat();
    happens(over, by(), raise(2, Some(painkiller())), vec![raised(2, Some(painkiller()), 72)]);
    refused(given(), by(), raise(1, None), Error::ConflictIdUsed);
    let many = (1..=16).map(|n| raised(n, None, 72)).collect();
    refused(many, by(), raise(99, None), Error::TooManyConflicts { most: 16 });
}

#[test]
fn whoever_is_named_can_do_what_is_said() {
    let given = || vec![raised(1, Some(painkiller()), 72)];
    for (resolution, able) in [
        (ProgramChanges, &[DOCTOR][..]),
        (OutsideChanges, &[PRIMARY_CARE, CARDIOLOGIST]),
        (KeptAndWatched, &[DOCTOR, NURSE, THERAPIST, PRIMARY_CARE, CARDIOLOGIST]),
    ] {
        for person in [DOCTOR, NURSE, THERAPIST, PRIMARY_CARE, CARDIOLOGIST, SISTER] {
            let command = settle(1, resolution, person);
            if able.contains(&person) {
                happens(given(), member(DOCTOR), command, vec![settled(1, resolution, person, false)]);
            } else {
                refused(given(), member(DOCTOR), command, Error::CannotMakeChange { role: role_of(person) });
            }
        }
    }
    let stranger = settle(1, OutsideChanges, STRANGER);
    refused(given(), member(DOCTOR), stranger, Error::RecipientNotOnCareTeam);
}

#[test]
fn what_must_never_be_taken_together_is_not_kept_and_watched() {
    let given = || vec![raised(1, Some(never()), 24)];
    refused(given(), member(DOCTOR), settle(1, KeptAndWatched, NURSE), Error::ChangeRequired);
    let changed = settled(1, ProgramChanges, DOCTOR, true);
    happens(given(), member(DOCTOR).at(hours(25)), settle(1, ProgramChanges, DOCTOR), vec![changed]);
    // A rule that is in the tables no more may have been one of those.
    let forgotten = raised(1, Some(finding("ddi.once", &["lithium"])), 24);
    refused(vec![forgotten], member(DOCTOR), settle(1, KeptAndWatched, NURSE), Error::ChangeRequired);
}

#[test]
fn a_conflict_ends_once() {
    let over = || vec![raised(1, None, 72), settled(1, OutsideChanges, PRIMARY_CARE, false)];
    refused(over(), member(DOCTOR), settle(1, ProgramChanges, DOCTOR), Error::ConflictResolved);
    refused(over(), member(DOCTOR), settle(2, ProgramChanges, DOCTOR), Error::UnknownConflict);
}
