//! Which call each command is.

use concord_proto::concord::command::v1::execute_stream_request::Command;
use concord_proto::concord::common::v1::{CommandHeader, CommandReceipt};
use concord_proto::concord::{
    assessment, care_team, chart, episode, follow_up, plan, prescription, scales, side_effects,
};
use tonic::Status;

use crate::Client;

/// A request that asks for a command: every `XxxRequest` of the command services.
pub trait Asks: Clone + Send + Sized {
    /// Its header, if it has one.
    fn header(&self) -> Option<&CommandHeader>;

    /// The command in the form in which it goes into a stream.
    fn streamed(self) -> Command;

    /// Calls the service once.
    fn call(self, client: &Client) -> impl Future<Output = Result<Option<CommandReceipt>, Status>> + Send;
}

macro_rules! asks {
    ($($package:ident by $service:ident { $($request:ident, $call:ident, $variant:ident;)+ })+) => {$($(
        impl Asks for $package::v1::$request {
            fn header(&self) -> Option<&CommandHeader> {
                self.header.as_ref()
            }

            fn streamed(self) -> Command {
                Command::$variant(self)
            }

            async fn call(self, client: &Client) -> Result<Option<CommandReceipt>, Status> {
                Ok(client.$service().$call(self).await?.into_inner().receipt)
            }
        }
    )+)+};
}

asks! {
    episode by episodes {
        ReferPatientRequest, refer_patient, ReferPatient;
        ScreenCandidateRequest, screen_candidate, ScreenCandidate;
        WaitlistPatientRequest, waitlist_patient, WaitlistPatient;
        AdmitPatientRequest, admit_patient, AdmitPatient;
        ChangePhaseRequest, change_phase, ChangePhase;
        PauseEpisodeRequest, pause_episode, PauseEpisode;
        ResumeEpisodeRequest, resume_episode, ResumeEpisode;
        DischargePatientRequest, discharge_patient, DischargePatient;
    }
    assessment by assessments {
        StartAssessmentRequest, start_assessment, StartAssessment;
        RecordSectionRequest, record_section, RecordSection;
        CompleteAssessmentRequest, complete_assessment, CompleteAssessment;
        DecideIndicationRequest, decide_indication, DecideIndication;
        ReopenAssessmentRequest, reopen_assessment, ReopenAssessment;
    }
    chart by charts {
        RecordCharacteristicsRequest, record_characteristics, RecordCharacteristics;
        ConfirmNoKnownAllergiesRequest, confirm_no_known_allergies, ConfirmNoKnownAllergies;
        RecordAllergyRequest, record_allergy, RecordAllergy;
        RefuteAllergyRequest, refute_allergy, RefuteAllergy;
        RecordConditionRequest, record_condition, RecordCondition;
        ResolveConditionRequest, resolve_condition, ResolveCondition;
        RecordResultRequest, record_result, RecordResult;
        RecordPdmpCheckRequest, record_pdmp_check, RecordPdmpCheck;
        RecordOutsideMedicationRequest, record_outside_medication, RecordOutsideMedication;
        EndOutsideMedicationRequest, end_outside_medication, EndOutsideMedication;
        RecordLastDoseRequest, record_last_dose, RecordLastDose;
        ReconcileMedicationsRequest, reconcile_medications, ReconcileMedications;
        CheckSafetyRequest, check_safety, CheckSafety;
        AcknowledgeBoxedWarningRequest, acknowledge_boxed_warning, AcknowledgeBoxedWarning;
        OverrideInteractionRequest, override_interaction, OverrideInteraction;
        CosignOverrideRequest, cosign_override, CosignOverride;
        ResolveInteractionRequest, resolve_interaction, ResolveInteraction;
        PrescribeMedicationRequest, prescribe_medication, PrescribeMedication;
        AdjustDoseRequest, adjust_dose, AdjustDose;
        HoldMedicationRequest, hold_medication, HoldMedication;
        ResumeMedicationRequest, resume_medication, ResumeMedication;
        PlanTaperRequest, plan_taper, PlanTaper;
        StopMedicationRequest, stop_medication, StopMedication;
        RenewMedicationRequest, renew_medication, RenewMedication;
        CorrectOrderRequest, correct_order, CorrectOrder;
    }
    side_effects by side_effects {
        ReportSideEffectRequest, report_side_effect, ReportSideEffect;
        TriageSideEffectRequest, triage_side_effect, TriageSideEffect;
        DecideSideEffectRequest, decide_side_effect, DecideSideEffect;
        ResolveSideEffectRequest, resolve_side_effect, ResolveSideEffect;
        RecordBreachRequest, record_breach, RecordBreach;
    }
    scales by scales {
        AdministerScaleRequest, administer_scale, AdministerScale;
        ResolveRiskRequest, resolve_risk, ResolveRisk;
    }
    follow_up by follow_ups {
        ScheduleVisitRequest, schedule_visit, ScheduleVisit;
        RecordVisitRequest, record_visit, RecordVisit;
        MarkNoShowRequest, mark_no_show, MarkNoShow;
        ChangeCadenceRequest, change_cadence, ChangeCadence;
    }
    care_team by care_teams {
        AddMemberRequest, add_member, AddMember;
        RemoveMemberRequest, remove_member, RemoveMember;
    }
    plan by plans {
        DraftPlanRequest, draft_plan, DraftPlan;
        RevisePlanRequest, revise_plan, RevisePlan;
        AgreePlanRequest, agree_plan, AgreePlan;
        AddGoalRequest, add_goal, AddGoal;
        MeetGoalRequest, meet_goal, MeetGoal;
        DropGoalRequest, drop_goal, DropGoal;
        LinkGoalToMedicationRequest, link_goal_to_medication, LinkGoalToMedication;
        RecordSharedDecisionRequest, record_shared_decision, RecordSharedDecision;
        RaiseConcernRequest, raise_concern, RaiseConcern;
        AnswerConcernRequest, answer_concern, AnswerConcern;
        RecordEducationRequest, record_education, RecordEducation;
        RecordTherapyParticipationRequest, record_therapy_participation, RecordTherapyParticipation;
        RecordLifeChangeRequest, record_life_change, RecordLifeChange;
        ReviewMedicationRequest, review_medication, ReviewMedication;
        PlanSupportRequest, plan_support, PlanSupport;
        FinishSupportRequest, finish_support, FinishSupport;
    }
    prescription by prescriptions {
        DraftPrescriptionRequest, draft_prescription, DraftPrescription;
        MarkPrescriptionReadyRequest, mark_prescription_ready, MarkPrescriptionReady;
        SignPrescriptionRequest, sign_prescription, SignPrescription;
        RecordTransmissionRequest, record_transmission, RecordTransmission;
        RecordPharmacyStatusRequest, record_pharmacy_status, RecordPharmacyStatus;
        PrintPrescriptionRequest, print_prescription, PrintPrescription;
        CancelPrescriptionRequest, cancel_prescription, CancelPrescription;
        RecordCancelAnswerRequest, record_cancel_answer, RecordCancelAnswer;
        RecordFillRequest, record_fill, RecordFill;
        ProposeChangeRequest, propose_change, ProposeChange;
        AnswerChangeRequest, answer_change, AnswerChange;
        RequestRenewalRequest, request_renewal, RequestRenewal;
        AnswerRenewalRequest, answer_renewal, AnswerRenewal;
        ExpirePrescriptionRequest, expire_prescription, ExpirePrescription;
    }
}
