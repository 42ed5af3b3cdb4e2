//! Events and entries for people and for programs.

use std::fmt::Write as _;

use concord_kernel::Instant;
use concord_proto::concord::common::v1::Role;
use concord_proto::concord::ledger::v1::StoredEvent;
use concord_proto::concord::timeline::v1::TimelineEntry;
use prost_types::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Failed;

const MICROS_PER_SECOND: i64 = 1_000_000;
const NANOS_PER_MICRO: i64 = 1_000;

fn time(at: Option<&Timestamp>) -> String {
    let micros = at.map(|at| at.seconds * MICROS_PER_SECOND + i64::from(at.nanos) / NANOS_PER_MICRO);
    micros.and_then(|micros| Instant::from_micros(micros).ok()).map_or_else(String::new, |at| at.to_string())
}

/// A stored event as a JSON object, payload and metadata as they are.
pub(super) fn stored(event: &StoredEvent) -> Result<Value, Failed> {
    let at = Instant::from_micros(event.recorded_at_micros).map_err(|_| "a time cannot be read")?;
    Ok(json!({
        "position": event.position,
        "recorded_at": at.to_string(),
        "stream_type": event.stream_type,
        "stream_id": Uuid::from_slice(&event.stream_id)?,
        "version": event.version,
        "event_type": event.event_type,
        "event_version": event.event_version,
        // Destroyed keys leave nothing to show but that.
        "payload": if event.shredded { json!("shredded") } else { serde_json::from_slice(&event.payload)? },
        "metadata": serde_json::from_slice::<Value>(&event.metadata)?,
    }))
}

fn role(entry: &TimelineEntry) -> String {
    let name = Role::try_from(entry.recorded_as).unwrap_or_default().as_str_name();
    name.trim_start_matches("ROLE_").to_lowercase()
}

/// An entry of a timeline as a JSON object.
pub(super) fn entry(entry: &TimelineEntry) -> Value {
    let put_right = |at: &concord_proto::concord::timeline::v1::TimelineCorrection| json!({ "position": at.position, "recorded_at": time(at.recorded_at.as_ref()), "reason": at.reason });
    json!({
        "position": entry.position,
        "at": time(entry.at.as_ref()),
        "recorded_at": time(entry.recorded_at.as_ref()),
        "recorded_by": entry.recorded_by,
        "recorded_as": role(entry),
        "what": entry.what,
        "subject": entry.subject,
        "value": entry.value,
        "value_before": entry.value_before,
        "summary": entry.summary,
        "because": entry.because,
        "put_right": entry.corrections.iter().map(put_right).collect::<Vec<_>>(),
    })
}

/// Entries, one a line.
pub(super) fn table(entries: &[TimelineEntry]) -> String {
    let mut text = String::new();
    for entry in entries {
        let value = entry.value.map_or_else(String::new, |value| format!(" {value}"));
        let words = [entry.because.as_str(), entry.summary.as_str()];
        let words: Vec<_> = words.into_iter().filter(|words| !words.is_empty()).collect();
        let mark = if entry.corrections.is_empty() { "" } else { " (put right later)" };
        let _infallible = writeln!(
            text,
            "{:>8}  {}  {:<12}  {} {}{value}{mark}  {}",
            entry.position,
            time(entry.at.as_ref()),
            role(entry),
            entry.what.replace('_', " "),
            entry.subject,
            words.join(": "),
        );
    }
    if text.is_empty() { String::from("Nothing.\n") } else { text }
}
