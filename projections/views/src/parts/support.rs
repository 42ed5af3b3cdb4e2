//! What is due because of how a patient takes what is ordered.

use concord_domain::adherence::{BarrierKind, Event, Wording};
use concord_domain::chart::Event as ChartEvent;
use concord_domain::follow_up::Event as VisitEvent;
use concord_kernel::{BarrierId, CheckInId, EpisodeId, Instant, OrderId, ReminderId};
use concord_knowledge::DrugId;
use serde::{Deserialize, Serialize};

use super::due::Open;
use super::{DueKind, Outreach};

/// A reminder that is to be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sending {
    reminder: ReminderId,
    episode: EpisodeId,
    wording: Wording,
    at: Instant,
}

/// Doses of an order that were missed for too long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Missed {
    order: OrderId,
    drug: DrugId,
    decide_by: Instant,
}

/// What is open. The rules of the domain bound each list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Support {
    reminders: Vec<Sending>,
    calls: Vec<(CheckInId, Instant)>,
    missed: Vec<Missed>,
    barriers: Vec<(BarrierId, BarrierKind, Instant)>,
    outreach: Outreach,
}

impl Support {
    /// Whether an event may change what is due.
    pub(super) const fn concerns(event: &Event) -> bool {
        match event {
            Event::ReminderScheduled { .. }
            | Event::ReminderCancelled { .. }
            | Event::ReminderSent { .. }
            | Event::CheckInRecorded { .. }
            | Event::CheckInFollowedUp { .. }
            | Event::MissedDosesReached { .. }
            | Event::MissedDosesDecided { .. }
            | Event::AdherenceMeasured { .. }
            | Event::BarrierRaised { .. }
            | Event::BarrierRemoved { .. }
            | Event::OutreachDue { .. }
            | Event::OutreachRecorded { .. } => true,
            // That nobody was reached in time leaves them to be reached.
            Event::OutreachBreached { .. }
            | Event::DoseTaken { .. }
            | Event::DoseMissed { .. }
            | Event::FamilyConsentGiven { .. }
            | Event::FamilyConsentWithdrawn { .. }
            | Event::FamilyEngaged { .. } => false,
        }
    }

    pub(super) fn fold(&mut self, event: &Event) {
        self.outreach.fold(event);
        match event {
            Event::ReminderScheduled { reminder, episode, wording, first_at, .. } => {
                let (reminder, episode, wording, at) = (*reminder, *episode, *wording, *first_at);
                self.reminders.push(Sending { reminder, episode, wording, at });
            }
            Event::ReminderCancelled { reminder } => self.next(*reminder, None),
            Event::ReminderSent { reminder, next_at, .. } => self.next(*reminder, *next_at),
            Event::CheckInRecorded { check_in, call_by, .. } => {
                self.calls.extend(call_by.map(|by| (*check_in, by)));
            }
            Event::CheckInFollowedUp { check_in, .. } => {
                self.calls.retain(|(waiting, _)| waiting != check_in);
            }
            Event::MissedDosesReached { order, drug, decide_by, .. } => {
                self.decided(*order);
                self.missed.push(Missed { order: *order, drug: drug.clone(), decide_by: *decide_by });
            }
            Event::MissedDosesDecided { order, .. } => self.decided(*order),
            Event::BarrierRaised { barrier, kind, act_by, .. } => {
                self.barriers.push((*barrier, *kind, *act_by));
            }
            Event::BarrierRemoved { barrier, .. } => self.barriers.retain(|(open, ..)| open != barrier),
            Event::AdherenceMeasured { .. }
            | Event::OutreachDue { .. }
            | Event::OutreachRecorded { .. }
            | Event::OutreachBreached { .. }
            | Event::DoseTaken { .. }
            | Event::DoseMissed { .. }
            | Event::FamilyConsentGiven { .. }
            | Event::FamilyConsentWithdrawn { .. }
            | Event::FamilyEngaged { .. } => {}
        }
    }

    /// An order that has ended leaves nothing to decide.
    pub(super) fn fold_chart(&mut self, event: &ChartEvent) {
        if let ChartEvent::MedicationStopped { order, .. } = event {
            self.decided(*order);
        }
    }

    /// With a stay, its reminders end. What else is open stays until somebody has dealt with it, and is shown while a
    /// stay is open.
    pub(super) fn stay_closed(&mut self, episode: EpisodeId) {
        self.reminders.retain(|reminder| reminder.episode != episode);
        self.outreach.stay_closed();
    }

    /// Who came was reached.
    pub(super) fn visit(&mut self, event: &VisitEvent) {
        self.outreach.visit(event);
    }

    fn next(&mut self, reminder: ReminderId, at: Option<Instant>) {
        match at {
            Some(at) => {
                if let Some(known) = self.reminders.iter_mut().find(|known| known.reminder == reminder) {
                    known.at = at;
                }
            }
            None => self.reminders.retain(|known| known.reminder != reminder),
        }
    }

    fn decided(&mut self, order: OrderId) {
        self.missed.retain(|missed| missed.order != order);
    }

    /// Shows everything that is due.
    pub(super) fn each<'a>(&'a self, show: &mut impl FnMut(Open<'a>)) {
        for missed in &self.missed {
            let (order, drug) = (missed.order.uuid(), Some(missed.drug.as_str()));
            show(Open::about(DueKind::MissedDoses, missed.decide_by, order, drug));
        }
        for (check_in, by) in &self.calls {
            show(Open::about(DueKind::CheckInCall, *by, check_in.uuid(), None));
        }
        for open in self.outreach.iter() {
            show(Open::named(DueKind::Outreach, open.act_by, Some(open.because.into())));
        }
        for (barrier, kind, by) in &self.barriers {
            show(Open::about(DueKind::Barrier, *by, barrier.uuid(), Some(kind.into())));
        }
        for reminder in &self.reminders {
            let wording = Some(reminder.wording.into());
            show(Open::about(DueKind::Reminder, reminder.at, reminder.reminder.uuid(), wording));
        }
    }
}
