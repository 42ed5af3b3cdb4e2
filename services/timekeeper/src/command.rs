//! The commands of the service itself.

use concord_domain::{
    Command, EpisodeRef, InEpisode, InProgram, adherence, chart, episode, side_effects, treatment_plan,
};
use concord_executor::Request;
use concord_kernel::{Actor, CommandId, Credentials, PersonId, Purpose, Role};
use concord_views::timers::{Ring, Sending, Timer};
use sha2::{Digest, Sha256};
use uuid::{Uuid, uuid};

/// Who the timekeeper is in the record, and what its command identifiers are derived from. Never changed: the same
/// deadline must give the same command for ever.
const TIMEKEEPER: Uuid = uuid!("5d0f6f0a-6c1e-5b52-9a43-1f4f6f1c7e21");

/// Makes the command of `timer`; always the same for the same deadline.
pub(crate) fn command(timer: &Timer) -> Request {
    let command = match &timer.ring {
        Ring::SideEffectDecision(report) => {
            Command::SideEffects(side_effects::Command::Breach { report: *report })
        }
        Ring::Reminder(Sending { reminder, episode, .. }) => {
            let command = adherence::Command::RecordReminderSent { reminder: *reminder };
            Command::Adherence(within(episode, command))
        }
        Ring::CriticalResult { lab, taken_at } => {
            Command::Chart(chart::Command::BreachResult { lab: lab.clone(), taken_at: *taken_at })
        }
        Ring::Outreach { episode, visit } => {
            Command::Adherence(within(episode, adherence::Command::OpenOutreach { visit: *visit }))
        }
        Ring::OutreachBreach { episode, because, .. } => {
            Command::Adherence(within(episode, adherence::Command::BreachOutreach { because: *because }))
        }
        Ring::Review { episode, because } => {
            let command = treatment_plan::Command::OpenReview { because: *because };
            Command::TreatmentPlan(within(episode, command))
        }
        Ring::Bridging { episode } => Command::Episode(InProgram {
            program: episode.program.clone(),
            command: episode::Command::BreachBridging { episode: episode.id },
        }),
        Ring::InjectionOverdue { order, .. } => {
            Command::Chart(chart::Command::RecordInjectionOverdue { order: *order })
        }
    };
    request(timer, command, &name(timer))
}

/// What a timer is about, in words that stay: its command is known by them. What may come again names its time.
fn name(timer: &Timer) -> String {
    let (patient, at) = (timer.patient, timer.deadline.micros());
    match &timer.ring {
        Ring::SideEffectDecision(report) => format!("side-effect-decision/{patient}/{report}"),
        Ring::Reminder(Sending { reminder, .. }) => format!("reminder/{patient}/{reminder}/{at}"),
        Ring::CriticalResult { lab, taken_at } => {
            format!("critical-result/{patient}/{}/{}/{at}", lab.as_str(), taken_at.micros())
        }
        Ring::Outreach { visit, .. } => format!("outreach/{patient}/{visit}"),
        Ring::OutreachBreach { because, act_by, .. } => {
            let because: &str = because.into();
            format!("outreach-breach/{patient}/{because}/{}", act_by.micros())
        }
        Ring::Review { because, .. } => format!("review/{patient}/{}", because.change()),
        Ring::Bridging { episode } => format!("bridging/{patient}/{}", episode.id),
        Ring::InjectionOverdue { order, due_on } => format!("injection-overdue/{patient}/{order}/{due_on}"),
    }
}

/// Ends a reminder to somebody whom the patient does not allow to be reminded any more.
pub(crate) fn lapsed(timer: &Timer, sending: &Sending) -> Request {
    let cancel = adherence::Command::CancelReminder { reminder: sending.reminder };
    let command = Command::Adherence(within(&sending.episode, cancel));
    request(timer, command, &format!("{}/lapsed", name(timer)))
}

/// The identifier of the notice that a reminder is sent as: the same for the same reminder and time.
pub(crate) fn notice_id(timer: &Timer) -> Uuid {
    Uuid::new_v5(&TIMEKEEPER, format!("notice/{}", name(timer)).as_bytes())
}

fn within<C>(episode: &EpisodeRef, command: C) -> InEpisode<C> {
    InEpisode { episode: episode.clone(), command }
}

fn request(timer: &Timer, command: Command, name: &str) -> Request {
    Request {
        patient: timer.patient,
        command,
        command_id: CommandId::new(Uuid::new_v5(&TIMEKEEPER, name.as_bytes())),
        request_hash: Sha256::digest(name.as_bytes()).into(),
        expected_version: None,
        actor: Actor {
            id: PersonId::new(TIMEKEEPER),
            role: Role::Service,
            credentials: Credentials::default(),
        },
        purpose: Purpose::Treatment,
        effective_at: None,
        correlation: None,
        causation: None,
        permitted: concord_domain::Relationships::ALL,
    }
}

#[cfg(test)]
mod tests {
    use concord_kernel::{Day, Instant, OrderId, PatientId};

    use super::*;

    #[test]
    fn an_injection_has_one_command_for_each_day_on_which_it_was_due() {
        let timer = |due_on: &str| Timer {
            patient: PatientId::new(Uuid::from_u128(1)),
            deadline: Instant::parse("2026-04-21T12:00:00Z").unwrap(),
            ring: Ring::InjectionOverdue {
                order: OrderId::new(Uuid::from_u128(2)),
                due_on: due_on.parse::<Day>().unwrap(),
            },
        };
        let id = |due_on: &str| command(&timer(due_on)).command_id;
        assert_eq!(id("2026-04-14"), id("2026-04-14"));
        assert_ne!(id("2026-04-14"), id("2026-05-12"));
    }
}
