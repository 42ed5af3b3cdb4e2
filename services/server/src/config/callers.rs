//! `[tokens]` and `[oidc]`: whose tokens callers bear.

use std::path::PathBuf;
use std::time::Duration;

use concord_access::{ClaimNames, Issuer};
use concord_oidc::Source;
use serde::Deserialize;

use super::Config;

/// The longest that an issuer's tokens may be let last: what is stolen may be used for as long.
const LONGEST_MINUTES: u64 = 24 * 60;

/// Tokens of local development.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tokens {
    /// The file of the key; empty: in the data folder.
    pub(crate) key: PathBuf,
    /// Whether they are taken from other machines too.
    pub(crate) development: bool,
}

/// The issuer of people's tokens. Without a name there is none.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Oidc {
    pub(crate) issuer: String,
    pub(crate) audience: String,
    pub(crate) jwks: String,
    pub(crate) authorities: PathBuf,
    pub(crate) longest_minutes: u64,
    pub(crate) claims: Claims,
}

/// Which claim says what.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claims {
    person: String,
    role: String,
    tenant: String,
    organisation: String,
    schedules: String,
}

/// Whose tokens are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Callers {
    /// Those that `concord token` makes.
    Local,
    /// The issuer's.
    Issued,
    /// Nobody's: certificates say who calls.
    Certified,
}

impl Oidc {
    /// Whether there is an issuer.
    pub(crate) const fn is_on(&self) -> bool {
        !self.issuer.is_empty()
    }

    /// Where its keys are.
    pub(crate) fn source(&self) -> Result<Source, concord_oidc::InvalidSource> {
        self.jwks.parse()
    }

    /// What is asked of its tokens.
    pub(crate) fn issuer(&self) -> Issuer {
        let Claims { person, role, tenant, organisation, schedules } = self.claims.clone();
        Issuer {
            issuer: self.issuer.clone(),
            audience: self.audience.clone(),
            longest: Duration::from_mins(self.longest_minutes),
            claims: ClaimNames { person, role, tenant, organisation, schedules },
        }
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !self.is_on() {
            if !self.audience.is_empty() || !self.jwks.is_empty() {
                faults.push(String::from("oidc.issuer: whose audience and keys are these?"));
            }
            return faults;
        }
        if self.audience.is_empty() {
            faults.push(String::from(
                "oidc.audience: the name that the issuer has for this service; without it every token of the issuer would do",
            ));
        }
        if let Err(error) = self.source() {
            faults.push(format!("oidc.jwks: {error}"));
        }
        if self.longest_minutes == 0 || self.longest_minutes > LONGEST_MINUTES {
            faults.push(format!("oidc.longest_minutes: 1 to {LONGEST_MINUTES}"));
        }
        let Claims { person, role, tenant, .. } = &self.claims;
        if [person, role, tenant].into_iter().any(String::is_empty) {
            faults.push(String::from("oidc.claims: person, role and tenant are each in some claim"));
        }
        faults
    }
}

impl Config {
    /// Whose tokens are taken.
    pub(crate) fn callers(&self) -> Callers {
        if self.oidc.is_on() {
            Callers::Issued
        } else if self.listen.ip().is_loopback() || self.tokens.development {
            Callers::Local
        } else {
            Callers::Certified
        }
    }

    /// What is wrong with how callers come in.
    pub(super) fn faults_of_callers(&self) -> Vec<String> {
        let mut faults = self.tls.faults();
        faults.extend(self.oidc.faults());
        if !self.listen.ip().is_loopback() && !self.tls.is_on() {
            faults.push(format!(
                "listen: {} is not loopback, and other machines are spoken to over TLS only: name a certificate and its key as \
                 tls.certificate and tls.key, or listen on 127.0.0.1",
                self.listen
            ));
        }
        if self.tokens.development && self.oidc.is_on() {
            faults.push(String::from(
                "tokens.development: where there is an issuer (oidc.issuer), nobody comes in with tokens of development; leave one of the two out",
            ));
        }
        if self.callers() == Callers::Certified && self.clients.is_empty() {
            faults.push(format!(
                "listen: on {} local tokens are not taken, and nobody else is known: name an issuer (oidc.issuer), clients with certificates \
                 ([[clients]]), or, for development alone, say tokens.development = true",
                self.listen
            ));
        }
        if self.tls.is_on() && !self.clients.is_empty() && self.tls.client_ca.as_os_str().is_empty() {
            faults.push(String::from(
                "clients: whose certificates are believed? Name their authorities as tls.client_ca",
            ));
        }
        if let Err(wrong) = super::tls::clients(&self.clients) {
            faults.extend(wrong);
        }
        faults
    }
}
