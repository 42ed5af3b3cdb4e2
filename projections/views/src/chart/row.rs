//! What a prescriber's chart knows of a client.

use serde::{Deserialize, Serialize};

use crate::parts::{
    Background, Effects, Findings, Identity, Indications, Orders, Outside, Prescriptions, Stays,
};

/// One client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Who.
    pub identity: Identity,
    /// Where they stand.
    pub stays: Stays,
    /// Whether medication is indicated.
    pub indications: Indications,
    /// The program's orders with what justified each change.
    pub orders: Orders,
    /// What is taken from outside.
    pub outside: Outside,
    /// Allergies, conditions, results.
    pub background: Background,
    /// What safety rules found and nobody has settled.
    pub findings: Findings,
    /// Side effects that are open.
    pub effects: Effects,
    /// Prescriptions, and what pharmacies ask.
    pub prescriptions: Prescriptions,
}
