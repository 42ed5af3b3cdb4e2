//! What stands in the files.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use concord_kernel::Instant;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion, version};

use crate::certificate;

/// What is spoken over TLS: gRPC, and gRPC-Web from browsers and tools that know HTTP/1.1 alone.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

static NEWEST: [&SupportedProtocolVersion; 1] = [&version::TLS13];

/// The oldest version of TLS that is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oldest {
    /// TLS 1.2, for callers that know nothing newer.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

impl Oldest {
    fn versions(self) -> &'static [&'static SupportedProtocolVersion] {
        match self {
            Self::Tls12 => rustls::ALL_VERSIONS,
            Self::Tls13 => &NEWEST,
        }
    }
}

/// Which files, and what is asked of callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// PEM: the certificate, and behind it those of the authorities between it and the one that callers know.
    pub certificate: PathBuf,
    /// PEM: its private key.
    pub key: PathBuf,
    /// PEM: the authorities that sign the certificates of callers. Without it callers are asked for none.
    pub client_authorities: Option<PathBuf>,
    /// Whether a caller without a certificate is turned away.
    pub clients_required: bool,
    /// The oldest version that is spoken.
    pub oldest: Oldest,
}

/// Why nobody can be spoken to.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{path} cannot be read")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: io::Error,
    },
    /// A file is no PEM, or not of what it should be.
    #[error("{path} is not what it should be")]
    Pem {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: pem::Error,
    },
    /// A file holds no certificate.
    #[error("{path} holds no certificate")]
    NoCertificate {
        /// Which.
        path: PathBuf,
    },
    /// Certificate and key do not belong together, or are of no kind that is known.
    #[error("the certificate {certificate} and the key {key} cannot be used together")]
    Unusable {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why not.
        #[source]
        cause: rustls::Error,
    },
    /// Callers' certificates cannot be verified by these authorities.
    #[error("{path} holds no authorities that could vouch for callers")]
    Authorities {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: VerifierBuilderError,
    },
}

/// The bytes of the files at one moment.
pub(crate) struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
    authorities: Option<Vec<u8>>,
}

impl Files {
    /// Reads them.
    pub(crate) fn contents(&self) -> Result<Contents, TlsError> {
        let read =
            |path: &Path| fs::read(path).map_err(|cause| TlsError::File { path: path.to_owned(), cause });
        Ok(Contents {
            certificate: read(&self.certificate)?,
            key: read(&self.key)?,
            authorities: self.client_authorities.as_deref().map(read).transpose()?,
        })
    }

    /// What is shown to callers, and asked of them; with when it ends.
    pub(crate) fn config(&self, contents: &Contents) -> Result<(ServerConfig, Option<Instant>), TlsError> {
        let provider = Arc::new(ring::default_provider());
        let unusable = |cause| TlsError::Unusable {
            certificate: self.certificate.clone(),
            key: self.key.clone(),
            cause,
        };
        let chain = certificates(&self.certificate, &contents.certificate)?;
        let ends_at = chain.first().and_then(certificate::ends_at);
        let key = PrivateKeyDer::from_pem_slice(&contents.key)
            .map_err(|cause| TlsError::Pem { path: self.key.clone(), cause })?;
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(self.oldest.versions())
            .map_err(unusable)?;
        let builder = match (&self.client_authorities, &contents.authorities) {
            (Some(path), Some(pem)) => builder.with_client_cert_verifier(self.verifier(path, pem, provider)?),
            (_, _) => builder.with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(chain, key).map_err(unusable)?;
        config.alpn_protocols = PROTOCOLS.iter().map(|name| name.to_vec()).collect();
        Ok((config, ends_at))
    }

    fn verifier(
        &self,
        path: &Path,
        pem: &[u8],
        provider: Arc<CryptoProvider>,
    ) -> Result<Arc<dyn rustls::server::danger::ClientCertVerifier>, TlsError> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates(path, pem)?);
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let builder = if self.clients_required { builder } else { builder.allow_unauthenticated() };
        builder.build().map_err(|cause| TlsError::Authorities { path: path.to_owned(), cause })
    }
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.map_err(|cause| TlsError::Pem { path: path.to_owned(), cause })?;
    if found.is_empty() { Err(TlsError::NoCertificate { path: path.to_owned() }) } else { Ok(found) }
}

impl Contents {
    /// Another number when a file has changed. The bytes themselves, a key among them, are not kept.
    pub(crate) fn print(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.certificate, &self.key, &self.authorities).hash(&mut hasher);
        hasher.finish()
    }
}
