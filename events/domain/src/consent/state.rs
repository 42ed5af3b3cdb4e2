//! The state of a patient's consents, folded from their events.

use std::collections::BTreeMap;

use concord_kernel::{ConsentId, RestrictionId};
use serde::{Deserialize, Serialize};

use super::Event;

/// What the events of a patient's consents say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Consents {
    pub(super) given: BTreeMap<ConsentId, Given>,
    pub(super) restrictions: BTreeMap<RestrictionId, Restricted>,
}

/// How a consent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Given {
    pub(super) version: u32,
    pub(super) revoked: bool,
}

/// How a restriction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Restricted {
    pub(super) required: bool,
    pub(super) ended: bool,
}

impl Consents {
    /// Takes in one more event.
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::ConsentGiven { consent, version, .. } => {
                self.given.insert(consent, Given { version, revoked: false });
            }
            Event::ConsentRevoked { consent, .. } => {
                if let Some(given) = self.given.get_mut(&consent) {
                    given.revoked = true;
                }
            }
            Event::DisclosureRestricted { restriction, terms } => {
                let restricted = Restricted { required: terms.required, ended: false };
                self.restrictions.insert(restriction, restricted);
            }
            Event::DisclosureRestrictionEnded { restriction, .. } => {
                if let Some(restricted) = self.restrictions.get_mut(&restriction) {
                    restricted.ended = true;
                }
            }
        }
    }
}
