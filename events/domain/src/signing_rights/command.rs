//! What may be asked of the rights to sign.

use concord_kernel::{Day, PersonId, Schedule, SigningRightId, Text};

use super::Cause;
use crate::prescription::Factor;

/// A request about a right to sign controlled prescriptions.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Say that somebody is to sign controlled prescriptions.
    Propose {
        /// Which right; it is another one whenever its terms change.
        right: SigningRightId,
        /// Whom it is for.
        prescriber: PersonId,
        /// The schedules, at least one.
        schedules: Vec<Schedule>,
        /// The last day of the registration that it rests on.
        registered_until: Day,
    },
    /// Give it, as a registrant.
    Confirm {
        /// Which.
        right: SigningRightId,
        /// How the registrant showed who they are.
        factors: Vec<Factor>,
    },
    /// Take it away at once; or withdraw what was proposed.
    Revoke {
        /// Which.
        right: SigningRightId,
        /// Why.
        cause: Cause,
        /// In words.
        note: Text,
    },
}
