//! What all tables say together.

use std::collections::HashMap;

use concord_kernel::{Instant, Schedule};

use crate::duration::Durations;
use crate::escalation::{Deadlines, Escalation};
use crate::injection::Injection;
use crate::load::conditions::Conditions;
use crate::load::drugs::Formulary;
use crate::load::ingredients::Substances;
use crate::load::rules::{Limits, Rules};
use crate::load::set::Set;
use crate::load::small::Labs;
use crate::load::{Files, LoadError};
use crate::managers::Managers;
use crate::monitoring::{Critical, Monitoring, Test};
use crate::policy::PolicyRow;
use crate::recovery::Recovery;
use crate::scale::{Bands, ScaleKind};
use crate::titration::TitrationSchedule;
use crate::trial::TrialRule;
use crate::within::Terms;
use crate::{
    ConditionId, DrugId, IngredientId, LabId, Milligrams, MissedDoses, RedFlagId, Route, RuleId,
    RulesetVersion, SymptomId, Within,
};

/// One published set of knowledge tables.
#[derive(Debug)]
pub struct Ruleset {
    pub(crate) version: RulesetVersion,
    pub(crate) reviewed: bool,
    pub(crate) substances: Substances,
    pub(crate) drugs: Formulary,
    pub(crate) rules: Rules,
    pub(crate) recovery: Recovery,
    pub(crate) titrations: Vec<TitrationSchedule>,
    pub(crate) injections: Vec<Injection>,
    pub(crate) trials: Vec<TrialRule>,
    pub(crate) conditions: Conditions,
    pub(crate) labs: Labs,
    pub(crate) symptoms: HashMap<String, String>,
    pub(crate) red_flags: HashMap<String, String>,
    pub(crate) escalation: Deadlines,
    pub(crate) policies: HashMap<String, Vec<PolicyRow>>,
    pub(crate) bands: Bands,
    pub(crate) terms: Terms,
    pub(crate) consent: Set,
    pub(crate) substance_use: Set,
    pub(crate) missed: HashMap<DrugId, MissedDoses>,
    pub(crate) monitoring: Monitoring,
    pub(crate) durations: Durations,
    pub(crate) managers: Managers,
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
    /// T6: as T1, and 2 weeks at least.
    TwoWeeks,
    /// T7: as T1, and 4 weeks at least.
    FourWeeks,
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
    /// Longest interruption after which it goes on at the dose it had; none where it does not matter.
    pub restart_hours: Option<u16>,
    /// Whether the label carries a boxed warning.
    pub boxed_warning: bool,
    /// How an order must end.
    pub taper: Taper,
    /// Whether the program may prescribe it; methadone for opioid use disorder may not be.
    pub prescribable: bool,
    /// Label section, guideline or law.
    pub source: String,
}

