//! Reads a key set once.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use concord_access::{KeySet, KeySetError};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls::{ClientConfig, RootCertStore};

use crate::Source;

/// How long an issuer may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest set that is read.
const LONGEST_SET_BYTES: usize = 256 * 1024;

/// Why nobody is believed to be the issuer.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The file is not there or is no PEM.
    #[error("the authorities in {path} cannot be read")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What was wrong with it.
        #[source]
        cause: pem::Error,
    },
    /// There is no certificate of an authority.
    #[error("no authority is named that could vouch for the issuer")]
    Nobody,
    /// The library offers no protocol version; it always does.
    #[error("TLS cannot be used")]
    Unusable(#[source] rustls::Error),
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The file cannot be read.
    #[error("the file cannot be read")]
    File(#[source] io::Error),
    /// Nobody answers, or nobody who is believed to be the issuer.
    #[error("the issuer cannot be reached")]
    Away(#[source] hyper_util::client::legacy::Error),
    /// The answer broke off, or is longer than any set.
    #[error("the answer is too long, or broke off")]
    Body(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It answers something else. Where it points to is not followed.
    #[error("the issuer answers {0}")]
    Status(StatusCode),
    /// It takes too long.
    #[error("the issuer does not answer in time")]
    Late,
    /// What it answers is no set of keys.
    #[error(transparent)]
    Keys(#[from] KeySetError),
}

/// Fetches key sets.
pub struct Fetches(Client<HttpsConnector<HttpConnector>, Empty<Bytes>>);

impl Fetches {
    /// Believes the authorities in the PEM file `authorities`, or those that the system trusts.
    ///
    /// # Errors
    ///
    /// See [`TrustError`].
    pub fn trusting(authorities: Option<&Path>) -> Result<Self, TrustError> {
        let mut roots = RootCertStore::empty();
        if let Some(path) = authorities {
            let unreadable = |cause| TrustError::Unreadable { path: path.to_owned(), cause };
            for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
                // What is no certificate of an authority vouches for nobody.
                let _refused = roots.add(certificate.map_err(unreadable)?);
            }
            if roots.is_empty() {
                return Err(TrustError::Nobody);
            }
        } else {
            // Without any, nothing can be fetched over TLS; a set on this machine still can.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(TrustError::Unusable)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().build();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// Reads the set at `source` as it is now.
    ///
    /// # Errors
    ///
    /// See [`FetchError`].
    pub async fn read(&self, source: &Source) -> Result<KeySet, FetchError> {
        let json = match source {
            Source::File(path) => Bytes::from(tokio::fs::read(path).await.map_err(FetchError::File)?),
            Source::Address(address) => tokio::time::timeout(PATIENCE, self.get(address.clone()))
                .await
                .map_err(|_| FetchError::Late)??,
        };
        Ok(KeySet::read(&json)?)
    }

    async fn get(&self, address: Uri) -> Result<Bytes, FetchError> {
        let answer = self.0.get(address).await.map_err(FetchError::Away)?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status(answer.status()));
        }
        let body = Limited::new(answer.into_body(), LONGEST_SET_BYTES).collect().await;
        Ok(body.map_err(FetchError::Body)?.to_bytes())
    }
}
