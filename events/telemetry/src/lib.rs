//! What is measured and traced, in one place: every metric with its labels, every span with its fields.
//!
//! Whoever measures names a metric of [`metric`] and gives values for its labels; whoever traces calls a function of
//! [`trace`]. No label and no field is made anywhere else, so these two files show that none holds patient data: labels are
//! names of tenants, calls, views and kinds, and fields are these beside counts and positions.
//!
//! Nothing is collected until the process says so ([`switch_on`], [`trace::switch_on`]); before that, a measurement costs a
//! branch.

mod instrument;
pub mod metric;
mod parent;
pub mod trace;

pub use instrument::{About, Counter, Gauge, Histogram, Kind, as_f64, describe, is_on, switch_on};
pub use parent::{TraceParent, traceparent_of};
