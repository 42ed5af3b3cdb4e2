//! How the log is named on NATS JetStream: what the relay writes and consumers read.
//!
//! Each ledger has a stream of its own. A message is a CloudEvent 1.0 in binary mode whose data is a
//! [`StoredEvent`](crate::concord::ledger::v1::StoredEvent). Subjects and headers name no patient, nor a stream, whose identifier
//! may be a patient's.

/// UUID of the history that the event is in.
pub const EPOCH: &str = "Epoch";
/// The event's place in the ledger, from 1, without gaps.
pub const POSITION: &str = "Pos";
/// The place of the event before it on this feed; 0 for the first. Who has not seen that one has missed something.
pub const PREVIOUS: &str = "Prev-Pos";
/// The event's stored shape, such as `medication_chart/MedicationPrescribed.v1`.
pub const SCHEMA: &str = "Schema";
/// The W3C trace that the event was recorded in, if it is known.
pub const TRACE: &str = "traceparent";

/// Attributes of CloudEvents, as headers.
pub mod cloud_event {
    /// Version of CloudEvents: [`VERSION`].
    pub const SPEC_VERSION: &str = "ce-specversion";
    /// The version that is written.
    pub const VERSION: &str = "1.0";
    /// Epoch and position: unique within the source.
    pub const ID: &str = "ce-id";
    /// The ledger.
    pub const SOURCE: &str = "ce-source";
    /// The kind of event.
    pub const TYPE: &str = "ce-type";
    /// When it was recorded, RFC 3339, UTC.
    pub const TIME: &str = "ce-time";
    /// What the data is: [`PROTOBUF`].
    pub const DATA_CONTENT_TYPE: &str = "ce-datacontenttype";
    /// Names the message that the data is.
    pub const DATA_SCHEMA: &str = "ce-dataschema";
    /// A protobuf message.
    pub const PROTOBUF: &str = "application/protobuf";
    /// The message.
    pub const STORED_EVENT: &str = "concord.ledger.v1.StoredEvent";
}

/// The JetStream stream of `tenant`'s clinical ledger.
pub fn stream(tenant: &str) -> String {
    format!("CONCORD-{tenant}")
}

/// Every subject of `tenant`'s clinical ledger.
pub fn subjects(tenant: &str) -> String {
    format!("concord.{tenant}.>")
}

/// Where an event is published: `concord.<tenant>.<aggregate>.<event>.v<N>`. A character of the event's name that a subject
/// cannot hold becomes `_`.
pub fn subject(tenant: &str, aggregate: &str, event: &str, version: impl std::fmt::Display) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' };
    let event: String = event.chars().map(plain).collect();
    format!("concord.{tenant}.{aggregate}.{event}.v{version}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_has_five_words_whatever_an_event_is_called() {
        assert_eq!(subject("iop", "scales", "ScaleTaken", 2), "concord.iop.scales.ScaleTaken.v2");
        assert_eq!(subject("iop", "scales", "scale.*>taken ", 1), "concord.iop.scales.scale___taken_.v1");
    }
}
