//! Names of rows and lists, and the order within a list.

use std::fmt;

use concord_kernel::{Instant, PatientId, PersonId, ProgramId, StreamRef};

use crate::short::Short;

const UUID_BYTES: usize = 16;
const ENTRY_BYTES: usize = UUID_BYTES + 8;
const KEY_BYTES: usize = ENTRY_BYTES + 8;
/// A patient and as much of a stream's identifier as tells their streams apart.
const PART_BYTES: usize = UUID_BYTES + 12;

/// Names a row of a view: an identifier, and for detail that is only ever added to, a position as well; before it the
/// time when it was true, where that is the order in which it is read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    bytes: [u8; KEY_BYTES],
    len: u8,
}

impl Key {
    /// The row about a patient.
    pub fn patient(patient: PatientId) -> Self {
        Self::of(patient.uuid().as_bytes())
    }

    /// The row about one stream of a patient.
    pub fn stream(patient: PatientId, stream: StreamRef) -> Self {
        let mut bytes = [0; KEY_BYTES];
        bytes[..UUID_BYTES].copy_from_slice(patient.uuid().as_bytes());
        bytes[UUID_BYTES..PART_BYTES].copy_from_slice(&stream.id.as_bytes()[..PART_BYTES - UUID_BYTES]);
        Self { bytes, len: 28 }
    }

    /// One entry of a patient's history.
    pub fn entry(patient: PatientId, position: u64) -> Self {
        let mut bytes = [0; KEY_BYTES];
        bytes[..UUID_BYTES].copy_from_slice(patient.uuid().as_bytes());
        bytes[UUID_BYTES..ENTRY_BYTES].copy_from_slice(&position.to_be_bytes());
        Self { bytes, len: 24 }
    }

    /// One entry of what was true of a patient, in the order of time; what was true at once is in the order of recording.
    pub fn moment(patient: PatientId, at: Instant, position: u64) -> Self {
        let mut bytes = [0; KEY_BYTES];
        bytes[..UUID_BYTES].copy_from_slice(patient.uuid().as_bytes());
        bytes[UUID_BYTES..ENTRY_BYTES].copy_from_slice(&ordered(at).to_be_bytes());
        bytes[ENTRY_BYTES..].copy_from_slice(&position.to_be_bytes());
        Self { bytes, len: 32 }
    }

    /// Before and after everything on a patient's time axis.
    pub(crate) fn edges(patient: PatientId) -> (Self, Self) {
        let edge = |fill| {
            let mut bytes = [fill; KEY_BYTES];
            bytes[..UUID_BYTES].copy_from_slice(patient.uuid().as_bytes());
            Self { bytes, len: 32 }
        };
        (edge(0), edge(u8::MAX))
    }

    fn of(id: &[u8; UUID_BYTES]) -> Self {
        let mut bytes = [0; KEY_BYTES];
        bytes[..UUID_BYTES].copy_from_slice(id);
        Self { bytes, len: 16 }
    }

    /// Reads stored bytes back; `None` when their length is no key's.
    pub fn from_bytes(stored: &[u8]) -> Option<Self> {
        let len = u8::try_from(stored.len()).ok().filter(|len| matches!(len, 16 | 24 | 28 | 32))?;
        let mut bytes = [0; KEY_BYTES];
        bytes[..stored.len()].copy_from_slice(stored);
        Some(Self { bytes, len })
    }

    /// The stored bytes; their order is the order of keys.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// The position in it, for an entry of a history or of a time axis.
    pub fn position(&self) -> Option<u64> {
        if usize::from(self.len) == PART_BYTES {
            return None;
        }
        let tail = self.as_bytes().get(UUID_BYTES..)?.last_chunk()?;
        Some(u64::from_be_bytes(*tail))
    }

    /// Whether it names an entry of a time axis.
    pub const fn is_moment(&self) -> bool {
        self.len as usize == KEY_BYTES
    }

    /// The same with the next position; `None` when there is none.
    pub(crate) fn next(self) -> Option<Self> {
        Some(self.at_position(self.position()?.checked_add(1)?))
    }

    /// The same with the position before; `None` when there is none.
    pub(crate) fn before(self) -> Option<Self> {
        Some(self.at_position(self.position()?.checked_sub(1)?))
    }

    fn at_position(mut self, position: u64) -> Self {
        let len = usize::from(self.len);
        self.bytes[len - 8..len].copy_from_slice(&position.to_be_bytes());
        self
    }

    /// Whether it is made of `patient`.
    pub fn is_of(&self, patient: PatientId) -> bool {
        self.bytes[..UUID_BYTES] == *patient.uuid().as_bytes()
    }

    /// The patient whose row or entry it is.
    pub fn as_patient(&self) -> PatientId {
        let mut id = [0; UUID_BYTES];
        id.copy_from_slice(&self.bytes[..UUID_BYTES]);
        PatientId::new(uuid::Uuid::from_bytes(id))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.as_bytes() {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Names a list of a view: what somebody pages through.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct List(Short);

impl List {
    /// Everything.
    pub fn all() -> Self {
        Self(Short::of(&[b"*"]))
    }

    /// Takes stored bytes back.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Self(Short::of(&[bytes]))
    }

    /// What concerns one person.
    pub fn person(person: PersonId) -> Self {
        Self(Short::of(&[b"p", person.uuid().as_bytes()]))
    }

    /// What belongs to one program.
    pub fn program(program: &ProgramId) -> Self {
        Self(Short::of(&[b"g", program.as_str().as_bytes()]))
    }

    /// The stored bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }
}

/// Tells appearances of one row on one list apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Item(Short);

impl Item {
    /// Puts parts together; no parts for the row as a whole.
    pub fn of(parts: &[&[u8]]) -> Self {
        Self(Short::of(parts))
    }

    /// The stored bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }
}

/// The place of an entry in its list, ascending. Built part by part, the first part counts most. Must not hold
/// what identifies a patient: it travels in page tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sort(Short);

impl Sort {
    /// Nothing yet: entries are in order of their keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// Smaller first.
    #[must_use]
    pub fn rank(mut self, rank: u8) -> Self {
        self.0.extend(&[rank]);
        self
    }

    /// Larger first.
    #[must_use]
    pub fn most(self, amount: u32) -> Self {
        self.number(u64::from(u32::MAX - amount))
    }

    /// Earlier first.
    #[must_use]
    pub fn earliest(self, at: Instant) -> Self {
        self.number(ordered(at))
    }

    /// Later first.
    #[must_use]
    pub fn latest(self, at: Instant) -> Self {
        self.number(!ordered(at))
    }

    fn number(mut self, value: u64) -> Self {
        self.0.extend(&value.to_be_bytes());
        self
    }

    /// Takes stored bytes back.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(Short::of(&[bytes]))
    }

    /// The stored bytes; their order is the list's.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }
}

/// Maps instants to numbers with the same order: the sign bit is turned over.
const fn ordered(at: Instant) -> u64 {
    at.micros().cast_unsigned() ^ (1 << 63)
}
