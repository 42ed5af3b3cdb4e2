//! What may be asked about a program's patients.

use concord_kernel::{PatientId, ProgramId, StreamRef};
use concord_projection::{Cursor, Key, List, PageOf, Reader, ViewReadError};

use super::{GONE, PastStay, Retention, Roster, Row, rank};
use crate::parts::{Identity, Stay};

/// One line of a roster.
#[derive(Clone, Debug, PartialEq)]
pub struct RosterLine {
    /// Whom it is about.
    pub patient: PatientId,
    /// Who they are.
    pub identity: Identity,
    /// Where they stand.
    pub stay: Stay,
    /// Stays that have ended, oldest first.
    pub past: Vec<PastStay>,
    /// Whether the latest stay went on at each checkpoint that was measured.
    pub retention: Vec<Retention>,
}

impl RosterLine {
    /// Whether they have left, or were not taken: on the list they come after all others.
    pub const fn has_gone(&self) -> bool {
        rank(self.stay.stage) >= GONE
    }
}

/// Reads a page of a program's patients: in a stay, then waiting, then gone.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn page(
    reader: &Reader,
    program: &ProgramId,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<PageOf<RosterLine>, ViewReadError> {
    let page = reader.list::<Roster>(List::program(program), after, limit).await?;
    Ok(page.map(|listed| line(listed.row)))
}

/// Reads one patient's line in a program; `None` when they were never referred to it.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn stay(
    reader: &Reader,
    patient: PatientId,
    program: &ProgramId,
) -> Result<Option<RosterLine>, ViewReadError> {
    let key = Key::stream(patient, StreamRef::episode(patient, program));
    let row = reader.row::<Roster>(key).await?;
    Ok(row.map(line))
}

fn line(row: Row) -> RosterLine {
    let Row { patient, identity, referred_at: _, stay, past, retention } = row;
    RosterLine { patient, identity, stay, past, retention }
}
