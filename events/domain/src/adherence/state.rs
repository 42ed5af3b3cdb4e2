//! The state of a patient's adherence, folded from its events.

use std::collections::{BTreeMap, BTreeSet};

use concord_kernel::{BarrierId, CheckInId, Day, EpisodeId, Instant, OrderId, PersonId, ReminderId, VisitId};
use concord_knowledge::MissedAction;
use concord_knowledge::trial::Taken;
use serde::{Deserialize, Serialize};

use super::{Event, MissedDecision, OutreachCause, Shared};
use crate::{AdherenceFacts, MeasuredAdherence};

/// Days of doses that are kept for measuring; the longest period that is measured.
pub(super) const DAYS_KEPT: i64 = 180;

/// What the events say now of how a patient takes what is ordered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Adherence {
    pub(super) reminders: BTreeMap<ReminderId, Reminder>,
    /// Check-ins; true while somebody is to call.
    pub(super) check_ins: BTreeMap<CheckInId, bool>,
    pub(super) doses: BTreeMap<OrderId, Doses>,
    /// Barriers; true once they are gone.
    pub(super) barriers: BTreeMap<BarrierId, bool>,
    pub(super) family: BTreeMap<PersonId, FamilyConsent>,
    pub(super) measured: Option<MeasuredAdherence>,
    /// Why somebody is to reach out.
    #[serde(default)]
    pub(super) outreach: BTreeMap<OutreachCause, Outreach>,
    /// What was last measured of each order.
    #[serde(default)]
    pub(super) taken: BTreeMap<OrderId, Taken>,
}

/// Somebody is to reach out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Outreach {
    /// The first of the visits that were missed, where that is why.
    pub(super) run: Option<VisitId>,
    pub(super) act_by: Instant,
    pub(super) breached: bool,
}

/// A reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reminder {
    pub(super) episode: EpisodeId,
    pub(super) to: Option<PersonId>,
    pub(super) every_days: Option<u8>,
    /// When it is sent next; absent once it is sent no more.
    pub(super) next_at: Option<Instant>,
}

/// What was told of the doses of one order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Doses {
    /// The latest word on each day; a bounded number of days.
    pub(super) days: BTreeMap<Day, Told>,
    /// The rule that the present gap has reached.
    pub(super) reached: Option<Reached>,
}

/// What was told of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Told {
    /// Taken: when the last of it was, and how many days that covers.
    Taken { at: Instant, covers_days: u16 },
    /// Missed: when the first of it was due.
    Missed { due_at: Instant },
}

/// A gap that was found too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reached {
    pub(super) action: MissedAction,
    pub(super) at: Instant,
    pub(super) decided: bool,
}

/// What a patient allows one of their family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FamilyConsent {
    pub(super) shares: BTreeSet<Shared>,
    pub(super) until: Option<Day>,
}

