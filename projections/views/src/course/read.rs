//! What may be asked about a course.

use concord_kernel::PatientId;
use concord_projection::{Cursor, Order, PageOf, Reader, ViewReadError};

use super::{Course, Entry, Row};

/// One entry of a course.
#[derive(Clone, Debug, PartialEq)]
pub struct CourseEntry {
    /// The event's place in the ledger.
    pub position: u64,
    /// What happened.
    pub row: Row,
}

impl CourseEntry {
    /// The same entry for therapy: that a dose changed stays, how much does not.
    #[must_use]
    pub fn without_doses(mut self) -> Self {
        if let Entry::Started { regimen, .. } = &mut self.row.entry {
            *regimen = None;
        }
        if let Entry::Adjusted { from, to, .. } = &mut self.row.entry {
            (*from, *to) = (None, None);
        }
        if let Entry::Recovery(entry) = &mut self.row.entry {
            entry.forget_dose();
        }
        self
    }
}

/// Reads a page of a client's course in the order of recording.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn page(
    reader: &Reader,
    patient: PatientId,
    order: Order,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<PageOf<CourseEntry>, ViewReadError> {
    let page = reader.history::<Course>(patient, order, after, limit).await?;
    Ok(page.map(|(key, row)| CourseEntry { position: key.position().unwrap_or_default(), row }))
}
