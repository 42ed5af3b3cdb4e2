//! An OpenID Connect issuer of a test: keys that sign tokens, and a server that publishes them.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A key that signs nothing but tokens of tests: to make one of these takes long.
const RSA: &[u8] = include_bytes!("rsa.der");

/// What stands before the seed of a private key for Ed25519, in as many bytes as in the newer form. Source: RFC 8410 7.
const ED25519_PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
const SEED_BYTES: usize = 32;

/// A key of an issuer.
#[derive(Clone)]
pub struct SigningKey {
    /// Its id.
    pub id: String,
    algorithm: Algorithm,
    signing: EncodingKey,
}

impl SigningKey {
    /// A new key for EdDSA.
    pub fn ed25519(id: &str) -> Self {
        let pair = KeyPair::generate_for(&PKCS_ED25519).expect("the library makes such keys");
        // The same seed in the older of two forms, which is the one that the library knows.
        let der = pair.serialize_der();
        let der = [&ED25519_PKCS8[..], &der[ED25519_PKCS8.len()..][..SEED_BYTES]].concat();
        Self::new(id, Algorithm::EdDSA, EncodingKey::from_ed_der(&der))
    }

    /// A new key for ES256.
    pub fn p256(id: &str) -> Self {
        let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("the library makes such keys");
        Self::new(id, Algorithm::ES256, EncodingKey::from_ec_der(&pair.serialize_der()))
    }

    /// The one key for RS256.
    pub fn rsa(id: &str) -> Self {
        Self::new(id, Algorithm::RS256, EncodingKey::from_rsa_der(RSA))
    }

    fn new(id: &str, algorithm: Algorithm, signing: EncodingKey) -> Self {
        Self { id: id.to_owned(), algorithm, signing }
    }

    /// What the issuer publishes of it.
    pub fn public(&self) -> Jwk {
        let mut jwk = Jwk::from_encoding_key(&self.signing, self.algorithm).expect("it is for that");
        jwk.common.key_id = Some(self.id.clone());
        jwk
    }

    /// The header of its tokens.
    pub fn header(&self) -> Header {
        Header { kid: Some(self.id.clone()), ..Header::new(self.algorithm) }
    }

    /// A token that says `claims`.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_under(&self.header(), claims)
    }

    /// A token with that header.
    pub fn sign_under(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.signing).expect("claims are plain JSON")
    }
}

/// The key set that publishes `keys`.
pub fn key_set(keys: &[&SigningKey]) -> Value {
    json!({ "keys": keys.iter().map(|key| key.public()).collect::<Vec<_>>() })
}

/// A server that publishes keys on loopback. It ends when this is dropped.
pub struct Issuer {
    /// Where the keys are.
    pub jwks: String,
    shown: Arc<Mutex<Shown>>,
    served: JoinHandle<io::Result<()>>,
}

#[derive(Default)]
struct Shown {
    /// Nothing: it fails.
    set: Option<Value>,
    asked: usize,
}

impl Issuer {
    /// Publishes `keys`.
    ///
    /// # Errors
    ///
    /// When it cannot listen.
    pub async fn start(keys: &[&SigningKey]) -> io::Result<Self> {
        let shown = Arc::new(Mutex::new(Shown { set: Some(key_set(keys)), asked: 0 }));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let jwks = format!("http://{}/jwks.json", listener.local_addr()?);
        let routes = Router::new().route("/jwks.json", get(answer)).with_state(Arc::clone(&shown));
        let served = tokio::spawn(axum::serve(listener, routes).into_future());
        Ok(Self { jwks, shown, served })
    }

    fn shown(&self) -> std::sync::MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes these keys from now on, and no others.
    pub fn publish(&self, keys: &[&SigningKey]) {
        self.shown().set = Some(key_set(keys));
    }

    /// Fails from now on.
    pub fn fail(&self) {
        self.shown().set = None;
    }

    /// How often somebody asked for the keys.
    pub fn asked(&self) -> usize {
        self.shown().asked
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.served.abort();
    }
}

async fn answer(State(shown): State<Arc<Mutex<Shown>>>) -> impl IntoResponse {
    let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
    shown.asked += 1;
    shown.set.as_ref().map(Value::to_string).ok_or(StatusCode::SERVICE_UNAVAILABLE)
}
