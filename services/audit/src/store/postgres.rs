//! Checkpoints in the database that holds the ledger, in a schema of their own.

use std::time::Duration;

use async_trait::async_trait;
use concord_ledger::merkle::Hash;
use concord_postgres::{Brought, Line, Link, MigrateError, Migrations, Parameter, Server, Trouble};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

use super::{CheckpointStore, Cosigned, StoreError, Stored, Swap};

const SCHEMA: Migrations =
    Migrations { schema: "audit", lock: 8_243_551_905_774, steps: &[include_str!("postgres_1.sql")] };

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(30);

const LATEST: &str = "SELECT size, note FROM audit.checkpoints WHERE origin = $1";
const BLOCKS: &str = "SELECT number, root FROM audit.checkpoint_blocks WHERE origin = $1 ORDER BY number";
/// One statement, so that the checkpoint and the blocks are kept together or not at all. The old size is compared in the
/// row that is locked; `NULL` stands for no row.
const REPLACE: &str = "WITH begun AS (
        INSERT INTO audit.checkpoints (origin, size, note) SELECT $1, $3, $4 WHERE $2::bigint IS NULL
        ON CONFLICT DO NOTHING RETURNING origin
    ), moved AS (
        UPDATE audit.checkpoints SET size = $3, note = $4, changed_at = clock_timestamp()
        WHERE origin = $1 AND size = $2::bigint RETURNING origin
    ), done AS (SELECT origin FROM begun UNION ALL SELECT origin FROM moved
    ), kept AS (
        INSERT INTO audit.checkpoint_blocks (origin, number, root)
        SELECT done.origin, $5 + place - 1, root FROM done, unnest($6::bytea[]) WITH ORDINALITY AS block (root, place)
        ON CONFLICT DO NOTHING
    )
    SELECT count(*) FROM done";
const KEEP_COSIGNED: &str = "INSERT INTO audit.checkpoint_cosignatures AS kept (origin, cosigner, size, note)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (origin, cosigner) DO UPDATE SET size = excluded.size, note = excluded.note
    WHERE kept.size <= excluded.size";
const COSIGNED: &str =
    "SELECT cosigner, size, note FROM audit.checkpoint_cosignatures WHERE origin = $1 ORDER BY cosigner";

/// The checkpoints of every ledger in a database. Several processes may use it.
#[derive(Debug)]
pub struct PostgresCheckpoints {
    line: Line,
}

impl PostgresCheckpoints {
    /// Brings the schema `audit` to this program's version, with the rights of the role that `database` names.
    ///
    /// # Errors
    ///
    /// See [`MigrateError`].
    pub async fn migrate(database: &Server) -> Result<Brought, MigrateError> {
        SCHEMA.run(&Link::connect(database).await.map_err(Trouble::from)?).await
    }

    /// Connects, and brings the schema `audit` to this program's version if the role may.
    ///
    /// # Errors
    ///
    /// [`StoreError::NewerSchema`] for a schema of a newer Concord; [`StoreError::Unavailable`] when the database does not
    /// answer or refuses.
    pub async fn open(database: Server) -> Result<Self, StoreError> {
        let line = Line::new(database, ANSWER);
        SCHEMA.run(&*line.connection().await?).await?;
        Ok(Self { line })
    }
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        Self::Unavailable(Box::new(trouble))
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Newer { found, known, .. } => Self::NewerSchema { found, known },
            MigrateError::Damaged(_) => Self::Corrupt("the schema's version is no version"),
            MigrateError::Database(trouble) => trouble.into(),
            refused @ (MigrateError::Older { .. } | MigrateError::Denied { .. }) => {
                Self::Unavailable(Box::new(refused))
            }
        }
    }
}

/// A column of an answer.
fn column<'a, T: FromSql<'a>>(row: &'a Row, number: usize) -> Result<T, Trouble> {
    Ok(row.try_get(number)?)
}

fn stored(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::Corrupt("a size is negative"))
}

fn signed(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Corrupt("a size is too large"))
}

#[async_trait]
impl CheckpointStore for PostgresCheckpoints {
    async fn latest(&self, origin: &str) -> Result<Option<Stored>, StoreError> {
        let rows = self.line.ask(LATEST, &[(&origin, Type::TEXT)]).await?;
        let read = |row: &Row| Ok(Stored { size: stored(column(row, 0)?)?, note: column(row, 1)? });
        rows.first().map(read).transpose()
    }

    async fn blocks(&self, origin: &str) -> Result<Vec<Hash>, StoreError> {
        let rows = self.line.ask(BLOCKS, &[(&origin, Type::TEXT)]).await?;
        let mut roots = Vec::with_capacity(rows.len());
        for row in &rows {
            if stored(column(row, 0)?)? != roots.len() as u64 {
                return Err(StoreError::Corrupt("a block is missing"));
            }
            let root: &[u8] = column(row, 1)?;
            roots.push(root.try_into().map_err(|_| StoreError::Corrupt("a root has another length"))?);
        }
        Ok(roots)
    }

    async fn replace(
        &self,
        origin: &str,
        previous: Option<u64>,
        next: &Stored,
        first: u64,
        roots: &[Hash],
    ) -> Result<Swap, StoreError> {
        let previous = previous.map(signed).transpose()?;
        let (size, first) = (signed(next.size)?, signed(first)?);
        let roots: Vec<&[u8]> = roots.iter().map(<[u8; 32]>::as_slice).collect();
        let parameters: [Parameter<'_>; 6] = [
            (&origin, Type::TEXT),
            (&previous, Type::INT8),
            (&size, Type::INT8),
            (&next.note, Type::TEXT),
            (&first, Type::INT8),
            (&roots, Type::BYTEA_ARRAY),
        ];
        // Asked twice, it would be overtaken by itself.
        let rows = self.line.tell(REPLACE, &parameters).await?;
        let done: i64 = column(rows.first().ok_or(StoreError::Corrupt("a count has no row"))?, 0)?;
        Ok(if done == 1 { Swap::Done } else { Swap::Overtaken })
    }

    async fn keep_cosigned(&self, origin: &str, cosigned: &Cosigned) -> Result<(), StoreError> {
        let size = signed(cosigned.size)?;
        let parameters: [Parameter<'_>; 4] = [
            (&origin, Type::TEXT),
            (&cosigned.cosigner, Type::TEXT),
            (&size, Type::INT8),
            (&cosigned.note, Type::TEXT),
        ];
        self.line.ask(KEEP_COSIGNED, &parameters).await?;
        Ok(())
    }

    async fn cosigned(&self, origin: &str) -> Result<Vec<Cosigned>, StoreError> {
        let rows = self.line.ask(COSIGNED, &[(&origin, Type::TEXT)]).await?;
        let read = |row: &Row| {
            Ok(Cosigned { cosigner: column(row, 0)?, size: stored(column(row, 1)?)?, note: column(row, 2)? })
        };
        rows.iter().map(read).collect()
    }
}
