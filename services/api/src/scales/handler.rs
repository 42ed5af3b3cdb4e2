//! The calls of `ScaleService`.

use concord_proto::concord::scales::v1::{self as pb, scale_service_server::ScaleService};

use super::decode;
use crate::asked::commands;

commands! { ScaleService of pb {
    administer_scale(AdministerScaleRequest) -> AdministerScaleResponse;
    resolve_risk(ResolveRiskRequest) -> ResolveRiskResponse;
} }
