//! Who is believed to be the server: nobody but a server whose name an authority of the given ones vouches for.

use std::io::Write;

use concord_postgres::{Server, Tls, TlsError};
use concord_servers::{Authority, Postgres};
use futures::StreamExt;
use tempfile::NamedTempFile;
use tokio_postgres::Config;

fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn believing(authority: &Authority) -> Tls {
    Tls::of_authorities(file(&authority.certificate()).path()).unwrap()
}

fn address(server: &Postgres, more: &str) -> Config {
    format!("host=localhost port={} user=concord dbname=postgres {more}", server.port()).parse().unwrap()
}

/// Whether the session is encrypted, as the server sees it.
async fn encrypted(server: &Server) -> Result<bool, tokio_postgres::Error> {
    let (client, mut messages) = server.connect().await?;
    tokio::spawn(async move { while messages.next().await.is_some() {} });
    let row = client.query_one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[]).await?;
    row.try_get(0)
}

#[tokio::test]
async fn a_server_that_proves_its_name_is_spoken_to_in_secret() {
    let authority = Authority::new().unwrap();
    let server = Postgres::start_on_network(Some(&authority.identity("localhost").unwrap())).unwrap();
    // Whatever the address allows.
    for more in ["", "sslmode=disable", "sslmode=prefer"] {
        let verified = Server::verified(&address(&server, more), believing(&authority));
        assert!(encrypted(&verified).await.unwrap(), "{more}");
    }
}

#[tokio::test]
async fn a_server_that_another_authority_vouches_for_is_told_nothing() {
    let (authority, other) = (Authority::new().unwrap(), Authority::new().unwrap());
    let server = Postgres::start_on_network(Some(&other.identity("localhost").unwrap())).unwrap();
    let refused =
        encrypted(&Server::verified(&address(&server, ""), believing(&authority))).await.unwrap_err();
    assert!(format!("{refused:?}").contains("InvalidCertificate"), "{refused:?}");
}

#[tokio::test]
async fn a_server_of_another_name_is_told_nothing() {
    let authority = Authority::new().unwrap();
    let server = Postgres::start_on_network(Some(&authority.identity("records.example").unwrap())).unwrap();
    let refused =
        encrypted(&Server::verified(&address(&server, ""), believing(&authority))).await.unwrap_err();
    assert!(format!("{refused:?}").contains("NotValidForName"), "{refused:?}");
}

#[tokio::test]
async fn a_server_that_does_not_encrypt_is_told_nothing() {
    let authority = Authority::new().unwrap();
    let server = Postgres::start_on_network(None).unwrap();
    for more in ["", "sslmode=disable", "sslmode=prefer"] {
        let verified = Server::verified(&address(&server, more), believing(&authority));
        assert!(encrypted(&verified).await.is_err(), "{more}");
    }
    // It is there, for who asks for nothing.
    assert!(!encrypted(&Server::local(&address(&server, ""))).await.unwrap());
}

#[test]
fn a_file_without_authorities_is_named() {
    let missing = Tls::of_authorities("/nowhere/ca.pem".as_ref()).err().unwrap();
    assert!(
        matches!(&missing, TlsError::Unreadable { .. }) && missing.to_string().contains("/nowhere/ca.pem")
    );
    let empty = file("");
    assert!(matches!(Tls::of_authorities(empty.path()), Err(TlsError::NoAuthority { .. })));
}
