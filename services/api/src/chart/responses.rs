//! Whether a medication helps.

use concord_domain::Command as AnyCommand;
use concord_domain::chart::{Command, ResponseDecision};
use concord_proto::concord::chart::v1 as pb;

use super::orders::order;
use crate::Invalid;
use crate::field::{choice, day, text};

pub(super) fn assess_response(request: pb::AssessResponseRequest) -> Result<AnyCommand, Invalid> {
    let pb::AssessResponseRequest { header: _, order_id, decision, wait_until, reason } = request;
    let waits = decision == i32::from(pb::ResponseDecision::Wait);
    let decision = if waits {
        ResponseDecision::Wait { until: day("wait_until", &wait_until)? }
    } else {
        choice("decision", decision, |decision| match decision {
            pb::ResponseDecision::Unspecified | pb::ResponseDecision::Wait => None,
            pb::ResponseDecision::Increase => Some(ResponseDecision::Increase),
            pb::ResponseDecision::Switch => Some(ResponseDecision::Switch),
            pb::ResponseDecision::Augment => Some(ResponseDecision::Augment),
            pb::ResponseDecision::Stop => Some(ResponseDecision::Stop),
        })?
    };
    if !waits && !wait_until.is_empty() {
        return Err(Invalid::new("wait_until", "must be empty unless the decision is to wait"));
    }
    Ok(AnyCommand::Chart(Command::AssessResponse {
        order: order(&order_id)?,
        decision,
        reason: text("reason", &reason)?,
    }))
}
