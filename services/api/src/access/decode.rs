//! Messages to commands of emergency access.

use concord_domain::Command as AnyCommand;
use concord_domain::access::{Command, Finding};
use concord_kernel::GlassId;
use concord_proto::concord::access::v1 as pb;

use crate::Invalid;
use crate::field::{choice, id, text};

pub(super) fn break_glass(request: pb::BreakGlassRequest) -> Result<AnyCommand, Invalid> {
    let pb::BreakGlassRequest { header: _, glass_id, reason } = request;
    Ok(AnyCommand::Access(Command::Break {
        glass: id("glass_id", &glass_id, GlassId::new)?,
        reason: text("reason", &reason)?,
    }))
}

pub(super) fn review_break_glass(request: pb::ReviewBreakGlassRequest) -> Result<AnyCommand, Invalid> {
    let pb::ReviewBreakGlassRequest { header: _, glass_id, finding, note } = request;
    Ok(AnyCommand::Access(Command::Review {
        glass: id("glass_id", &glass_id, GlassId::new)?,
        finding: choice("finding", finding, read_finding)?,
        note: text("note", &note)?,
    }))
}

fn read_finding(finding: pb::GlassFinding) -> Option<Finding> {
    match finding {
        pb::GlassFinding::Unspecified => None,
        pb::GlassFinding::Justified => Some(Finding::Justified),
        pb::GlassFinding::NotJustified => Some(Finding::NotJustified),
    }
}
