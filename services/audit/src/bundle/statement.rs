//! What the service signs about a patient: which streams there are at a checkpoint, and where each ends.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use concord_kernel::StreamRef;
use concord_ledger::merkle::Hash;
use uuid::Uuid;

use crate::Checkpoint;
use crate::checkpoint::{hash, number};
use crate::note::NoteError;

/// Tells the text from a checkpoint's and from every other that the key may sign.
const HEADER: &str = "concord-patient-streams/1";

/// Where a stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// Its last version.
    pub version: u64,
    /// The leaf hash of its last event.
    pub leaf: Hash,
}

/// Every stream that tells of a patient, at a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Whose.
    pub patient: Uuid,
    /// Under which checkpoint.
    pub checkpoint: Checkpoint,
    /// Each with its end.
    pub streams: BTreeMap<StreamRef, End>,
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HEADER}\npatient {}\n{}", self.patient, self.checkpoint)?;
        for (stream, end) in &self.streams {
            let (kind, id) = (stream.kind.as_str(), stream.id);
            writeln!(f, "{kind} {id} {} {}", end.version, STANDARD.encode(end.leaf))?;
        }
        Ok(())
    }
}

impl Statement {
    /// Reads the text of a note.
    ///
    /// # Errors
    ///
    /// [`NoteError::OtherText`] when it is no statement.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        Self::read(text).ok_or(NoteError::OtherText)
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        lines.next().filter(|header| *header == HEADER)?;
        let patient = Uuid::try_parse(lines.next()?.strip_prefix("patient ")?).ok()?;
        let head = lines.by_ref().take(3).fold(String::new(), |mut head, line| {
            let _infallible = writeln!(head, "{line}");
            head
        });
        let checkpoint = Checkpoint::parse(&head).ok()?;
        let mut streams = BTreeMap::new();
        for line in lines {
            let mut words = line.split(' ');
            let kind = words.next()?.parse().ok()?;
            let id = Uuid::try_parse(words.next()?).ok()?;
            let end = End { version: number(words.next()?)?, leaf: hash(words.next()?)? };
            if words.next().is_some() || streams.insert(StreamRef { kind, id }, end).is_some() {
                return None;
            }
        }
        Some(Self { patient, checkpoint, streams })
    }
}
