//! What worklists know of a client.

use serde::{Deserialize, Serialize};

use crate::parts::{Agenda, Identity, Stays, Team};

/// One client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Who.
    pub identity: Identity,
    /// Where they stand.
    pub stays: Stays,
    /// Who cares for them.
    pub team: Team,
    /// What is open.
    pub agenda: Agenda,
}
