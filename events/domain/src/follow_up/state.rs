//! The state of a follow-up plan, folded from its events.

use std::collections::BTreeMap;

use concord_kernel::{Instant, VisitId};
use serde::{Deserialize, Serialize};

use super::{Cadence, Event, Modality, VisitKind};
use crate::{MissedVisits, VisitFacts};

/// What the events of a follow-up plan say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FollowUp {
    pub(super) visits: BTreeMap<VisitId, Visit>,
    pub(super) cadence: Cadence,
    /// Medication visits missed since the last that took place.
    pub(super) missed_in_a_row: u32,
    /// The first and the last of them.
    #[serde(default)]
    missed: Option<(VisitId, VisitId)>,
    /// Medication visits that took place since the cadence last changed.
    pub(super) completed_since_change: u32,
    /// When the latest medication visit took place.
    pub(super) last_medication_visit_at: Option<Instant>,
    /// What the latest medication visit that says so says of doses taken, in percent.
    pub(super) adherence_percent: Option<u8>,
}

/// One appointment and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Visit {
    pub(super) kind: VisitKind,
    pub(super) at: Instant,
    pub(super) outcome: Outcome,
    /// How it took place, once it has.
    #[serde(default)]
    pub(super) held: Option<Modality>,
}

/// What became of an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Expected,
    TookPlace,
    Missed,
}

impl FollowUp {
    /// Takes in one more event.
    #[expect(clippy::needless_pass_by_value, reason = "the fold owns what it takes in")]
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::VisitScheduled { visit, kind, at, .. } => {
                self.visits.insert(visit, Visit { kind, at, outcome: Outcome::Expected, held: None });
            }
            Event::VisitCompleted { visit, kind, at, modality, adherence_percent, .. } => {
                self.became(visit, Outcome::TookPlace);
                if let Some(visit) = self.visits.get_mut(&visit) {
                    (visit.at, visit.held) = (at, Some(modality));
                }
                if kind == VisitKind::Medication {
                    (self.missed_in_a_row, self.missed) = (0, None);
                    self.completed_since_change = self.completed_since_change.saturating_add(1);
                    self.last_medication_visit_at = self.last_medication_visit_at.max(Some(at));
                    self.adherence_percent = adherence_percent.or(self.adherence_percent);
                }
            }
            Event::VisitMissed { visit, kind, in_a_row } => {
                self.became(visit, Outcome::Missed);
                if kind == VisitKind::Medication {
                    let first = self.missed.map_or(visit, |(first, _)| first);
                    self.missed = Some((first, visit));
                }
                self.missed_in_a_row = in_a_row;
            }
            Event::CadenceChanged { to, .. } => {
                self.cadence = to;
                self.completed_since_change = 0;
            }
        }
    }

    /// What other streams may know of it.
    pub(crate) fn facts(&self) -> VisitFacts {
        let held = self.visits.iter().filter(|(_, visit)| visit.kind == VisitKind::Medication);
        VisitFacts {
            medication: held.filter_map(|(id, visit)| Some((*id, (visit.at, visit.held?)))).collect(),
            missed: self.missed.map(|(first, last)| MissedVisits {
                first,
                last,
                in_a_row: self.missed_in_a_row,
            }),
        }
    }

    fn became(&mut self, visit: VisitId, outcome: Outcome) {
        if let Some(visit) = self.visits.get_mut(&visit) {
            visit.outcome = outcome;
        }
    }
}
