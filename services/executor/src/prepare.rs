//! From a decision to what is asked of the ledger.

use bytes::Bytes;
use concord_domain::{DomainEvent, classes};
use concord_kernel::{DataClasses, Instant, PatientId, StreamKind, StreamRef};
use concord_knowledge::FindingKey;
use concord_ledger::{Append, Condition, Expected, NewEvent};
use concord_telemetry::TraceParent;

use crate::executor::Decided;
use crate::metadata::By;
use crate::{Metadata, Request};

/// Puts together what is asked of the ledger; `traceparent` is where that is traced.
pub(crate) fn prepare(
    request: &Request,
    decided: &Decided,
    warnings: &[FindingKey],
    (stream, version): (StreamRef, u64),
    (effective_at, now): (Instant, Instant),
    traceparent: Option<TraceParent>,
) -> Append {
    let metadata = Metadata {
        command: request.command_id,
        patient: request.patient,
        actor: By { id: request.actor.id, role: request.actor.role },
        purpose: request.purpose,
        effective_at: (effective_at != now).then_some(effective_at),
        correlation: request.correlation,
        causation: request.causation,
        glass: decided.glass,
        traceparent,
        part2: classes::is_part2(stream.kind),
        classes: told(&decided.events),
    };
    Append {
        command: request.command_id,
        request_hash: request.request_hash,
        stream,
        expected: Expected::Exact(version),
        conditions: conditions(request, decided, stream.kind),
        events: decided.events.iter().map(stored).collect(),
        metadata: json(&metadata),
        reply: if warnings.is_empty() { Bytes::new() } else { json(&warnings) },
    }
}

/// What the events of an append tell together: they are stored with one metadata, and the widest holds for each.
fn told(events: &[DomainEvent]) -> DataClasses {
    let each = events.iter().map(|event| classes::classes(event.kind(), event.event_type()));
    each.fold(DataClasses::NONE, DataClasses::and)
}

/// What the decision rests on, and that the patient's record was not destroyed; that somebody looked at what is left of one,
/// or destroys it, is recorded all the same.
fn conditions(request: &Request, decided: &Decided, kind: StreamKind) -> Vec<Condition> {
    let mut conditions = decided.conditions.clone();
    if request.patient != PatientId::NOBODY && kind != StreamKind::Audit {
        let stream = StreamRef::erasure(request.patient);
        conditions.push(Condition { stream, expected: Expected::None });
    }
    conditions
}

fn stored(event: &DomainEvent) -> NewEvent {
    NewEvent {
        event_type: event.event_type(),
        event_version: event.event_version(),
        payload: Bytes::from(event.encode()),
    }
}

fn json(value: &impl serde::Serialize) -> Bytes {
    Bytes::from(serde_json::to_vec(value).expect("plain structs have string keys and no failing fields"))
}
