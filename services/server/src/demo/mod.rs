//! The demonstration: what each audience sees, asked through the public API and printed for a terminal.
//!
//! [`Report::ask`] puts the questions, [`print`](fn@print) lays the answers out for people; the report itself is the
//! document of `--json`. Nothing is coloured, so that it reads the same in a terminal, a file and a pipe.

mod ask;
mod chart;
mod how;
mod page;
mod report;
mod table;

#[cfg(test)]
mod tests;

pub(crate) use ask::Desk;
pub(crate) use page::print;
pub(crate) use report::{How, Report};
