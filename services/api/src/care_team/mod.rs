//! Who cares for a patient.

mod decode;
mod handler;
