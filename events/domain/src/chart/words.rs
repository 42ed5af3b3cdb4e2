//! The terms of a medication chart.

use concord_kernel::{Day, Instant, OrderId, OutsideMedicationId, PersonId, ReportId, ScaleId, Text};
use concord_knowledge::{FindingKey, LabId, Regimen};
use serde::{Deserialize, Serialize};

use crate::UsState;

/// Sex recorded at birth. Source: HL7 AdministrativeGender, US Core birth sex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Neither or not known.
    Unknown,
}

/// A code from some code system, kept as it came.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Coding {
    /// URI of the code system.
    pub system: String,
    /// The code.
    pub code: String,
}

/// A medication on the chart, ours or somebody else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MedicationRef {
    /// The program's order.
    Order(OrderId),
    /// An outside medication.
    Outside(OutsideMedicationId),
}

/// How much is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Supply {
    /// Days that one fill lasts, 1 to 365.
    pub days: u16,
    /// Fills after the first, 0 to 11.
    pub refills: u8,
}

/// How prescriber and patient met for the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderModality {
    /// In one room.
    InPerson,
    /// By video.
    AudioVideo,
    /// By telephone.
    Audio,
}

/// What allows a controlled substance to be prescribed. Source: 21 CFR 1306.09, 90 FR 61301, 90 FR 6504.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalBasis {
    /// The prescriber has examined the patient in person.
    InPersonEvaluation,
    /// The telemedicine flexibility while it lasts.
    TelemedicineFlexibility,
    /// The permanent buprenorphine telemedicine rule.
    BuprenorphineTelemedicine,
}

/// What a look into a prescription drug monitoring program came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PdmpResult {
    /// Nothing that was not known.
    AsExpected,
    /// Something that was not known; the prescriber judges it.
    Unexpected,
}

/// A look into the prescription drug monitoring program of a state; kept as evidence with what rests on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PdmpCheck {
    /// Of which state.
    pub state: UsState,
    /// When.
    pub checked_at: Instant,
    /// By whom.
    pub by: PersonId,
    /// What it came to.
    pub result: PdmpResult,
}

/// Why a dose changes; every change names what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A score.
    Score(ScaleId),
    /// A side effect.
    SideEffect(ReportId),
    /// A level or other result.
    Result(LabId),
    /// The next step of a titration that was agreed.
    PlannedTitration,
    /// The next step of a taper that was agreed.
    PlannedTaper,
    /// An interaction with another medication.
    Interaction(FindingKey),
    /// The patient asked for it.
    PatientPreference,
}

/// A prescriber's answer to a finding that asks for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// The finding.
    #[serde(flatten)]
    pub finding: FindingKey,
    /// Why the change goes on all the same; for longer use, the plan.
    pub reason: Text,
    /// For a drug that is taken past its limit of duration: why, and until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longer_use: Option<LongerUse>,
}

/// Why something short-term is taken for longer, and until when that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LongerUse {
    /// Why.
    pub reason: LongerUseReason,
    /// The last day.
    pub until: Day,
}

/// Why something short-term is taken for longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LongerUseReason {
    /// Until another medication acts.
    UntilAnotherActs,
    /// Others did not help, or were not tolerated.
    OthersFailed,
    /// It is not the time to taper: stopping now would do more harm.
    TaperWouldHarm,
}

/// Why an interaction that needs two clinicians is overridden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverrideReason {
    /// Expected benefit outweighs the risk, and it is watched.
    BenefitOutweighsRisk,
    /// The patient has tolerated the combination.
    ToleratedBefore,
    /// There is no alternative.
    NoAlternative,
    /// Both are taken only during a cross-taper with an end.
    CrossTaper,
    /// The finding rests on information that is wrong.
    InformationIncorrect,
}

/// Why a medication is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// Did not help after an adequate trial.
    Ineffective,
    /// A side effect.
    SideEffect,
    /// An interaction.
    Interaction,
    /// No longer needed.
    Completed,
    /// The patient does not want it.
    PatientChoice,
    /// Another drug takes its place.
    Switched,
    /// Pregnancy or wish for one.
    Pregnancy,
    /// Diverted or misused.
    Misuse,
    /// Ordered by mistake.
    EnteredInError,
}

/// One step of a taper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TaperStep {
    /// The day it begins.
    pub on: Day,
    /// What is taken from then on; a dose of 0 mg ends the course.
    #[serde(flatten)]
    pub regimen: Regimen,
}

/// One step of a titration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TitrationStep {
    /// The first day on which it may be taken.
    pub on: Day,
    /// What is taken from then on.
    #[serde(flatten)]
    pub regimen: Regimen,
}

/// What a step of a titration rests on: every step names what was looked at before it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TitrationBasis {
    /// A score.
    Score(ScaleId),
    /// A side effect that does not stand against it.
    SideEffect(ReportId),
    /// A level or other result, taken since the dose last changed.
    Result(LabId),
    /// The patient was asked and tolerates the dose well.
    WellTolerated,
}

/// What is put right on an order. What was written stays in the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Correction {
    /// The supply.
    Supply(Supply),
    /// The reason for the order.
    Reason(Text),
    /// The day it starts.
    StartOn(Day),
}

/// Who told us of an outside medication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InformationSource {
    /// The patient.
    Patient,
    /// Family.
    Family,
    /// A pharmacy.
    Pharmacy,
    /// Who prescribed it.
    Prescriber,
    /// A record from elsewhere.
    ImportedRecord,
    /// An opioid treatment program.
    OpioidTreatmentProgram,
}

/// What reconciliation decided about an outside medication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReconcileAction {
    /// It is taken and goes on.
    Continues,
    /// It is no longer taken.
    NoLongerTaken,
    /// Its prescriber is asked.
    AskPrescriber,
}

/// One line of a reconciliation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconciledEntry {
    /// Which.
    pub medication: OutsideMedicationId,
    /// What was decided.
    pub action: ReconcileAction,
}
