//! The refusals of consents.

use concord_kernel::Role;

use crate::Explain;

/// Why a command about consents is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The role does not keep consents.
    #[error("a {role} does not keep consents")]
    RoleNotPermitted {
        /// The role of the actor.
        role: Role,
    },
    /// Elements that the law asks for are missing: nobody may rely on it. Source: 42 CFR 2.31(c).
    #[error("the consent lacks what the law asks for: {}", .missing.join(", "))]
    Deficient {
        /// The stored names of what is missing.
        missing: Vec<&'static str>,
    },
    /// Counselling notes stand beside something else. Source: 2.31(b).
    #[error("a consent to counselling notes covers nothing else")]
    NotCombinable,
    /// Something that no consent covers.
    #[error("no consent covers how the record itself is run")]
    NotConsentable,
    /// A purpose that needs no consent, or that this form does not allow.
    #[error("this form of consent does not allow that purpose")]
    PurposeNotAllowed,
    /// A class of recipients, or no end, outside a consent for treatment, payment and operations.
    #[error("only a consent for treatment, payment and operations names a class of recipients or has no end")]
    OnlyForOperations,
    /// It has ended before it is recorded.
    #[error("the consent ends before it begins or before today")]
    Ended,
    /// It was signed on a day that has not come.
    #[error("the consent was signed on a day that has not come")]
    SignedInFuture,
    /// There is none of that name.
    #[error("there is no such consent")]
    Unknown,
    /// It was taken back.
    #[error("the consent was revoked")]
    Revoked,
    /// The restriction has been used.
    #[error("the restriction is on record already")]
    RestrictionUsed,
    /// A restriction of nothing.
    #[error("the restriction names nothing of the record")]
    RestrictionEmpty,
    /// There is none of that name.
    #[error("there is no such restriction")]
    RestrictionUnknown,
    /// It has ended.
    #[error("the restriction has ended")]
    RestrictionEnded,
    /// Only the patient may end it.
    #[error("a restriction that the law requires is ended by the patient alone")]
    RestrictionRequired,
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ROLE_NOT_PERMITTED",
            Self::Deficient { .. } => "CONSENT_DEFICIENT",
            Self::NotCombinable => "CONSENT_NOT_COMBINABLE",
            Self::NotConsentable => "CONSENT_COVERS_NO_ADMINISTRATION",
            Self::PurposeNotAllowed => "CONSENT_PURPOSE_NOT_ALLOWED",
            Self::OnlyForOperations => "CONSENT_TOO_GENERAL",
            Self::Ended => "CONSENT_ENDS_TOO_EARLY",
            Self::SignedInFuture => "CONSENT_FORM_SIGNED_IN_FUTURE",
            Self::Unknown => "CONSENT_UNKNOWN",
            Self::Revoked => "CONSENT_REVOKED",
            Self::RestrictionUsed => "RESTRICTION_USED",
            Self::RestrictionEmpty => "RESTRICTION_EMPTY",
            Self::RestrictionUnknown => "RESTRICTION_UNKNOWN",
            Self::RestrictionEnded => "RESTRICTION_ENDED",
            Self::RestrictionRequired => "RESTRICTION_REQUIRED",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ask the patient, their care team or the privacy officer",
            Self::Deficient { .. } => "have the patient sign a form that has every element",
            Self::NotCombinable => "have counselling notes consented to on a form of their own",
            Self::NotConsentable => "leave administration out",
            Self::PurposeNotAllowed => "name treatment, payment, operations or the patient's request",
            Self::OnlyForOperations => "name each recipient and the day on which it ends",
            Self::Ended => "have the patient sign for a time that is still to come",
            Self::SignedInFuture => "record it once it is signed",
            Self::Unknown => "name a consent of this patient",
            Self::Revoked => "record a new consent under another identifier",
            Self::RestrictionUsed => "record it under another identifier",
            Self::RestrictionEmpty => "name at least one class of data",
            Self::RestrictionUnknown => "name a restriction of this patient",
            Self::RestrictionEnded => "nothing is left to do",
            Self::RestrictionRequired => "have the patient end it themself",
        }
    }

    fn details(&self) -> Vec<&'static str> {
        if let Self::Deficient { missing } = self { missing.clone() } else { Vec::new() }
    }
}
