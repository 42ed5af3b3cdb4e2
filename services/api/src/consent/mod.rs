//! What may be disclosed of a patient.

mod decode;
mod encode;
mod handler;
mod list;

pub(crate) use decode::{classes, organisation, recipient_class};
pub(crate) use encode::{class_of, purpose, recipient_class as encode_recipient_class};
