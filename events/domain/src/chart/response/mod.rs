//! Whether an order helps: its trial is judged, and a prescriber answers.

mod decide;
mod error;
mod words;

pub(in crate::chart) use decide::ends_on;
pub use error::ResponseError;
pub use words::{ResponseAssessment, ResponseDecision};
