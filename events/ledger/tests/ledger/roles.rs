//! The roles of `deploy/postgres/roles.sql`: what the service runs as can append and nothing else.

use concord_ledger::{
    Expected, Filter, Ledger, OpenError, PostgresDatabase, PostgresLedger, PostgresOptions, database_holds,
    export_database, fsck_database, verify,
};
use concord_servers::Postgres;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};

use crate::support::{NEWEST, append, clock, ids, ledger_id, new, stream};

const ROLES: &str = include_str!("../../../../deploy/postgres/roles.sql");

/// A server of its own, since roles belong to all of a server's databases.
struct Scene {
    server: Postgres,
    database: String,
}

impl Scene {
    fn new() -> Self {
        let server = Postgres::start().unwrap();
        server.sql("postgres", "CREATE DATABASE records").unwrap();
        Self { server, database: "records".to_owned() }
    }

    fn roles(&self) {
        self.server.sql(&self.database, ROLES).unwrap();
    }

    fn address(&self, role: &str) -> Config {
        self.server.address_as(&self.database, role).parse().unwrap()
    }

    async fn migrate(&self, role: &str) -> Result<(), OpenError> {
        PostgresDatabase::from(&self.address(role)).migrate().await.map(drop)
    }

    async fn open(&self, role: &str) -> Result<PostgresLedger, OpenError> {
        let options = PostgresOptions::default();
        PostgresLedger::open(&self.address(role), ledger_id(), clock(), ids(), options).await
    }

    async fn client(&self, role: &str) -> Client {
        let (client, connection) = self.address(role).connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }
}

async fn works(ledger: &PostgresLedger, first: u128) {
    for number in first..first + 6 {
        new(ledger.append(append(number, stream(number % 2), Expected::Any, 2)).await);
    }
    let refused = ledger.append(append(first + 9, stream(1), Expected::None, 1)).await;
    refused.unwrap_err();
    assert!(ledger.append(append(first, stream(first % 2), Expected::Any, 2)).await.is_ok());
}

/// Everything that would change or remove something that was recorded, or pretend to have recorded it.
const CHANGES: [&str; 20] = [
    "UPDATE events SET payload = '{}'",
    "DELETE FROM events",
    "TRUNCATE events",
    "INSERT INTO events SELECT * FROM events",
    "UPDATE receipts SET position = 9",
    "DELETE FROM receipts",
    "TRUNCATE receipts",
    "INSERT INTO receipts SELECT * FROM receipts",
    "UPDATE heads SET position = 0",
    "DELETE FROM heads",
    "TRUNCATE heads",
    "INSERT INTO heads SELECT * FROM heads",
    "SELECT * FROM heads FOR UPDATE",
    "ALTER TABLE events DISABLE TRIGGER ALL",
    "SET session_replication_role = replica",
    "DROP TABLE events",
    "UPDATE epochs SET after = 0",
    "DELETE FROM epochs",
    "INSERT INTO epochs SELECT * FROM epochs",
    "DELETE FROM schema_versions",
];

async fn denied(client: &Client, statement: &str) {
    let refused = client.batch_execute(statement).await.expect_err(statement);
    let code = refused.code().unwrap_or_else(|| panic!("{statement}: {refused}"));
    let read_only = *code == SqlState::READ_ONLY_SQL_TRANSACTION;
    assert!(*code == SqlState::INSUFFICIENT_PRIVILEGE || read_only, "{statement}: {refused}");
}

#[tokio::test]
async fn the_service_appends_and_can_change_nothing() {
    let scene = Scene::new();
    scene.roles();
    scene.migrate("concord_owner").await.unwrap();
    let ledger = scene.open("concord_service").await.unwrap();
    works(&ledger, 10).await;
    for role in ["concord_service", "concord_reader", "concord_backup"] {
        let client = scene.client(role).await;
        for change in CHANGES {
            denied(&client, change).await;
        }
        let seen = client.query_one("SELECT count(*) FROM events", &[]).await.unwrap();
        assert_eq!(seen.get::<_, i64>(0), 12, "{role}");
    }
    works(&ledger, 30).await;
    assert_eq!(ledger.read(0, &Filter::default(), 99).await.unwrap().entries.len(), 24);
    let replication =
        scene.server.sql("postgres", "SELECT rolreplication FROM pg_roles WHERE rolname = 'concord_backup'");
    assert_eq!(replication.unwrap(), "t");
}

