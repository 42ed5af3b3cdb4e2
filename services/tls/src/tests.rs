use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use concord_servers::{Authority, Identity};
use futures::{Stream, StreamExt};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, version};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;

const SOON: Duration = Duration::from_mins(1);
const LAKESIDE: &str = "uri:spiffe://lakeside.example/concord";

/// Files of a server whose callers are signed by the same authority.
struct Shown {
    folder: TempDir,
    authority: Authority,
}

impl Shown {
    fn new() -> Self {
        let shown = Self { folder: tempfile::tempdir().unwrap(), authority: Authority::new().unwrap() };
        shown.write("ca", &shown.authority.certificate());
        shown.renew();
        shown
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn renew(&self) {
        let identity = self.authority.identity("localhost").unwrap();
        self.write("certificate", &identity.certificate);
        self.write("key", &identity.key);
    }

    fn files(&self) -> Files {
        let path = |name: &str| Path::join(self.folder.path(), name);
        Files {
            certificate: path("certificate"),
            key: path("key"),
            client_authorities: Some(path("ca")),
            clients_required: false,
            oldest: Oldest::Tls13,
        }
    }
}

/// What `files` say, listening.
async fn listening(files: Files) -> (SocketAddr, Arc<ServerTls>, impl Stream<Item = Secured> + Unpin) {
    let tls = Arc::new(ServerTls::read(files).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (address, Arc::clone(&tls), Box::pin(accept(listener, tls)))
}

fn caller(
    authority: &Authority,
    shows: Option<&Identity>,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.certificate().as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    let config = match shows {
        None => config.with_no_client_auth(),
        Some(identity) => {
            let chain = vec![CertificateDer::from_pem_slice(identity.certificate.as_bytes()).unwrap()];
            let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
            config.with_client_auth_cert(chain, key).unwrap()
        }
    };
    TlsConnector::from(Arc::new(config))
}

async fn call(connector: &TlsConnector, address: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
    let socket = TcpStream::connect(address).await?;
    connector.connect(ServerName::try_from("localhost").unwrap(), socket).await
}

/// Whether the server goes on with a caller: with TLS 1.3 it says only after the caller's last word that it does not.
async fn is_let_in(connector: &TlsConnector, address: SocketAddr) -> bool {
    let Ok(mut stream) = call(connector, address).await else { return false };
    let _sent = stream.write_all(b"hello").await;
    let mut answer = [0; 1];
    matches!(tokio::time::timeout(SOON, stream.read(&mut answer)).await, Ok(Ok(1)))
}

/// Answers every connection with one byte.
fn answering(mut connections: impl Stream<Item = Secured> + Unpin + Send + 'static) {
    tokio::spawn(async move {
        while let Some(mut one) = connections.next().await {
            let _answered = one.write_all(b"!").await;
            let _flushed = one.flush().await;
        }
    });
}

#[tokio::test]
async fn the_names_in_a_callers_certificate_are_told() {
    let shown = Shown::new();
    let (address, _, mut connections) = listening(shown.files()).await;
    let lakeside = shown.authority.client(&["spiffe://lakeside.example/concord"]).unwrap();
    let connector = caller(&shown.authority, Some(&lakeside), &[&version::TLS13]);
    let (_open, secured) = tokio::join!(call(&connector, address), connections.next());
    let secured = secured.unwrap();
    let certificate = secured.certificate().unwrap();
    assert_eq!(certificate.names, [LAKESIDE.parse().unwrap()]);
    assert!(certificate.begins_at < certificate.ends_at);
    let nobody = caller(&shown.authority, None, &[&version::TLS13]);
    let (_open, secured) = tokio::join!(call(&nobody, address), connections.next());
    assert_eq!(secured.unwrap().certificate(), None);
}

#[tokio::test]
async fn who_is_signed_by_a_stranger_or_shows_nothing_where_something_is_asked_is_turned_away() {
    let shown = Shown::new();
    let stranger = Authority::new().unwrap();
    let forged = stranger.client(&["spiffe://lakeside.example/concord"]).unwrap();
    let real = shown.authority.client(&["spiffe://lakeside.example/concord"]).unwrap();
    let caller = |shows| caller(&shown.authority, shows, &[&version::TLS13]);
    let (address, _, connections) = listening(shown.files()).await;
    answering(connections);
    assert!(!is_let_in(&caller(Some(&forged)), address).await);
    assert!(is_let_in(&caller(None), address).await, "a token will say who it is");
    let (address, _, connections) = listening(Files { clients_required: true, ..shown.files() }).await;
    answering(connections);
    assert!(!is_let_in(&caller(None), address).await);
    assert!(is_let_in(&caller(Some(&real)), address).await);
}

#[tokio::test]
async fn older_versions_are_spoken_only_where_that_is_said() {
    let shown = Shown::new();
    let old = caller(&shown.authority, None, &[&version::TLS12]);
    let (address, _, connections) = listening(shown.files()).await;
    answering(connections);
    assert!(!is_let_in(&old, address).await);
    let (address, _, connections) = listening(Files { oldest: Oldest::Tls12, ..shown.files() }).await;
    answering(connections);
    assert!(is_let_in(&old, address).await);
}

#[tokio::test]
async fn what_speaks_no_tls_is_closed_and_holds_nobody_up() {
    let shown = Shown::new();
    let (address, _, connections) = listening(shown.files()).await;
    answering(connections);
    let _silent = TcpStream::connect(address).await.unwrap();
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    let mut said = Vec::new();
    // An alert of TLS at most, and the end.
    let ended = tokio::time::timeout(SOON, plain.read_to_end(&mut said)).await.unwrap();
    assert!(ended.is_err() || said.len() < 16, "{said:?}");
    assert!(is_let_in(&caller(&shown.authority, None, &[&version::TLS13]), address).await);
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_to_the_next_and_what_cannot_be_used_to_nobody() {
    let shown = Shown::new();
    let (address, tls, mut connections) = listening(shown.files()).await;
    let connector = caller(&shown.authority, None, &[&version::TLS13]);
    let mut seen = async || {
        let (open, _accepted) = tokio::join!(call(&connector, address), connections.next());
        open.unwrap().get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
    };
    let first = seen().await;
    assert!(!tls.read_again().unwrap(), "nothing has changed");
    assert_eq!(seen().await, first);
    shown.renew();
    assert!(tls.read_again().unwrap());
    assert!(tls.ends_at().is_some());
    let second = seen().await;
    assert_ne!(second, first);
    // A certificate whose key is not there yet, and rubbish.
    shown.write("certificate", &shown.authority.identity("localhost").unwrap().certificate);
    assert!(matches!(tls.read_again(), Err(TlsError::Unusable { .. })));
    shown.write("certificate", "");
    assert!(matches!(tls.read_again(), Err(TlsError::NoCertificate { .. })));
    assert_eq!(seen().await, second);
}

#[tokio::test]
async fn a_listener_that_nobody_serves_any_more_is_closed() {
    let shown = Shown::new();
    let (address, _, connections) = listening(shown.files()).await;
    drop(connections);
    let gone = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let mut gone = pin!(gone);
    tokio::time::timeout(SOON, &mut gone).await.unwrap();
}
