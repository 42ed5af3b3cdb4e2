//! The calls of `PlanService`.

use concord_proto::concord::plan::v1::{self as pb, plan_service_server::PlanService};

use super::decode;
use crate::asked::commands;

commands! { PlanService of pb {
    draft_plan(DraftPlanRequest) -> DraftPlanResponse;
    revise_plan(RevisePlanRequest) -> RevisePlanResponse;
    agree_plan(AgreePlanRequest) -> AgreePlanResponse;
    add_goal(AddGoalRequest) -> AddGoalResponse;
    meet_goal(MeetGoalRequest) -> MeetGoalResponse;
    drop_goal(DropGoalRequest) -> DropGoalResponse;
    link_goal_to_medication(LinkGoalToMedicationRequest) -> LinkGoalToMedicationResponse;
    record_shared_decision(RecordSharedDecisionRequest) -> RecordSharedDecisionResponse;
    raise_concern(RaiseConcernRequest) -> RaiseConcernResponse;
    answer_concern(AnswerConcernRequest) -> AnswerConcernResponse;
    record_education(RecordEducationRequest) -> RecordEducationResponse;
    record_therapy_participation(RecordTherapyParticipationRequest) -> RecordTherapyParticipationResponse;
    record_life_change(RecordLifeChangeRequest) -> RecordLifeChangeResponse;
    review_medication(ReviewMedicationRequest) -> ReviewMedicationResponse;
    plan_support(PlanSupportRequest) -> PlanSupportResponse;
    finish_support(FinishSupportRequest) -> FinishSupportResponse;
} }
