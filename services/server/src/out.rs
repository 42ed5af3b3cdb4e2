//! What is written to standard output.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use serde::Serialize;

/// Writes a line for whoever reads. A reader who has seen enough and went away (`concord bench commands | head -3`) is no
/// failure; a full disk is one.
pub(crate) fn line(text: impl Display) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes one JSON document.
pub(crate) fn json(document: &impl Serialize) -> io::Result<()> {
    line(serde_json::to_string_pretty(document)?)
}
