//! Critical results, and tests that are left out.

use concord_domain::Command as AnyCommand;
use concord_domain::chart::Command;
use concord_kernel::OrderId;
use concord_knowledge::{LabId, RuleId};
use concord_proto::concord::chart::v1 as pb;

use crate::Invalid;
use crate::field::{day, id, instant, name, text};

pub(super) fn review_result(request: pb::ReviewResultRequest) -> Result<AnyCommand, Invalid> {
    let pb::ReviewResultRequest { header: _, lab, taken_at, action } = request;
    Ok(AnyCommand::Chart(Command::ReviewResult {
        lab: name("lab", &lab, LabId::parse)?,
        taken_at: instant("taken_at", taken_at)?,
        action: text("action", &action)?,
    }))
}

pub(super) fn waive_test(request: pb::WaiveTestRequest) -> Result<AnyCommand, Invalid> {
    let pb::WaiveTestRequest { header: _, order_id, test, until, reason } = request;
    Ok(AnyCommand::Chart(Command::WaiveTest {
        order: id("order_id", &order_id, OrderId::new)?,
        test: name("test", &test, RuleId::parse)?,
        until: day("until", &until)?,
        reason: text("reason", &reason)?,
    }))
}
