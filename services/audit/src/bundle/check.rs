//! Checks a bundle with the public key alone.

use std::collections::HashMap;
use std::io::{self, BufRead};

use concord_kernel::StreamRef;
use concord_ledger::NO_LEAF;
use concord_ledger::merkle::Hash;
use serde::Deserialize;
use uuid::Uuid;

use super::lines::{FORMAT, Line};
use super::statement::Statement;
use crate::checkpoint::hash;
use crate::note::{Note, NoteError, VerifierKey};
use crate::{Checkpoint, Recorded, Signed, ledger_of, proof};

/// The longest line that is read, in bytes: an event with its proof has far less.
const LONGEST_LINE: u64 = 1024 * 1024;

/// What a sound bundle proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Whose history it is.
    pub patient: Uuid,
    /// Under which checkpoint.
    pub checkpoint: Checkpoint,
    /// How many events.
    pub events: u64,
    /// In how many streams.
    pub streams: u64,
}

/// What is wrong with a bundle: the first thing in the order of the file.
#[derive(Debug, thiserror::Error)]
pub enum BundleFault {
    /// It cannot be read.
    #[error("the file cannot be read")]
    Read(#[from] io::Error),
    /// A line is not of the form.
    #[error("line {line} is not one of a {FORMAT}")]
    Line {
        /// Which, from 1.
        line: u64,
    },
    /// The checkpoint is not signed with the key, or is another ledger's.
    #[error("the checkpoint does not hold: {0}")]
    Checkpoint(#[source] NoteError),
    /// The statement of the streams is not signed with the key, or is about another patient or checkpoint.
    #[error("the statement of the streams does not hold: {0}")]
    Statement(#[source] NoteError),
    /// Events are not in the order of the log, or one comes twice.
    #[error("position {position}: out of order")]
    Order {
        /// Where.
        position: u64,
    },
    /// An event is about somebody else, or of a stream that the statement does not name.
    #[error("position {position}: the event is not of this patient's streams")]
    Stranger {
        /// Where.
        position: u64,
    },
    /// An event of the stream before this one is missing, or this one is doubled.
    #[error("position {position}: the event is not the next of its stream")]
    Version {
        /// Where.
        position: u64,
    },
    /// The event is not in the signed log as it stands here.
    #[error("position {position}: the event is not what was signed")]
    Leaf {
        /// Where.
        position: u64,
    },
    /// The last events of a stream are missing.
    #[error(
        "stream {stream} ends at version {has} and was signed to end at {signed}: its last events are missing"
    )]
    Ends {
        /// Which.
        stream: StreamRef,
        /// Where it ends here.
        has: u64,
        /// Where it ended when it was signed.
        signed: u64,
    },
    /// The file ends before its end.
    #[error("the file was cut off after {events} events")]
    CutOff {
        /// How many came.
        events: u64,
    },
}

/// What metadata say about whose record it is.
#[derive(Deserialize)]
struct Whose {
    patient: Uuid,
}

struct Checking {
    ledger: String,
    patient: Uuid,
    checkpoint: Checkpoint,
    stated: Statement,
    last: u64,
    events: u64,
    streams: HashMap<StreamRef, (u64, Hash)>,
    scratch: Vec<u8>,
}

/// Checks the bundle in `file`: everything in it was in the log that `key` signed, and nothing of the streams is missing.
///
/// # Errors
///
/// The first thing that is wrong; see [`BundleFault`].
pub fn check(mut file: impl BufRead, key: &VerifierKey) -> Result<Checked, BundleFault> {
    let (mut text, mut number) = (String::new(), 0);
    let mut checking: Option<Checking> = None;
    loop {
        text.clear();
        number += 1;
        let malformed = || BundleFault::Line { line: number };
        let read = io::Read::take(&mut file, LONGEST_LINE).read_line(&mut text)?;
        if read == 0 {
            return Err(BundleFault::CutOff { events: checking.map_or(0, |checking| checking.events) });
        }
        if !text.ends_with('\n') {
            let cut = BundleFault::CutOff { events: checking.map_or(0, |checking| checking.events) };
            return Err(if text.len() as u64 == LONGEST_LINE { malformed() } else { cut });
        }
        let line = serde_json::from_str(&text).map_err(|_| malformed())?;
        match (line, &mut checking) {
            (Line::Header { format, ledger, patient, checkpoint, streams }, None) if format == FORMAT => {
                checking = Some(Checking::begin(ledger, patient, &checkpoint, &streams, key)?);
            }
            (Line::Event { event, proof }, Some(checking)) => {
                let path = proof.iter().map(|one| hash(one)).collect::<Option<Vec<_>>>();
                checking.event(&event, &path.ok_or_else(malformed)?)?;
            }
            (Line::End { events }, Some(checking)) if events == checking.events => {
                return checking.end(&mut file, number);
            }
            (Line::Header { .. } | Line::Event { .. } | Line::End { .. }, _) => return Err(malformed()),
        }
    }
}

impl Checking {
    fn begin(
        ledger: String,
        patient: Uuid,
        checkpoint: &str,
        streams: &str,
        key: &VerifierKey,
    ) -> Result<Self, BundleFault> {
        if ledger_of(key.name()) != Some(ledger.as_str()) {
            return Err(BundleFault::Checkpoint(NoteError::OtherText));
        }
        let signed = Signed::open(checkpoint, key).map_err(BundleFault::Checkpoint)?;
        let checkpoint = signed.checkpoint().clone();
        let stated = stated(streams, key).map_err(BundleFault::Statement)?;
        if stated.patient != patient || stated.checkpoint != checkpoint {
            return Err(BundleFault::Statement(NoteError::OtherText));
        }
        Ok(Self {
            ledger,
            patient,
            checkpoint,
            stated,
            last: 0,
            events: 0,
            streams: HashMap::new(),
            scratch: Vec::new(),
        })
    }

