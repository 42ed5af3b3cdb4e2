//! Clients that show certificates: services, and partner clinics.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use concord_kernel::{Actor, Instant, OrganisationId, TenantId};

use crate::{AuthError, Identity};

/// A name in a certificate that says whose it is, written `dns:relay.example.org` or `uri:spiffe://example.org/relay`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SubjectName {
    /// A host, in small letters. What stands for many hosts names nobody.
    Dns(String),
    /// A URI, exactly as it stands there.
    Uri(String),
}

/// The text is no name that a certificate could be known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name is dns:<host> without a wildcard, or uri:<URI>")]
pub struct InvalidName;

impl FromStr for SubjectName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let plain = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic());
        match text.split_once(':') {
            Some(("dns", name)) if plain(name) && !name.contains('*') => {
                Ok(Self::Dns(name.to_ascii_lowercase()))
            }
            Some(("uri", name)) if plain(name) && name.contains(':') => Ok(Self::Uri(name.to_owned())),
            Some(_) | None => Err(InvalidName),
        }
    }
}

impl fmt::Display for SubjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => write!(f, "dns:{name}"),
            Self::Uri(name) => write!(f, "uri:{name}"),
        }
    }
}

/// A certificate that a caller has shown, whose chain was verified and whose key they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedCertificate {
    /// Its subject's alternative names of the kinds that name clients.
    pub names: Vec<SubjectName>,
    /// From when it holds.
    pub begins_at: Instant,
    /// Until when it holds.
    pub ends_at: Instant,
}

/// Whom a name in a certificate stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Whose records they may reach at all.
    pub tenant: TenantId,
    /// Who they are.
    pub actor: Actor,
    /// For whom they call.
    pub organisation: Option<OrganisationId>,
}

/// Two clients have one name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} names two clients")]
pub struct NamedTwice(pub SubjectName);

/// The clients that are known by their certificates.
#[derive(Debug, Default)]
pub struct Clients(HashMap<SubjectName, Client>);

impl Clients {
    /// Knows `clients`.
    ///
    /// # Errors
    ///
    /// [`NamedTwice`].
    pub fn new(clients: impl IntoIterator<Item = (SubjectName, Client)>) -> Result<Self, NamedTwice> {
        let mut known = HashMap::new();
        for (name, client) in clients {
            if known.insert(name.clone(), client).is_some() {
                return Err(NamedTwice(name));
            }
        }
        Ok(Self(known))
    }

    /// Whether nobody is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A certificate of two clients would be whichever its bearer prefers, so it is nobody's.
    pub(crate) fn identify(&self, certificate: &PresentedCertificate) -> Result<Identity, AuthError> {
        let mut known = certificate.names.iter().filter_map(|name| self.0.get(name));
        let client = known.next().ok_or(AuthError::UnknownClient)?;
        if known.any(|other| other != client) {
            return Err(AuthError::UnknownClient);
        }
        Ok(Identity {
            tenant: client.tenant.clone(),
            actor: client.actor.clone(),
            organisation: client.organisation.clone(),
            begins_at: Some(certificate.begins_at),
            expires_at: certificate.ends_at,
        })
    }
}
