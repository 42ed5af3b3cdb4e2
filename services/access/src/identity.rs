//! Who is calling.

use concord_kernel::{Actor, Instant, OrganisationId, Role, TenantId};

/// A caller whose token or certificate was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Whose records they may reach at all.
    pub tenant: TenantId,
    /// Who they are.
    pub actor: Actor,
    /// For whom they call, where that is not the program itself: always there for a partner.
    pub organisation: Option<OrganisationId>,
    /// When the credential begins, where it says so; before, it is not accepted.
    pub begins_at: Option<Instant>,
    /// When the credential ends.
    pub expires_at: Instant,
}

impl Identity {
    /// Whether the credential has begun at `now` and has not ended.
    ///
    /// # Errors
    ///
    /// [`AuthError::NotYet`] and [`AuthError::Expired`].
    pub fn lasts(&self, now: Instant) -> Result<(), AuthError> {
        if self.begins_at.is_some_and(|begins| now < begins) {
            return Err(AuthError::NotYet);
        }
        if now < self.expires_at { Ok(()) } else { Err(AuthError::Expired) }
    }

    /// Whether this token may come over the connection of whom `certificate` names: a service of the same tenant (a
    /// gateway, say) passes on the tokens of people; a partner's or an auditor's connection is for nobody else.
    ///
    /// # Errors
    ///
    /// [`AuthError::Contradiction`].
    pub fn came_with(&self, certificate: &Self) -> Result<(), AuthError> {
        let passes_on = certificate.actor.role == Role::Service && certificate.tenant == self.tenant;
        if passes_on { Ok(()) } else { Err(AuthError::Contradiction) }
    }
}

/// Why a credential is not accepted. Says nothing about its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// There is none.
    #[error("a bearer token or a client certificate is required")]
    Missing,
    /// Not a token of this service: wrong form, signature, issuer or audience.
    #[error("the bearer token is not valid here")]
    Invalid,
    /// It has ended.
    #[error("the credential has expired")]
    Expired,
    /// It has not begun.
    #[error("the credential is not valid yet")]
    NotYet,
    /// A token for local development, where none is taken.
    #[error("local tokens are for development and are not taken here; sign in at the issuer")]
    LocalToken,
    /// The certificate names nobody who is known here.
    #[error("the client certificate names nobody who is known here")]
    UnknownClient,
    /// Token and certificate are of two who have nothing to do with each other.
    #[error("the bearer token is not one that the client of this certificate may pass on")]
    Contradiction,
    /// The issuer's keys are being fetched, or are too old to be relied on.
    #[error("the issuer's signing keys are not known at the moment")]
    KeysUnknown,
}
