//! What the list of due items knows of a client.

use serde::{Deserialize, Serialize};

use crate::parts::{Agenda, Stays};

/// One client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Where they stand.
    pub stays: Stays,
    /// What is open.
    pub agenda: Agenda,
}
