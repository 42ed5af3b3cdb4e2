//! Reminders that are to be sent.

use concord_domain::EpisodeRef;
use concord_domain::adherence::{Channel, Event, Wording};
use concord_kernel::{EpisodeId, Instant, PersonId, ReminderId};
use serde::{Deserialize, Serialize};

use super::Ring;
use crate::parts::Stays;

/// A reminder as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// Which.
    pub reminder: ReminderId,
    /// The stay in which it is sent.
    pub episode: EpisodeRef,
    /// Whom; absent: the patient.
    pub to: Option<PersonId>,
    /// What it says.
    pub wording: Wording,
    /// Which way it goes.
    pub channel: Channel,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Waiting {
    reminder: ReminderId,
    episode: EpisodeId,
    to: Option<PersonId>,
    wording: Wording,
    channel: Channel,
    next_at: Instant,
}

/// Those that are to come. The rules of the domain bound how many.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Reminders(Vec<Waiting>);

impl Reminders {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an event may change them.
    pub(super) const fn concerns(event: &Event) -> bool {
        matches!(
            event,
            Event::ReminderScheduled { .. } | Event::ReminderCancelled { .. } | Event::ReminderSent { .. }
        )
    }

    pub(super) fn fold(&mut self, event: &Event) {
        if let Event::ReminderScheduled { reminder, episode, to, wording, channel, first_at, .. } = event {
            self.0.push(Waiting {
                reminder: *reminder,
                episode: *episode,
                to: *to,
                wording: *wording,
                channel: *channel,
                next_at: *first_at,
            });
        } else if let Event::ReminderCancelled { reminder } = event {
            self.next(*reminder, None);
        } else if let Event::ReminderSent { reminder, next_at, .. } = event {
            self.next(*reminder, *next_at);
        }
    }

    /// With a stay, its reminders end.
    pub(super) fn stay_closed(&mut self, episode: EpisodeId) {
        self.0.retain(|waiting| waiting.episode != episode);
    }

    fn next(&mut self, reminder: ReminderId, at: Option<Instant>) {
        if let Some(at) = at {
            for waiting in self.0.iter_mut().filter(|waiting| waiting.reminder == reminder) {
                waiting.next_at = at;
            }
        } else {
            self.0.retain(|waiting| waiting.reminder != reminder);
        }
    }

    /// While a stay is interrupted, nothing is sent.
    pub(super) fn each(&self, stays: &Stays, show: &mut impl FnMut(Instant, Ring)) {
        if self.0.is_empty() {
            return;
        }
        for (episode, active) in stays.open() {
            let of_it = self.0.iter().filter(|waiting| active && waiting.episode == episode.id);
            for Waiting { reminder, to, wording, channel, next_at, .. } in of_it {
                let (reminder, to, wording, channel) = (*reminder, *to, *wording, *channel);
                let episode = episode.clone();
                show(*next_at, Ring::Reminder(Sending { reminder, episode, to, wording, channel }));
            }
        }
    }
}