impl Drug {
    /// Whether a dose by this route acts until the next one is due: an injected row with an interval, which is in
    /// its `step_days`.
    pub fn is_depot(&self, route: Route) -> bool {
        self.step_days > 1
            && self.routes.contains(&route)
            && matches!(route, Route::Intramuscular | Route::Subcutaneous)
    }
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
        static RULES: std::sync::LazyLock<Ruleset> = std::sync::LazyLock::new(|| {
            let files = Files::embedded();
            Ruleset::load(files.version(), &files).expect("a test loads the embedded tables")
        });
        &RULES
    }

    /// Reads tables and proves every cross reference in them.
    ///
    /// # Errors
    ///
    /// The first fault with its file and line; nothing of a faulty set is used.
    pub fn load(version: RulesetVersion, files: &Files) -> Result<Self, LoadError> {
        crate::load::load(version, files)
    }

    /// Its name in events.
    pub const fn version(&self) -> &RulesetVersion {
        &self.version
    }

    /// Whether a pharmacist has signed every row; until then, every verdict says "unreviewed".
    pub const fn is_reviewed(&self) -> bool {
        self.reviewed
    }

    /// The formulary row of that name.
    pub fn drug(&self, id: &DrugId) -> Option<&Drug> {
        self.drugs.get(id).map(|entry| &entry.drug)
    }

    /// Every formulary row, in the order of the table.
    pub fn drugs(&self) -> impl Iterator<Item = &Drug> {
        self.drugs.rows.iter().map(|entry| &entry.drug)
    }

    /// How soon something that is waited for between those who treat a patient is due. Source: `coordination.csv`.
    pub fn within(&self, within: Within) -> std::time::Duration {
        self.terms.of(within)
    }

    /// Whether it must never be ordered before the patient's consent is on record. Source: `consent_rules.csv`.
    pub fn needs_consent(&self, drug: &Drug) -> bool {
        drug.ingredients.iter().filter_map(|id| self.substances.at(id)).any(|at| self.consent.contains(at))
    }

    /// Whether something that holds these substances tells that its taker uses, or used, substances; one that no row knows may.
    /// Source: `substance_use_medications.csv`.
    pub fn treats_substance_use(&self, ingredients: &[IngredientId]) -> bool {
        let tells = |id| self.substances.at(id).is_none_or(|at| self.substance_use.contains(at));
        ingredients.iter().any(tells)
    }

    /// The tests that a drug asks for, in the order of the table.
    pub fn tests_of(&self, id: &DrugId) -> impl Iterator<Item = &Test> {
        self.monitoring.tests(self.drugs.get(id))
    }

    /// The test of that name.
    pub fn test(&self, id: &RuleId) -> Option<&Test> {
        self.monitoring.test(id)
    }

    /// The rule by which a result cannot wait, if one says so.
    pub fn critical_result(&self, lab: &LabId, value: f64) -> Option<&Critical> {
        self.monitoring.critical(lab, value)
    }

    /// Whether a result meets a schedule: a level does when it was drawn at a known and right time after the dose.
    pub fn result_counts(&self, lab: &LabId, taken_at: Instant, last_dose_at: Option<Instant>) -> bool {
        self.monitoring.counts(lab, taken_at, last_dose_at)
    }

    /// Whether a result says little without the time of the last dose.
    pub fn needs_dose_time(&self, lab: &LabId) -> bool {
        self.monitoring.needs_dose_time(lab)
    }

    /// What is done when doses of the drug were missed for too long, where a rule says so.
    pub fn missed_doses(&self, id: &DrugId) -> Option<&MissedDoses> {
        self.missed.get(id)
    }

    /// The boxed warning of a formulary row, in plain words.
    pub fn boxed_warning(&self, id: &DrugId) -> Option<&str> {
        self.drugs.get(id)?.boxed_warning.as_deref()
    }

    /// The name for people of a substance.
    pub fn ingredient_name(&self, id: &IngredientId) -> Option<&str> {
        let at = self.substances.at(id)?;
        Some(&self.substances.rows[usize::from(at)].name)
    }

    /// Whether a substance belongs to a class such as `opioid` or `ssri`.
    pub fn ingredient_is(&self, id: &IngredientId, class: &str) -> bool {
        let Some(at) = self.substances.at(id) else { return false };
        self.substances.vocabulary.classes.get(class).is_some_and(|set| set.contains(at))
    }

    /// The name for people of a condition, when there is such a row.
    pub fn condition_name(&self, id: &ConditionId) -> Option<&str> {
        let at = self.conditions.by_id.get(id.as_str())?;
        Some(&self.conditions.rows[usize::from(*at)].name)
    }

    /// Whether a condition tells of substance use: its codes are F10 to F19 of ICD-10-CM. One without a code, or that
    /// no row knows, counts as telling of it. Source: ICD-10-CM chapter V, block F10 to F19.
    pub fn tells_of_substance_use(&self, id: &ConditionId) -> bool {
        let Some(at) = self.conditions.by_id.get(id.as_str()) else { return true };
        let mut codes =
            self.conditions.by_icd10.iter().filter(|(_, of)| *of == at).map(|(code, _)| code).peekable();
        codes.peek().is_none() || codes.any(|code| code.starts_with("F1"))
    }

    /// The UCUM unit of a result, when there is such a row.
    pub fn lab_unit(&self, id: &LabId) -> Option<&str> {
        self.labs.get(id).map(|lab| lab.unit.as_str())
    }

    /// The name for people of a result, when there is such a row.
    pub fn lab_name(&self, id: &LabId) -> Option<&str> {
        self.labs.get(id).map(|lab| lab.name.as_str())
    }

    /// The kind of result that a LOINC code names; its unit must still be compared.
    pub fn lab_by_loinc(&self, code: &str) -> Option<&LabId> {
        let at = self.labs.by_loinc.get(code)?;
        Some(&self.labs.rows[usize::from(*at)].id)
    }

    /// Whether a value in the table's unit can be true of a living person; none when there is no such row.
    pub fn lab_plausible(&self, id: &LabId, value: f64) -> Option<bool> {
        self.labs.get(id).map(|lab| (lab.lowest..=lab.highest).contains(&value))
    }

    /// Whether there is such a warning sign.
    pub fn knows_red_flag(&self, id: &RedFlagId) -> bool {
        self.red_flags.contains_key(id.as_str())
    }

    /// The name for people of a warning sign.
    pub fn red_flag_name(&self, id: &RedFlagId) -> Option<&str> {
        self.red_flags.get(id.as_str()).map(String::as_str)
    }

    /// Whether there is such a side effect.
    pub fn knows_symptom(&self, id: &SymptomId) -> bool {
        self.symptoms.contains_key(id.as_str())
    }

    /// The name for people of a side effect.
    pub fn symptom_name(&self, id: &SymptomId) -> Option<&str> {
        self.symptoms.get(id.as_str()).map(String::as_str)
    }

    /// How soon somebody must answer a side effect of grade 1 to 5 (CTCAE); other grades count as the nearest.
    ///
    /// A business day counts as 24 hours. Source: program rule, `escalation.csv`.
    pub fn escalation(&self, grade: u8, red_flag: bool) -> Escalation {
        self.escalation.of(grade, red_flag)
    }

    /// The name of the band that a total falls into, where the scale has bands.
    pub fn band(&self, kind: ScaleKind, total: u16) -> Option<&str> {
        self.bands.name(kind, total)
    }

    /// Whether a total falls into the worst band of the scale.
    pub fn is_worst_band(&self, kind: ScaleKind, total: u16) -> bool {
        self.bands.last(kind).is_some_and(|band| total >= band.lowest)
    }

    /// Numbers that special rules read.
    pub const fn limits(&self) -> &Limits {
        &self.rules.numbers
    }
}
