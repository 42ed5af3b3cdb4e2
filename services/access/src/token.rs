//! Signed tokens for local development: JWT, HMAC-SHA-256, one key per data folder.

use std::time::Duration;

use concord_kernel::{Actor, Credentials, Instant, OrganisationId, PersonId, Role, Schedule, TenantId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{AuthError, Identity};

const ISSUER: &str = "concord-local";
const AUDIENCE: &str = "concord";

/// Signs and verifies local tokens.
pub struct LocalTokens {
    signing: EncodingKey,
    verifying: DecodingKey,
    validation: Validation,
}

/// The key is shorter than 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token key has at least {} bytes", LocalTokens::KEY_BYTES)]
pub struct InvalidKey;

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    tenant: TenantId,
    role: Role,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    schedules: Vec<Schedule>,
    iat: i64,
    /// Absent: the program itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organisation: Option<OrganisationId>,
    exp: i64,
    /// Absent: from when it was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
}

#[derive(Deserialize)]
struct Whose {
    iss: String,
}

impl LocalTokens {
    /// Bytes of a key. Source: RFC 7518 3.2, a key of the hash's size or larger.
    pub const KEY_BYTES: usize = 32;

    /// The longest a local token may last.
    pub const LONGEST: Duration = Duration::from_hours(12);

    /// Takes the key.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`] when it is too short.
    pub fn new(key: &[u8]) -> Result<Self, InvalidKey> {
        if key.len() < Self::KEY_BYTES {
            return Err(InvalidKey);
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Beginning and end are judged against the service's own clock, which a demonstration sets.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Ok(Self {
            signing: EncodingKey::from_secret(key),
            verifying: DecodingKey::from_secret(key),
            validation,
        })
    }

    /// Signs a token for `actor` that ends `lifetime` after `now`, at most [`LocalTokens::LONGEST`].
    pub fn sign(&self, tenant: &TenantId, actor: &Actor, now: Instant, lifetime: Duration) -> String {
        self.sign_for(tenant, actor, None, now, lifetime)
    }

    /// The same for somebody who acts for `organisation`.
    pub fn sign_for(
        &self,
        tenant: &TenantId,
        actor: &Actor,
        organisation: Option<&OrganisationId>,
        now: Instant,
        lifetime: Duration,
    ) -> String {
        let ends = now.plus(lifetime.min(Self::LONGEST));
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: actor.id.uuid(),
            tenant: tenant.clone(),
            role: actor.role,
            schedules: actor.credentials.schedules.clone(),
            iat: now.micros().div_euclid(1_000_000),
            organisation: organisation.cloned(),
            exp: ends.micros().div_euclid(1_000_000),
            nbf: None,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
            .expect("claims are plain JSON and the key was checked")
    }

    /// Why a token is refused where no local ones are taken: whoever bears one of those is told so. Nothing is verified.
    pub(crate) fn unless_local(token: &str) -> AuthError {
        let claims = jsonwebtoken::dangerous::insecure_decode_claims::<Whose>(token);
        if claims.is_ok_and(|claims| claims.iss == ISSUER) {
            AuthError::LocalToken
        } else {
            AuthError::Invalid
        }
    }

    /// Verifies signature, issuer, audience, form and how long it lasts; not beginning and end, which [`crate::Authenticator`] judges on
    /// every use.
    ///
    /// # Errors
    ///
    /// [`AuthError::Invalid`] for anything but a token that this key signed.
    pub(crate) fn open(&self, token: &str) -> Result<Identity, AuthError> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verifying, &self.validation)
            .map_err(|_| AuthError::Invalid)?
            .claims;
        let instant = |seconds: i64| {
            let micros = seconds.checked_mul(1_000_000).ok_or(AuthError::Invalid)?;
            Instant::from_micros(micros).map_err(|_| AuthError::Invalid)
        };
        let (issued, ends) = (instant(claims.iat)?, instant(claims.exp)?);
        if ends < issued || ends.since(issued) > Self::LONGEST {
            return Err(AuthError::Invalid);
        }
        Ok(Identity {
            tenant: claims.tenant,
            actor: Actor {
                id: PersonId::new(claims.sub),
                role: claims.role,
                credentials: Credentials { schedules: claims.schedules },
            },
            organisation: claims.organisation,
            begins_at: claims.nbf.map(instant).transpose()?,
            expires_at: ends,
        })
    }
}
