//! Tokens of an OpenID Connect issuer: JWT, signed with a key that the issuer publishes.

use std::time::Duration;

use concord_kernel::Instant;
use jsonwebtoken::{Validation, decode, decode_header};
use serde_json::Value;

use crate::claims::Claims;
use crate::{AuthError, ClaimNames, Identity, IssuerKeys, LocalTokens};

/// How far the issuer's clock may be from ours.
pub const CLOCK_SKEW: Duration = Duration::from_mins(1);

/// What a token may call itself; one that was made for something else is none. Source: RFC 8725 3.11, RFC 9068 2.1.
const TYPES: [&str; 3] = ["JWT", "at+jwt", "application/at+jwt"];

const MICROS: i64 = 1_000_000;

/// What is asked of an issuer's tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Its name, as it stands in `iss`.
    pub issuer: String,
    /// Our name, as it must stand in `aud`.
    pub audience: String,
    /// The longest that a token may last, from `iat` to `exp`.
    pub longest: Duration,
    /// What says who somebody is.
    pub claims: ClaimNames,
}

/// Verifies an issuer's tokens.
pub struct IssuedTokens {
    issuer: Issuer,
    keys: IssuerKeys,
}

impl IssuedTokens {
    /// Believes `issuer`, whose keys are `keys`.
    pub const fn new(issuer: Issuer, keys: IssuerKeys) -> Self {
        Self { issuer, keys }
    }

    pub(crate) fn generation(&self, now: Instant) -> Result<u64, AuthError> {
        self.keys.generation(now)
    }

    /// Verifies signature, issuer, audience, form and how long it lasts; beginning and end are judged on every use.
    pub(crate) fn open(&self, token: &str, now: Instant) -> Result<Identity, AuthError> {
        let header = decode_header(token).map_err(|_| AuthError::Invalid)?;
        let typed =
            header.typ.as_deref().is_none_or(|typ| TYPES.iter().any(|of| of.eq_ignore_ascii_case(typ)));
        // What a token says must be understood cannot be passed over. Source: RFC 7515 4.1.11.
        if !typed || header.crit.is_some() {
            return Err(AuthError::Invalid);
        }
        let Some(id) = header.kid.as_deref() else { return Err(LocalTokens::unless_local(token)) };
        let claims = self.keys.with(id, now, |key| {
            let mut validation = Validation::new(key.algorithm);
            validation.set_issuer(&[&self.issuer.issuer]);
            validation.set_audience(&[&self.issuer.audience]);
            validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
            // Judged against the service's own clock.
            validation.validate_exp = false;
            let read = decode::<Claims>(token, &key.verifying, &validation);
            read.map(|read| read.claims).map_err(|_| AuthError::Invalid)
        })?;
        self.identity(&claims)
    }

    /// Whom verified claims name, and for how long.
    pub(crate) fn identity(&self, claims: &Claims) -> Result<Identity, AuthError> {
        // The library takes a list of issuers as well, of which one need be ours.
        if claims.get("iss").and_then(Value::as_str) != Some(&self.issuer.issuer) {
            return Err(AuthError::Invalid);
        }
        let issued = moment(claims.get("iat"))?;
        let ends = moment(claims.get("exp"))?;
        let begins = if claims.contains_key("nbf") { moment(claims.get("nbf"))?.max(issued) } else { issued };
        if ends <= issued || ends.since(issued) > self.issuer.longest {
            return Err(AuthError::Invalid);
        }
        let named = self.issuer.claims.read(&self.issuer.issuer, claims)?;
        Ok(Identity {
            tenant: named.tenant,
            actor: named.actor,
            organisation: named.organisation,
            begins_at: Some(shifted(begins, -1)?),
            expires_at: shifted(ends, 1)?,
        })
    }
}

/// A NumericDate; parts of a second are cut off. Source: RFC 7519 2.
fn moment(claim: Option<&Value>) -> Result<Instant, AuthError> {
    let number = claim.and_then(Value::as_number).ok_or(AuthError::Invalid)?;
    let whole = number.as_i64().or_else(|| number.to_string().split_once('.')?.0.parse().ok());
    let micros = whole.and_then(|seconds| seconds.checked_mul(MICROS)).ok_or(AuthError::Invalid)?;
    Instant::from_micros(micros).map_err(|_| AuthError::Invalid)
}

/// So many times the skew of clocks later.
fn shifted(at: Instant, times: i64) -> Result<Instant, AuthError> {
    let skew = i64::try_from(CLOCK_SKEW.as_micros()).map_err(|_| AuthError::Invalid)?;
    Instant::from_micros(at.micros().saturating_add(times * skew)).map_err(|_| AuthError::Invalid)
}
