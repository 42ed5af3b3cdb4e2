//! The calls of `SideEffectService`.

use concord_proto::concord::side_effects::v1::{self as pb, side_effect_service_server::SideEffectService};

use super::decode;
use crate::asked::commands;

commands! { SideEffectService of pb {
    report_side_effect(ReportSideEffectRequest) -> ReportSideEffectResponse;
    triage_side_effect(TriageSideEffectRequest) -> TriageSideEffectResponse;
    decide_side_effect(DecideSideEffectRequest) -> DecideSideEffectResponse;
    resolve_side_effect(ResolveSideEffectRequest) -> ResolveSideEffectResponse;
    record_breach(RecordBreachRequest) -> RecordBreachResponse;
} }
