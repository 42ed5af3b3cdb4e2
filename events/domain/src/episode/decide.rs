//! The rules of a stay.

use super::{Command, Episode, Error, Event};
use crate::InProgram;
use crate::Issued;

impl Episode {
    /// Returns the facts that follow from `issued`, in order; empty when nothing changes.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, issued: &Issued<InProgram<Command>>) -> Result<Vec<Event>, Error> {
        let _ = issued;
        Err(Error::NotYet)
    }
}
