//! The rules of a follow-up plan.

use super::{Command, Error, Event, FollowUp};
use crate::InEpisode;
use crate::Issued;

impl FollowUp {
    /// Returns the facts that follow from `issued`, in order; empty when nothing changes.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, issued: &Issued<InEpisode<Command>>) -> Result<Vec<Event>, Error> {
        let _ = issued;
        Err(Error::NotYet)
    }
}
