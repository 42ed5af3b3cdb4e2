//! The service on a database: as a role that owns nothing, and over TLS.

use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use concord_client::Client;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::ledger::v1::GetHeadRequest;
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_servers::{Authority, Postgres};
use concord_support::{Concord, Intake, now};
use tokio::process::Command;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls};

use crate::{AUDITOR, CONCORD, PSYCHIATRIST};

/// A busy machine may take long for anything.
const PATIENCE: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_millis(50);
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

/// A session of `role`.
async fn session(server: &Postgres, role: &str) -> tokio_postgres::Client {
    let address: Config = server.address_as("records", role).parse().unwrap();
    let (client, connection) = address.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn denied(client: &tokio_postgres::Client, statement: &str) {
    let refused = client.batch_execute(statement).await.expect_err(statement);
    let code = refused.code().unwrap_or_else(|| panic!("{statement}: {refused}"));
    assert_eq!(*code, SqlState::INSUFFICIENT_PRIVILEGE, "{statement}: {refused}");
}

/// What the service may do with each table beside the record.
const SERVICE: &str = "\
audit.checkpoint_blocks: INSERT SELECT
audit.checkpoint_cosignatures: INSERT SELECT UPDATE
audit.checkpoints: INSERT SELECT UPDATE
audit.schema_versions: SELECT
coordination.leases: INSERT SELECT UPDATE
coordination.schema_versions: SELECT
views.checkpoints: DELETE INSERT SELECT UPDATE
views.lists: DELETE INSERT SELECT UPDATE
views.rows: DELETE INSERT SELECT UPDATE
views.schema_versions: SELECT
views.writers: DELETE INSERT SELECT UPDATE";

fn rights(server: &Postgres, role: &str) -> String {
    let granted = format!(
        "SELECT oid::regclass || ': ' || string_agg(privilege_type, ' ' ORDER BY privilege_type COLLATE \"C\")
        FROM pg_class, aclexplode(relacl)
        WHERE relnamespace::regnamespace::text IN ('audit', 'coordination', 'views')
            AND relkind = 'r' AND grantee = '{role}'::regrole
        GROUP BY oid ORDER BY oid::regclass::text COLLATE \"C\""
    );
    server.sql("records", &granted).unwrap()
}

fn result(intake: Intake) -> chart::RecordResultRequest {
    chart::RecordResultRequest {
        header: intake.header(),
        lab: "sodium".to_owned(),
        value: Some(139.0),
        unit: "mmol/L".to_owned(),
        taken_at: Some(now()),
        last_dose_at: None,
    }
}

/// What would undo what was signed, free or take what others hold, or change tables.
const CHANGES: [&str; 17] = [
    "UPDATE events SET payload = '{}'",
    "UPDATE audit.checkpoint_blocks SET number = 9",
    "DELETE FROM audit.checkpoint_blocks",
    "DELETE FROM audit.checkpoints",
    "TRUNCATE audit.checkpoints",
    "DELETE FROM audit.checkpoint_cosignatures",
    "ALTER TABLE audit.checkpoints ADD own integer",
    "INSERT INTO audit.schema_versions (version) VALUES (9)",
    "DELETE FROM coordination.leases",
    "DELETE FROM coordination.schema_versions",
    "UPDATE views.schema_versions SET version = 9",
    "TRUNCATE views.rows",
    "DROP TABLE views.rows",
    "DROP FUNCTION views.claim",
    "CREATE TABLE views.own ()",
    "CREATE TABLE public.own ()",
    "CREATE SCHEMA own",
];

async fn until(server: &Postgres, what: &str) {
    let begun = Instant::now();
    while server.sql("records", what).unwrap() != "t" {
        assert!(begun.elapsed() < PATIENCE, "not in time: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

#[tokio::test]
async fn the_service_does_all_it_does_in_what_the_owner_made_and_can_change_nothing_else() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Postgres::start().unwrap());
    server.sql("postgres", "CREATE DATABASE records").unwrap();
    server.sql("records", ROLES).unwrap();
    let as_role = |role: &str| settings(&server.address_as("records", role), None);
    let migrated = migrate(folder.path(), &as_role("concord_owner")).await;
    let done: serde_json::Value = serde_json::from_slice(&migrated.stdout).unwrap();
    assert_eq!(done["beside"].as_array().unwrap().len(), 3, "{done}");
    assert_eq!(rights(&server, "concord_service"), SERVICE);

    let concord = serve(folder.path(), &as_role("concord_service")).await.unwrap();
    let doctor: Client = concord.client(PSYCHIATRIST).await.unwrap();
    let intake = Intake::admit(&doctor).await.unwrap();
    let receipt = doctor.send(result(intake)).await.unwrap();
    let asks = prescriber::GetClientRequest {
        patient_id: intake.patient.to_string(),
        min_position: receipt.token.clone(),
    };
    doctor.prescriber().get_client(asks).await.unwrap();
    until(&server, "SELECT count(DISTINCT name) >= 2 FROM coordination.leases WHERE until > now()").await;
    let signed = format!("SELECT max(size) >= {} FROM audit.checkpoints", receipt.token.unwrap().position);
    until(&server, &signed).await;

    let service = session(&server, "concord_service").await;
    for change in CHANGES {
        denied(&service, change).await;
    }
    for role in ["concord_reader", "concord_backup"] {
        let client = session(&server, role).await;
        client.batch_execute("SET default_transaction_read_only = off").await.unwrap();
        for change in CHANGES {
            denied(&client, change).await;
        }
        denied(&client, "SELECT views.claim('demo/clinical', 99)").await;
        denied(&client, "INSERT INTO views.writers VALUES ('demo/clinical', 99)").await;
        for table in ["views.rows", "coordination.leases", "audit.checkpoints"] {
            client.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.unwrap();
        }
    }
    concord.kill().await.unwrap();
}

/// Tables that a service with more rights made before there were roles.
#[tokio::test]
async fn what_is_there_before_the_roles_becomes_the_owners_with_the_same_rights() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Postgres::start().unwrap());
    server.sql("postgres", "CREATE DATABASE records").unwrap();
    let as_role = |role: &str| settings(&server.address_as("records", role), None);
    let concord = serve(folder.path(), &as_role("concord")).await.unwrap();
    admit(&concord).await;
    concord.kill().await.unwrap();
    server.sql("records", ROLES).unwrap();
    server.sql("records", ROLES).unwrap();
    assert_eq!(rights(&server, "concord_service"), SERVICE);
    let owners = "SELECT string_agg(DISTINCT relowner::regrole::text, ',') FROM pg_class
        WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('public', 'audit', 'coordination', 'views')";
    assert_eq!(server.sql("records", owners).unwrap(), "concord_owner");
    let concord = serve(folder.path(), &as_role("concord_service")).await.unwrap();
    admit(&concord).await;
    concord.kill().await.unwrap();
    assert!(migrate(folder.path(), &as_role("concord_owner")).await.status.success());
}

