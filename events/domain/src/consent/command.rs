//! What may be asked of a patient's consents.

use concord_kernel::{ConsentId, RestrictionId, Text};

use super::{Restriction, Terms};

/// A request about what may be disclosed.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Record a consent that was signed. One under the same identifier takes the place of the version before.
    Give {
        /// Which consent.
        consent: ConsentId,
        /// What was signed.
        terms: Box<Terms>,
    },
    /// Take a consent back, in writing or by word of mouth: nothing is disclosed on it from then on.
    Revoke {
        /// Which.
        consent: ConsentId,
        /// How it was said, and to whom.
        how: Text,
    },
    /// Agree not to disclose something, whatever was consented to.
    Restrict {
        /// The new restriction; must never have been used.
        restriction: RestrictionId,
        /// What, to whom, what for.
        terms: Box<Restriction>,
    },
    /// End a restriction.
    EndRestriction {
        /// Which.
        restriction: RestrictionId,
        /// Why: the patient agreed, or was told.
        reason: Text,
    },
}
