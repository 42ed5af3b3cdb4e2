//! Which request a message of the stream holds.

use concord_access::Policies;
use concord_proto::concord::command::v1::execute_stream_request::Command;

use crate::asked::{NotPrepared, Prepared, prepare};
use crate::door::Caller;
use crate::looking::Call;

/// Every request is prepared in the same way; the compiler asks for one that is not named.
macro_rules! requests {
    ($($name:ident)+) => {
        /// Decodes whatever is asked and says whether the caller may ask it.
        pub(super) fn prepare_any(
            policies: &Policies,
            caller: &Caller,
            command: Command,
        ) -> Result<Prepared, NotPrepared> {
            match command { $(Command::$name(asked) => prepare(policies, caller, asked),)+ }
        }

        /// What is asked, as the contract names it.
        pub(super) const fn call_of(command: &Command) -> Call {
            match command { $(Command::$name(asked) => Call::of_request(asked),)+ }
        }

        /// What is asked, by its name.
        pub(super) const fn name_of(command: &Command) -> &'static str {
            match command { $(Command::$name(_) => stringify!($name),)+ }
        }
    };
}

requests! {
    BreakGlass
    ReviewBreakGlass
    ProposeSigningRight
    ConfirmSigningRight
    RevokeSigningRight
    ReferPatient
    ScreenCandidate
    WaitlistPatient
    AdmitPatient
    ChangePhase
    PauseEpisode
    ResumeEpisode
    DischargePatient
    StartAssessment
    RecordSection
    CompleteAssessment
    DecideIndication
    ReopenAssessment
    RecordCharacteristics
    ConfirmNoKnownAllergies
    RecordAllergy
    RefuteAllergy
    RecordCondition
    ResolveCondition
    RecordResult
    RecordOutsideMedication
    EndOutsideMedication
    RecordLastDose
    ReconcileMedications
    CheckSafety
    AcknowledgeBoxedWarning
    OverrideInteraction
    CosignOverride
    ResolveInteraction
    PrescribeMedication
    AdjustDose
    HoldMedication
    ResumeMedication
    PlanTaper
    StopMedication
    RenewMedication
    CorrectOrder
    RecordNeverTaken
    PlanTitration
    AdvanceTitration
    CancelTitration
    SwitchMedication
    RecordPdmpCheck
    ReportSideEffect
    TriageSideEffect
    DecideSideEffect
    ResolveSideEffect
    RecordBreach
    AdministerScale
    ResolveRisk
    ScheduleVisit
    RecordVisit
    MarkNoShow
    ChangeCadence
    AddMember
    RemoveMember
    DraftPlan
    RevisePlan
    AgreePlan
    AddGoal
    MeetGoal
    DropGoal
    LinkGoalToMedication
    RecordSharedDecision
    RaiseConcern
    AnswerConcern
    RecordEducation
    RecordTherapyParticipation
    RecordLifeChange
    ReviewMedication
    PlanSupport
    FinishSupport
    RecordSharingConsent
    RevokeSharingConsent
    SharePlan
    RecordOutsideUpdate
    ReviewOutsideUpdate
    RequestConsult
    AnswerConsult
    RaiseConflict
    ResolveConflict
    AcknowledgeChanges
    ScheduleReminder
    CancelReminder
    RecordReminderSent
    RecordCheckIn
    FollowUpCheckIn
    RecordDoseTaken
    RecordDoseMissed
    DecideMissedDoses
    MeasureAdherence
    RaiseBarrier
    RemoveBarrier
    PermitFamily
    WithdrawFamily
    EngageFamily
    StartInduction
    ClearFirstDose
    RecordObservedDose
    CompleteInduction
    AbandonInduction
    RecordSubstanceUse
    RecordRelapse
    ReviewRelapse
    RecordDrugScreen
    ReportOverdose
    ReviewOverdose
    OfferNaloxone
    RecordNaloxoneChallenge
    RecordOtpDose
    MeasureRetention
    ReviewResult
    WaiveTest
    DraftPrescription
    MarkPrescriptionReady
    SignPrescription
    RecordTransmission
    RecordPharmacyStatus
    PrintPrescription
    CancelPrescription
    RecordCancelAnswer
    RecordFill
    ProposeChange
    AnswerChange
    RequestRenewal
    AnswerRenewal
    ExpirePrescription
    RecordOutreach
    DecideBridging
    GiveInjection
    RecordInjectionGiven
    DecideLateInjection
    AttestTolerability
    RecordInjectionOverdue
    ReviewInjection
    AssessResponse
    ProposeRuleset
    SignRuleset
    RejectRuleset
    GiveConsent
    RevokeConsent
    RestrictDisclosure
    EndRestriction
    OpenSubscription
    CloseSubscription
    ReviewContribution
}
