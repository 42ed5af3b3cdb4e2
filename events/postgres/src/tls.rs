//! Whom to believe that it is the server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls::{ClientConfig, RootCertStore};

/// The authorities whose word counts for who a server is. The name that was connected to must be in the server's
/// certificate, and an authority of these must have signed it; there is no other way to be believed.
#[derive(Clone)]
pub struct Tls(ClientConfig);

/// Why no authority can be believed.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file is not there or is no PEM.
    #[error("the certificates in {path} cannot be read")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What was wrong with it.
        #[source]
        cause: pem::Error,
    },
    /// The file holds no certificate of an authority.
    #[error("{path} holds no certificate of an authority")]
    NoAuthority {
        /// Which file.
        path: PathBuf,
    },
    /// The library offers no protocol version; it always does.
    #[error("TLS cannot be used")]
    Unusable(#[source] rustls::Error),
}

impl Tls {
    /// Believes the authorities whose certificates are in the PEM file at `path`.
    ///
    /// # Errors
    ///
    /// See [`TlsError`].
    pub fn of_authorities(path: &Path) -> Result<Self, TlsError> {
        let unreadable = |cause| TlsError::Unreadable { path: path.to_owned(), cause };
        let mut authorities = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
            // What is no certificate of an authority signs nothing.
            let _refused = authorities.add(certificate.map_err(unreadable)?);
        }
        if authorities.is_empty() {
            return Err(TlsError::NoAuthority { path: path.to_owned() });
        }
        let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Unusable)?
            .with_root_certificates(authorities)
            .with_no_client_auth();
        Ok(Self(client))
    }

    pub(crate) fn client(&self) -> ClientConfig {
        self.0.clone()
    }
}
