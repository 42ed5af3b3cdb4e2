//! What an entry of a course says.

use concord_domain::UsState;
use concord_domain::adherence::{BarrierKind, Doing, MissReason, MissedDecision, Shared};
use concord_domain::chart::{Cause, MedicationRef, PdmpResult, StopReason, TitrationBasis};
use concord_domain::coordination::{ConflictResolution, UpdateKind};
use concord_domain::episode::{Disposition, Phase};
use concord_domain::follow_up::{Cadence, VisitKind};
use concord_domain::prescription::{CancelCause, CancelRefusal, FillStatus, TransmissionFailure};
use concord_domain::scales::RiskLevel;
use concord_domain::side_effects::{Decision, Grade, Outcome};
use concord_domain::treatment_plan::{Consent, LifeEvent, ReviewOutcome, SessionKind};
use concord_kernel::{Day, OrderId, OutsideMedicationId, ReportId, Role, ScaleId, Text, VisitId};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{
    ConditionId, DrugId, FindingKey, LabId, MissedAction, Regimen, RuleId, Severity, SymptomId,
};
use serde::{Deserialize, Serialize};

use super::{InjectionEntry, RecoveryEntry, ServiceEntry};

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// The patient was referred.
    Referred,
    /// A stay began.
    Admitted,
    /// The stay moved on.
    Phase {
        /// Before; a dose is absent where doses are not shown.
        from: Phase,
        /// From then on; a dose is absent where doses are not shown.
        to: Phase,
    },
    /// The stay was interrupted.
    Paused,
    /// The stay went on.
    Resumed,
    /// The stay ended.
    Discharged {
        /// How.
        disposition: Disposition,
    },
    /// It was decided whether medication is indicated.
    Indicated {
        /// Whether it is.
        indicated: bool,
        /// Diagnoses that the decision rests on.
        diagnoses: Vec<ConditionId>,
    },
    /// A medication was begun.
    Started {
        /// Which order.
        order: OrderId,
        /// The formulary row.
        drug: DrugId,
        /// What it is for.
        indication: ConditionId,
        /// How much; absent where doses are not shown.
        regimen: Option<Regimen>,
        /// Why, in words.
        why: Text,
    },
    /// Its dose changed.
    Adjusted {
        /// Which order.
        order: OrderId,
        /// Before; a dose is absent where doses are not shown.
        from: Option<Regimen>,
        /// From then on; a dose is absent where doses are not shown.
        to: Option<Regimen>,
        /// What it rests on.
        cause: Cause,
        /// Why, in words.
        why: Text,
    },
    /// It was interrupted.
    Held {
        /// Which order.
        order: OrderId,
        /// Why, in words.
        why: Text,
    },
    /// It went on.
    TakenUp {
        /// Which order.
        order: OrderId,
    },
    /// It was agreed how it is tapered off.
    TaperPlanned {
        /// Which order.
        order: OrderId,
        /// Why, in words.
        why: Text,
    },
    /// It was agreed how it is raised.
    TitrationPlanned {
        /// Which order.
        order: OrderId,
        /// Why, in words.
        why: Text,
    },
    /// A step of that was taken.
    StepTaken {
        /// Which order.
        order: OrderId,
        /// Before.
        from: Regimen,
        /// From then on.
        to: Regimen,
        /// What it rests on.
        rests_on: TitrationBasis,
        /// Why, in words.
        why: Text,
    },
    /// That was given up.
    TitrationCancelled {
        /// Which order.
        order: OrderId,
        /// Why, in words.
        why: Text,
    },
    /// Another takes its place.
    Switched {
        /// The order that ends.
        order: OrderId,
        /// The order that begins.
        to: OrderId,
        /// The last day on which both are taken.
        overlap_until: Day,
        /// Why, in words.
        why: Text,
    },
    /// It ended.
    Stopped {
        /// Which order.
        order: OrderId,
        /// Why, coded.
        reason: StopReason,
    },
    /// It had ended, and it was found that it was never taken.
    NeverTaken {
        /// Which medication.
        medication: MedicationRef,
        /// How that is known.
        why: Text,
    },
    /// More was handed out.
    Renewed {
        /// Which order.
        order: OrderId,
    },
    /// A medication from outside became known.
    OutsideRecorded {
        /// Which entry.
        medication: OutsideMedicationId,
        /// Its name in the words of the source.
        name: Text,
    },
    /// One was no longer taken.
    OutsideEnded {
        /// Which entry.
        medication: OutsideMedicationId,
        /// Why, in words.
        why: Text,
    },
    /// Medications from outside were compared.
    Reconciled,
    /// Medications collided.
    InteractionFound {
        /// Which rule, about which substances.
        finding: FindingKey,
        /// How bad.
        severity: Severity,
    },
    /// A finding was overridden.
    InteractionOverridden {
        /// Which rule, about which substances.
        finding: FindingKey,
    },
    /// A second clinician agreed.
    OverrideCosigned {
        /// Which rule, about which substances.
        finding: FindingKey,
    },
    /// It was settled.
    InteractionResolved {
        /// Which rule, about which substances.
        finding: FindingKey,
        /// What was done.
        resolution: Text,
    },
    /// Something was measured.
    Result {
        /// What.
        lab: LabId,
        /// The value, in the unit of the knowledge table.
        value: f64,
    },
    /// A result could not wait.
    CriticalResult {
        /// What was measured.
        lab: LabId,
        /// The value, in the unit of the knowledge table.
        value: f64,
    },
    /// Somebody said what was done about it.
    ResultReviewed {
        /// What was measured.
        lab: LabId,
        /// What was done.
        action: Text,
    },
    /// A test was left out for a while.
    TestWaived {
        /// For which order.
        order: OrderId,
        /// Which test.
        test: RuleId,
        /// Why, in words.
        why: Text,
    },
    /// A scale was answered.
    Score {
        /// The administration.
        id: ScaleId,
        /// Which scale.
        scale: ScaleKind,
        /// The total; absent when too much was left out.
        total: Option<u16>,
        /// Its severity band's stored name.
        band: Option<String>,
        /// For craving: which substance.
        substance: Option<Text>,
    },
    /// An answer called for action.
    RiskRaised {
        /// The administration.
        id: ScaleId,
        /// Which scale.
        scale: ScaleKind,
        /// How urgent.
        level: RiskLevel,
    },
    /// It was dealt with.
    RiskResolved {
        /// The administration.
        id: ScaleId,
        /// What was done.
        resolution: Text,
    },
    /// A side effect was reported.
    EffectReported {
        /// The report.
        report: ReportId,
        /// What it is, when the list knows it.
        symptom: Option<SymptomId>,
        /// In the words of who reported it.
        description: Text,
        /// How bad.
        grade: Grade,
        /// The order that is suspected.
        suspected: Option<OrderId>,
    },
    /// It was judged.
    EffectTriaged {
        /// The report.
        report: ReportId,
        /// How bad.
        grade: Grade,
    },
    /// It was decided.
    EffectDecided {
        /// The report.
        report: ReportId,
        /// What is done.
        decision: Decision,
        /// Why, in words.
        why: Text,
        /// Whether it came after the deadline.
        late: bool,
    },
    /// It was closed.
    EffectResolved {
        /// The report.
        report: ReportId,
        /// How it went.
        outcome: Outcome,
    },
    /// Nobody decided in time.
    EffectBreached {
        /// The report.
        report: ReportId,
    },
    /// A visit took place.
    Visited {
        /// The visit.
        visit: VisitId,
        /// What for.
        kind: VisitKind,
        /// Doses taken of doses due, in percent.
        adherence_percent: Option<u8>,
        /// What was found and agreed.
        summary: Text,
    },
    /// The patient did not come.
    Missed {
        /// The visit.
        visit: VisitId,
        /// What for.
        kind: VisitKind,
        /// How many medication visits in a row.
        in_a_row: u32,
    },
    /// Visits come more or less often.
    Cadence {
        /// Before; a dose is absent where doses are not shown.
        from: Cadence,
        /// From then on; a dose is absent where doses are not shown.
        to: Cadence,
        /// Why, in words.
        why: Text,
    },
    /// Patient and prescriber agreed to the plan.
    PlanAgreed {
        /// The version.
        version: u32,
    },
    /// A goal of the plan was reached.
    GoalMet {
        /// What shows it.
        evidence: Text,
    },
    /// A medication was explained, and the patient decided.
    Decided {
        /// The formulary row.
        drug: DrugId,
        /// Their decision.
        consent: Consent,
        /// What matters to them.
        preference: Text,
    },
    /// There was a therapy session.
    Session {
        /// What kind.
        kind: SessionKind,
        /// How much they took part, 0 to 4; absent when they did not come.
        engagement: Option<u8>,
    },
    /// Something changed in the patient's life.
    LifeChanged {
        /// What.
        event: LifeEvent,
        /// In words.
        note: Text,
    },
    /// A prescription was signed.
    PrescriptionSigned {
        /// Which order it hands out.
        order: OrderId,
    },
    /// The pharmacy does not have it.
    TransmissionFailed {
        /// Which order.
        order: OrderId,
        /// Why.
        because: TransmissionFailure,
    },
    /// It was cancelled.
    PrescriptionCancelled {
        /// Which order.
        order: OrderId,
        /// How that came.
        cause: CancelCause,
    },
    /// The pharmacy did not cancel it.
    CancellationDenied {
        /// Which order.
        order: OrderId,
        /// Why.
        because: CancelRefusal,
    },
    /// The pharmacy handed it out, or put it back.
    Filled {
        /// Which order.
        order: OrderId,
        /// What was done.
        status: FillStatus,
        /// How many units.
        quantity: u16,
        /// Whether it should not have been.
        unexpected: bool,
    },
    /// A prescription drug monitoring program was looked into.
    PdmpChecked {
        /// Of which state.
        state: UsState,
        /// What it came to.
        result: PdmpResult,
    },
    /// The medication as a whole was reviewed.
    Reviewed {
        /// What it came to.
        outcome: ReviewOutcome,
        /// Why, in words.
        why: Text,
    },
    /// The agreed plan was passed on.
    PlanShared {
        /// The version.
        version: u32,
        /// As what whoever received it cares for the patient.
        with: Role,
    },
    /// Somebody outside the program told something.
    OutsideTold {
        /// What it is about.
        kind: UpdateKind,
        /// What they told.
        summary: Text,
    },
    /// The program looked at it.
    OutsideReviewed {
        /// What follows from it.
        outcome: Text,
    },
    /// Somebody was asked for their opinion.
    ConsultAsked {
        /// As what they care for the patient.
        of: Role,
        /// The question.
        question: Text,
    },
    /// They answered.
    ConsultAnswered {
        /// The opinion.
        answer: Text,
    },
    /// Two decisions stand against each other.
    ConflictRaised {
        /// What stands against what.
        description: Text,
    },
    /// Somebody said who changes what.
    ConflictResolved {
        /// How it ends.
        resolution: ConflictResolution,
        /// What they do, and until when.
        what: Text,
    },
    /// The patient, or somebody for them, said how they are doing.
    CheckedIn {
        /// How.
        doing: Doing,
        /// In their words.
        note: Option<Text>,
    },
    /// A dose was missed.
    DoseMissed {
        /// Of which order.
        order: OrderId,
        /// Why.
        reason: MissReason,
    },
    /// A medication was missed for so long that it may not simply go on.
    MissedTooLong {
        /// Which order.
        order: OrderId,
        /// What the rule asks for.
        action: MissedAction,
    },
    /// It was decided how it goes on.
    MissedDecided {
        /// Which order.
        order: OrderId,
        /// What is done.
        decision: MissedDecision,
        /// Why, in words.
        why: Text,
    },
    /// Adherence was measured.
    AdherenceMeasured {
        /// Days covered of days, in percent; absent when too little was told.
        percent: Option<u8>,
    },
    /// Something keeps the patient from taking medication.
    BarrierRaised {
        /// What kind.
        kind: BarrierKind,
        /// In words.
        words: Text,
    },
    /// It is gone.
    BarrierRemoved {
        /// What removed it.
        how: Text,
    },
    /// Somebody talked with family, as the patient allows.
    FamilyEngaged {
        /// About what.
        about: Shared,
        /// What was said.
        note: Text,
    },
    /// Something of a recovery.
    Recovery(RecoveryEntry),
    /// What the service started by itself, or what came of it.
    Service(ServiceEntry),
    /// Something of an injection, or of a trial.
    Injection(InjectionEntry),
}
