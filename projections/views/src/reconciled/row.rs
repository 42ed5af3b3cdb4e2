//! What a liaison's list knows of a patient.

use concord_domain::adherence::Event as AdherenceEvent;
use concord_domain::follow_up::{Cadence, Event};
use concord_kernel::Instant;
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

use crate::parts::{
    AtPharmacy, Background, Contacts, Findings, Goals, Identity, Measured, Monitoring, News, Orders, Outside,
    Plans, Stays, Team,
};

/// When something last changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastChange {
    /// Its place in the ledger.
    pub position: u64,
    /// When it was recorded.
    pub recorded_at: Instant,
}

/// One patient.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Who.
    pub identity: Identity,
    /// Where they stand.
    pub stays: Stays,
    /// Who cares for them.
    pub team: Team,
    /// The program's orders, each with its last change.
    pub orders: Orders,
    /// What is taken from outside.
    pub outside: Outside,
    /// Allergies, conditions, results.
    pub background: Background,
    /// What safety rules found and nobody has settled.
    pub findings: Findings,
    /// How often medication visits come.
    pub cadence: Cadence,
    /// When the next one is due.
    pub next_visit_due_at: Option<Instant>,
    /// What was planned and agreed.
    pub plans: Plans<Goals>,
    /// What was last measured of how the patient takes what is ordered.
    pub measured: Option<Measured>,
    /// Tests that the program's orders ask for.
    pub monitoring: Monitoring,
    /// What pharmacies handed out and proposed.
    pub pharmacy: AtPharmacy,
    /// When medications, conditions, the stay or what is agreed last changed.
    pub last_change: Option<LastChange>,
    /// What changed lately.
    pub news: News,
    /// What is under way between those who treat the patient.
    pub contacts: Contacts,
}

impl Row {
    pub(super) fn changed(&mut self, fact: &Fact) {
        self.last_change = Some(LastChange { position: fact.position, recorded_at: fact.recorded_at });
    }

    pub(super) fn adherence(&mut self, event: &AdherenceEvent) {
        if let AdherenceEvent::AdherenceMeasured { from, to, percent, .. } = event {
            self.measured = Some(Measured { from: *from, to: *to, percent: *percent });
        }
    }

    pub(super) fn visit(&mut self, event: &Event) {
        match event {
            Event::VisitCompleted { next_due_at, .. } => {
                self.next_visit_due_at = next_due_at.or(self.next_visit_due_at);
            }
            Event::CadenceChanged { to, next_due_at, .. } => {
                self.cadence = *to;
                self.next_visit_due_at = Some(*next_due_at);
            }
            Event::VisitScheduled { .. } | Event::VisitMissed { .. } => {}
        }
    }
}
