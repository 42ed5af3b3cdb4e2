//! What all tables say together.

use concord_kernel::{Instant, Schedule};

use crate::safety::{Proposal, Subject};
use crate::{
    ConditionId, DrugId, Finding, IngredientId, LabId, Milligrams, RedFlagId, Route, RulesetVersion,
    SymptomId,
};

/// One published set of knowledge tables.
#[derive(Debug)]
pub struct Ruleset {
    version: RulesetVersion,
}

/// How an order of the drug must end. Source: see the drug's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taper {
    /// T0: may stop at once.
    None,
    /// T1: 1 to 4 weeks.
    Weeks,
    /// T2: 5 to 10 % every 2 to 4 weeks, never more than 25 % in 2 weeks.
    Slow,
    /// T3: 2 weeks or more; seizures.
    Seizure,
    /// T4: 3 to 7 days; rebound blood pressure.
    Rebound,
    /// T5: months, led by the patient.
    OpioidAgonist,
}

/// A row of the formulary.
#[derive(Clone, Debug, PartialEq)]
pub struct Drug {
    /// Its name in events.
    pub id: DrugId,
    /// Its name for people.
    pub name: String,
    /// What it holds; doses are of the first.
    pub ingredients: Vec<IngredientId>,
    /// By which routes it is ordered; the first is usual.
    pub routes: Vec<Route>,
    /// Schedule, for a controlled substance.
    pub schedule: Option<Schedule>,
    /// Usual first daily dose.
    pub start: Milligrams,
    /// Daily dose above which a prescriber states a reason (program maximum).
    pub soft_maximum: Option<Milligrams>,
    /// Daily dose above which a second clinician co-signs (label maximum).
    pub hard_maximum: Option<Milligrams>,
    /// Largest usual rise of the daily dose at once.
    pub step: Option<Milligrams>,
    /// Fewest days between rises.
    pub step_days: u16,
    /// Whether the label carries a boxed warning.
    pub boxed_warning: bool,
    /// How an order must end.
    pub taper: Taper,
    /// Whether the program may prescribe it; methadone for opioid use disorder may not be.
    pub prescribable: bool,
    /// Label section, guideline or law.
    pub source: String,
}

/// What a name and its codes were recognised as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recognition {
    /// Substances, sorted.
    pub ingredients: Vec<IngredientId>,
    /// Whether nothing was left over that might be another substance.
    pub complete: bool,
}

impl Ruleset {
    /// The tables that this program was built with.
    pub fn embedded() -> &'static Self {
        static RULES: std::sync::LazyLock<Ruleset> = std::sync::LazyLock::new(|| Ruleset {
            version: RulesetVersion::parse("2026-11-23.1").expect("a valid name"),
        });
        &RULES
    }

    /// Its name in events.
    pub const fn version(&self) -> &RulesetVersion {
        &self.version
    }

    /// Whether a pharmacist has signed every row; until then, every verdict says "unreviewed".
    pub const fn is_reviewed(&self) -> bool {
        false
    }

    /// The formulary row of that name.
    pub fn drug(&self, id: &DrugId) -> Option<&Drug> {
        let _ = id;
        None
    }

    /// The name for people of a substance.
    pub fn ingredient_name(&self, id: &IngredientId) -> Option<&str> {
        let _ = id;
        None
    }

    /// The name for people of a condition, when there is such a row.
    pub fn condition_name(&self, id: &ConditionId) -> Option<&str> {
        let _ = id;
        None
    }

    /// The UCUM unit of a result, when there is such a row.
    pub fn lab_unit(&self, id: &LabId) -> Option<&str> {
        let _ = id;
        None
    }

    /// Whether there is such a warning sign.
    pub fn knows_red_flag(&self, id: &RedFlagId) -> bool {
        let _ = id;
        false
    }

    /// Whether there is such a side effect.
    pub fn knows_symptom(&self, id: &SymptomId) -> bool {
        let _ = id;
        false
    }

    /// Recognises the substances in a medication's name and codes; codes are `(system URI, code)`.
    pub fn recognise_medication(&self, name: &str, codings: &[(&str, &str)]) -> Recognition {
        let _ = (name, codings);
        Recognition::default()
    }

    /// Recognises a condition by its codes, then by its name.
    pub fn recognise_condition(&self, name: &str, codings: &[(&str, &str)]) -> Option<ConditionId> {
        let _ = (name, codings);
        None
    }

    /// Says everything the rules have to say about `subject` and, where there is one, `proposal`; worst first.
    pub fn check(&self, subject: &Subject, proposal: Option<&Proposal>, now: Instant) -> Vec<Finding> {
        let _ = (subject, proposal, now);
        Vec::new()
    }
}
