//! A key that HashiCorp Vault holds and never gives away: its transit engine wraps and unwraps.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig, parse_pem};
use zeroize::Zeroizing;

use super::{Kek, Wrapped};
use crate::KekError;
use crate::data_key::{KEY_BYTES, Secret};

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(10);

/// The engine's name of a version of the key begins so, such as `vault:v3:`.
const CIPHERTEXT: &str = "vault:";

/// A key of the transit engine, of the type `aes256-gcm96`.
pub struct Transit(Arc<Inner>);

struct Inner {
    agent: Agent,
    /// Such as `https://vault:8200/v1/transit`.
    mount: String,
    key: String,
    token: Zeroizing<String>,
}

#[derive(Serialize)]
struct Encrypt<'a> {
    plaintext: &'a str,
    associated_data: &'a str,
}

#[derive(Serialize)]
struct Decrypt<'a> {
    ciphertext: &'a str,
    associated_data: &'a str,
}

#[derive(Deserialize)]
struct Answer<T> {
    data: T,
}

#[derive(Deserialize)]
struct Encrypted {
    ciphertext: String,
}

#[derive(Deserialize)]
struct Decrypted {
    plaintext: Zeroizing<String>,
}

#[derive(Deserialize)]
struct About {
    latest_version: u64,
}

impl Transit {
    /// Names the key by its address, such as `https://vault:8200/v1/transit/keys/concord`; `token` may use it, and
    /// `authorities` (PEM) say who the server is, where the system's do not.
    ///
    /// # Errors
    ///
    /// [`KekError::Malformed`] when the address names no key, or the authorities are no certificates.
    pub fn new(
        address: &str,
        token: Zeroizing<String>,
        authorities: Option<&[u8]>,
    ) -> Result<Self, KekError> {
        let (mount, key) = address.rsplit_once("/keys/").ok_or(KekError::Malformed)?;
        let roots = authorities.map(certificates).transpose()?;
        let roots = roots.map_or(RootCerts::WebPki, |certs| RootCerts::new_with_certs(&certs));
        let agent = Agent::config_builder()
            .timeout_global(Some(ANSWER))
            .http_status_as_error(false)
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build()
            .into();
        Ok(Self(Arc::new(Inner { agent, mount: mount.to_owned(), key: key.to_owned(), token })))
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, KekError> + Send + 'static,
    ) -> Result<T, KekError> {
        let inner = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || work(&inner)).await;
        done.map_err(|broke| KekError::Away(Box::new(broke)))?
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, KekError> {
    let items = parse_pem(pem).collect::<Result<Vec<_>, _>>().map_err(|_| KekError::Malformed)?;
    let found = items.into_iter().filter_map(|item| {
        if let ureq::tls::PemItem::Certificate(certificate) = item { Some(certificate) } else { None }
    });
    Ok(found.collect())
}

impl Inner {
    fn post<T: DeserializeOwned>(&self, what: &str, body: &impl Serialize) -> Result<T, KekError> {
        let address = format!("{}/{what}/{}", self.mount, self.key);
        let request = self.agent.post(&address).header("X-Vault-Token", self.token.as_str());
        read(request.send_json(body))
    }

    fn about(&self) -> Result<About, KekError> {
        let address = format!("{}/keys/{}", self.mount, self.key);
        read(self.agent.get(&address).header("X-Vault-Token", self.token.as_str()).call())
    }

    fn rotate(&self) -> Result<(), KekError> {
        let address = format!("{}/keys/{}/rotate", self.mount, self.key);
        let request = self.agent.post(&address).header("X-Vault-Token", self.token.as_str());
        taken(request.send_empty()).map(drop)
    }

    fn name(&self, version: u64) -> String {
        format!("transit:{}:v{version}", self.key)
    }
}

fn taken(
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<ureq::http::Response<ureq::Body>, KekError> {
    let answer = answer.map_err(|cause| KekError::Away(Box::new(cause)))?;
    let status = answer.status();
    if status.is_success() { Ok(answer) } else { Err(KekError::Refused(status.as_u16())) }
}

fn read<T: DeserializeOwned>(
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<T, KekError> {
    let answer: Answer<T> = taken(answer)?.body_mut().read_json().map_err(|_| KekError::Answer)?;
    Ok(answer.data)
}

/// The version in `vault:v3:...`.
fn version(ciphertext: &str) -> Option<u64> {
    ciphertext.strip_prefix(CIPHERTEXT)?.strip_prefix('v')?.split_once(':')?.0.parse().ok()
}

#[async_trait]
impl Kek for Transit {
    async fn current(&self) -> Result<String, KekError> {
        self.ask(|inner| Ok(inner.name(inner.about()?.latest_version))).await
    }

    async fn wrap(&self, bound: &[u8], secret: &Secret) -> Result<Wrapped, KekError> {
        let (bound, plaintext) = (STANDARD.encode(bound), Zeroizing::new(STANDARD.encode(secret.as_slice())));
        self.ask(move |inner| {
            let body = Encrypt { plaintext: &plaintext, associated_data: &bound };
            let Encrypted { ciphertext } = inner.post("encrypt", &body)?;
            let kek = inner.name(version(&ciphertext).ok_or(KekError::Answer)?);
            Ok(Wrapped { kek, bytes: ciphertext.into_bytes() })
        })
        .await
    }

    async fn unwrap(&self, bound: &[u8], wrapped: &Wrapped) -> Result<Secret, KekError> {
        let (bound, kek) = (STANDARD.encode(bound), wrapped.kek.clone());
        let ciphertext =
            String::from_utf8(wrapped.bytes.clone()).map_err(|_| KekError::Wrong(kek.clone()))?;
        self.ask(move |inner| {
            let body = Decrypt { ciphertext: &ciphertext, associated_data: &bound };
            let answer = inner.post("decrypt", &body);
            // What it cannot decrypt, it calls a bad request.
            if matches!(answer, Err(KekError::Refused(400))) {
                return Err(KekError::Wrong(kek));
            }
            let Decrypted { plaintext } = answer?;
            let bytes = Zeroizing::new(STANDARD.decode(plaintext.as_str()).map_err(|_| KekError::Answer)?);
            let secret: [u8; KEY_BYTES] = bytes.as_slice().try_into().map_err(|_| KekError::Answer)?;
            Ok(Zeroizing::new(secret))
        })
        .await
    }

    async fn renew(&self) -> Result<(), KekError> {
        self.ask(Inner::rotate).await
    }

    /// The engine keeps versions until somebody raises the least that it decrypts with.
    async fn give_up(&self) -> Result<(), KekError> {
        Ok(())
    }

    async fn look_again(&self) -> Result<(), KekError> {
        Ok(())
    }
}
