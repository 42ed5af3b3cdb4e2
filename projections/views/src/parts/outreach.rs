//! Why somebody is to reach out to a patient, and until when.

use concord_domain::adherence::{Event, OutreachCause};
use concord_domain::follow_up::{Event as VisitEvent, VisitKind};
use concord_kernel::Instant;
use serde::{Deserialize, Serialize};

/// Somebody is to reach out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenOutreach {
    /// Why.
    pub because: OutreachCause,
    /// Until when.
    pub act_by: Instant,
    /// Whether it is on record that nobody was reached in time.
    pub breached: bool,
}

/// At most one for each reason.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Outreach(Vec<OpenOutreach>);

impl Outreach {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &OpenOutreach> {
        self.0.iter()
    }

    /// Whether nobody is to be reached.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an event may change it.
    pub(crate) const fn concerns(event: &Event) -> bool {
        matches!(
            event,
            Event::AdherenceMeasured { .. }
                | Event::CheckInRecorded { .. }
                | Event::OutreachDue { .. }
                | Event::OutreachRecorded { .. }
                | Event::OutreachBreached { .. }
        )
    }

    pub(crate) fn fold(&mut self, event: &Event) {
        match event {
            Event::AdherenceMeasured { outreach_by, .. } => {
                self.end(OutreachCause::LowAdherence);
                if let Some(act_by) = outreach_by {
                    self.begin(OutreachCause::LowAdherence, *act_by);
                }
            }
            // Who checks in was reached, as far as taking is concerned.
            Event::CheckInRecorded { .. } => self.end(OutreachCause::LowAdherence),
            Event::OutreachDue { act_by, .. } => {
                self.end(OutreachCause::MissedVisits);
                self.begin(OutreachCause::MissedVisits, *act_by);
            }
            Event::OutreachRecorded { outcome, .. } => {
                if outcome.ends() {
                    self.0.clear();
                }
            }
            Event::OutreachBreached { because, .. } => {
                for open in self.0.iter_mut().filter(|open| open.because == *because) {
                    open.breached = true;
                }
            }
            Event::ReminderScheduled { .. }
            | Event::ReminderCancelled { .. }
            | Event::ReminderSent { .. }
            | Event::CheckInFollowedUp { .. }
            | Event::DoseTaken { .. }
            | Event::DoseMissed { .. }
            | Event::MissedDosesReached { .. }
            | Event::MissedDosesDecided { .. }
            | Event::BarrierRaised { .. }
            | Event::BarrierRemoved { .. }
            | Event::FamilyConsentGiven { .. }
            | Event::FamilyConsentWithdrawn { .. }
            | Event::FamilyEngaged { .. } => {}
        }
    }

    /// Who came was reached.
    pub(crate) fn visit(&mut self, event: &VisitEvent) {
        if let VisitEvent::VisitCompleted { kind: VisitKind::Medication, .. } = event {
            self.end(OutreachCause::MissedVisits);
        }
    }

    /// With the stay, its visits are no matter any more.
    pub(crate) fn stay_closed(&mut self) {
        self.end(OutreachCause::MissedVisits);
    }

    fn begin(&mut self, because: OutreachCause, act_by: Instant) {
        self.0.push(OpenOutreach { because, act_by, breached: false });
    }

    fn end(&mut self, because: OutreachCause) {
        self.0.retain(|open| open.because != because);
    }
}
