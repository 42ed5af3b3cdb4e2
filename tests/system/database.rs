//! The service on a database: as a role that owns nothing, and over TLS.

use std::path::Path;
use std::process::Output;

use concord_client::Client;
use concord_proto::concord::ledger::v1::GetHeadRequest;
use concord_servers::{Authority, Postgres};
use concord_support::{Concord, Intake};
use tokio::process::Command;

use crate::{AUDITOR, CONCORD, PSYCHIATRIST};

const ROLES: &str = include_str!("../../deploy/postgres/roles.sql");

fn settings(address: &str, ca: Option<&Path>) -> Vec<(&'static str, String)> {
    let mut settings = vec![
        ("CONCORD_LEDGER__STORE", "postgres".to_owned()),
        ("CONCORD_LEDGER__POSTGRES", address.to_owned()),
    ];
    settings.extend(ca.map(|path| ("CONCORD_LEDGER__POSTGRES_CA", path.display().to_string())));
    settings
}

async fn migrate(folder: &Path, settings: &[(&'static str, String)]) -> Output {
    let mut command = Command::new(CONCORD);
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    command.args(["--data", &folder.to_string_lossy(), "ledger", "migrate", "--json"]).output().await.unwrap()
}

async fn serve(folder: &Path, settings: &[(&'static str, String)]) -> Result<Concord, String> {
    let mut command = Command::new(CONCORD);
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    Concord::start_with(command, CONCORD, folder, &[]).await.map_err(|ended| ended.said)
}

/// Admits a patient; gives how far the ledger is then.
async fn admit(server: &Concord) -> u64 {
    let doctor: Client = server.client(PSYCHIATRIST).await.unwrap();
    Intake::admit(&doctor).await.unwrap();
    let auditor = server.client(AUDITOR).await.unwrap();
    let head = auditor.ledger().get_head(GetHeadRequest::default()).await.unwrap().into_inner();
    head.token.unwrap().position
}

#[tokio::test]
async fn the_owner_makes_the_tables_and_the_service_works_in_them() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Postgres::start().unwrap());
    server.sql("postgres", "CREATE DATABASE records").unwrap();
    server.sql("records", ROLES).unwrap();
    let as_role = |role: &str| settings(&server.address_as("records", role), None);

    let refused = serve(folder.path(), &as_role("concord_service")).await.err().unwrap();
    assert!(refused.contains("concord ledger migrate") && refused.contains("concord_service"), "{refused}");
    let migrated = migrate(folder.path(), &as_role("concord_service")).await;
    assert!(!migrated.status.success());
    let migrated = migrate(folder.path(), &as_role("concord_owner")).await;
    let said = String::from_utf8_lossy(&migrated.stdout).into_owned();
    let done: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert!(done["from"] == 0 && done["to"].as_u64() > Some(1), "{said}");

    let concord = serve(folder.path(), &as_role("concord_service")).await.unwrap();
    let position = admit(&concord).await;
    concord.kill().await.unwrap();
    let owners = "SELECT string_agg(DISTINCT tableowner, ',') FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(server.sql("records", owners).unwrap(), "concord_owner");
    assert_eq!(server.sql("records", "SELECT count(*) FROM events").unwrap(), position.to_string());
}

#[tokio::test]
async fn the_service_speaks_to_its_database_in_secret() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new().unwrap());
    let server = Postgres::start_on_network(Some(&authority.identity("localhost").unwrap())).unwrap();
    let address = format!("postgres://concord@localhost:{}/postgres", server.port());
    let (ca, other) = (folder.path().join("ca.pem"), folder.path().join("other.pem"));
    std::fs::write(&ca, authority.certificate()).unwrap();
    std::fs::write(&other, Authority::new().unwrap().certificate()).unwrap();

    let refused = serve(folder.path(), &settings(&address, Some(&other))).await.err().unwrap();
    assert!(refused.contains("TLS"), "{refused}");
    let concord = serve(folder.path(), &settings(&address, Some(&ca))).await.unwrap();
    admit(&concord).await;
    let plain = "SELECT count(*) FILTER (WHERE ssl) > 0 AND count(*) FILTER (WHERE NOT ssl) = 0
        FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE client_addr IS NOT NULL";
    assert_eq!(server.sql("postgres", plain).unwrap(), "t");
}
