//! What may have happened on a medication chart.

use concord_kernel::{Day, Instant, OrderId, OutsideMedicationId, PersonId, Phi, PrescriptionId, Text};
use concord_knowledge::safety::{ReactionKind, ReactionSeverity};
use concord_knowledge::{
    Action, ConditionId, DrugId, Finding, FindingKey, IngredientId, LabId, PolicyId, Regimen, RuleId,
    RulesetVersion, Severity,
};
use serde::{Deserialize, Serialize};

use super::{
    Acknowledgement, Cause, Correction, GivenInjection, LateDecision, LegalBasis, LongerUseReason,
    MedicationRef, NewOrder, OrderModality, OverrideReason, PdmpCheck, ReconciledEntry, Reported,
    ResponseAssessment, Sex, StopReason, Supply, TaperStep, TitrationBasis, TitrationStep, TolerabilityBasis,
};

/// By which rules something was judged, and what stood after that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The ruleset.
    pub ruleset: RulesetVersion,
    /// Findings that stood and were acknowledged, overridden or only watched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingKey>,
    /// Those of them that asked for an answer and got one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answered: Vec<Answered>,
}

/// A finding with what it asked for when it was answered: one that asks for more later is not answered by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The finding.
    #[serde(flatten)]
    pub finding: FindingKey,
    /// What it asked for.
    pub action: Action,
}

impl Answered {
    /// Whether the answer holds for a finding as it stands now.
    pub fn holds_for(&self, now: &Finding) -> bool {
        self.finding == now.key && self.action >= now.action
    }
}

