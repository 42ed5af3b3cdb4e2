//! Reminders: arranged, sent, sent no more.

use concord_kernel::{EpisodeId, Instant, PersonId, ReminderId};

use super::super::state::Reminder;
use super::super::{Adherence, Channel, Error, Event, Shared, Wording};
use crate::Context;

/// The most days ahead at which a reminder begins, and between two of them.
const MOST_DAYS: i64 = 90;

/// The most reminders that are sent in one stay.
const MOST_REMINDERS: usize = 12;

/// A reminder as it is asked for.
pub(super) struct New {
    pub(super) reminder: ReminderId,
    pub(super) to: Option<PersonId>,
    pub(super) wording: Wording,
    pub(super) channel: Channel,
    pub(super) first_at: Instant,
    pub(super) every_days: Option<u8>,
}

impl Adherence {
    pub(super) fn schedule(
        &self,
        new: &New,
        episode: EpisodeId,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        let New { reminder, to, wording, channel, first_at, every_days } = *new;
        if self.reminders.contains_key(&reminder) {
            return Err(Error::ReminderIdUsed);
        }
        let early = first_at < context.now || first_at > context.now.plus_days(MOST_DAYS);
        if early || every_days.is_some_and(|days| !(1..=MOST_DAYS).contains(&i64::from(days))) {
            return Err(Error::ReminderOutOfRange { most_days: MOST_DAYS });
        }
        let sent = |known: &&Reminder| known.episode == episode && known.next_at.is_some();
        if self.reminders.values().filter(sent).count() >= MOST_REMINDERS {
            return Err(Error::TooManyReminders { most: MOST_REMINDERS });
        }
        if let Some(person) = to {
            self.permitted(person, Shared::Reminders, context)?;
        }
        Ok(vec![Event::ReminderScheduled { reminder, episode, to, wording, channel, first_at, every_days }])
    }

    pub(super) fn cancel(&self, reminder: ReminderId, episode: EpisodeId) -> Result<Vec<Event>, Error> {
        self.running(reminder, episode)?;
        Ok(vec![Event::ReminderCancelled { reminder }])
    }

    /// Consent is asked again at every sending: it may have run out since the last.
    pub(super) fn record_sent(
        &self,
        reminder: ReminderId,
        episode: EpisodeId,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        let (known, due_at) = self.running(reminder, episode)?;
        let at = context.effective_at;
        if at < due_at {
            return Err(Error::ReminderNotDue);
        }
        if let Some(person) = known.to {
            self.permitted(person, Shared::Reminders, context)?;
        }
        let next_at = known.every_days.map(|days| {
            let days = i64::from(days.max(1));
            // Those that were not sent in time are not sent all at once.
            due_at.plus_days((at.days_since(due_at) / days + 1) * days)
        });
        Ok(vec![Event::ReminderSent { reminder, at, next_at }])
    }

    /// The reminder, which must belong to the stay and be sent on.
    fn running(&self, reminder: ReminderId, episode: EpisodeId) -> Result<(&Reminder, Instant), Error> {
        let known = self.reminders.get(&reminder).filter(|known| known.episode == episode);
        let known = known.ok_or(Error::UnknownReminder)?;
        known.next_at.map(|next_at| (known, next_at)).ok_or(Error::ReminderEnded)
    }
}
