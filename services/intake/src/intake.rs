//! What was read.

use std::collections::BTreeMap;

use concord_kernel::{Day, Instant, Phi, Text};
use concord_knowledge::safety::{ReactionKind, ReactionSeverity};
use concord_knowledge::{LabId, Regimen};

use crate::Issue;

/// Everything in one bundle that a chart needs, and a list of what could not be mapped.
#[derive(Clone, Debug, PartialEq)]
pub struct Intake {
    /// The file that the bundle came from, as the caller named it.
    pub file: String,
    /// Whose record it is.
    pub patient: Patient,
    /// What is known of allergies.
    pub allergies: Allergies,
    /// Conditions that are present, in the order of the bundle.
    pub conditions: Vec<Condition>,
    /// Medications that are taken, and ended ones that may still act, in the order of the bundle.
    pub medications: Vec<Medication>,
    /// The latest result of each kind that rules ask for, ordered by kind.
    pub results: Vec<TestResult>,
    /// What was understood and left out on purpose.
    pub left_out: LeftOut,
    /// Resources of kinds that a chart does not need, counted by type.
    pub not_for_the_chart: BTreeMap<String, usize>,
    /// What could not be mapped, or was mapped with a doubt, in the order of the bundle.
    pub issues: Vec<Issue>,
    /// Issues beyond [`crate::MAX_ISSUES`], which are only counted.
    pub further_issues: usize,
}

/// Who the patient is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patient {
    /// JSON path of the resource.
    pub path: String,
    /// Legal name.
    pub name: Phi<Text>,
    /// Day of birth; the first day of the month or year when the bundle says no more, with an issue.
    pub born_on: Phi<Day>,
    /// Sex recorded at birth, else administrative gender.
    pub sex: Sex,
    /// Whether the record says that the patient has died.
    pub deceased: bool,
}

/// Sex recorded at birth. Source: US Core birth sex, HL7 AdministrativeGender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Neither or not known.
    Unknown,
}

/// What is known of allergies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allergies {
    /// The bundle does not say.
    Unknown,
    /// The bundle says that there are none.
    NoneKnown,
    /// These.
    Known(Vec<Allergy>),
}

/// One allergy or intolerance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allergy {
    /// JSON path of the resource.
    pub path: String,
    /// To what, in words.
    pub substance: Text,
    /// Codes that came with it.
    pub codings: Vec<Coding>,
    /// What happened.
    pub reaction: Option<Text>,
    /// How bad it was; moderate when the record does not say, so that it still interrupts.
    pub severity: ReactionSeverity,
    /// What kind of reaction.
    pub kind: ReactionKind,
}

/// A code from some code system, as it came.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coding {
    /// URI of the code system.
    pub system: String,
    /// The code.
    pub code: String,
}

/// One condition that is present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// JSON path of the resource.
    pub path: String,
    /// Which, in words.
    pub name: Text,
    /// Codes that came with it.
    pub codings: Vec<Coding>,
    /// Since when, when the bundle names the day.
    pub onset_on: Option<Day>,
}

/// One medication that somebody outside the program prescribed or the patient takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Medication {
    /// JSON path of the resource.
    pub path: String,
    /// Its name in the words of the source.
    pub name: Text,
    /// Codes that came with it.
    pub codings: Vec<Coding>,
    /// How much, when the bundle says it in milligrams or in units of a stated strength.
    pub regimen: Option<Regimen>,
    /// The directions in the words of the source.
    pub directions: Option<Text>,
    /// Who prescribed it.
    pub prescriber: Option<Text>,
    /// Since when, when the bundle names the day.
    pub started_on: Option<Day>,
    /// Whether it is taken.
    pub usage: Use,
}

/// Whether a medication is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It is, or must be taken to be (on hold, status unknown; then with an issue).
    Taken,
    /// It ended recently enough to matter; the last possible time of the last dose, when the bundle tells it.
    Ended(Option<Instant>),
}

/// One result.
#[derive(Clone, Debug, PartialEq)]
pub struct TestResult {
    /// JSON path of the observation or component.
    pub path: String,
    /// What was measured.
    pub lab: LabId,
    /// The value in [`TestResult::unit`].
    pub value: f64,
    /// The unit of the knowledge table (UCUM).
    pub unit: String,
    /// When the sample was taken; midnight UTC when the bundle names only the day.
    pub taken_at: Instant,
}

/// What was understood and left out on purpose, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Medications that ended too long ago to matter.
    pub ended_medications: usize,
    /// Prescriptions that repeat one that is listed.
    pub repeated_medications: usize,
    /// Medications that were cancelled before the first dose, planned, proposed or not taken.
    pub never_taken: usize,
    /// Conditions that are over or in remission.
    pub past_conditions: usize,
    /// Conditions that repeat one that is listed.
    pub repeated_conditions: usize,
    /// Allergies that are over.
    pub past_allergies: usize,
    /// Allergies and conditions that were refuted.
    pub refuted: usize,
    /// Anything that was entered in error.
    pub entered_in_error: usize,
    /// Results that a later one of the same kind replaces.
    pub older_results: usize,
    /// Observations that no rule asks for.
    pub other_observations: usize,
    /// Older versions of resources, in a history bundle.
    pub older_versions: usize,
}
