//! The refusals of subscriptions.

use concord_kernel::Role;

use crate::Explain;

/// Why a command about a subscription is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The role does not let partners subscribe.
    #[error("a {role} does not let partners subscribe")]
    RoleNotPermitted {
        /// The role of the actor.
        role: Role,
    },
    /// The identifier has been used.
    #[error("the subscription is on record already")]
    Used,
    /// Nothing of the record is named, or something that nobody may consent to.
    #[error("the subscription names no data that patients can consent to")]
    NothingConsentable,
    /// A purpose for which nobody subscribes.
    #[error("nobody subscribes for that purpose")]
    PurposeNotAllowed,
    /// There is none of that name.
    #[error("there is no such subscription")]
    Unknown,
    /// It is over.
    #[error("the subscription is closed")]
    Closed,
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ROLE_NOT_PERMITTED",
            Self::Used => "SUBSCRIPTION_USED",
            Self::NothingConsentable => "SUBSCRIPTION_TO_NOTHING",
            Self::PurposeNotAllowed => "SUBSCRIPTION_PURPOSE_NOT_ALLOWED",
            Self::Unknown => "SUBSCRIPTION_UNKNOWN",
            Self::Closed => "SUBSCRIPTION_CLOSED",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ask the privacy officer",
            Self::Used => "open it under another identifier",
            Self::NothingConsentable => "name classes of data other than administration",
            Self::PurposeNotAllowed => "name treatment, payment, operations or the patient's request",
            Self::Unknown => "name a subscription that was opened",
            Self::Closed => "open another subscription",
        }
    }
}
