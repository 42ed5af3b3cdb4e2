//! What holds across aggregates.

mod dispatch;
mod histories;
mod refusals;
mod target;
