//! Messages to commands about adherence.

use std::collections::BTreeSet;

use concord_domain::adherence::Command;
use concord_domain::{Command as AnyCommand, InEpisode};
use concord_kernel::{BarrierId, CheckInId, OrderId, PersonId, ReminderId};
use concord_proto::concord::adherence::v1 as pb;
use concord_proto::concord::common::v1::EpisodeRef;

use super::words;
use crate::Invalid;
use crate::common::decode::episode;
use crate::field::{id, instant, list, optional_day, optional_id, optional_text, small, text};

/// Most kinds of information that one consent names.
const MOST_SHARED: usize = 16;

fn asks(episode: Option<EpisodeRef>, command: Command) -> Result<AnyCommand, Invalid> {
    Ok(AnyCommand::Adherence(InEpisode { episode: self::episode(episode)?, command }))
}

pub(super) fn schedule_reminder(request: pb::ScheduleReminderRequest) -> Result<AnyCommand, Invalid> {
    let pb::ScheduleReminderRequest {
        header: _,
        episode,
        reminder_id,
        to_person_id,
        wording,
        channel,
        first_at,
        every_days,
    } = request;
    let command = Command::ScheduleReminder {
        reminder: reminder(&reminder_id)?,
        to: optional_id("to_person_id", &to_person_id, PersonId::new)?,
        wording: words::wording(wording)?,
        channel: words::channel(channel)?,
        first_at: instant("first_at", first_at)?,
        every_days: every_days.map(|days| small("every_days", days)).transpose()?,
    };
    asks(episode, command)
}

pub(super) fn cancel_reminder(request: pb::CancelReminderRequest) -> Result<AnyCommand, Invalid> {
    let pb::CancelReminderRequest { header: _, episode, reminder_id } = request;
    asks(episode, Command::CancelReminder { reminder: reminder(&reminder_id)? })
}

pub(super) fn record_reminder_sent(request: pb::RecordReminderSentRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordReminderSentRequest { header: _, episode, reminder_id } = request;
    asks(episode, Command::RecordReminderSent { reminder: reminder(&reminder_id)? })
}

pub(super) fn record_check_in(request: pb::RecordCheckInRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordCheckInRequest { header: _, episode, check_in_id, doing, wants_call, note } = request;
    let command = Command::RecordCheckIn {
        check_in: check_in(&check_in_id)?,
        doing: words::doing(doing)?,
        wants_call,
        note: optional_text("note", &note)?,
    };
    asks(episode, command)
}

pub(super) fn follow_up_check_in(request: pb::FollowUpCheckInRequest) -> Result<AnyCommand, Invalid> {
    let pb::FollowUpCheckInRequest { header: _, episode, check_in_id, outcome } = request;
    let (check_in, outcome) = (check_in(&check_in_id)?, text("outcome", &outcome)?);
    asks(episode, Command::FollowUpCheckIn { check_in, outcome })
}

pub(super) fn record_dose_taken(request: pb::RecordDoseTakenRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordDoseTakenRequest { header: _, episode, order_id, at, observed } = request;
    let (order, at) = (order(&order_id)?, instant("at", at)?);
    asks(episode, Command::RecordDoseTaken { order, at, observed })
}

pub(super) fn record_dose_missed(request: pb::RecordDoseMissedRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordDoseMissedRequest { header: _, episode, order_id, due_at, reason } = request;
    let command = Command::RecordDoseMissed {
        order: order(&order_id)?,
        due_at: instant("due_at", due_at)?,
        reason: words::miss_reason(reason)?,
    };
    asks(episode, command)
}

pub(super) fn decide_missed_doses(request: pb::DecideMissedDosesRequest) -> Result<AnyCommand, Invalid> {
    let pb::DecideMissedDosesRequest { header: _, episode, order_id, decision, reason } = request;
    let command = Command::DecideMissedDoses {
        order: order(&order_id)?,
        decision: words::missed_decision(decision)?,
        reason: text("reason", &reason)?,
    };
    asks(episode, command)
}

pub(super) fn measure_adherence(request: pb::MeasureAdherenceRequest) -> Result<AnyCommand, Invalid> {
    let pb::MeasureAdherenceRequest { header: _, episode, days } = request;
    if days == 0 {
        return Err(Invalid::new("days", "must be 7 to 180"));
    }
    asks(episode, Command::MeasureAdherence { days: small("days", days)? })
}

pub(super) fn raise_barrier(request: pb::RaiseBarrierRequest) -> Result<AnyCommand, Invalid> {
    let pb::RaiseBarrierRequest { header: _, episode, barrier_id, kind, words } = request;
    let command = Command::RaiseBarrier {
        barrier: barrier(&barrier_id)?,
        kind: words::barrier_kind(kind)?,
        words: text("words", &words)?,
    };
    asks(episode, command)
}

pub(super) fn remove_barrier(request: pb::RemoveBarrierRequest) -> Result<AnyCommand, Invalid> {
    let pb::RemoveBarrierRequest { header: _, episode, barrier_id, how } = request;
    let (barrier, how) = (barrier(&barrier_id)?, text("how", &how)?);
    asks(episode, Command::RemoveBarrier { barrier, how })
}

pub(super) fn permit_family(request: pb::PermitFamilyRequest) -> Result<AnyCommand, Invalid> {
    let pb::PermitFamilyRequest { header: _, episode, person_id, shares, until } = request;
    let shares = list("shares", shares, MOST_SHARED, |shared| words::shared("", shared))?;
    let command = Command::PermitFamily {
        person: person(&person_id)?,
        shares: shares.into_iter().collect::<BTreeSet<_>>(),
        until: optional_day("until", &until)?,
    };
    asks(episode, command)
}

pub(super) fn withdraw_family(request: pb::WithdrawFamilyRequest) -> Result<AnyCommand, Invalid> {
    let pb::WithdrawFamilyRequest { header: _, episode, person_id } = request;
    asks(episode, Command::WithdrawFamily { person: person(&person_id)? })
}

pub(super) fn engage_family(request: pb::EngageFamilyRequest) -> Result<AnyCommand, Invalid> {
    let pb::EngageFamilyRequest { header: _, episode, person_id, about, note } = request;
    let command = Command::EngageFamily {
        person: person(&person_id)?,
        about: words::shared("about", about)?,
        note: text("note", &note)?,
    };
    asks(episode, command)
}

pub(super) fn record_outreach(request: pb::RecordOutreachRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordOutreachRequest { header: _, episode, outcome, note } = request;
    let command =
        Command::RecordOutreach { outcome: words::outreach_outcome(outcome)?, note: text("note", &note)? };
    asks(episode, command)
}

fn reminder(reminder_id: &str) -> Result<ReminderId, Invalid> {
    id("reminder_id", reminder_id, ReminderId::new)
}

fn check_in(check_in_id: &str) -> Result<CheckInId, Invalid> {
    id("check_in_id", check_in_id, CheckInId::new)
}

fn order(order_id: &str) -> Result<OrderId, Invalid> {
    id("order_id", order_id, OrderId::new)
}

fn barrier(barrier_id: &str) -> Result<BarrierId, Invalid> {
    id("barrier_id", barrier_id, BarrierId::new)
}

fn person(person_id: &str) -> Result<PersonId, Invalid> {
    id("person_id", person_id, PersonId::new)
}
