//! The calls of `ChartService`.

use concord_proto::concord::chart::v1::{self as pb, chart_service_server::ChartService};

use super::decode;
use crate::asked::commands;

commands! { ChartService of pb {
    record_characteristics(RecordCharacteristicsRequest) -> RecordCharacteristicsResponse;
    confirm_no_known_allergies(ConfirmNoKnownAllergiesRequest) -> ConfirmNoKnownAllergiesResponse;
    record_allergy(RecordAllergyRequest) -> RecordAllergyResponse;
    refute_allergy(RefuteAllergyRequest) -> RefuteAllergyResponse;
    record_condition(RecordConditionRequest) -> RecordConditionResponse;
    resolve_condition(ResolveConditionRequest) -> ResolveConditionResponse;
    record_result(RecordResultRequest) -> RecordResultResponse;
    record_pdmp_check(RecordPdmpCheckRequest) -> RecordPdmpCheckResponse;
    record_outside_medication(RecordOutsideMedicationRequest) -> RecordOutsideMedicationResponse;
    end_outside_medication(EndOutsideMedicationRequest) -> EndOutsideMedicationResponse;
    record_last_dose(RecordLastDoseRequest) -> RecordLastDoseResponse;
    record_never_taken(RecordNeverTakenRequest) -> RecordNeverTakenResponse;
    reconcile_medications(ReconcileMedicationsRequest) -> ReconcileMedicationsResponse;
    check_safety(CheckSafetyRequest) -> CheckSafetyResponse;
    acknowledge_boxed_warning(AcknowledgeBoxedWarningRequest) -> AcknowledgeBoxedWarningResponse;
    override_interaction(OverrideInteractionRequest) -> OverrideInteractionResponse;
    cosign_override(CosignOverrideRequest) -> CosignOverrideResponse;
    resolve_interaction(ResolveInteractionRequest) -> ResolveInteractionResponse;
    prescribe_medication(PrescribeMedicationRequest) -> PrescribeMedicationResponse;
    adjust_dose(AdjustDoseRequest) -> AdjustDoseResponse;
    hold_medication(HoldMedicationRequest) -> HoldMedicationResponse;
    resume_medication(ResumeMedicationRequest) -> ResumeMedicationResponse;
    plan_taper(PlanTaperRequest) -> PlanTaperResponse;
    plan_titration(PlanTitrationRequest) -> PlanTitrationResponse;
    advance_titration(AdvanceTitrationRequest) -> AdvanceTitrationResponse;
    cancel_titration(CancelTitrationRequest) -> CancelTitrationResponse;
    switch_medication(SwitchMedicationRequest) -> SwitchMedicationResponse;
    stop_medication(StopMedicationRequest) -> StopMedicationResponse;
    renew_medication(RenewMedicationRequest) -> RenewMedicationResponse;
    correct_order(CorrectOrderRequest) -> CorrectOrderResponse;
    review_result(ReviewResultRequest) -> ReviewResultResponse;
    waive_test(WaiveTestRequest) -> WaiveTestResponse;
    give_injection(GiveInjectionRequest) -> GiveInjectionResponse;
    record_injection_given(RecordInjectionGivenRequest) -> RecordInjectionGivenResponse;
    decide_late_injection(DecideLateInjectionRequest) -> DecideLateInjectionResponse;
    attest_tolerability(AttestTolerabilityRequest) -> AttestTolerabilityResponse;
    record_injection_overdue(RecordInjectionOverdueRequest) -> RecordInjectionOverdueResponse;
    review_injection(ReviewInjectionRequest) -> ReviewInjectionResponse;
    assess_response(AssessResponseRequest) -> AssessResponseResponse;
} }
