//! What may be asked of a medication chart.

use concord_kernel::{Day, Instant, OrderId, OutsideMedicationId, Phi, PrescriptionId, Text};
use concord_knowledge::safety::{Proposal, ReactionKind, ReactionSeverity};
use concord_knowledge::{ConditionId, DrugId, FindingKey, LabId, Regimen, RuleId};
use serde::{Deserialize, Serialize};

use super::{
    Acknowledgement, Cause, Coding, Correction, InformationSource, LateDecision, LegalBasis, MedicationRef,
    NewInjection, OrderModality, OverrideReason, PdmpResult, ReconciledEntry, ResponseDecision, Sex,
    StopReason, Supply, TaperStep, TitrationBasis, TitrationStep, ToldInjection, TolerabilityBasis,
};
use crate::{EpisodeRef, UsState};

/// A new order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewOrder {
    /// The new order; must never have been used.
    pub order: OrderId,
    /// The stay it belongs to; must be open, with medication indicated.
    pub episode: EpisodeRef,
    /// The formulary row.
    pub drug: DrugId,
    /// How much.
    pub regimen: Regimen,
    /// What it is for; one of the diagnoses of the indication decision.
    pub indication: ConditionId,
    /// Why this drug: symptoms, history, preference.
    pub reason: Text,
    /// How much is handed out.
    pub supply: Supply,
    /// The day it starts.
    pub start_on: Day,
    /// How prescriber and patient met.
    pub modality: OrderModality,
    /// What allows it, for a controlled substance.
    pub legal_basis: Option<LegalBasis>,
    /// Answers to findings that ask for one.
    pub acknowledgements: Vec<Acknowledgement>,
}

/// A change from one medication to another, with both taken for a while or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Switch {
    /// The order that ends.
    pub from: OrderId,
    /// The one that begins.
    pub to: NewOrder,
    /// The last day on which both are taken; the day on which the new one starts for a switch at once.
    pub overlap_until: Day,
    /// How the old one is tapered off; empty when it has a taper already or needs none.
    pub taper: Vec<TaperStep>,
    /// Why.
    pub reason: Text,
}

/// An outside medication as it was told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reported {
    /// Its name in the words of the source.
    pub name: Text,
    /// Codes that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codings: Vec<Coding>,
    /// How much, if known.
    pub regimen: Option<Regimen>,
    /// Who prescribed it, if known.
    pub prescriber: Option<Text>,
    /// Since when, if known.
    pub started_on: Option<Day>,
    /// Who told us.
    pub source: InformationSource,
}

