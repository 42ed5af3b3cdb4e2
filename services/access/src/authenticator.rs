//! Credentials in, identities out.

use std::sync::Arc;

use concord_kernel::Instant;
use quick_cache::sync::Cache;

use crate::{AuthError, Clients, Identity, IssuedTokens, LocalTokens, PresentedCertificate};

/// Verified tokens that are remembered, so that a busy caller's signature is not computed again on every call.
const REMEMBERED_TOKENS: usize = 4_096;

/// The longest token that is looked at.
const LONGEST_TOKEN_BYTES: usize = 4_096;

/// Whose tokens are accepted. One kind at a time: a token of one kind means nothing where another is accepted.
pub enum Tokens {
    /// Nobody's: callers show certificates.
    None,
    /// Those of local development.
    Local(Box<LocalTokens>),
    /// Those of an OpenID Connect issuer.
    Issued(Box<IssuedTokens>),
}

impl From<LocalTokens> for Tokens {
    fn from(tokens: LocalTokens) -> Self {
        Self::Local(Box::new(tokens))
    }
}

impl From<IssuedTokens> for Tokens {
    fn from(tokens: IssuedTokens) -> Self {
        Self::Issued(Box::new(tokens))
    }
}

impl Tokens {
    fn open(&self, token: &str, now: Instant) -> Result<Identity, AuthError> {
        match self {
            Self::None => Err(LocalTokens::unless_local(token)),
            Self::Local(tokens) => tokens.open(token),
            Self::Issued(tokens) => tokens.open(token, now),
        }
    }

    /// Which keys signatures are verified with at `now`; another number whenever they are others.
    fn keys(&self, now: Instant) -> Result<u64, AuthError> {
        match self {
            Self::None | Self::Local(_) => Ok(0),
            Self::Issued(tokens) => tokens.generation(now),
        }
    }
}

/// A token that was verified, and with which keys.
struct Remembered {
    identity: Arc<Identity>,
    keys: u64,
}

/// Verifies bearer tokens, and knows the clients that certificates name.
pub struct Authenticator {
    tokens: Tokens,
    clients: Clients,
    verified: Cache<Box<str>, Arc<Remembered>>,
}

impl Authenticator {
    /// Accepts the tokens that `tokens` stands for, and no certificates.
    pub fn new(tokens: impl Into<Tokens>) -> Self {
        Self { tokens: tokens.into(), clients: Clients::default(), verified: Cache::new(REMEMBERED_TOKENS) }
    }

    /// Accepts the certificates of `clients` too.
    #[must_use]
    pub fn knowing(mut self, clients: Clients) -> Self {
        self.clients = clients;
        self
    }

    /// Verifies `bearer` (the token itself, without `Bearer `) at `now`.
    ///
    /// # Errors
    ///
    /// See [`AuthError`].
    pub fn verify(&self, bearer: &str, now: Instant) -> Result<Arc<Identity>, AuthError> {
        self.recall(bearer, now).unwrap_or_else(|| self.open(bearer, now))
    }

    /// What [`Authenticator::verify`] would say of a token that was verified before; `None` when a signature has to be
    /// computed.
    pub fn recall(&self, bearer: &str, now: Instant) -> Option<Result<Arc<Identity>, AuthError>> {
        let remembered = self.verified.get(bearer)?;
        match self.tokens.keys(now) {
            Ok(keys) if keys == remembered.keys => {
                Some(remembered.identity.lasts(now).map(|()| Arc::clone(&remembered.identity)))
            }
            // Its key may have been taken back since.
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// Verifies `bearer` as if it came for the first time.
    ///
    /// # Errors
    ///
    /// See [`AuthError`].
    pub fn open(&self, bearer: &str, now: Instant) -> Result<Arc<Identity>, AuthError> {
        if bearer.is_empty() {
            return Err(AuthError::Missing);
        }
        if bearer.len() > LONGEST_TOKEN_BYTES {
            return Err(AuthError::Invalid);
        }
        let keys = self.tokens.keys(now)?;
        let identity = Arc::new(self.tokens.open(bearer, now)?);
        let remembered = Remembered { identity: Arc::clone(&identity), keys };
        self.verified.insert(Box::from(bearer), Arc::new(remembered));
        identity.lasts(now)?;
        Ok(identity)
    }

    /// Says whose `certificate` is, whose chain was verified already. Beginning and end are judged on every use.
    ///
    /// # Errors
    ///
    /// [`AuthError::UnknownClient`] when it names no client that is known here, or several.
    pub fn certified(&self, certificate: &PresentedCertificate) -> Result<Arc<Identity>, AuthError> {
        self.clients.identify(certificate).map(Arc::new)
    }
}
