//! What every command has, whichever it is.

use concord_kernel::StreamKind;
use concord_proto::concord::common::v1::CommandHeader;

use crate::script::Body;

macro_rules! bodies {
    ($($kind:ident: $($name:ident)+;)+) => {
        /// Writes the header.
        pub(crate) fn set_header(body: &mut Body, header: CommandHeader) {
            match body { $($(Body::$name(request) => request.header = Some(header),)+)+ }
        }

        /// The names of all commands, as the API calls them.
        pub const COMMANDS: &[&str] = &[$($(stringify!($name),)+)+];

        /// Which of the patient's streams takes the events.
        pub(crate) fn stream_of(body: &Body) -> StreamKind {
            match body { $($(Body::$name(_) => StreamKind::$kind,)+)+ }
        }

        /// The name of the call.
        pub(crate) fn name_of(body: &Body) -> &'static str {
            match body { $($(Body::$name(_) => stringify!($name),)+)+ }
        }
    };
}

bodies! {
    Episode: ReferPatient ScreenCandidate WaitlistPatient AdmitPatient ChangePhase PauseEpisode ResumeEpisode
        DischargePatient DecideBridging;
    Assessment: StartAssessment RecordSection CompleteAssessment DecideIndication ReopenAssessment;
    MedicationChart: RecordCharacteristics ConfirmNoKnownAllergies RecordAllergy RefuteAllergy RecordCondition
        ResolveCondition RecordResult RecordOutsideMedication EndOutsideMedication RecordLastDose
        RecordNeverTaken ReconcileMedications CheckSafety AcknowledgeBoxedWarning OverrideInteraction CosignOverride
        ResolveInteraction PrescribeMedication AdjustDose HoldMedication ResumeMedication PlanTaper StopMedication
        RenewMedication CorrectOrder PlanTitration AdvanceTitration CancelTitration SwitchMedication ReviewResult WaiveTest RecordPdmpCheck
        GiveInjection RecordInjectionGiven DecideLateInjection AttestTolerability RecordInjectionOverdue ReviewInjection
        AssessResponse;
    SideEffects: ReportSideEffect TriageSideEffect DecideSideEffect ResolveSideEffect RecordBreach;
    Scales: AdministerScale ResolveRisk;
    FollowUp: ScheduleVisit RecordVisit MarkNoShow ChangeCadence;
    CareTeam: AddMember RemoveMember;
    Access: BreakGlass ReviewBreakGlass;
    SigningRights: ProposeSigningRight ConfirmSigningRight RevokeSigningRight;
    TreatmentPlan: DraftPlan RevisePlan AgreePlan AddGoal MeetGoal DropGoal LinkGoalToMedication
        RecordSharedDecision RaiseConcern AnswerConcern RecordEducation RecordTherapyParticipation
        RecordLifeChange ReviewMedication PlanSupport FinishSupport;
    Coordination: RecordSharingConsent RevokeSharingConsent SharePlan RecordOutsideUpdate ReviewOutsideUpdate
        RequestConsult AnswerConsult RaiseConflict ResolveConflict AcknowledgeChanges;
    Adherence: ScheduleReminder CancelReminder RecordReminderSent RecordCheckIn FollowUpCheckIn RecordDoseTaken
        RecordDoseMissed DecideMissedDoses MeasureAdherence RaiseBarrier RemoveBarrier
        PermitFamily WithdrawFamily EngageFamily RecordOutreach;
    Recovery: StartInduction ClearFirstDose RecordObservedDose CompleteInduction AbandonInduction
        RecordSubstanceUse RecordRelapse ReviewRelapse RecordDrugScreen ReportOverdose ReviewOverdose OfferNaloxone
        RecordNaloxoneChallenge RecordOtpDose MeasureRetention;
    Prescription: DraftPrescription MarkPrescriptionReady SignPrescription RecordTransmission RecordPharmacyStatus PrintPrescription CancelPrescription RecordCancelAnswer RecordFill ProposeChange AnswerChange RequestRenewal AnswerRenewal ExpirePrescription;
    Ruleset: ProposeRuleset SignRuleset RejectRuleset;
    Consent: GiveConsent RevokeConsent RestrictDisclosure EndRestriction;
    Feed: OpenSubscription CloseSubscription;
    Inbox: ReviewContribution;
}
