use std::sync::Arc;
use std::time::Duration;

use concord_access::{AuthError, Authenticator, ClaimNames, IssuedTokens, Issuer as Trusted};
use concord_kernel::{Clock, Instant, ManualClock};
use concord_servers::Authority;
use concord_support::{Issuer, SigningKey, key_set};
use serde_json::json;

use super::*;

const SOON: Duration = Duration::from_mins(1);

fn noon() -> Instant {
    Instant::parse("2026-03-02T12:00:00Z").unwrap()
}

/// What verifies the tokens of the issuer at `source`, and what fetches its keys.
fn verifier(source: Source, fetches: Fetches) -> (Authenticator, Follower) {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::starting_at(noon()));
    let (keys, follower) = follow(source, fetches, clock);
    let claim = |name: &str| name.to_owned();
    let claims = ClaimNames {
        person: claim("sub"),
        role: claim("role"),
        tenant: claim("tenant"),
        organisation: claim("organisation"),
        schedules: claim("schedules"),
    };
    let issuer = Trusted {
        issuer: claim("https://login.example.org"),
        audience: claim("concord"),
        longest: Duration::from_hours(1),
        claims,
    };
    (Authenticator::new(IssuedTokens::new(issuer, keys)), follower)
}

fn plain() -> Fetches {
    Fetches::trusting(None).unwrap()
}

fn token(key: &SigningKey) -> String {
    let now = noon().micros() / 1_000_000;
    key.sign(&json!({
        "iss": "https://login.example.org", "aud": "concord", "sub": "00u1", "tenant": "demo", "role": "nurse",
        "iat": now, "exp": now + 600,
    }))
}

#[tokio::test]
async fn a_key_that_the_issuer_begins_to_use_is_found_and_one_that_it_takes_back_is_not_believed() {
    let (old, new) = (SigningKey::ed25519("old"), SigningKey::p256("new"));
    let issuer = Issuer::start(&[&old]).await.unwrap();
    let (auth, follower) = verifier(issuer.jwks.parse().unwrap(), plain());
    assert_eq!(auth.verify(&token(&old), noon()), Err(AuthError::KeysUnknown), "nothing is fetched yet");
    follower.fetch().await.unwrap();
    assert!(auth.verify(&token(&old), noon()).is_ok());
    let following = tokio::spawn(follower.run(|_| ()));
    issuer.publish(&[&new]);
    let found = async {
        while auth.verify(&token(&new), noon()) == Err(AuthError::KeysUnknown) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        auth.verify(&token(&new), noon())
    };
    assert!(tokio::time::timeout(SOON, found).await.unwrap().is_ok(), "the token asked for it");
    assert!(auth.verify(&token(&old), noon()).is_err());
    let asked = issuer.asked();
    for _ in 0..100 {
        assert!(auth.verify(&token(&SigningKey::ed25519("made up")), noon()).is_err());
    }
    tokio::task::yield_now().await;
    assert!(issuer.asked() <= asked + 1, "strangers do not make it ask");
    following.abort();
}

#[tokio::test]
async fn an_issuer_that_is_away_takes_no_key_away() {
    let key = SigningKey::ed25519("a");
    let issuer = Issuer::start(&[&key]).await.unwrap();
    let (auth, follower) = verifier(issuer.jwks.parse().unwrap(), plain());
    follower.fetch().await.unwrap();
    issuer.fail();
    assert!(matches!(follower.fetch().await, Err(FetchError::Status(_))));
    assert!(auth.verify(&token(&key), noon()).is_ok());
    drop(issuer);
    assert!(follower.fetch().await.is_err());
    assert!(auth.verify(&token(&key), noon()).is_ok());
}

#[tokio::test]
async fn keys_in_a_file_are_those_that_the_file_holds_now() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jwks.json");
    let (first, second) = (SigningKey::ed25519("first"), SigningKey::ed25519("second"));
    let (auth, follower) = verifier(Source::File(path.clone()), plain());
    assert!(matches!(follower.fetch().await, Err(FetchError::File(_))));
    std::fs::write(&path, key_set(&[&first]).to_string()).unwrap();
    follower.fetch().await.unwrap();
    assert!(auth.verify(&token(&first), noon()).is_ok());
    std::fs::write(&path, key_set(&[&second]).to_string()).unwrap();
    follower.fetch().await.unwrap();
    assert!(auth.verify(&token(&first), noon()).is_err() && auth.verify(&token(&second), noon()).is_ok());
    std::fs::write(&path, "<html>").unwrap();
    assert!(matches!(follower.fetch().await, Err(FetchError::Keys(_))));
    assert!(auth.verify(&token(&second), noon()).is_ok(), "what was read is kept");
}

#[tokio::test]
async fn an_issuer_that_nobody_vouches_for_is_not_believed() {
    let (authority, stranger) = (Authority::new().unwrap(), Authority::new().unwrap());
    let key = SigningKey::ed25519("a");
    let served = secured(&authority, &key).await;
    let folder = tempfile::tempdir().unwrap();
    let trusting = |who: &Authority, name: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, who.certificate()).unwrap();
        Fetches::trusting(Some(&path)).unwrap()
    };
    let source: Source = served.parse().unwrap();
    let fetched = |fetches: Fetches| {
        let source = source.clone();
        async move { fetches.read(&source).await }
    };
    assert!(fetched(trusting(&authority, "authority")).await.is_ok());
    assert!(matches!(fetched(trusting(&stranger, "stranger")).await, Err(FetchError::Away(_))));
    assert!(matches!(fetched(plain()).await, Err(FetchError::Away(_))), "the system knows neither");
    let other = served.replace("localhost", "127.0.0.1").parse::<Source>().unwrap();
    let elsewhere = trusting(&authority, "again").read(&other).await;
    assert!(matches!(elsewhere, Err(FetchError::Away(_))), "the name is another's");
    std::fs::write(folder.path().join("empty"), "").unwrap();
    assert!(Fetches::trusting(Some(&folder.path().join("empty"))).is_err());
}

/// A server that publishes `key` over TLS; gives its address. It answers for as long as the test runs.
async fn secured(authority: &Authority, key: &SigningKey) -> String {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let shown = authority.identity("localhost").unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(shown.certificate.as_bytes()).unwrap()],
            PrivateKeyDer::from_pem_slice(shown.key.as_bytes()).unwrap(),
        )
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://localhost:{}/jwks.json", listener.local_addr().unwrap().port());
    let body = key_set(&[key]).to_string();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(socket).await else { continue };
            let mut asked = [0; 1_024];
            let _read = stream.read(&mut asked).await;
            let length = body.len();
            let answer =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
            let _written = stream.write_all(answer.as_bytes()).await;
            let _closed = stream.shutdown().await;
        }
    });
    address
}

#[test]
fn keys_come_over_tls_or_from_this_machine() {
    for good in [
        "https://login.example.org/jwks",
        "http://127.0.0.1:8080/jwks",
        "http://[::1]/jwks",
        "/etc/jwks.json",
    ] {
        assert!(good.parse::<Source>().is_ok(), "{good}");
    }
    for bad in
        ["", "http://login.example.org/jwks", "http://localhost.example.org/", "ftp://127.0.0.1/", "http://"]
    {
        assert!(bad.parse::<Source>().is_err(), "{bad}");
    }
}
