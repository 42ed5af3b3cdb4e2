//! What holds across aggregates.

mod dispatch;
mod histories;
mod privacy;
mod refusals;
mod target;