/// Whoever only reads cannot write through the functions that have their owner's rights.
#[tokio::test]
async fn a_reader_does_not_write_through_the_functions() {
    let scene = Scene::new();
    scene.roles();
    scene.migrate("concord_owner").await.unwrap();
    for role in ["concord_reader", "concord_backup"] {
        let client = scene.client(role).await;
        denied(&client, "SELECT begin_ledger('riverbend/clinical', gen_random_uuid(), now())").await;
        denied(&client, "SELECT * FROM lock_head('riverbend/clinical')").await;
        denied(&client, "SELECT * FROM take_head('riverbend/clinical', 0, 1)").await;
    }
}

/// A session that cannot write at all is enough to check the record and to hand it out.
#[tokio::test]
async fn a_reader_checks_and_exports_though_its_sessions_cannot_write() {
    let scene = Scene::new();
    scene.roles();
    scene.migrate("concord_owner").await.unwrap();
    works(&scene.open("concord_service").await.unwrap(), 10).await;
    let address = scene.address("concord_reader");
    let read_only = scene.client("concord_reader").await.query_one("SHOW transaction_read_only", &[]).await;
    assert_eq!(read_only.unwrap().get::<_, String>(0), "on");
    assert!(database_holds(&address, &ledger_id()).await.unwrap());
    let checked = fsck_database(&address, &ledger_id(), &mut |_, _| {}).await.unwrap();
    assert_eq!(checked.position, 12);
    let mut file = Vec::new();
    assert_eq!(export_database(&address, &ledger_id(), &mut file, &mut |_, _| {}).await.unwrap(), checked);
    assert_eq!(verify(file.as_slice(), &mut |_, _| {}).unwrap(), checked);
    // What writes still insists on a session that can.
    assert!(scene.open("concord_reader").await.is_err());
}

/// Tables or functions of the caller's own are not what the functions mean.
#[tokio::test]
async fn the_functions_mean_the_owners_tables() {
    let scene = Scene::new();
    scene.roles();
    scene.migrate("concord_owner").await.unwrap();
    drop(scene.open("concord_service").await.unwrap());
    scene.server.sql("records", "GRANT TEMPORARY ON DATABASE records TO concord_service").unwrap();
    let client = scene.client("concord_service").await;
    let own = "CREATE TEMPORARY TABLE heads (ledger text PRIMARY KEY, epoch uuid, position bigint, recorded_at timestamptz, frontier bytea);
        SET search_path = pg_temp, public;
        SELECT begin_ledger('hillside/clinical', gen_random_uuid(), now())";
    client.batch_execute(own).await.unwrap();
    let begun =
        scene.server.sql("records", "SELECT count(*) FROM public.heads WHERE ledger = 'hillside/clinical'");
    assert_eq!(begun.unwrap(), "1");
}

#[tokio::test]
async fn tables_that_were_there_before_the_roles_become_the_owners() {
    let scene = Scene::new();
    works(&scene.open("concord").await.unwrap(), 10).await;
    scene.roles();
    scene.roles();
    works(&scene.open("concord_service").await.unwrap(), 30).await;
    denied(&scene.client("concord_service").await, "DELETE FROM events").await;
    scene.migrate("concord_owner").await.unwrap();
}

#[tokio::test]
async fn a_service_that_may_not_migrate_says_who_should() {
    let scene = Scene::new();
    scene.roles();
    let refused = scene.open("concord_service").await.err().unwrap();
    assert!(
        matches!(&refused, OpenError::OlderSchema { found: 0, needed: NEWEST, role } if role == "concord_service")
    );
    assert!(refused.to_string().contains("concord ledger migrate"), "{refused}");
    assert!(matches!(scene.migrate("concord_service").await, Err(OpenError::OlderSchema { .. })));
    scene.migrate("concord_owner").await.unwrap();
    works(&scene.open("concord_service").await.unwrap(), 10).await;
}
