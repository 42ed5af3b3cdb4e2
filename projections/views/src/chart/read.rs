//! What a prescriber may ask about one client.

use concord_kernel::PatientId;
use concord_projection::{Key, Reader, ViewReadError};

use super::{Chart, Row};

/// Reads one client's chart; `None` when nothing is known of them.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn client(reader: &Reader, patient: PatientId) -> Result<Option<Row>, ViewReadError> {
    reader.row::<Chart>(Key::patient(patient)).await
}
