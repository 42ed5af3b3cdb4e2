//! The rules about how a patient takes what is ordered.

mod doses;
mod family;
mod measure;
mod outreach;
mod reminders;

use concord_kernel::{BarrierId, CheckInId, Role, Text};

use super::{Adherence, BarrierKind, Command, Doing, Error, Event};
use crate::{Context, InEpisode, Issued};

/// Days in which somebody calls a patient who is struggling or asked to be called. Program rule.
const CALL_DAYS: i64 = 1;

/// Days in which something is done about a barrier. Program rule.
const BARRIER_DAYS: i64 = 7;

/// The most check-ins that wait for a call at once.
const MOST_WAITING: usize = 32;

/// The most barriers that are open at once.
const MOST_BARRIERS: usize = 16;

impl Adherence {
    /// Returns the facts that follow from `issued`, in order; empty when nothing changes.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, issued: &Issued<InEpisode<Command>>) -> Result<Vec<Event>, Error> {
        let Issued { command: InEpisode { episode, command }, context } = issued;
        let role = context.actor.role;
        if !may(role, command) {
            return Err(Error::RoleNotPermitted { role });
        }
        if !may_go_on(issued) {
            return Err(Error::EpisodeNotActive);
        }
        match command {
            Command::ScheduleReminder { reminder, to, wording, channel, first_at, every_days } => {
                let new = reminders::New {
                    reminder: *reminder,
                    to: *to,
                    wording: *wording,
                    channel: *channel,
                    first_at: *first_at,
                    every_days: *every_days,
                };
                self.schedule(&new, episode.id, context)
            }
            Command::CancelReminder { reminder } => self.cancel(*reminder, episode.id),
            Command::RecordReminderSent { reminder } => self.record_sent(*reminder, episode.id, context),
            Command::RecordCheckIn { check_in, doing, wants_call, note } => {
                self.check_in(*check_in, (*doing, *wants_call), note.as_ref(), context)
            }
            Command::FollowUpCheckIn { check_in, outcome } => self.follow_up(*check_in, outcome),
            Command::RecordDoseTaken { order, at, observed } => self.taken(*order, *at, *observed, context),
            Command::RecordDoseMissed { order, due_at, reason } => {
                self.missed(*order, *due_at, *reason, context)
            }
            Command::DecideMissedDoses { order, decision, reason } => {
                self.decide_missed(*order, *decision, reason, context)
            }
            Command::MeasureAdherence { days } => self.measure(*days, context),
            Command::RaiseBarrier { barrier, kind, words } => {
                self.raise_barrier(*barrier, *kind, words, context)
            }
            Command::RemoveBarrier { barrier, how } => self.remove_barrier(*barrier, how),
            Command::PermitFamily { person, shares, until } => self.permit(*person, shares, *until, context),
            Command::WithdrawFamily { person } => self.withdraw(*person),
            Command::EngageFamily { person, about, note } => self.engage(*person, *about, note, context),
            Command::OpenOutreach { visit } => self.open_outreach(*visit, episode.id, context),
            Command::RecordOutreach { outcome, note } => self.record_outreach(*outcome, note, context),
            Command::BreachOutreach { because } => self.breach_outreach(*because, context),
        }
    }

    fn check_in(
        &self,
        check_in: CheckInId,
        (doing, wants_call): (Doing, bool),
        note: Option<&Text>,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        self.family_may(super::Shared::CheckIns, context)?;
        if self.check_ins.contains_key(&check_in) {
            return Err(Error::CheckInIdUsed);
        }
        let call = wants_call || doing == Doing::Struggling;
        let waiting = self.check_ins.values().filter(|waits| **waits).count();
        if call && waiting >= MOST_WAITING {
            return Err(Error::TooManyCheckIns { most: MOST_WAITING });
        }
        Ok(vec![Event::CheckInRecorded {
            check_in,
            doing,
            wants_call,
            note: note.cloned(),
            by: context.actor.id,
            role: context.actor.role,
            call_by: call.then(|| context.now.plus_days(CALL_DAYS)),
        }])
    }

    fn follow_up(&self, check_in: CheckInId, outcome: &Text) -> Result<Vec<Event>, Error> {
        match self.check_ins.get(&check_in) {
            Some(true) => Ok(vec![Event::CheckInFollowedUp { check_in, outcome: outcome.clone() }]),
            Some(false) => Err(Error::CheckInNotWaiting),
            None => Err(Error::UnknownCheckIn),
        }
    }

    fn raise_barrier(
        &self,
        barrier: BarrierId,
        kind: BarrierKind,
        words: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        if self.barriers.contains_key(&barrier) {
            return Err(Error::BarrierIdUsed);
        }
        if self.barriers.values().filter(|gone| !**gone).count() >= MOST_BARRIERS {
            return Err(Error::TooManyBarriers { most: MOST_BARRIERS });
        }
        Ok(vec![Event::BarrierRaised {
            barrier,
            kind,
            words: words.clone(),
            by: context.actor.id,
            role: context.actor.role,
            act_by: context.now.plus_days(BARRIER_DAYS),
        }])
    }

    fn remove_barrier(&self, barrier: BarrierId, how: &Text) -> Result<Vec<Event>, Error> {
        match self.barriers.get(&barrier) {
            Some(false) => Ok(vec![Event::BarrierRemoved { barrier, how: how.clone() }]),
            Some(true) => Err(Error::BarrierGone),
            None => Err(Error::UnknownBarrier),
        }
    }
}

