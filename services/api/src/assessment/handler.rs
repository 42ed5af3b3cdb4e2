//! The calls of `AssessmentService`.

use concord_proto::concord::assessment::v1::{self as pb, assessment_service_server::AssessmentService};

use super::decode;
use crate::asked::commands;

commands! { AssessmentService of pb {
    start_assessment(StartAssessmentRequest) -> StartAssessmentResponse;
    record_section(RecordSectionRequest) -> RecordSectionResponse;
    complete_assessment(CompleteAssessmentRequest) -> CompleteAssessmentResponse;
    decide_indication(DecideIndicationRequest) -> DecideIndicationResponse;
    reopen_assessment(ReopenAssessmentRequest) -> ReopenAssessmentResponse;
} }
