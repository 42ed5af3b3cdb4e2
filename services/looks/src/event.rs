//! Records as events: those that are written together share one.

use bytes::Bytes;
use concord_kernel::PatientId;
use concord_ledger::NewEvent;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::record::{Disclosure, Look, Record};

/// Stored name of an event that holds looks.
pub const LOOKED: &str = "Looked";

/// Stored name of an event that holds disclosures.
pub const DISCLOSED: &str = "Disclosed";

/// Version of the stored shape of both.
const VERSION: u16 = 1;

/// Bytes of records in one event, about; below what a ledger takes.
pub(crate) const EVENT_BYTES: usize = 48 * 1024;

/// What is around the records of an event.
const BEFORE: &[u8] = b"{\"records\":[";
const AFTER: &[u8] = b"]}";

/// A record as it is stored, ready to be joined with others.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) event_type: &'static str,
    pub(crate) json: Vec<u8>,
}

impl Encoded {
    pub(crate) fn of(record: &Record) -> Self {
        let (event_type, json) = match record {
            Record::Look(look) => (LOOKED, serde_json::to_vec(look)),
            Record::Disclosure(disclosure) => (DISCLOSED, serde_json::to_vec(disclosure)),
        };
        Self { event_type, json: json.expect("records have string keys") }
    }
}

/// Puts records into as few events as they fit in: looks in their order, and disclosures in theirs.
pub(crate) fn events<'a>(records: impl IntoIterator<Item = &'a Encoded>) -> Vec<NewEvent> {
    let (mut open, mut full) = ([(LOOKED, Vec::new()), (DISCLOSED, Vec::new())], Vec::new());
    for Encoded { event_type, json } in records {
        let Some((name, payload)) = open.iter_mut().find(|(name, _)| name == event_type) else { continue };
        if !payload.is_empty() && payload.len() + json.len() >= EVENT_BYTES {
            full.push(finished(name, std::mem::take(payload)));
        }
        payload.extend_from_slice(if payload.is_empty() { BEFORE } else { b"," });
        payload.extend_from_slice(json);
    }
    let open = open.into_iter().filter(|(_, payload)| !payload.is_empty());
    full.extend(open.map(|(name, payload)| finished(name, payload)));
    full
}

/// Disclosures as events for an append that records more than them, in the ledger of access: what a feed decided stands in
/// one append with the disclosures that it decided.
pub fn disclosure_events(disclosures: impl IntoIterator<Item = Disclosure>) -> Vec<NewEvent> {
    let pieces = disclosures.into_iter().map(Record::Disclosure).flat_map(Record::pieces);
    let encoded: Vec<_> = pieces.map(|record| Encoded::of(&record)).collect();
    events(&encoded)
}

fn finished(event_type: &'static str, mut payload: Vec<u8>) -> NewEvent {
    payload.extend_from_slice(AFTER);
    NewEvent { event_type, event_version: VERSION, payload: Bytes::from(payload) }
}

/// Of a record, whom it is about, and nothing else.
#[derive(Deserialize)]
struct About {
    #[serde(default)]
    patients: Vec<PatientId>,
    patient: Option<PatientId>,
}

/// Whom the records in a stored event are about, some of them more than once.
pub(crate) fn patients_of(payload: &[u8]) -> Result<Vec<PatientId>, serde_json::Error> {
    let records = read::<About>(payload)?;
    Ok(records.into_iter().flat_map(|about| about.patients.into_iter().chain(about.patient)).collect())
}

#[derive(Deserialize)]
struct Stored<R> {
    records: Vec<R>,
}

fn read<R: DeserializeOwned>(payload: &[u8]) -> Result<Vec<R>, serde_json::Error> {
    Ok(serde_json::from_slice::<Stored<R>>(payload)?.records)
}

/// The records in a stored event; of another event, none.
///
/// # Errors
///
/// When the payload is not of that event.
pub fn read_event(event_type: &str, payload: &[u8]) -> Result<Vec<Record>, serde_json::Error> {
    match event_type {
        LOOKED => Ok(read::<Look>(payload)?.into_iter().map(Record::Look).collect()),
        DISCLOSED => Ok(read::<Disclosure>(payload)?.into_iter().map(Record::Disclosure).collect()),
        _ => Ok(Vec::new()),
    }
}
