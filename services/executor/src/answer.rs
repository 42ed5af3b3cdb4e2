//! What is said of a command that was recorded, and what another one asks to be recorded first.

use concord_domain::{Command, DomainEvent, chart};
use concord_kernel::{CommandId, Instant};
use concord_knowledge::FindingKey;
use uuid::Uuid;

use crate::{ExecuteError, Receipt, Request};

/// Namespace of the names of commands that another one asks for first; never changes.
const FIRST: Uuid = Uuid::from_u128(0x3f7a_90c2_6b1e_5d84_9e05_c1d7_42a8_6f13);

/// A command that `request` asks to be recorded first, by whoever asks for it and for the same purpose. Its name is its own
/// each time: what it records is decided by what stands then, and asked again it changes nothing.
pub(crate) fn before(request: &Request, command: Command, now: Instant) -> Request {
    let mut name = request.command_id.uuid().as_bytes().to_vec();
    name.extend(now.micros().to_be_bytes());
    Request {
        patient: request.patient,
        command,
        command_id: CommandId::new(Uuid::new_v5(&FIRST, &name)),
        request_hash: request.request_hash,
        expected_version: None,
        actor: request.actor.clone(),
        purpose: request.purpose,
        effective_at: None,
        correlation: request.correlation,
        causation: Some(request.command_id),
        permitted: request.permitted,
    }
}

/// Findings that stood when the command was accepted.
pub(crate) fn standing(events: &[DomainEvent]) -> Vec<FindingKey> {
    let mut keys = Vec::new();
    for event in events {
        if let DomainEvent::Chart(event) = event {
            if let chart::Event::MedicationPrescribed { judged, .. }
            | chart::Event::DoseAdjusted { judged, .. }
            | chart::Event::TitrationPlanned { judged, .. }
            | chart::Event::TitrationStepTaken { judged, .. }
            | chart::Event::MedicationResumed { judged, .. }
            | chart::Event::MedicationRenewed { judged, .. }
            | chart::Event::SafetyChecked { judged, .. } = event
            {
                keys.extend_from_slice(&judged.findings);
            } else if let chart::Event::InteractionDetected { finding, .. } = event {
                keys.push(finding.clone());
            }
        }
    }
    keys.sort();
    keys.dedup();
    keys
}

pub(crate) fn recall(receipt: &concord_ledger::Receipt) -> Result<Receipt, ExecuteError> {
    let warnings = if receipt.reply.is_empty() {
        Vec::new()
    } else {
        serde_json::from_slice(&receipt.reply)
            .map_err(|_| ExecuteError::Corrupt("a receipt cannot be read"))?
    };
    Ok(answer(receipt, warnings))
}

pub(crate) fn answer(receipt: &concord_ledger::Receipt, warnings: Vec<FindingKey>) -> Receipt {
    Receipt {
        token: receipt.token,
        count: receipt.count,
        stream_version: receipt.stream_version,
        recorded_at: receipt.recorded_at,
        warnings,
    }
}
