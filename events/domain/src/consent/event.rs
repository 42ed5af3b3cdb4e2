//! What may have happened to a patient's consents.

use concord_kernel::{ConsentId, RestrictionId, Text};
use serde::{Deserialize, Serialize};

use super::{Restriction, Terms};

/// A fact about what may be disclosed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// A consent was signed; it takes the place of the version before.
    ConsentGiven {
        /// Which consent.
        consent: ConsentId,
        /// Which version of it, from 1.
        version: u32,
        /// What was signed.
        terms: Box<Terms>,
    },
    /// It was taken back, whatever its version.
    ConsentRevoked {
        /// Which.
        consent: ConsentId,
        /// How it was said.
        how: Text,
    },
    /// The program agreed not to disclose something.
    DisclosureRestricted {
        /// The restriction.
        restriction: RestrictionId,
        /// What, to whom, what for.
        terms: Box<Restriction>,
    },
    /// A restriction ended.
    DisclosureRestrictionEnded {
        /// Which.
        restriction: RestrictionId,
        /// Why.
        reason: Text,
    },
}
