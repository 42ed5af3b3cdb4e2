//! What a prescriber's chart knows of a client.

use concord_domain::recovery::Event;
use concord_kernel::{Instant, OrderId};
use concord_knowledge::Milligrams;
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

use crate::parts::{
    Background, Effects, Findings, Identity, Indications, Injections, Orders, Outside, Prescriptions,
    Recovery, Stays, Trials,
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
    /// How recovery goes.
    pub recovery: Recovery,
    /// The latest doses that were watched, oldest first.
    pub doses: Vec<WatchedDose>,
    /// Prescriptions, and what pharmacies ask.
    pub prescriptions: Prescriptions,
    /// Injections that act for weeks.
    pub injections: Injections,
    /// Whether medications help.
    pub trials: Trials,
}

/// A dose that somebody watched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WatchedDose {
    /// Of which order.
    pub order: OrderId,
    /// How much.
    #[serde(rename = "dose_mg")]
    pub dose: Milligrams,
    /// When.
    pub given_at: Instant,
    /// For the first dose of an induction: whether it was cleared before.
    pub cleared: Option<bool>,
}

/// The latest watched doses that a row keeps.
const DOSES_KEPT: usize = 8;

impl Row {
    pub(super) fn recover(&mut self, fact: &Fact, event: &Event) {
        self.recovery.fold(fact, event);
        if let Event::DoseAdministered { order, dose, given_at, cleared, .. } = event {
            let watched = WatchedDose { order: *order, dose: *dose, given_at: *given_at, cleared: *cleared };
            self.doses.push(watched);
            if self.doses.len() > DOSES_KEPT {
                self.doses.remove(0);
            }
        }
    }
}