/// A request to change a patient's medication chart.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Record what safety rules ask of every patient.
    RecordCharacteristics {
        /// Day of birth.
        born_on: Phi<Day>,
        /// Sex recorded at birth.
        sex: Sex,
        /// Whether a pregnancy is possible, when known.
        may_become_pregnant: Option<bool>,
    },
    /// Say that there are no known allergies.
    ConfirmNoKnownAllergies,
    /// Record an allergy or intolerance.
    RecordAllergy {
        /// To what, in words.
        substance: Text,
        /// Codes that came with it.
        codings: Vec<Coding>,
        /// What happened.
        reaction: Option<Text>,
        /// How bad it was.
        severity: ReactionSeverity,
        /// What kind of reaction.
        kind: ReactionKind,
    },
    /// Take an allergy back.
    RefuteAllergy {
        /// To what, in the words it was recorded with.
        substance: Text,
        /// What shows that it is none.
        reason: Text,
    },
    /// Record a condition.
    RecordCondition {
        /// Which, in words.
        name: Text,
        /// Codes that came with it.
        codings: Vec<Coding>,
        /// Which row of the condition table, when the caller knows; else it is recognised from name and codes.
        condition: Option<ConditionId>,
        /// Since when, if known.
        onset_on: Option<Day>,
    },
    /// Say that a condition is over.
    ResolveCondition {
        /// Which, in the words it was recorded with.
        name: Text,
    },
    /// Record a look into the prescription drug monitoring program of a state.
    RecordPdmpCheck {
        /// Of which state.
        state: UsState,
        /// When it was looked into.
        checked_at: Instant,
        /// Whether it held what was expected.
        result: PdmpResult,
        /// What was seen, in words.
        note: Option<Text>,
    },
    /// Record a laboratory or bedside result.
    RecordResult {
        /// What was measured.
        lab: LabId,
        /// The value, in the unit of the knowledge table.
        value: f64,
        /// UCUM code of the unit that came with it; refused when it is not the table's.
        unit: String,
        /// When the sample was taken.
        taken_at: Instant,
        /// For a level, when the dose before it was taken; a level without it meets no schedule.
        last_dose_at: Option<Instant>,
    },
    /// Say what was done about a critical result.
    ReviewResult {
        /// What was measured.
        lab: LabId,
        /// When the sample was taken.
        taken_at: Instant,
        /// What was done.
        action: Text,
    },
    /// Leave a test out for a while, though the drug asks for it.
    WaiveTest {
        /// For which order.
        order: OrderId,
        /// Which test, by its name in the monitoring table.
        test: RuleId,
        /// Until which day.
        until: Day,
        /// Why.
        reason: Text,
    },
    /// Record a medication from outside the program. Always accepted: it is a fact, whatever it collides with.
    RecordOutsideMedication {
        /// The new entry; must never have been used.
        medication: OutsideMedicationId,
        /// What was told.
        reported: Reported,
    },
    /// Say that an outside medication is no longer taken.
    EndOutsideMedication {
        /// Which.
        medication: OutsideMedicationId,
        /// When the last dose was taken, if known.
        last_dose_at: Option<Instant>,
        /// Why.
        reason: Text,
    },
    /// Say when a medication was last taken: washouts count from here.
    RecordLastDose {
        /// Which.
        medication: MedicationRef,
        /// When.
        at: Instant,
    },
    /// Say that a medication that has ended was never taken: nothing of it has to wash out.
    RecordNeverTaken {
        /// Which.
        medication: MedicationRef,
        /// How that is known.
        reason: Text,
    },
    /// Compare every outside medication with what the patient takes.
    Reconcile {
        /// One line for each active outside medication.
        entries: Vec<ReconciledEntry>,
        /// What was found.
        note: Option<Text>,
    },
    /// Run the safety check over the chart as it is, or with a change that is being thought about.
    CheckSafety {
        /// The change.
        proposal: Option<Proposal>,
    },
    /// Say that a boxed warning was explained and the Medication Guide given. Source: 21 CFR 208.
    AcknowledgeBoxedWarning {
        /// Of which drug.
        drug: DrugId,
    },
    /// Override a finding that needs two clinicians.
    OverrideInteraction {
        /// The finding.
        finding: FindingKey,
        /// Why, coded.
        reason: OverrideReason,
        /// Why, in words.
        note: Text,
    },
    /// Agree with somebody else's override.
    CosignOverride {
        /// The finding.
        finding: FindingKey,
    },
    /// Say what was done about an interaction on the chart.
    ResolveInteraction {
        /// The finding.
        finding: FindingKey,
        /// What was done.
        resolution: Text,
    },
    /// Order a medication.
    Prescribe(Box<NewOrder>),
    /// Change the dose of an order.
    AdjustDose {
        /// Which.
        order: OrderId,
        /// How much from now on.
        regimen: Regimen,
        /// What the change rests on.
        cause: Cause,
        /// What was looked at, for the next step of a titration; absent for any other cause.
        rests_on: Option<TitrationBasis>,
        /// Why, in words.
        note: Text,
        /// Answers to findings that ask for one.
        acknowledgements: Vec<Acknowledgement>,
    },
    /// Interrupt an order.
    Hold {
        /// Which.
        order: OrderId,
        /// Why.
        reason: Text,
    },
    /// Go on with an order that is held.
    Resume {
        /// Which.
        order: OrderId,
        /// Answers to findings that ask for one.
        acknowledgements: Vec<Acknowledgement>,
    },
    /// Agree how an order is tapered off.
    PlanTaper {
        /// Which.
        order: OrderId,
        /// The steps, in order of days; the last one has a dose of 0 mg.
        steps: Vec<TaperStep>,
        /// Why.
        reason: Text,
    },
    /// Agree how the dose of an order rises. Takes the place of a taper or titration that was agreed before.
    PlanTitration {
        /// Which.
        order: OrderId,
        /// The steps, in order of days, each one higher.
        steps: Vec<TitrationStep>,
        /// Why.
        reason: Text,
        /// Answers to findings that ask for one at the highest step; they hold for the others.
        acknowledgements: Vec<Acknowledgement>,
    },
    /// Take the next step of the titration that was agreed.
    AdvanceTitration {
        /// Of which order.
        order: OrderId,
        /// What it rests on.
        rests_on: TitrationBasis,
        /// Why, in words.
        note: Text,
        /// Answers to findings that ask for one and were not answered with the plan.
        acknowledgements: Vec<Acknowledgement>,
    },
    /// Give a titration up; the dose stays.
    CancelTitration {
        /// Of which order.
        order: OrderId,
        /// Why.
        reason: Text,
    },
    /// Change from one medication to another.
    Switch(Box<Switch>),
    /// End an order.
    Stop {
        /// Which.
        order: OrderId,
        /// Why, coded.
        reason: StopReason,
        /// When the last dose was taken, if known.
        last_dose_at: Option<Instant>,
        /// Why it stops at once, for a drug that should be tapered and was not.
        abrupt_because: Option<Text>,
    },
    /// Hand out more of an order.
    Renew {
        /// Which.
        order: OrderId,
        /// How much.
        supply: Supply,
        /// How prescriber and patient met.
        modality: OrderModality,
        /// What allows it, for a controlled substance.
        legal_basis: Option<LegalBasis>,
        /// Answers to findings that ask for one and were not answered before.
        acknowledgements: Vec<Acknowledgement>,
    },
    /// Put something right on an order.
    Correct {
        /// Which.
        order: OrderId,
        /// What.
        correction: Correction,
        /// Why.
        reason: Text,
    },
    /// Set a part of what an order hands out aside for a prescription that is about to be signed. Nobody asks for it by
    /// itself: a signature does, see [`crate::Refusal::asks_first`].
    AllotSupply {
        /// Of which order.
        order: OrderId,
        /// For which prescription.
        prescription: PrescriptionId,
    },
    /// Say that nobody acknowledged a critical result in time.
    BreachResult {
        /// What was measured.
        lab: LabId,
        /// When the sample was taken.
        taken_at: Instant,
    },
    /// Give an injection that acts for weeks; it is judged before it is given.
    GiveInjection(Box<NewInjection>),
    /// Record one that was given, here or elsewhere. Always accepted; what stands against it is said beside it.
    RecordInjection(Box<ToldInjection>),
    /// Decide how a late injection goes on.
    DecideLateInjection {
        /// Of which order.
        order: OrderId,
        /// What is done.
        decision: LateDecision,
        /// Why.
        reason: Text,
    },
    /// Say how it is known that a drug is tolerated of which no dose is on record.
    AttestTolerability {
        /// Of which order.
        order: OrderId,
        /// What shows it.
        basis: TolerabilityBasis,
        /// The same in words.
        note: Text,
    },
    /// Say that the last day of an injection has passed; the service itself does.
    RecordInjectionOverdue {
        /// Of which order.
        order: OrderId,
    },
    /// Say what follows from an injection that was given against a rule.
    ReviewInjection {
        /// By which order it was given.
        order: OrderId,
        /// When it was given.
        given_at: Instant,
        /// What follows from it.
        outcome: Text,
    },
    /// Judge whether an order helps, and decide about it.
    AssessResponse {
        /// Which.
        order: OrderId,
        /// What is done.
        decision: ResponseDecision,
        /// Why.
        reason: Text,
    },
}

