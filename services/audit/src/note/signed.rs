//! The form of a note: a text, an empty line, and a line for each signature.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The most signature lines of one note that are read.
const MOST_SIGNATURES: usize = 32;

/// The largest note that is read, in bytes.
const MOST_BYTES: usize = 1024 * 1024;

/// Bytes before the signature itself that say whose it may be.
const ID_BYTES: usize = 4;

/// Text with signatures. Nothing in it counts before a signature was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    name: String,
    id: [u8; ID_BYTES],
    bytes: Vec<u8>,
}

/// Why a note or a key cannot be trusted or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It does not have the form of a note.
    #[error("it is no signed note")]
    Malformed,
    /// It has the form of a note, and its text is not what was expected there.
    #[error("the note is about something else")]
    OtherText,
    /// No line is by the key.
    #[error("the key has not signed it")]
    NotSigned,
    /// A line claims to be by the key and is not.
    #[error("a signature in the name of the key is false")]
    False,
    /// A key is not in the form of a verifier key: `name+id+base64`.
    #[error("it is no verifier key of the form name+id+base64, with an Ed25519 key")]
    Key,
    /// A name is empty, or has a space or a plus sign.
    #[error("a key's name has no spaces and no plus signs")]
    Name,
}

impl Note {
    /// A note that nobody has signed yet.
    ///
    /// # Errors
    ///
    /// [`NoteError::Malformed`] unless the text ends with a newline and has no other control characters.
    pub fn unsigned(text: String) -> Result<Self, NoteError> {
        let plain = !text.contains(|c: char| c.is_ascii_control() && c != '\n');
        let fits = plain && text.ends_with('\n') && text.len() <= MOST_BYTES;
        if fits { Ok(Self { text, signatures: Vec::new() }) } else { Err(NoteError::Malformed) }
    }

    /// What was signed, with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every signature line, known or not.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// The note with one more signature.
    #[must_use]
    pub fn with(mut self, signature: Signature) -> Self {
        self.signatures.push(signature);
        self
    }
}

impl FromStr for Note {
    type Err = NoteError;

    fn from_str(note: &str) -> Result<Self, NoteError> {
        if note.len() > MOST_BYTES || !note.ends_with('\n') {
            return Err(NoteError::Malformed);
        }
        // The last empty line parts text and signatures.
        let end = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
        let (text, lines) = (&note[..=end], &note[end + 2..]);
        let unsigned = Self::unsigned(text.to_owned())?;
        let signatures = lines.lines().map(str::parse).collect::<Result<Vec<_>, _>>()?;
        if signatures.is_empty() || signatures.len() > MOST_SIGNATURES {
            return Err(NoteError::Malformed);
        }
        Ok(Self { signatures, ..unsigned })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl Signature {
    pub(super) fn new(name: &str, id: [u8; ID_BYTES], bytes: Vec<u8>) -> Self {
        Self { name: name.to_owned(), id, bytes }
    }

    /// In whose name it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the key of that name and identifier is meant.
    pub(super) fn is_by(&self, name: &str, id: [u8; ID_BYTES]) -> bool {
        self.name == name && self.id == id
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl FromStr for Signature {
    type Err = NoteError;

    fn from_str(line: &str) -> Result<Self, NoteError> {
        let (name, encoded) =
            line.strip_prefix("— ").and_then(|line| line.split_once(' ')).ok_or(NoteError::Malformed)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| NoteError::Malformed)?;
        let (id, bytes) = bytes.split_first_chunk::<ID_BYTES>().ok_or(NoteError::Malformed)?;
        if name.is_empty() {
            return Err(NoteError::Malformed);
        }
        Ok(Self::new(name, *id, bytes.to_vec()))
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = STANDARD.encode([self.id.as_slice(), &self.bytes].concat());
        write!(f, "— {} {encoded}", self.name)
    }
}
