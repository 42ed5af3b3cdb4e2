//! Why a bundle cannot be read at all.

/// A bundle that no patient can be admitted from. Names the file and the place, never what stands there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// It has more bytes than [`crate::MAX_BYTES`].
    #[error("{file}: it has more than the {limit} bytes that a bundle may have")]
    TooLarge {
        /// The file.
        file: String,
        /// How many it may have.
        limit: usize,
    },
    /// It is not JSON: cut off or damaged.
    #[error("{file}: {path}: not JSON at line {line}, column {column}")]
    NotJson {
        /// The file.
        file: String,
        /// The element that the damage is in.
        path: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Its elements are nested deeper than [`crate::MAX_DEPTH`].
    #[error("{file}: {path}: nested deeper than {limit} levels")]
    TooDeep {
        /// The file.
        file: String,
        /// The first element that is too deep.
        path: String,
        /// How deep it may be.
        limit: usize,
    },
    /// It is JSON but no bundle.
    #[error("{file}: {path}: not a FHIR bundle")]
    NotABundle {
        /// The file.
        file: String,
        /// The element that should say so.
        path: String,
    },
    /// It has more entries than [`crate::MAX_ENTRIES`].
    #[error("{file}: Bundle.entry: {entries} entries are more than the {limit} that a bundle may have")]
    TooManyEntries {
        /// The file.
        file: String,
        /// How many it has.
        entries: usize,
        /// How many it may have.
        limit: usize,
    },
    /// Nobody can be admitted from it.
    #[error("{file}: Bundle.entry: no Patient resource")]
    NoPatient {
        /// The file.
        file: String,
    },
    /// It holds the records of more than one patient.
    #[error("{file}: {path}: a second Patient; a bundle is read as the record of one")]
    SeveralPatients {
        /// The file.
        file: String,
        /// The second patient.
        path: String,
    },
    /// The patient resource lacks what an admission needs.
    #[error("{file}: {path}: missing or unusable, and nobody can be admitted without it")]
    PatientUnusable {
        /// The file.
        file: String,
        /// The element.
        path: String,
    },
}

impl IntakeError {
    /// The file it speaks about.
    pub fn file(&self) -> &str {
        match self {
            Self::TooLarge { file, .. }
            | Self::NotJson { file, .. }
            | Self::TooDeep { file, .. }
            | Self::NotABundle { file, .. }
            | Self::TooManyEntries { file, .. }
            | Self::NoPatient { file }
            | Self::SeveralPatients { file, .. }
            | Self::PatientUnusable { file, .. } => file,
        }
    }
}
