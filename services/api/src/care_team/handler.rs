//! The calls of `CareTeamService`.

use concord_proto::concord::care_team::v1::{self as pb, care_team_service_server::CareTeamService};

use super::decode;
use crate::asked::commands;

commands! { CareTeamService of pb {
    add_member(AddMemberRequest) -> AddMemberResponse;
    remove_member(RemoveMemberRequest) -> RemoveMemberResponse;
} }
