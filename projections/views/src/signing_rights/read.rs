//! What may be asked about the rights to sign.

use concord_projection::{Cursor, List, Listed, PageOf, Reader, ViewReadError};

use super::{Right, Row, SigningRights};

/// Reads a page of every right.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn page(
    reader: &Reader,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<PageOf<Right>, ViewReadError> {
    let page = reader.list::<SigningRights>(List::all(), after, limit).await?;
    Ok(PageOf { items: page.items.into_iter().filter_map(item).collect(), next: page.next })
}

/// List and row are written together, so the item is always among what the row holds.
fn item(listed: Listed<Row>) -> Option<Right> {
    let Listed { key: _, item, row } = listed;
    let mut rights = row.rights.into_iter();
    rights.find(|right| item == right.right.uuid().as_bytes())
}
