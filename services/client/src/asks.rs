//! Which call each command is.

use concord_proto::concord::command::v1::execute_stream_request::Command;
use concord_proto::concord::common::v1::{CommandHeader, CommandReceipt};
use concord_proto::concord::{
    access, adherence, assessment, care_team, chart, consent, coordination, episode, feed, follow_up, plan,
    prescription, recovery, ruleset, scales, side_effects,
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
        DecideBridgingRequest, decide_bridging, DecideBridging;
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
        RecordNeverTakenRequest, record_never_taken, RecordNeverTaken;
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
        PlanTitrationRequest, plan_titration, PlanTitration;
        AdvanceTitrationRequest, advance_titration, AdvanceTitration;
        CancelTitrationRequest, cancel_titration, CancelTitration;
        SwitchMedicationRequest, switch_medication, SwitchMedication;
        StopMedicationRequest, stop_medication, StopMedication;
        RenewMedicationRequest, renew_medication, RenewMedication;
        CorrectOrderRequest, correct_order, CorrectOrder;
        ReviewResultRequest, review_result, ReviewResult;
        WaiveTestRequest, waive_test, WaiveTest;
        GiveInjectionRequest, give_injection, GiveInjection;
        RecordInjectionGivenRequest, record_injection_given, RecordInjectionGiven;
        DecideLateInjectionRequest, decide_late_injection, DecideLateInjection;
        AttestTolerabilityRequest, attest_tolerability, AttestTolerability;
        RecordInjectionOverdueRequest, record_injection_overdue, RecordInjectionOverdue;
        ReviewInjectionRequest, review_injection, ReviewInjection;
        AssessResponseRequest, assess_response, AssessResponse;
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
    access by access {
        BreakGlassRequest, break_glass, BreakGlass;
        ReviewBreakGlassRequest, review_break_glass, ReviewBreakGlass;
        ProposeSigningRightRequest, propose_signing_right, ProposeSigningRight;
        ConfirmSigningRightRequest, confirm_signing_right, ConfirmSigningRight;
        RevokeSigningRightRequest, revoke_signing_right, RevokeSigningRight;
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
    coordination by coordination {
        RecordSharingConsentRequest, record_sharing_consent, RecordSharingConsent;
        RevokeSharingConsentRequest, revoke_sharing_consent, RevokeSharingConsent;
        SharePlanRequest, share_plan, SharePlan;
        RecordOutsideUpdateRequest, record_outside_update, RecordOutsideUpdate;
        ReviewOutsideUpdateRequest, review_outside_update, ReviewOutsideUpdate;
        RequestConsultRequest, request_consult, RequestConsult;
        AnswerConsultRequest, answer_consult, AnswerConsult;
        RaiseConflictRequest, raise_conflict, RaiseConflict;
        ResolveConflictRequest, resolve_conflict, ResolveConflict;
        AcknowledgeChangesRequest, acknowledge_changes, AcknowledgeChanges;
    }
    adherence by adherence {
        ScheduleReminderRequest, schedule_reminder, ScheduleReminder;
        CancelReminderRequest, cancel_reminder, CancelReminder;
        RecordReminderSentRequest, record_reminder_sent, RecordReminderSent;
        RecordCheckInRequest, record_check_in, RecordCheckIn;
        FollowUpCheckInRequest, follow_up_check_in, FollowUpCheckIn;
        RecordDoseTakenRequest, record_dose_taken, RecordDoseTaken;
        RecordDoseMissedRequest, record_dose_missed, RecordDoseMissed;
        DecideMissedDosesRequest, decide_missed_doses, DecideMissedDoses;
        MeasureAdherenceRequest, measure_adherence, MeasureAdherence;
        RaiseBarrierRequest, raise_barrier, RaiseBarrier;
        RemoveBarrierRequest, remove_barrier, RemoveBarrier;
        PermitFamilyRequest, permit_family, PermitFamily;
        WithdrawFamilyRequest, withdraw_family, WithdrawFamily;
        EngageFamilyRequest, engage_family, EngageFamily;
        RecordOutreachRequest, record_outreach, RecordOutreach;
    }
    recovery by recoveries {
        StartInductionRequest, start_induction, StartInduction;
        ClearFirstDoseRequest, clear_first_dose, ClearFirstDose;
        RecordObservedDoseRequest, record_observed_dose, RecordObservedDose;
        CompleteInductionRequest, complete_induction, CompleteInduction;
        AbandonInductionRequest, abandon_induction, AbandonInduction;
        RecordSubstanceUseRequest, record_substance_use, RecordSubstanceUse;
        RecordRelapseRequest, record_relapse, RecordRelapse;
        ReviewRelapseRequest, review_relapse, ReviewRelapse;
        RecordDrugScreenRequest, record_drug_screen, RecordDrugScreen;
        ReportOverdoseRequest, report_overdose, ReportOverdose;
        ReviewOverdoseRequest, review_overdose, ReviewOverdose;
        OfferNaloxoneRequest, offer_naloxone, OfferNaloxone;
        RecordNaloxoneChallengeRequest, record_naloxone_challenge, RecordNaloxoneChallenge;
        RecordOtpDoseRequest, record_otp_dose, RecordOtpDose;
        MeasureRetentionRequest, measure_retention, MeasureRetention;
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
    ruleset by rulesets {
        ProposeRulesetRequest, propose_ruleset, ProposeRuleset;
        SignRulesetRequest, sign_ruleset, SignRuleset;
        RejectRulesetRequest, reject_ruleset, RejectRuleset;
    }
    consent by consents {
        GiveConsentRequest, give_consent, GiveConsent;
        RevokeConsentRequest, revoke_consent, RevokeConsent;
        RestrictDisclosureRequest, restrict_disclosure, RestrictDisclosure;
        EndRestrictionRequest, end_restriction, EndRestriction;
    }
    feed by feeds {
        OpenSubscriptionRequest, open_subscription, OpenSubscription;
        CloseSubscriptionRequest, close_subscription, CloseSubscription;
        ReviewContributionRequest, review_contribution, ReviewContribution;
    }
}