/// What is sent out and whom the team talks to needs an active stay. What is told of the patient does not wait until
/// an interruption is over, and a consent is taken back at any time.
fn may_go_on(issued: &Issued<InEpisode<Command>>) -> bool {
    let Issued { command: InEpisode { episode, command }, context } = issued;
    let Some(stay) = context.facts.episode.as_ref() else { return false };
    match command {
        Command::ScheduleReminder { .. }
        | Command::RecordReminderSent { .. }
        | Command::EngageFamily { .. } => stay.is_active(episode),
        Command::RecordCheckIn { .. }
        | Command::FollowUpCheckIn { .. }
        | Command::RecordDoseTaken { .. }
        | Command::RecordDoseMissed { .. }
        | Command::DecideMissedDoses { .. }
        | Command::MeasureAdherence { .. }
        | Command::RaiseBarrier { .. }
        | Command::RemoveBarrier { .. }
        | Command::PermitFamily { .. }
        | Command::OpenOutreach { .. }
        | Command::BreachOutreach { .. } => stay.is_open(episode),
        // Who was lost may be found again.
        Command::CancelReminder { .. } | Command::WithdrawFamily { .. } | Command::RecordOutreach { .. } => {
            stay.knows(episode)
        }
    }
}

/// Who may ask for it. What family may do, the patient's consent says besides.
const fn may(role: Role, command: &Command) -> bool {
    let team = matches!(role, Role::Therapist | Role::CaseManager | Role::Nurse);
    let others = match command {
        Command::ScheduleReminder { .. } | Command::CancelReminder { .. } => {
            team || matches!(role, Role::Patient | Role::Service)
        }
        Command::RecordReminderSent { .. } => {
            return matches!(role, Role::CaseManager | Role::Nurse | Role::Service);
        }
        Command::RecordCheckIn { .. } => team || matches!(role, Role::Patient | Role::Family),
        Command::RecordDoseTaken { .. } | Command::RecordDoseMissed { .. } => {
            matches!(role, Role::Nurse | Role::Pharmacist | Role::Patient | Role::Family)
        }
        Command::DecideMissedDoses { .. } => false,
        Command::MeasureAdherence { .. } => team || matches!(role, Role::Pharmacist | Role::Service),
        Command::RaiseBarrier { .. } | Command::PermitFamily { .. } | Command::WithdrawFamily { .. } => {
            team || matches!(role, Role::Patient)
        }
        Command::FollowUpCheckIn { .. }
        | Command::RemoveBarrier { .. }
        | Command::EngageFamily { .. }
        | Command::RecordOutreach { .. } => team,
        // Whoever is no timer is told so by the rule.
        Command::OpenOutreach { .. } | Command::BreachOutreach { .. } => return true,
    };
    others || role.prescribes()
}
