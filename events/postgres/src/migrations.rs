//! Schemas that only go forward.

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use crate::{Link, Trouble};

/// Whether the schema is there and may be looked into, and whether the role may change it or make it; what the role is called.
const RIGHTS: &str =
    "SELECT to_regnamespace($1) IS NULL OR has_schema_privilege(to_regnamespace($1), 'USAGE'),
    CASE WHEN to_regnamespace($1) IS NULL THEN has_database_privilege(current_database(), 'CREATE')
        ELSE has_schema_privilege(to_regnamespace($1), 'CREATE')
            AND (SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE oid = to_regnamespace($1)) END,
    to_regnamespace($1) IS NULL, current_user::text";

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

/// From which version to which a schema was brought; the same when there was nothing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brought {
    /// Its name.
    pub schema: &'static str,
    /// What was there; 0 for nothing.
    pub from: u32,
    /// What is there now.
    pub to: u32,
}

/// What a role may do in a schema.
struct Rights {
    look: bool,
    change: bool,
    absent: bool,
    role: String,
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
    /// An older Concord made it, or nobody has, and this role may not change it.
    #[error(
        "the schema {schema} has version {found}, this program needs {needed}, and the role {role} may not change it; run concord ledger migrate as its owner"
    )]
    Older {
        /// Which.
        schema: &'static str,
        /// The version it has; 0 for none.
        found: u32,
        /// The version that is needed.
        needed: u32,
        /// Who may not change it.
        role: String,
    },
    /// This role may not even look into it.
    #[error("the role {role} may not use the schema {schema}; execute deploy/postgres/roles.sql")]
    Denied {
        /// Which.
        schema: &'static str,
        /// Who may not use it.
        role: String,
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
    pub async fn run(&self, connection: &Link) -> Result<Brought, MigrateError> {
        let (client, Self { schema, .. }, needed) = (connection.client(), *self, self.known());
        let Rights { look, change, role, .. } = self.rights(client).await?;
        if !look {
            return Err(MigrateError::Denied { schema, role });
        }
        let found = self.version(client).await?;
        if found < needed {
            if !change {
                return Err(MigrateError::Older { schema, found, needed, role });
            }
            execute(client, "BEGIN ISOLATION LEVEL READ COMMITTED").await?;
            let changed = self.change(client).await;
            execute(client, if changed.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
            changed?;
        }
        Ok(Brought { schema, from: found, to: needed })
    }

    async fn change(&self, client: &Client) -> Result<(), MigrateError> {
        let Self { schema, lock, steps } = self;
        execute(client, &format!("SELECT pg_advisory_xact_lock({lock})")).await?;
        // To make a schema that is there already takes the same right as to make it.
        if self.rights(client).await?.absent {
            execute(client, &format!("CREATE SCHEMA {schema}")).await?;
        }
        // Default privileges may let others write every table of the schema; not this one.
        execute(
            client,
            &format!(
                "CREATE TABLE IF NOT EXISTS {schema}.schema_versions (version integer PRIMARY KEY,
                     applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
                 DO $$
                 DECLARE
                     other regrole;
                 BEGIN
                     FOR other IN SELECT DISTINCT grantee FROM pg_class, aclexplode(relacl)
                         WHERE oid = '{schema}.schema_versions'::regclass AND grantee NOT IN (0, relowner)
                     LOOP
                         EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON {schema}.schema_versions FROM %s', other);
                     END LOOP;
                 END
                 $$"
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

    async fn rights(&self, client: &Client) -> Result<Rights, Trouble> {
        let row = client.query_typed_one(RIGHTS, &[(&self.schema, Type::TEXT)]).await?;
        Ok(Rights {
            look: row.try_get(0)?,
            change: row.try_get(1)?,
            absent: row.try_get(2)?,
            role: row.try_get(3)?,
        })
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
