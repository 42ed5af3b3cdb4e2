//! The state of a stay, folded from its events.

use serde::{Deserialize, Serialize};

use super::Event;
use crate::EpisodeFacts;

/// What the events of a stay say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Episode {}

impl Episode {
    /// Takes in one more event.
    #[expect(clippy::needless_pass_by_value, reason = "the fold owns what it takes in")]
    pub(crate) fn fold(&mut self, event: Event) {
        let _ = event;
    }

    /// What other streams may know of it.
    pub(crate) fn facts(&self) -> EpisodeFacts {
        EpisodeFacts::default()
    }
}
