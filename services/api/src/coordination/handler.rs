//! The calls of `CoordinationService`.

use concord_proto::concord::coordination::v1::{
    self as pb, coordination_service_server::CoordinationService,
};

use super::decode;
use crate::asked::commands;

commands! { CoordinationService of pb {
    record_sharing_consent(RecordSharingConsentRequest) -> RecordSharingConsentResponse;
    revoke_sharing_consent(RevokeSharingConsentRequest) -> RevokeSharingConsentResponse;
    share_plan(SharePlanRequest) -> SharePlanResponse;
    record_outside_update(RecordOutsideUpdateRequest) -> RecordOutsideUpdateResponse;
    review_outside_update(ReviewOutsideUpdateRequest) -> ReviewOutsideUpdateResponse;
    request_consult(RequestConsultRequest) -> RequestConsultResponse;
    answer_consult(AnswerConsultRequest) -> AnswerConsultResponse;
    raise_conflict(RaiseConflictRequest) -> RaiseConflictResponse;
    resolve_conflict(ResolveConflictRequest) -> ResolveConflictResponse;
    acknowledge_changes(AcknowledgeChangesRequest) -> AcknowledgeChangesResponse;
} }