    fn event(&mut self, event: &Recorded, path: &[Hash]) -> Result<(), BundleFault> {
        let position = event.position;
        if position <= self.last {
            return Err(BundleFault::Order { position });
        }
        let stranger = || BundleFault::Stranger { position };
        let stream = event.stream().filter(|stream| self.stated.streams.contains_key(stream));
        let stream = stream.ok_or_else(stranger)?;
        let (version, previous) = self.streams.get(&stream).copied().unwrap_or((0, NO_LEAF));
        if event.version != version + 1 {
            return Err(BundleFault::Version { position });
        }
        let leaf = event.leaf(&self.ledger, previous, &mut self.scratch);
        let leaf = leaf.ok_or(BundleFault::Leaf { position })?;
        let root = proof::inclusion_root(position - 1, self.checkpoint.size, leaf, path);
        if root != Some(self.checkpoint.root) {
            return Err(BundleFault::Leaf { position });
        }
        // What was signed may still be somebody else's.
        let whose: Whose = serde_json::from_str(&event.metadata).map_err(|_| stranger())?;
        if whose.patient != self.patient {
            return Err(stranger());
        }
        self.streams.insert(stream, (event.version, leaf));
        (self.last, self.events) = (position, self.events + 1);
        Ok(())
    }

    fn end(&self, rest: &mut impl BufRead, number: u64) -> Result<Checked, BundleFault> {
        if !rest.fill_buf()?.is_empty() {
            return Err(BundleFault::Line { line: number + 1 });
        }
        for (stream, end) in &self.stated.streams {
            let (has, leaf) = self.streams.get(stream).copied().unwrap_or((0, NO_LEAF));
            if (has, leaf) != (end.version, end.leaf) {
                return Err(BundleFault::Ends { stream: *stream, has, signed: end.version });
            }
        }
        Ok(Checked {
            patient: self.patient,
            checkpoint: self.checkpoint.clone(),
            events: self.events,
            streams: self.stated.streams.len() as u64,
        })
    }
}

fn stated(note: &str, key: &VerifierKey) -> Result<Statement, NoteError> {
    let note: Note = note.parse()?;
    key.verify(&note)?;
    Statement::parse(note.text())
}
