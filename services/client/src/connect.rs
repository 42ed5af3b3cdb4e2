//! How a server is reached, and by whom.

use std::net::IpAddr;

use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity};

use crate::fault::Error;
use crate::{Bearer, Client};

/// A connection to be made.
///
/// ```no_run
/// use concord_client::{Bearer, Connect};
///
/// # async fn example(ca: Vec<u8>, token: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
/// let connect = Connect::to("https://concord.example.org:7443").trusting(ca);
/// let client = connect.bearing(Bearer::from_file(token)?).open().await?;
/// # let _ = client;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Connect {
    address: String,
    authorities: Option<Certificate>,
    shown: Option<Identity>,
    name: Option<String>,
    bearer: Bearer,
}

impl Connect {
    /// To `address`, such as `https://concord.example.org:7443`; `http://` reaches this machine only. Over TLS the
    /// authorities are believed that the system trusts.
    pub fn to(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            authorities: None,
            shown: None,
            name: None,
            bearer: Bearer::by_certificate(),
        }
    }

    /// Believes the authorities in `pem`, and no others.
    #[must_use]
    pub fn trusting(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.authorities = Some(Certificate::from_pem(pem));
        self
    }

    /// Shows a certificate, with those between it and its authority behind it, whose key is `key`; both are PEM.
    #[must_use]
    pub fn showing(mut self, certificate: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        self.shown = Some(Identity::from_pem(certificate, key));
        self
    }

    /// Expects the server's certificate to be for `name` and not for the host in the address.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sends a token with every call.
    #[must_use]
    pub fn bearing(mut self, bearer: Bearer) -> Self {
        self.bearer = bearer;
        self
    }

    /// What is to be connected to, without a connection yet.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`] when the address or a certificate cannot be used, [`Error::InTheClear`] when a token would leave
    /// this machine without TLS.
    pub fn endpoint(&self) -> Result<Endpoint, Error> {
        let endpoint = Endpoint::from_shared(self.address.clone())?.tcp_nodelay(true);
        let uri = endpoint.uri();
        if uri.scheme_str() != Some("https") {
            let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
            let here = host == "localhost" || host.parse().is_ok_and(|host: IpAddr| host.is_loopback());
            return if here || !self.bearer.is_token() { Ok(endpoint) } else { Err(Error::InTheClear) };
        }
        let mut tls = match &self.authorities {
            Some(authorities) => ClientTlsConfig::new().ca_certificate(authorities.clone()),
            None => ClientTlsConfig::new().with_native_roots(),
        };
        if let Some(shown) = &self.shown {
            tls = tls.identity(shown.clone());
        }
        if let Some(name) = &self.name {
            tls = tls.domain_name(name.clone());
        }
        Ok(endpoint.tls_config(tls)?)
    }

    /// Connects.
    ///
    /// # Errors
    ///
    /// Those of [`Connect::endpoint`], and [`Error::Connect`] when nobody answers there who can be believed.
    pub async fn open(self) -> Result<Client, Error> {
        let channel = self.endpoint()?.connect().await?;
        Ok(Client::over(channel, self.bearer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leaves_this_machine_over_tls_alone() {
        let to = |address: &str| Connect::to(address).bearing(Bearer::new("secret").unwrap()).endpoint();
        for here in ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1", "https://example.org"] {
            assert!(to(here).is_ok(), "{here}");
        }
        for elsewhere in ["http://192.0.2.1:1", "http://example.org", "http://localhost.example.org:1"] {
            assert!(matches!(to(elsewhere), Err(Error::InTheClear)), "{elsewhere}");
        }
        assert!(Connect::to("http://example.org").endpoint().is_ok(), "nothing is sent that could be stolen");
    }
}
