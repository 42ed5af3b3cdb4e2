//! The rules of a side-effect record.

use super::{Command, Error, Event, SideEffects};
use crate::Issued;

impl SideEffects {
    /// Returns the facts that follow from `issued`, in order; empty when nothing changes.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, issued: &Issued<Command>) -> Result<Vec<Event>, Error> {
        let _ = issued;
        Err(Error::NotYet)
    }
}
