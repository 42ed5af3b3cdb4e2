//! Rules as sentences.

mod allergies;
mod context;
mod doses;
mod every_row;
mod labels;
mod pairs;
mod products;
mod properties;
mod records;
mod speed;
mod uses;

use concord_kernel::Instant;
use uuid::Uuid;

use crate::safety::{Allergies, Exposure, LatestResult, Proposal, Subject};
use crate::{
    Action, ConditionId, DrugId, Finding, Frequency, IngredientId, LabId, Milligrams, Regimen, Route,
    Ruleset, Severity,
};

pub(super) fn now() -> Instant {
    Instant::parse("2026-11-23T12:00:00Z").unwrap()
}

pub(super) fn ingredients(names: &[&str]) -> Vec<IngredientId> {
    names.iter().map(|name| IngredientId::parse(name).unwrap()).collect()
}

pub(super) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(super) fn daily(mg: f64, route: Route) -> Regimen {
    Regimen { dose: Milligrams::parse(mg).unwrap(), frequency: Frequency::Daily, route }
}

/// An outside medication that is taken.
pub(super) fn takes(names: &[&str]) -> Exposure {
    Exposure {
        id: id(1),
        ingredients: ingredients(names),
        drug: None,
        regimen: None,
        active: true,
        last_dose_at: None,
        tapering: false,
        purpose: None,
    }
}

/// A medication whose last dose was so many days ago.
pub(super) fn took(names: &[&str], days_ago: i64) -> Exposure {
    let last_dose_at = Some(now().plus_days(-days_ago));
    Exposure { active: false, last_dose_at, ..takes(names) }
}

/// An adult who cannot become pregnant, has no allergies, and takes these.
pub(super) fn patient(exposures: Vec<Exposure>) -> Subject {
    Subject {
        born_on: Some(Instant::parse("1986-05-01T00:00:00Z").unwrap().day()),
        may_become_pregnant: Some(false),
        exposures,
        allergies: Allergies::NoneKnown,
        conditions: Vec::new(),
        unmapped_conditions: false,
        results: Vec::new(),
        induction: None,
        suicide_risk: false,
        first_supply_days: None,
    }
}

pub(super) fn having(mut subject: Subject, conditions: &[&str]) -> Subject {
    subject.conditions.extend(conditions.iter().map(|name| ConditionId::parse(name).unwrap()));
    subject
}

pub(super) fn with_result(mut subject: Subject, lab: &str, value: f64, days_ago: i64) -> Subject {
    let taken_at = now().plus_days(-days_ago);
    subject.results.push(LatestResult { lab: LabId::parse(lab).unwrap(), value, taken_at });
    subject
}

/// Proposes a formulary row at its starting dose.
pub(super) fn propose(drug: &str) -> Proposal {
    let drug = DrugId::parse(drug).unwrap();
    let row = Ruleset::embedded().drug(&drug).unwrap();
    let regimen = Regimen { dose: row.start, frequency: Frequency::Daily, route: row.routes[0] };
    Proposal { drug, regimen, replaces: None, purpose: None }
}

pub(super) fn check(subject: &Subject, drug: &str) -> Vec<Finding> {
    Ruleset::embedded().check(subject, Some(&propose(drug)), now())
}

pub(super) fn chart(subject: &Subject) -> Vec<Finding> {
    Ruleset::embedded().check(subject, None, now())
}

pub(super) fn find<'f>(findings: &'f [Finding], rule: &str) -> Option<&'f Finding> {
    findings.iter().find(|finding| finding.key.rule.as_str() == rule)
}

/// The finding of that rule, which must be there with that weight.
#[track_caller]
pub(super) fn expect<'f>(
    findings: &'f [Finding],
    rule: &str,
    severity: Severity,
    action: Action,
) -> &'f Finding {
    let names: Vec<&str> = findings.iter().map(|finding| finding.key.rule.as_str()).collect();
    let finding = find(findings, rule).unwrap_or_else(|| panic!("{rule} is not in {names:?}"));
    assert_eq!((finding.severity, finding.action), (severity, action), "{rule}");
    finding
}

#[track_caller]
pub(super) fn silent(findings: &[Finding], rule: &str) {
    assert_eq!(find(findings, rule), None, "{rule}");
}
