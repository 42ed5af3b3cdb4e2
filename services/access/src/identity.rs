//! Who is calling.

use concord_kernel::{Actor, Instant, OrganisationId, TenantId};

/// A caller whose token was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Whose records they may reach at all.
    pub tenant: TenantId,
    /// Who they are.
    pub actor: Actor,
    /// The organisation that they act for, where it is another than the program: a partner's.
    pub organisation: Option<OrganisationId>,
    /// When the token begins, where it says so; before, it is not accepted.
    pub begins_at: Option<Instant>,
    /// When the token ends.
    pub expires_at: Instant,
}

/// Why a token is not accepted. Says nothing about the token's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// There is none.
    #[error("a bearer token is required")]
    Missing,
    /// Not a token of this service: wrong form, signature, issuer or audience.
    #[error("the bearer token is not valid here")]
    Invalid,
    /// It has ended.
    #[error("the bearer token has expired")]
    Expired,
    /// It has not begun.
    #[error("the bearer token is not valid yet")]
    NotYet,
}
