//! Messages to commands of a care team.

use concord_domain::Command as AnyCommand;
use concord_domain::care_team::{Command, Member};
use concord_kernel::PersonId;
use concord_proto::concord::care_team::v1 as pb;

use crate::Invalid;
use crate::common::decode::role;
use crate::field::{id, optional_text, text};

pub(super) fn add_member(request: pb::AddMemberRequest) -> Result<AnyCommand, Invalid> {
    let pb::AddMemberRequest { header: _, person_id, role, name, organisation } = request;
    Ok(AnyCommand::CareTeam(Command::AddMember(Member {
        person: id("person_id", &person_id, PersonId::new)?,
        role: self::role("role", role)?,
        name: text("name", &name)?,
        organisation: optional_text("organisation", &organisation)?,
    })))
}

pub(super) fn remove_member(request: pb::RemoveMemberRequest) -> Result<AnyCommand, Invalid> {
    let pb::RemoveMemberRequest { header: _, person_id, reason } = request;
    Ok(AnyCommand::CareTeam(Command::RemoveMember {
        person: id("person_id", &person_id, PersonId::new)?,
        reason: text("reason", &reason)?,
    }))
}
