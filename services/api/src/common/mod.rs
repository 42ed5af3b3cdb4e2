//! What all areas say to each other: headers, receipts, findings, regimens.

pub(crate) mod decode;
pub(crate) mod encode;
