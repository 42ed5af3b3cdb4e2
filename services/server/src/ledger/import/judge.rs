//! Whether an event of the table is one that this program knows. Pure.

use concord_domain::DomainEvent;
use concord_executor::{By, Metadata};
use concord_kernel::{Instant, PatientId, PersonId, Purpose, Role, StreamKind, StreamRef};
use serde::Deserialize;
use uuid::Uuid;

use super::table::Row;

/// Why an aggregate cannot be imported. None of them quotes a stored value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unknown {
    #[error("no such type of aggregate")]
    Type,
    #[error("its identifier is no UUID")]
    Identifier,
    #[error("its sequence does not count from 1 without gaps")]
    Sequence,
    #[error("an event is of no known shape")]
    Event,
    #[error("an event calls itself another one than it is, or is of another version")]
    Name,
    #[error(
        "the metadata of an event do not say whose record it is (patient) and who did it (actor_id, actor_role)"
    )]
    Metadata,
}

/// An event that can be imported.
pub(super) struct Known {
    pub(super) stream: StreamRef,
    pub(super) event_type: &'static str,
    pub(super) event_version: u16,
    /// In the form of this program.
    pub(super) metadata: Vec<u8>,
}

/// Judges row after row.
#[derive(Default)]
pub(super) struct Judge {
    /// The aggregate that was last looked at, and its last sequence.
    last: Option<((String, String), u64)>,
}

/// What a cqrs-es program can say: its metadata are texts.
#[derive(Deserialize)]
struct Texts {
    patient: PatientId,
    actor_id: PersonId,
    actor_role: String,
    #[serde(default)]
    purpose: Option<Purpose>,
    #[serde(default)]
    effective_at: Option<Instant>,
}

impl Judge {
    pub(super) fn known(&mut self, row: &Row) -> Result<Known, Unknown> {
        let name = row.name();
        let before = match &self.last {
            Some((last, sequence)) if *last == name => *sequence,
            Some(_) | None => 0,
        };
        self.last = Some((name, row.sequence));
        if row.sequence != before + 1 {
            return Err(Unknown::Sequence);
        }
        let kind: StreamKind = row.aggregate_type.parse().map_err(|_| Unknown::Type)?;
        let id = Uuid::try_parse(&row.aggregate_id).map_err(|_| Unknown::Identifier)?;
        let event = DomainEvent::decode(kind, row.payload.as_bytes()).map_err(|_| Unknown::Event)?;
        if event.event_type() != row.event_type || row.event_version.parse() != Ok(event.event_version()) {
            return Err(Unknown::Name);
        }
        let metadata = metadata(row).ok_or(Unknown::Metadata)?;
        Ok(Known {
            stream: StreamRef { kind, id },
            event_type: event.event_type(),
            event_version: event.event_version(),
            metadata: serde_json::to_vec(&metadata).map_err(|_| Unknown::Metadata)?,
        })
    }
}

/// The metadata of this program, or what texts say of it. What they do not say is taken for the stricter: treatment, and
/// protected by 42 CFR Part 2.
fn metadata(row: &Row) -> Option<Metadata> {
    if let Ok(own) = serde_json::from_str::<Metadata>(&row.metadata) {
        return Some(own);
    }
    let texts: Texts = serde_json::from_str(&row.metadata).ok()?;
    let role: Role = texts.actor_role.parse().ok()?;
    Some(Metadata {
        command: row.command(),
        patient: texts.patient,
        actor: By { id: texts.actor_id, role },
        purpose: texts.purpose.unwrap_or(Purpose::Treatment),
        effective_at: texts.effective_at,
        correlation: None,
        causation: None,
        part2: true,
        classes: concord_kernel::DataClasses::ALL,
        glass: None,
        traceparent: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(sequence: u64) -> Row {
        let patient = Uuid::from_u128(7);
        Row {
            aggregate_type: "care_team".to_owned(),
            aggregate_id: patient.to_string(),
            sequence,
            event_type: "x".to_owned(),
            event_version: "1".to_owned(),
            payload: "{}".to_owned(),
            metadata: format!(
                "{{\"patient\":\"{patient}\",\"actor_id\":\"{patient}\",\"actor_role\":\"nurse\"}}"
            ),
        }
    }

    fn judged(row: &Row) -> Option<Unknown> {
        Judge::default().known(row).err()
    }

    #[test]
    fn what_is_unknown_says_why() {
        assert_eq!(judged(&Row { aggregate_type: "account".to_owned(), ..row(1) }), Some(Unknown::Type));
        assert_eq!(judged(&Row { aggregate_id: "7".to_owned(), ..row(1) }), Some(Unknown::Identifier));
        assert_eq!(judged(&row(2)), Some(Unknown::Sequence));
        assert_eq!(judged(&row(1)), Some(Unknown::Event));
    }

    #[test]
    fn metadata_are_those_of_this_program_or_texts_that_say_who_and_whose() {
        let texts = metadata(&row(1)).unwrap();
        assert!(texts.part2 && texts.actor.role == Role::Nurse && texts.purpose == Purpose::Treatment);
        let own = Row { metadata: serde_json::to_string(&texts).unwrap(), ..row(1) };
        assert_eq!(metadata(&own), Some(texts));
        assert_eq!(metadata(&Row { metadata: "{}".to_owned(), ..row(1) }), None);
        let stranger = row(1).metadata.replace("nurse", "king");
        assert_eq!(metadata(&Row { metadata: stranger, ..row(1) }), None);
    }
}