/// A fact about one patient's medication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// What safety rules ask of every patient.
    CharacteristicsRecorded {
        /// Day of birth.
        born_on: Phi<Day>,
        /// Sex recorded at birth.
        sex: Sex,
        /// Whether a pregnancy is possible, when known.
        may_become_pregnant: Option<bool>,
    },
    /// There are no known allergies.
    NoKnownAllergiesConfirmed,
    /// There is an allergy or intolerance.
    AllergyRecorded {
        /// To what, in words.
        substance: Text,
        /// To which substance that rules know; absent when none was recognised.
        ingredient: Option<IngredientId>,
        /// What happened.
        reaction: Option<Text>,
        /// How bad it was.
        severity: ReactionSeverity,
        /// What kind of reaction.
        kind: ReactionKind,
    },
    /// An allergy was none.
    AllergyRefuted {
        /// To what, in words.
        substance: Text,
        /// What shows it.
        reason: Text,
    },
    /// There is a condition.
    ConditionRecorded {
        /// Which, in words.
        name: Text,
        /// Which row of the condition table; absent when none was recognised.
        condition: Option<ConditionId>,
        /// Since when.
        onset_on: Option<Day>,
    },
    /// A condition is over.
    ConditionResolved {
        /// Which, in words.
        name: Text,
    },
    /// Something was measured.
    ResultRecorded {
        /// What.
        lab: LabId,
        /// The value, in the unit of the knowledge table.
        value: f64,
        /// When the sample was taken.
        taken_at: Instant,
        /// For a level, when the dose before it was taken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_dose_at: Option<Instant>,
    },
    /// A result cannot wait.
    CriticalResultFlagged {
        /// What was measured.
        lab: LabId,
        /// The value, in the unit of the knowledge table.
        value: f64,
        /// When the sample was taken.
        taken_at: Instant,
        /// Which rule says so.
        rule: RuleId,
        /// Until when somebody acknowledges it.
        acknowledge_by: Instant,
        /// By which rules.
        ruleset: RulesetVersion,
    },
    /// Somebody said what was done about it.
    ResultReviewed {
        /// What was measured.
        lab: LabId,
        /// When the sample was taken.
        taken_at: Instant,
        /// What was done.
        action: Text,
        /// Whether it came after the deadline.
        late: bool,
    },
    /// A test is left out for a while.
    MonitoringWaived {
        /// For which order.
        order: OrderId,
        /// Which test.
        test: RuleId,
        /// Until which day.
        until: Day,
        /// Why.
        reason: Text,
    },
    /// A medication from outside the program became known.
    OutsideMedicationRecorded {
        /// The entry.
        medication: OutsideMedicationId,
        /// What was told.
        reported: Reported,
        /// The substances it was recognised as holding; empty when nobody could map it.
        ingredients: Vec<IngredientId>,
        /// Whether all of it was recognised.
        complete: bool,
        /// Days that one dose of it goes on acting, where its name says that it is a depot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        depot_days: Option<u16>,
    },
    /// An outside medication is no longer taken.
    OutsideMedicationEnded {
        /// Which.
        medication: OutsideMedicationId,
        /// When the last dose was taken, if known.
        last_dose_at: Option<Instant>,
        /// Why.
        reason: Text,
    },
    /// A dose was taken.
    LastDoseRecorded {
        /// Of which medication.
        medication: MedicationRef,
        /// When.
        at: Instant,
    },
    /// A medication that has ended was never taken.
    NeverTakenRecorded {
        /// Which.
        medication: MedicationRef,
        /// How that is known.
        reason: Text,
    },
    /// Outside medications were compared with what the patient takes.
    MedicationsReconciled {
        /// What was decided, line by line.
        entries: Vec<ReconciledEntry>,
        /// What was found.
        note: Option<Text>,
    },
    /// The prescription drug monitoring program of a state was looked into.
    PdmpChecked {
        /// What is kept of it.
        #[serde(flatten)]
        check: PdmpCheck,
        /// What was seen, in words.
        note: Option<Text>,
    },
    /// The safety check was run.
    SafetyChecked {
        /// The drug that was being thought about, if any.
        proposed: Option<DrugId>,
        /// By which rules, and every finding.
        judged: Judged,
    },
    /// Medications on the chart collide.
    InteractionDetected {
        /// The finding.
        #[serde(flatten)]
        finding: FindingKey,
        /// How bad.
        severity: Severity,
        /// What must happen.
        action: Action,
        /// By which rules.
        ruleset: RulesetVersion,
    },
    /// A boxed warning was explained and the Medication Guide given.
    BoxedWarningAcknowledged {
        /// Of which drug.
        drug: DrugId,
    },
    /// A finding was overridden; it counts once a second clinician has agreed.
    InteractionOverridden {
        /// The finding.
        #[serde(flatten)]
        finding: FindingKey,
        /// Why, coded.
        reason: OverrideReason,
        /// Why, in words.
        note: Text,
        /// By whom.
        by: PersonId,
        /// When; the second clinician has a day from here.
        at: Instant,
    },
    /// A second clinician agreed with an override.
    OverrideCosigned {
        /// The finding.
        #[serde(flatten)]
        finding: FindingKey,
        /// By whom.
        by: PersonId,
        /// When; the override may be relied on from here.
        at: Instant,
    },
    /// Something was done about an interaction.
    InteractionResolved {
        /// The finding.
        #[serde(flatten)]
        finding: FindingKey,
        /// What was done.
        resolution: Text,
    },
    /// A medication was ordered.
    MedicationPrescribed {
        /// The order as it was written.
        order: Box<NewOrder>,
        /// By which rules it was judged.
        judged: Judged,
        /// The substances in it, sorted, as the rules knew them then.
        ingredients: Vec<IngredientId>,
        /// When it was ordered, clinically.
        at: Instant,
        /// The row of law that allowed a controlled substance this way; absent for any other drug, and where the
        /// program did not yet write it down.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        policy: Option<PolicyId>,
    },
    /// A dose changed.
    DoseAdjusted {
        /// Of which order.
        order: OrderId,
        /// How much before.
        from: Regimen,
        /// How much from now on.
        to: Regimen,
        /// What the change rests on.
        cause: Cause,
        /// Why, in words.
        note: Text,
        /// Answers to findings.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        acknowledgements: Vec<Acknowledgement>,
        /// By which rules it was judged.
        judged: Judged,
        /// When it took effect, clinically.
        at: Instant,
    },
    /// An order was interrupted.
    MedicationHeld {
        /// Which.
        order: OrderId,
        /// Why.
        reason: Text,
        /// When it took effect, clinically.
        at: Instant,
    },
    /// An order went on.
    MedicationResumed {
        /// Which.
        order: OrderId,
        /// By which rules it was judged.
        judged: Judged,
        /// Answers to findings.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        acknowledgements: Vec<Acknowledgement>,
        /// When it took effect, clinically.
        at: Instant,
    },
    /// It was agreed how an order is tapered off.
    TaperPlanned {
        /// Which.
        order: OrderId,
        /// The steps.
        steps: Vec<TaperStep>,
        /// Why.
        reason: Text,
    },
    /// It was agreed how the dose of an order rises.
    TitrationPlanned {
        /// Which.
        order: OrderId,
        /// The steps.
        steps: Vec<TitrationStep>,
        /// The schedule of the tables that the steps keep, for a drug that has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        schedule: Option<RuleId>,
        /// Why.
        reason: Text,
        /// Answers to findings.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        acknowledgements: Vec<Acknowledgement>,
        /// By which rules the highest step was judged.
        judged: Judged,
        /// When it was agreed.
        at: Instant,
    },
    /// The next step of a titration was taken: the dose rose as agreed.
    TitrationStepTaken {
        /// Of which order.
        order: OrderId,
        /// The day for which it was agreed.
        planned_on: Day,
        /// How much before.
        from: Regimen,
        /// How much from now on.
        to: Regimen,
        /// What it rests on.
        rests_on: TitrationBasis,
        /// Why, in words.
        note: Text,
        /// Answers to findings.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        acknowledgements: Vec<Acknowledgement>,
        /// By which rules it was judged.
        judged: Judged,
        /// When it took effect, clinically.
        at: Instant,
    },
    /// A titration was given up; the dose stays.
    TitrationCancelled {
        /// Of which order.
        order: OrderId,
        /// Why.
        reason: Text,
    },
    /// One medication takes the place of another. The order that begins and a taper of the one that ends are events of
    /// their own, beside this one.
    MedicationSwitched {
        /// The order that ends.
        from: OrderId,
        /// The order that begins.
        to: OrderId,
        /// The last day on which both are taken.
        overlap_until: Day,
        /// Why.
        reason: Text,
        /// When it was decided, clinically.
        at: Instant,
        /// When the trial was assessed that it rests on, if it rests on one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        assessed_at: Option<Instant>,
    },
    /// An order ended.
    MedicationStopped {
        /// Which.
        order: OrderId,
        /// Why, coded.
        reason: StopReason,
        /// When the last dose was taken, if known.
        last_dose_at: Option<Instant>,
        /// Why it stopped at once, for a drug that should be tapered and was not.
        abrupt_because: Option<Text>,
        /// When it took effect, clinically.
        at: Instant,
        /// When the trial was assessed that it rests on, if it rests on one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        assessed_at: Option<Instant>,
    },
    /// More of an order was handed out.
    MedicationRenewed {
        /// Which.
        order: OrderId,
        /// How much.
        supply: Supply,
        /// How prescriber and patient met.
        modality: OrderModality,
        /// What allowed it.
        legal_basis: Option<LegalBasis>,
        /// Whether it bridges the time after the stay has ended.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        bridging: bool,
        /// By which rules it was judged.
        judged: Judged,
        /// Answers to findings.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        acknowledgements: Vec<Acknowledgement>,
        /// When it was issued.
        at: Instant,
        /// The row of law that allowed a controlled substance this way; absent for any other drug, and where the
        /// program did not yet write it down.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        policy: Option<PolicyId>,
    },
    /// Something was put right on an order.
    OrderCorrected {
        /// Which.
        order: OrderId,
        /// What.
        correction: Correction,
        /// Why.
        reason: Text,
    },
    /// Until when the use of something short-term is limited: by its rule, or longer by an answer to it.
    UseLimited {
        /// Of which order.
        order: OrderId,
        /// By which rule.
        rule: RuleId,
        /// Since when its class is taken in a row, as far as that is known.
        since: Day,
        /// Whether something of the class was taken before that, and nobody knows since when.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unknown_before: bool,
        /// The last day.
        until: Day,
        /// Why it goes on past the limit; absent within it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<LongerUseReason>,
    },
    /// A part of what an order hands out was set aside for a prescription. It counts from here on, until the
    /// prescription is void or the order hands out anew.
    SupplyAllotted {
        /// Of which order.
        order: OrderId,
        /// For which prescription.
        prescription: PrescriptionId,
        /// Days that it lasts, refills included.
        days: u16,
        /// Whether it bridges the time after the stay has ended.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        bridging: bool,
        /// When.
        at: Instant,
    },
    /// Nobody acknowledged a critical result in time.
    CriticalResultBreached {
        /// What was measured.
        lab: LabId,
        /// When the sample was taken.
        taken_at: Instant,
        /// What the deadline was.
        acknowledge_by: Instant,
    },
    /// An injection that acts for weeks was given.
    InjectionGiven(Box<GivenInjection>),
    /// A prescriber decided how a late injection goes on.
    LateInjectionDecided {
        /// Of which order.
        order: OrderId,
        /// The formulary row.
        drug: DrugId,
        /// The rule about late injections that held.
        rule: RuleId,
        /// What is done.
        decision: LateDecision,
        /// Why.
        reason: Text,
    },
    /// A prescriber said how it is known that a drug is tolerated.
    TolerabilityAttested {
        /// The formulary row.
        drug: DrugId,
        /// What shows it.
        basis: TolerabilityBasis,
        /// The same in words.
        note: Text,
    },
    /// The last day of an injection passed, and none is on record.
    InjectionOverdue {
        /// Of which order.
        order: OrderId,
        /// The formulary row.
        drug: DrugId,
        /// The day on which it was due.
        due_on: Day,
        /// The last day on which it was in time.
        until: Day,
    },
    /// A prescriber looked at an injection that was given against a rule.
    InjectionReviewed {
        /// By which order it was given.
        order: OrderId,
        /// When it was given.
        given_at: Instant,
        /// What follows from it.
        outcome: Text,
        /// Whether it came after the deadline.
        late: bool,
    },
    /// A trial was judged, and a prescriber decided about it.
    ResponseAssessed(Box<ResponseAssessment>),
}
