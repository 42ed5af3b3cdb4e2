//! Appointments, and whether they were kept.

use concord_domain::follow_up::{Cadence, Event, Modality, VisitKind};
use concord_kernel::{Instant, PersonId, VisitId};
use serde::{Deserialize, Serialize};

/// Appointments that a row keeps. More are to come than anybody keeps in mind, or nobody says what became of them; they
/// are in the ledger.
const BOOKED_KEPT: usize = 6;

/// An appointment that is to come, or has passed without anybody saying what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// The visit.
    pub visit: VisitId,
    /// What for.
    pub kind: VisitKind,
    /// When.
    pub at: Instant,
    /// How.
    pub modality: Modality,
    /// With whom.
    pub with: PersonId,
}

/// The last visit that took place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastVisit {
    /// What for.
    pub kind: VisitKind,
    /// When.
    pub at: Instant,
}

/// A medication visit that was missed and not made up for: no later one is booked or took place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// The visit.
    pub visit: VisitId,
    /// When it would have been.
    pub at: Instant,
}

/// A patient's visits, across stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Visits {
    /// Appointments, by time.
    pub booked: Vec<Appointment>,
    /// The last visit of any kind.
    pub last: Option<LastVisit>,
    /// Medication visits missed in a row.
    pub missed_in_a_row: u32,
    /// A missed medication visit that waits to be made up for.
    pub missed: Option<Missed>,
    /// Doses taken of doses due, in percent, as last told.
    pub adherence_percent: Option<u8>,
    /// How often medication visits come.
    pub cadence: Cadence,
    /// When the next medication visit is due by the cadence, the first one counted from admission.
    pub next_due_at: Option<Instant>,
}

impl Visits {
    /// The next appointment.
    pub fn next(&self) -> Option<&Appointment> {
        self.booked.first()
    }

    /// Whether a medication visit is booked.
    pub fn medication_booked(&self) -> bool {
        self.booked.iter().any(|appointment| appointment.kind == VisitKind::Medication)
    }

    pub(crate) fn fold(&mut self, recorded_at: Instant, event: &Event) {
        match event {
            Event::VisitScheduled { visit, kind, at, modality, with, .. } => {
                let new =
                    Appointment { visit: *visit, kind: *kind, at: *at, modality: *modality, with: *with };
                let place = self.booked.partition_point(|known| known.at <= new.at);
                self.booked.insert(place, new);
                self.make_room(recorded_at);
                if *kind == VisitKind::Medication {
                    self.missed = None;
                }
            }
            Event::VisitCompleted { visit, kind, adherence_percent, next_due_at, at, .. } => {
                self.booked.retain(|known| known.visit != *visit);
                if self.last.is_none_or(|last| last.at <= *at) {
                    self.last = Some(LastVisit { kind: *kind, at: *at });
                }
                if *kind == VisitKind::Medication {
                    self.missed_in_a_row = 0;
                    self.missed = None;
                    self.adherence_percent = adherence_percent.or(self.adherence_percent);
                    self.next_due_at = next_due_at.or(self.next_due_at);
                }
            }
            Event::VisitMissed { visit, kind, in_a_row, .. } => {
                let booked = self.booked.iter().find(|known| known.visit == *visit).map(|known| known.at);
                self.booked.retain(|known| known.visit != *visit);
                self.missed_in_a_row = *in_a_row;
                if *kind == VisitKind::Medication && !self.medication_booked() {
                    self.missed = Some(Missed { visit: *visit, at: booked.unwrap_or(recorded_at) });
                }
            }
            Event::CadenceChanged { to, next_due_at, .. } => {
                self.cadence = *to;
                self.next_due_at = Some(*next_due_at);
            }
        }
    }

    /// What has passed goes first, since nobody says what became of it; else what is furthest off. Medication visits
    /// stay while there is anything else.
    fn make_room(&mut self, now: Instant) {
        if self.booked.len() <= BOOKED_KEPT {
            return;
        }
        let medication = |at: &usize| self.booked[*at].kind == VisitKind::Medication;
        let all = 0..self.booked.len();
        let any: Vec<usize> = all.clone().filter(|at| !medication(at)).collect();
        let candidates = if any.is_empty() { all.collect() } else { any };
        let passed = candidates.iter().find(|at| self.booked[**at].at < now);
        if let Some(at) = passed.or(candidates.last()) {
            self.booked.remove(*at);
        }
    }

    /// A stay has begun: whoever comes in is seen about medication within the first interval, though nobody has booked it.
    pub(crate) fn stay_opened(&mut self, at: Instant) {
        let first = at.plus_days(self.cadence.days());
        self.next_due_at = Some(self.next_due_at.map_or(first, |due| due.min(first)));
    }

    /// The stay has ended: nothing is booked or due any more.
    pub(crate) fn stay_closed(&mut self) {
        self.booked.clear();
        self.missed = None;
        self.missed_in_a_row = 0;
        self.next_due_at = None;
        self.cadence = Cadence::default();
    }
}