impl Adherence {
    /// Takes in one more event.
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::ReminderScheduled { reminder, episode, to, first_at, every_days, .. } => {
                let new = Reminder { episode, to, every_days, next_at: Some(first_at) };
                self.reminders.insert(reminder, new);
            }
            Event::ReminderCancelled { reminder } => self.sent(reminder, None),
            Event::ReminderSent { reminder, next_at, .. } => self.sent(reminder, next_at),
            Event::CheckInRecorded { check_in, call_by, .. } => {
                self.check_ins.insert(check_in, call_by.is_some());
                // Who checks in was reached, as far as taking is concerned. Visits that were missed are another matter.
                self.outreach.remove(&OutreachCause::LowAdherence);
            }
            Event::CheckInFollowedUp { check_in, .. } => {
                self.check_ins.insert(check_in, false);
            }
            Event::DoseTaken { order, at, covers_days, .. } => {
                self.told(order, at.day(), Told::Taken { at, covers_days });
            }
            Event::DoseMissed { order, due_at, .. } => {
                self.told(order, due_at.day(), Told::Missed { due_at });
            }
            Event::MissedDosesReached { order, action, at, .. } => {
                let reached = Reached { action, at, decided: false };
                self.doses.entry(order).or_default().reached = Some(reached);
            }
            Event::MissedDosesDecided { order, decision, .. } => self.decided(order, decision),
            Event::AdherenceMeasured { to, percent, outreach_by, lines, .. } => {
                self.measured = Some(MeasuredAdherence { to, percent });
                self.taken = lines.iter().map(|line| (line.order, line.taken(to))).collect();
                self.outreach.remove(&OutreachCause::LowAdherence);
                if let Some(act_by) = outreach_by {
                    let open = Outreach { run: None, act_by, breached: false };
                    self.outreach.insert(OutreachCause::LowAdherence, open);
                }
            }
            Event::OutreachDue { first, act_by, .. } => {
                let open = Outreach { run: Some(first), act_by, breached: false };
                self.outreach.insert(OutreachCause::MissedVisits, open);
            }
            Event::OutreachRecorded { outcome, .. } => {
                if outcome.ends() {
                    self.outreach.clear();
                }
            }
            Event::OutreachBreached { because, .. } => {
                if let Some(open) = self.outreach.get_mut(&because) {
                    open.breached = true;
                }
            }
            Event::BarrierRaised { barrier, .. } => {
                self.barriers.insert(barrier, false);
            }
            Event::BarrierRemoved { barrier, .. } => {
                self.barriers.insert(barrier, true);
            }
            Event::FamilyConsentGiven { person, shares, until } => {
                self.family.insert(person, FamilyConsent { shares, until });
            }
            Event::FamilyConsentWithdrawn { person } => {
                self.family.remove(&person);
            }
            // What was said bears on no rule.
            Event::FamilyEngaged { .. } => {}
        }
    }

    fn sent(&mut self, reminder: ReminderId, next_at: Option<Instant>) {
        if let Some(reminder) = self.reminders.get_mut(&reminder) {
            reminder.next_at = next_at;
        }
    }

    /// Keeps the latest word on a day, and forgets what lies too far back to be measured.
    fn told(&mut self, order: OrderId, day: Day, told: Told) {
        let oldest = Instant::start_of(day).plus_days(-DAYS_KEPT).day();
        self.doses.retain(|known, doses| {
            *known == order
                || doses.reached.is_some()
                || doses.days.last_key_value().is_some_and(|(last, _)| *last >= oldest)
        });
        let doses = self.doses.entry(order).or_default();
        let earlier = doses.days.get(&day).copied();
        doses.days.insert(day, told.beside(earlier));
        if let Some(last) = doses.days.last_key_value().map(|(last, _)| Instant::start_of(*last)) {
            let oldest = last.plus_days(-DAYS_KEPT).day();
            doses.days.retain(|day, _| *day >= oldest);
        }
    }

    /// A restart that was decided on still binds the chart until the dose is back at its first.
    fn decided(&mut self, order: OrderId, decision: MissedDecision) {
        let Some(doses) = self.doses.get_mut(&order) else { return };
        doses.reached = doses.reached.filter(|_| decision == MissedDecision::Restart);
        if let Some(reached) = &mut doses.reached {
            reached.decided = true;
        }
    }

    /// What other streams may know of it.
    pub(crate) fn facts(&self) -> AdherenceFacts {
        let restart = |(order, doses): (&OrderId, &Doses)| {
            let reached = doses.reached.filter(|reached| reached.action == MissedAction::Restart)?;
            Some((*order, reached.at))
        };
        AdherenceFacts {
            measured: self.measured,
            taken: self.taken.clone(),
            restart_needed_since: self.doses.iter().filter_map(restart).collect(),
        }
    }
}

impl Told {
    /// Of two doses of one day, the last that was taken and the first that was missed count.
    fn beside(self, earlier: Option<Self>) -> Self {
        match (self, earlier) {
            (Self::Taken { at, covers_days }, Some(Self::Taken { at: other, .. })) => {
                Self::Taken { at: at.max(other), covers_days }
            }
            (Self::Missed { due_at }, Some(Self::Missed { due_at: other })) => {
                Self::Missed { due_at: due_at.min(other) }
            }
            (told, _) => told,
        }
    }
}

impl Doses {
    /// The last dose that was taken before `at`, as far as anybody told.
    pub(super) fn taken_before(&self, at: Instant) -> Option<Instant> {
        self.days.values().rev().find_map(|told| match told {
            Told::Taken { at: taken, .. } if *taken < at => Some(*taken),
            Told::Taken { .. } | Told::Missed { .. } => None,
        })
    }

    /// The first dose that was missed after `taken` (ever, when nobody told of one that was taken) and before `at`.
    pub(super) fn missed_between(&self, taken: Option<Instant>, at: Instant) -> Option<Instant> {
        self.days.values().find_map(|told| match told {
            Told::Missed { due_at } if taken.is_none_or(|taken| taken < *due_at) && *due_at < at => {
                Some(*due_at)
            }
            Told::Missed { .. } | Told::Taken { .. } => None,
        })
    }
}