/// A role without rights to what is there is told what gives them.
#[tokio::test]
async fn a_service_without_rights_says_where_they_come_from() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Postgres::start().unwrap());
    server.sql("postgres", "CREATE DATABASE records").unwrap();
    let as_role = |role: &str| settings(&server.address_as("records", role), None);
    assert!(migrate(folder.path(), &as_role("concord")).await.status.success());
    // Roles are the server's, their rights a database's.
    server.sql("postgres", ROLES).unwrap();
    let refused = serve(folder.path(), &as_role("concord_service")).await.err().unwrap();
    assert!(refused.contains("roles.sql") && refused.contains("concord_service"), "{refused}");
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

/// The columns of a postgres-es table.
const PLAIN: &str =
    "CREATE TABLE plain (aggregate_type text, aggregate_id text, sequence bigint, event_type text,
    event_version text, payload json, metadata json)";

#[tokio::test]
async fn a_table_of_another_host_is_read_in_secret_and_from_nobody_else() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new().unwrap());
    let server = Postgres::start_on_network(Some(&authority.identity("records.example").unwrap())).unwrap();
    server.sql("postgres", PLAIN).unwrap();
    let host = |name: &str| {
        format!("host={name} hostaddr=127.0.0.1 port={} user=concord dbname=postgres", server.port())
    };
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, authority.certificate()).unwrap();
    let import = async |from: String, ca: Option<&Path>| {
        let mut command = Command::new(CONCORD);
        command.envs(ca.map(|ca| ("CONCORD_LEDGER__POSTGRES_CA", ca)));
        command.args(["--data", &folder.path().to_string_lossy(), "ledger", "import-postgres-es"]);
        command.args(["--tenant", "demo", "--table", "plain", "--from", &from]);
        let Output { status, stderr, .. } = command.output().await.unwrap();
        if status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&stderr).into_owned()) }
    };
    let refused = import(host("records.example"), None).await.unwrap_err();
    assert!(refused.contains("ledger.postgres_ca"), "{refused}");
    let refused = import(host("other.example"), Some(&ca)).await.unwrap_err();
    assert!(refused.contains("TLS"), "{refused}");
    assert_eq!(import(host("records.example"), Some(&ca)).await, Ok(()));
}

#[tokio::test]
async fn a_reader_checks_and_exports_the_record() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Postgres::start().unwrap());
    server.sql("postgres", "CREATE DATABASE records").unwrap();
    server.sql("records", ROLES).unwrap();
    let as_role = |role: &str| settings(&server.address_as("records", role), None);
    assert!(migrate(folder.path(), &as_role("concord_owner")).await.status.success());
    let concord = serve(folder.path(), &as_role("concord_service")).await.unwrap();
    let position = admit(&concord).await;
    let out = folder.path().join("out").display().to_string();
    for arguments in [&["fsck"][..], &["export", "--out", &out]] {
        let elsewhere = tempfile::tempdir().unwrap();
        let mut command = Command::new(CONCORD);
        command.envs(as_role("concord_reader"));
        command.args(["--data", &elsewhere.path().to_string_lossy(), "ledger"]).args(arguments);
        let done = command.args(["--tenant", "demo", "--json"]).output().await.unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        let sound: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!(sound["position"], position, "{arguments:?}");
    }
    concord.kill().await.unwrap();
}
