//! An authority that signs certificates of servers, for a test.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, Error, IsCa, KeyPair, SanType};

/// An authority of its own.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A server's certificate and its key, as PEM.
pub struct Identity {
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

impl Authority {
    /// A new one, which nobody knows yet.
    ///
    /// # Errors
    ///
    /// When no key can be made.
    pub fn new() -> Result<Self, Error> {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, "An authority of a test");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ok(Self { issuer: CertifiedIssuer::self_signed(parameters, KeyPair::generate()?)? })
    }

    /// Its certificate, by which it is known.
    pub fn certificate(&self) -> String {
        self.issuer.pem()
    }

    /// Signs a certificate for a client that is known by these URIs.
    ///
    /// # Errors
    ///
    /// When one of `uris` is none.
    pub fn client(&self, uris: &[&str]) -> Result<Identity, Error> {
        let mut parameters = CertificateParams::default();
        for uri in uris {
            parameters.subject_alt_names.push(SanType::URI((*uri).try_into()?));
        }
        let key = KeyPair::generate()?;
        let certificate = parameters.signed_by(&key, &self.issuer)?;
        Ok(Identity { certificate: certificate.pem(), key: key.serialize_pem() })
    }

    /// Signs a certificate for a server called `name`.
    ///
    /// # Errors
    ///
    /// When `name` is none.
    pub fn identity(&self, name: &str) -> Result<Identity, Error> {
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new([name.to_owned()])?.signed_by(&key, &self.issuer)?;
        Ok(Identity { certificate: certificate.pem(), key: key.serialize_pem() })
    }
}
