//! What a view is told: one event, decoded once for all views.

use concord_domain::DomainEvent;
use concord_domain::ruleset::InForce;
use concord_kernel::{Instant, PatientId, PersonId, Role, StreamKind, StreamRef};
use concord_ledger::Entry;
use serde::Deserialize;

/// One thing that happened, with everything a view may depend on.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Its place in the ledger.
    pub position: u64,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// When it took effect clinically; never after `recorded_at`.
    pub effective_at: Instant,
    /// Whose record it is.
    pub patient: PatientId,
    /// Its stream.
    pub stream: StreamRef,
    /// Who did it.
    pub actor: By,
    /// By which rules what follows from it is derived.
    pub rules: InForce,
    /// What happened.
    pub event: DomainEvent,
}

/// Who did something, in which role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct By {
    /// The person or service.
    pub id: PersonId,
    /// The role they acted in.
    pub role: Role,
}

/// An event that nobody can read: this program does not know its shape, or its keys were destroyed. Its place is known all the
/// same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its place in the ledger.
    pub position: u64,
    /// The kind of its stream: views that do not fold this kind are not concerned.
    pub kind: StreamKind,
    /// Whether its keys were destroyed: then views go on as if it were not there.
    pub shredded: bool,
}

/// An event as the runner hands it to views.
pub type Told = Result<Fact, Unreadable>;

/// The part of an event's metadata that views need; the rest is skipped.
#[derive(Deserialize)]
struct Cited {
    patient: PatientId,
    actor: By,
    #[serde(default)]
    effective_at: Option<Instant>,
}

/// Decodes a stored event; `rules` are those at its place of the log.
///
/// # Errors
///
/// [`Unreadable`] when payload or metadata are of no known shape; the cause is logged, without values.
pub fn tell(entry: &Entry, rules: InForce) -> Told {
    let shredded = entry.is_shredded();
    let unreadable = Unreadable { position: entry.position, kind: entry.stream.kind, shredded };
    if shredded {
        return Err(unreadable);
    }
    let event = DomainEvent::decode(entry.stream.kind, &entry.payload).map_err(|error| {
        tracing::error!(position = entry.position, event_type = %entry.event_type, category = ?error.category,
            line = error.line, column = error.column, "event cannot be read");
        unreadable
    })?;
    let cited: Cited = serde_json::from_slice(&entry.metadata).map_err(|error| {
        tracing::error!(
            position = entry.position,
            line = error.line(),
            column = error.column(),
            "metadata cannot be read"
        );
        unreadable
    })?;
    Ok(Fact {
        position: entry.position,
        recorded_at: entry.recorded_at,
        effective_at: cited.effective_at.unwrap_or(entry.recorded_at),
        patient: cited.patient,
        stream: entry.stream,
        actor: cited.actor,
        rules,
        event,
    })
}
