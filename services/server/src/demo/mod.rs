//! The demonstration: what each audience sees, asked through the public API and printed for a terminal.
//!
//! [`Report::ask`] puts the questions, [`print`](fn@print) lays the answers out for people; the report itself is the
//! document of `--json`. Nothing is coloured, so that it reads the same in a terminal, a file and a pipe.

mod ask;
mod chart;
mod clock;
mod how;
mod import;
mod outcomes;
mod page;
mod report;
mod run;
mod table;
mod timeline;

#[cfg(test)]
mod tests;

use ask::Desk;
use import::Imported;
use page::print;
use report::{How, Report};

pub(crate) use run::run;
