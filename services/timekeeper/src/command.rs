//! The command that records that a deadline has passed.

use concord_domain::{Command, chart, side_effects};
use concord_executor::Request;
use concord_kernel::{Actor, CommandId, Credentials, PersonId, Purpose, Role};
use concord_views::timers::{Ring, Timer};
use sha2::{Digest, Sha256};
use uuid::{Uuid, uuid};

/// Who the timekeeper is in the record, and what its command identifiers are derived from. Never changed: the same
/// deadline must give the same command for ever.
const TIMEKEEPER: Uuid = uuid!("5d0f6f0a-6c1e-5b52-9a43-1f4f6f1c7e21");

/// Makes the command of `timer`; always the same for the same deadline.
pub(crate) fn command(timer: &Timer) -> Request {
    let (command, name) = match timer.ring {
        Ring::SideEffectDecision(report) => {
            let command = Command::SideEffects(side_effects::Command::Breach { report });
            (command, format!("side-effect-decision/{}/{report}", timer.patient))
        }
        Ring::InjectionOverdue(order, due_on) => {
            let command = Command::Chart(chart::Command::RecordInjectionOverdue { order });
            (command, format!("injection-overdue/{}/{order}/{due_on}", timer.patient))
        }
    };
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
            ring: Ring::InjectionOverdue(OrderId::new(Uuid::from_u128(2)), due_on.parse::<Day>().unwrap()),
        };
        let id = |due_on: &str| command(&timer(due_on)).command_id;
        assert_eq!(id("2026-04-14"), id("2026-04-14"));
        assert_ne!(id("2026-04-14"), id("2026-05-12"));
    }
}
