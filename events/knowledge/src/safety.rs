//! The safety check: a chart and a proposed change in, every finding out.

use concord_kernel::{Day, Instant};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{ConditionId, DrugId, IngredientId, LabId, Regimen};

/// Everything about a patient that a rule may ask for. Missing is said, never assumed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subject {
    /// Day of birth, when known.
    pub born_on: Option<Day>,
    /// Whether a pregnancy is possible, when known.
    pub may_become_pregnant: Option<bool>,
    /// Every medication that acts now or may still act: the program's, outside ones, ended ones in washout.
    pub exposures: Vec<Exposure>,
    /// What is known of allergies.
    pub allergies: Allergies,
    /// Active conditions.
    pub conditions: Vec<ConditionId>,
    /// Whether there are active conditions that nobody could map.
    pub unmapped_conditions: bool,
    /// The latest result of each kind.
    pub results: Vec<LatestResult>,
    /// How buprenorphine is about to be begun, while that is planned and not done.
    pub induction: Option<Induction>,
    /// Whether a suicide risk above low is open, or the last C-SSRS was above low.
    pub suicide_risk: bool,
    /// For how many days what is proposed is handed out at once, where it is a first supply.
    pub first_supply_days: Option<u16>,
}

/// How buprenorphine is about to be begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Induction {
    /// After withdrawal has begun: each first dose is cleared on a score, or the patient was told how to wait for it.
    AfterWithdrawal,
    /// With doses so low that the full agonist goes on meanwhile.
    LowDose,
}

/// One medication as it acts on the patient.
#[derive(Clone, Debug, PartialEq)]
pub struct Exposure {
    /// The order or outside medication.
    pub id: Uuid,
    /// The substances in it; empty when nobody could map it.
    pub ingredients: Vec<IngredientId>,
    /// The formulary row, for the program's own orders.
    pub drug: Option<DrugId>,
    /// How much, when known.
    pub regimen: Option<Regimen>,
    /// Whether it is still taken.
    pub active: bool,
    /// When the last dose was taken, for one that is no longer taken; unknown counts as now.
    pub last_dose_at: Option<Instant>,
    /// Whether the end of a planned overlap (cross-taper) is on record.
    pub tapering: bool,
    /// What it is taken for, when known: some labels name another maximum for each use.
    pub purpose: Option<ConditionId>,
}

/// What is known of allergies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Allergies {
    /// Nobody has asked yet.
    #[default]
    Unknown,
    /// Asked; there are none.
    NoneKnown,
    /// Asked; these.
    Known(Vec<Allergy>),
}

/// One allergy or intolerance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allergy {
    /// The substance, when it is one that rules know.
    pub ingredient: Option<IngredientId>,
    /// How bad the reaction was.
    pub severity: ReactionSeverity,
    /// What kind of reaction.
    pub kind: ReactionKind,
}

/// How bad a reaction was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReactionSeverity {
    /// Noticed.
    Mild,
    /// Needed treatment or stopped the drug.
    Moderate,
    /// Threatened life or needed hospital.
    Severe,
}

/// What kind of reaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReactionKind {
    /// Immune reaction.
    Allergy,
    /// Severe cutaneous or systemic hypersensitivity (SJS, TEN, DRESS).
    Hypersensitivity,
    /// Unpleasant but not immune.
    Intolerance,
}

/// The latest result of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct LatestResult {
    /// What was measured; its unit is fixed by the knowledge table.
    pub lab: LabId,
    /// The value in that unit.
    pub value: f64,
    /// When the sample was taken.
    pub taken_at: Instant,
}

/// A change somebody wants to make.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The formulary row.
    pub drug: DrugId,
    /// How much of it.
    pub regimen: Regimen,
    /// The exposure that it takes the place of (a dose change), if any.
    pub replaces: Option<Uuid>,
    /// What it is for; absent: what the exposure is taken for that it takes the place of.
    pub purpose: Option<ConditionId>,
}
