//! Bearer tokens in, identities out.

use std::sync::Arc;

use concord_kernel::Instant;
use quick_cache::sync::Cache;

use crate::{AuthError, Identity, LocalTokens};

/// Verified tokens that are remembered, so that a busy caller's signature is not computed again on every call.
const REMEMBERED_TOKENS: usize = 4_096;

/// The longest token that is looked at.
const LONGEST_TOKEN_BYTES: usize = 4_096;

/// Verifies bearer tokens.
pub struct Authenticator {
    tokens: LocalTokens,
    verified: Cache<Box<str>, Arc<Identity>>,
}

impl Authenticator {
    /// Accepts the tokens that `tokens` signs.
    pub fn new(tokens: LocalTokens) -> Self {
        Self { tokens, verified: Cache::new(REMEMBERED_TOKENS) }
    }

    /// Verifies `bearer` (the token itself, without `Bearer `) at `now`.
    ///
    /// # Errors
    ///
    /// See [`AuthError`].
    pub fn verify(&self, bearer: &str, now: Instant) -> Result<Arc<Identity>, AuthError> {
        if bearer.is_empty() {
            return Err(AuthError::Missing);
        }
        if bearer.len() > LONGEST_TOKEN_BYTES {
            return Err(AuthError::Invalid);
        }
        let identity = if let Some(identity) = self.verified.get(bearer) {
            identity
        } else {
            let identity = Arc::new(self.tokens.open(bearer)?);
            self.verified.insert(Box::from(bearer), Arc::clone(&identity));
            identity
        };
        if identity.begins_at.is_some_and(|begins| now < begins) {
            return Err(AuthError::NotYet);
        }
        if now < identity.expires_at { Ok(identity) } else { Err(AuthError::Expired) }
    }
}
