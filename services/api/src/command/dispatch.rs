//! Which request a message of the stream holds.

use concord_proto::concord::command::v1::execute_stream_request::Command;

use crate::Failure;
use crate::asked::prepare;
use crate::door::Caller;

/// Prepares whichever command it is: each name is one that the stream takes.
macro_rules! prepare_each {
    ($caller:ident, $command:ident; $($name:ident)+) => {
        match $command { $(Command::$name(asked) => prepare($caller, asked),)+ }
    };
}

/// Decodes whatever is asked and says whether the caller may ask it.
pub(super) fn prepare_any(caller: &Caller, command: Command) -> Result<concord_executor::Request, Failure> {
    prepare_each! { caller, command;
        ReferPatient ScreenCandidate WaitlistPatient AdmitPatient ChangePhase PauseEpisode ResumeEpisode
        DischargePatient StartAssessment RecordSection CompleteAssessment DecideIndication
        ReopenAssessment RecordCharacteristics ConfirmNoKnownAllergies RecordAllergy RefuteAllergy
        RecordCondition ResolveCondition RecordResult RecordOutsideMedication EndOutsideMedication
        RecordLastDose ReconcileMedications CheckSafety AcknowledgeBoxedWarning OverrideInteraction
        CosignOverride ResolveInteraction PrescribeMedication AdjustDose HoldMedication ResumeMedication
        PlanTaper StopMedication RenewMedication CorrectOrder ReportSideEffect TriageSideEffect
        DecideSideEffect ResolveSideEffect RecordBreach AdministerScale ResolveRisk ScheduleVisit
        RecordVisit MarkNoShow ChangeCadence AddMember RemoveMember DraftPlan RevisePlan AgreePlan
        AddGoal MeetGoal DropGoal LinkGoalToMedication RecordSharedDecision RaiseConcern AnswerConcern
        RecordEducation RecordTherapyParticipation RecordLifeChange ReviewMedication PlanSupport
        FinishSupport StartInduction ClearFirstDose RecordObservedDose CompleteInduction
        AbandonInduction RecordSubstanceUse RecordRelapse ReviewRelapse RecordDrugScreen ReportOverdose
        ReviewOverdose OfferNaloxone RecordNaloxoneChallenge RecordOtpDose MeasureRetention
    }
}
