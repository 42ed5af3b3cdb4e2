//! Makes a patient's bundle from a log.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use concord_kernel::{Instant, PatientId};
use concord_ledger::{Entry, Filter, ReadError};
use serde::Deserialize;
use uuid::Uuid;

use super::lines::{FORMAT, Line};
use super::statement::{End, Statement};
use crate::entries::NotText;
use crate::note::{Note, NoteError, SigningKey};
use crate::{Log, LogError, Recorded, Signed};

/// Positions that are searched at once.
const SEARCHED_AT_ONCE: usize = 500;

/// The most events of one bundle.
const MOST_EVENTS: usize = 200_000;

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The log cannot be read or proven.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The statement cannot be signed.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// An event cannot be carried.
    #[error(transparent)]
    Event(#[from] NotText),
    /// Nothing tells of the patient.
    #[error("nothing in the log is about the patient")]
    Nobody,
    /// More events than a bundle holds.
    #[error("more than {MOST_EVENTS} events are about the patient")]
    TooMany,
}

impl From<ReadError> for BundleError {
    fn from(error: ReadError) -> Self {
        Self::Log(error.into())
    }
}

#[derive(Deserialize)]
struct Whose {
    patient: Uuid,
}

/// A bundle that is written line by line.
pub struct Bundle<'a> {
    log: &'a Log,
    signed: &'a Signed,
    patient: PatientId,
    /// Where its events are.
    positions: Vec<u64>,
    streams: BTreeMap<concord_kernel::StreamRef, End>,
    searched: u64,
    written: usize,
}

impl<'a> Bundle<'a> {
    /// Begins one of everything about `patient` under the checkpoint `signed`, which is of the log.
    pub const fn new(log: &'a Log, signed: &'a Signed, patient: PatientId) -> Self {
        Self {
            log,
            signed,
            patient,
            positions: Vec::new(),
            streams: BTreeMap::new(),
            searched: 0,
            written: 0,
        }
    }

    /// Searches on for the patient's events; gives how far it came, `None` when everything is searched.
    ///
    /// # Errors
    ///
    /// See [`BundleError`].
    pub async fn search(&mut self) -> Result<Option<u64>, BundleError> {
        let size = self.signed.checkpoint().size;
        if self.searched >= size {
            return Ok(None);
        }
        let most = usize::try_from(size - self.searched).unwrap_or(usize::MAX).min(SEARCHED_AT_ONCE);
        let page = self.log.ledger().read(self.searched, &Filter::default(), most).await?;
        if page.through <= self.searched {
            return Err(ReadError::Corrupt("the ledger ended before its checkpoint").into());
        }
        let patient = self.patient;
        for entry in page.entries.iter().filter(|entry| is_about(patient, entry)) {
            if self.positions.len() >= MOST_EVENTS {
                return Err(BundleError::TooMany);
            }
            self.positions.push(entry.position);
            let end = End { version: entry.version, leaf: entry.leaf_hash };
            self.streams.insert(entry.stream, end);
        }
        self.searched = page.through;
        Ok(Some(self.searched))
    }

    /// The header, once everything is searched; `key` signs the statement.
    ///
    /// # Errors
    ///
    /// [`BundleError::Nobody`] when there is nothing to tell.
    pub fn header(&self, key: &SigningKey, now: Instant) -> Result<Line, BundleError> {
        if self.positions.is_empty() {
            return Err(BundleError::Nobody);
        }
        let checkpoint = self.signed.checkpoint().clone();
        let statement = Statement { patient: self.patient.uuid(), checkpoint, streams: self.streams.clone() };
        let streams = key.sign(Note::unsigned(statement.to_string())?, now).to_string();
        Ok(Line::Header {
            format: FORMAT.to_owned(),
            ledger: self.log.id().to_string(),
            patient: self.patient.uuid(),
            checkpoint: self.signed.note().to_string(),
            streams,
        })
    }

    /// The next event, or the end; `None` after that.
    ///
    /// # Errors
    ///
    /// See [`BundleError`].
    pub async fn next(&mut self) -> Result<Option<Line>, BundleError> {
        let Some(position) = self.positions.get(self.written).copied() else {
            let end = Line::End { events: self.positions.len() as u64 };
            let first = self.written == self.positions.len();
            self.written += 1;
            return Ok(first.then_some(end));
        };
        self.written += 1;
        let page = self.log.ledger().read(position - 1, &Filter::default(), 1).await?;
        let entry = page.entries.first().ok_or(ReadError::Corrupt("an event is gone"))?;
        let path = self.log.inclusion(position, self.signed.checkpoint().size).await?;
        Ok(Some(Line::Event {
            event: Box::new(Recorded::of(entry)?),
            proof: path.iter().map(|hash| STANDARD.encode(hash)).collect(),
        }))
    }
}

fn is_about(patient: PatientId, entry: &Entry) -> bool {
    serde_json::from_slice::<Whose>(&entry.metadata).is_ok_and(|whose| whose.patient == patient.uuid())
}
