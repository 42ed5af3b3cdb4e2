//! Schemas that only go forward.

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use crate::{Link, Trouble};

/// The steps of one schema. A step that was released is never changed.
#[derive(Clone, Copy, Debug)]
pub struct Migrations {
    /// The schema's name, `a-z` and `_` only; it is made with the first step.
    pub schema: &'static str,
    /// The advisory lock that whoever changes it holds: several processes may start at once.
    pub lock: i64,
    /// Each brings the schema to the next version.
    pub steps: &'static [&'static str],
}

/// Why a schema is not of this program's version.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A newer Concord made it.
    #[error("the schema {schema} has version {found}, this program knows up to {known}")]
    Newer {
        /// Which.
        schema: &'static str,
        /// The version it has.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// Its version is no number of steps.
    #[error("the version of the schema {0} is damaged")]
    Damaged(&'static str),
    /// The database.
    #[error("the schema cannot be made or looked at")]
    Database(#[from] Trouble),
}

impl Migrations {
    /// Brings the schema to the version of this program, unless it is there. It is looked at first without a lock, so that
    /// a role that may not create anything can start the service.
    ///
    /// # Errors
    ///
    /// See [`MigrateError`]; nothing is changed then.
    pub async fn run(&self, connection: &Link) -> Result<(), MigrateError> {
        let client = connection.client();
        if self.version(client).await? == self.known() {
            return Ok(());
        }
        execute(client, "BEGIN ISOLATION LEVEL READ COMMITTED").await?;
        let changed = self.change(client).await;
        execute(client, if changed.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
        changed
    }

    async fn change(&self, client: &Client) -> Result<(), MigrateError> {
        let Self { schema, lock, steps } = self;
        execute(client, &format!("SELECT pg_advisory_xact_lock({lock})")).await?;
        execute(
            client,
            &format!(
                "CREATE SCHEMA IF NOT EXISTS {schema};
                 CREATE TABLE IF NOT EXISTS {schema}.schema_versions (version integer PRIMARY KEY,
                     applied_at timestamptz NOT NULL DEFAULT clock_timestamp())"
            ),
        )
        .await?;
        // Another process may have been faster.
        let have = self.version(client).await?;
        for (step, version) in steps.iter().zip(1_u32..).filter(|(_, version)| *version > have) {
            execute(client, step).await?;
            let noted = format!("INSERT INTO {schema}.schema_versions (version) VALUES ({version})");
            execute(client, &noted).await?;
        }
        Ok(())
    }

    async fn version(&self, client: &Client) -> Result<u32, MigrateError> {
        let schema = self.schema;
        let table = format!("{schema}.schema_versions");
        let there: bool = client
            .query_typed_one("SELECT to_regclass($1) IS NOT NULL", &[(&table, Type::TEXT)])
            .await
            .and_then(|row| row.try_get(0))
            .map_err(Trouble::from)?;
        if !there {
            return Ok(0);
        }
        let newest = format!("SELECT coalesce(max(version), 0) FROM {table}");
        let row = client.query_typed_one(&newest, &[]).await.map_err(Trouble::from)?;
        let version: i32 = row.try_get(0).map_err(Trouble::from)?;
        let found = u32::try_from(version).map_err(|_| MigrateError::Damaged(schema))?;
        let known = self.known();
        if found > known { Err(MigrateError::Newer { schema, found, known }) } else { Ok(found) }
    }

    fn known(&self) -> u32 {
        u32::try_from(self.steps.len()).expect("there are few steps")
    }
}

async fn execute(client: &Client, statement: &str) -> Result<(), Trouble> {
    Ok(client.batch_execute(statement).await?)
}
