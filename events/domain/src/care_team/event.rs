//! What may have happened in a care team.

use concord_kernel::{PersonId, Role, Text};
use serde::{Deserialize, Serialize};

/// Somebody who cares for the patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// As what.
    pub role: Role,
    /// Their name.
    pub name: Text,
    /// The practice or agency, for somebody outside the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Text>,
}

/// A fact about who cares for a patient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// Somebody joined.
    CareTeamMemberJoined(Member),
    /// Somebody left.
    CareTeamMemberLeft {
        /// Who.
        person: PersonId,
        /// Why.
        reason: Text,
    },
}
