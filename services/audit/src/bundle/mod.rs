//! One patient's whole history as a file that proves itself.
//!
//! A bundle is text, a JSON object a line: a header with the signed checkpoint and a signed statement of the patient's
//! streams and where each ends, then every event with its proof, then how many there were. What each part proves:
//!
//! - the path of an event leads to the signed root: it is in the log, as it stands, at its place;
//! - each event's leaf binds the leaf before it in its stream, and the last one is the end that the statement names: none
//!   of a stream is missing;
//! - the statement says that there are no other streams and no later events. It is the service's signed word: whoever has
//!   the whole log can hold it against that word for ever, because a stream that was kept back, or an event after
//!   the stated end, is in the log under the same checkpoint.

mod check;
mod lines;
mod statement;
mod write;

pub use check::{BundleFault, Checked, check};
pub use lines::{FORMAT, Line};
pub use statement::{End, Statement};
pub use write::{Bundle, BundleError};