impl Command {
    /// Whether it is judged by what was used, tested and scored elsewhere: whatever adds a drug, goes on with one, or
    /// asks whether one may be added.
    pub const fn needs_evidence(&self) -> bool {
        matches!(
            self,
            Self::Prescribe(_)
                | Self::AdjustDose { .. }
                | Self::PlanTitration { .. }
                | Self::AdvanceTitration { .. }
                | Self::Switch(_)
                | Self::Resume { .. }
                | Self::Renew { .. }
                | Self::CheckSafety { proposal: Some(_) }
                | Self::OverrideInteraction { .. }
                | Self::GiveInjection(_)
                | Self::RecordInjection(_)
        )
    }

    /// Whether it is judged by how the scores run.
    pub const fn needs_scores(&self) -> bool {
        matches!(self, Self::AssessResponse { .. })
    }

    /// The stay whose indication decision it needs, if it needs one.
    pub fn needs_indication_of(&self) -> Option<&EpisodeRef> {
        if let Self::Prescribe(order) = self {
            Some(&order.episode)
        } else if let Self::Switch(switch) = self {
            Some(&switch.to.episode)
        } else {
            None
        }
    }

    /// Whether it rests on a side effect, whose report must be on record.
    pub const fn cites_a_side_effect(&self) -> bool {
        matches!(
            self,
            Self::AdvanceTitration { rests_on: TitrationBasis::SideEffect(_), .. }
                | Self::AdjustDose { cause: Cause::SideEffect(_), .. }
                | Self::AdjustDose { rests_on: Some(TitrationBasis::SideEffect(_)), .. }
        )
    }

    /// The prescription that it names.
    pub const fn cites_a_prescription(&self) -> Option<PrescriptionId> {
        if let Self::AllotSupply { prescription, .. } = self { Some(*prescription) } else { None }
    }

    /// Whether it has a drug go on, which doses that were missed may forbid; or asks how it was taken.
    pub const fn needs_missed_doses(&self) -> bool {
        matches!(
            self,
            Self::Resume { .. }
                | Self::Renew { .. }
                | Self::AdjustDose { .. }
                | Self::AdvanceTitration { .. }
                | Self::AssessResponse { .. }
        )
    }
}
