//! The calls of `FollowUpService`.

use concord_proto::concord::follow_up::v1::{self as pb, follow_up_service_server::FollowUpService};

use super::decode;
use crate::asked::commands;

commands! { FollowUpService of pb {
    schedule_visit(ScheduleVisitRequest) -> ScheduleVisitResponse;
    record_visit(RecordVisitRequest) -> RecordVisitResponse;
    mark_no_show(MarkNoShowRequest) -> MarkNoShowResponse;
    change_cadence(ChangeCadenceRequest) -> ChangeCadenceResponse;
} }
