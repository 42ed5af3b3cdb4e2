//! What may be asked about broken glass.

use concord_kernel::{PatientId, PersonId};
use concord_projection::{Cursor, List, Listed, PageOf, Reader, ViewReadError};

use super::{Broken, BrokenGlass, Row};

/// One time that the glass was broken, and before whose record.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokenGlassItem {
    /// Whose record.
    pub patient: PatientId,
    /// What happened.
    pub broken: Broken,
}

/// Reads a page: of everything, or of what concerns the patients whose care team `person` is on.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn page(
    reader: &Reader,
    person: Option<PersonId>,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<PageOf<BrokenGlassItem>, ViewReadError> {
    let list = person.map_or_else(List::all, List::person);
    let page = reader.list::<BrokenGlass>(list, after, limit).await?;
    Ok(PageOf { items: page.items.into_iter().filter_map(item).collect(), next: page.next })
}

/// List and row are written together, so the item is always among what the row holds.
fn item(listed: Listed<Row>) -> Option<BrokenGlassItem> {
    let Listed { key: _, item, row: Row { patient, team: _, broken } } = listed;
    let mut broken = broken.into_iter();
    let broken = broken.find(|broken| item == broken.glass.uuid().as_bytes())?;
    Some(BrokenGlassItem { patient, broken })
}
