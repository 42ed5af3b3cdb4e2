//! How rows are stored: MessagePack without field names. Rows can be made again from the ledger at any time, so their
//! form need not last; a change of it, as of what a row holds, is a new version of the view.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;

pub(crate) fn encode(row: &impl Serialize) -> Vec<u8> {
    rmp_serde::to_vec(row).expect("rows are made of plain data")
}

pub(crate) fn decode<R: DeserializeOwned>(doc: &[u8]) -> Result<R, StoreError> {
    rmp_serde::from_slice(doc).map_err(|_| StoreError::Corrupt("row"))
}
