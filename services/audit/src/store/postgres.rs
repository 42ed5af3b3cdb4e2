//! Checkpoints in the database that holds the ledger. Statements have no names, so that PgBouncer can stand between.

use async_trait::async_trait;
use concord_ledger::merkle::Hash;
use tokio::sync::Mutex;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, NoTls, Row};

use super::{CheckpointStore, Cosigned, StoreError, Stored, Swap};

const TABLES: &str = include_str!("checkpoints.postgres.sql");
const HAS_TABLES: &str = "SELECT to_regclass('checkpoint_cosignatures') IS NOT NULL";
/// Whoever makes the tables holds this lock: several processes may start at once.
const LOCK: &str = "SELECT pg_advisory_xact_lock(8243551905772)";

const LATEST: &str = "SELECT size, note FROM checkpoints WHERE origin = $1";
const BLOCKS: &str = "SELECT number, root FROM checkpoint_blocks WHERE origin = $1 ORDER BY number";
/// One statement, so that the checkpoint and the blocks are kept together or not at all. The old size is compared in the
/// row that is locked; `NULL` stands for no row.
const REPLACE: &str = "WITH begun AS (
        INSERT INTO checkpoints (origin, size, note) SELECT $1, $3, $4 WHERE $2::bigint IS NULL
        ON CONFLICT DO NOTHING RETURNING origin
    ), moved AS (
        UPDATE checkpoints SET size = $3, note = $4, changed_at = clock_timestamp()
        WHERE origin = $1 AND size = $2::bigint RETURNING origin
    ), done AS (SELECT origin FROM begun UNION ALL SELECT origin FROM moved
    ), kept AS (
        INSERT INTO checkpoint_blocks (origin, number, root)
        SELECT done.origin, $5 + place - 1, root FROM done, unnest($6::bytea[]) WITH ORDINALITY AS block (root, place)
        ON CONFLICT DO NOTHING
    )
    SELECT count(*) FROM done";
const KEEP_COSIGNED: &str = "INSERT INTO checkpoint_cosignatures AS kept (origin, cosigner, size, note)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (origin, cosigner) DO UPDATE SET size = excluded.size, note = excluded.note
    WHERE kept.size <= excluded.size";
const COSIGNED: &str =
    "SELECT cosigner, size, note FROM checkpoint_cosignatures WHERE origin = $1 ORDER BY cosigner";

type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// The checkpoints of every ledger in a database. Several processes may use it.
pub struct PostgresCheckpoints {
    config: Config,
    client: Mutex<Option<Client>>,
}

impl PostgresCheckpoints {
    /// Connects, and makes the tables when there are none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the database does not answer or refuses.
    pub async fn open(config: &Config) -> Result<Self, StoreError> {
        let store = Self { config: config.clone(), client: Mutex::new(None) };
        let mut client = connect(config).await?;
        if !has_tables(&client).await? {
            let change = client.transaction().await?;
            change.batch_execute(LOCK).await?;
            let there: bool = change.query_typed_one(HAS_TABLES, &[]).await?.try_get(0)?;
            // Another process may have been faster.
            if !there {
                change.batch_execute(TABLES).await?;
            }
            change.commit().await?;
        }
        *store.client.lock().await = Some(client);
        Ok(store)
    }

    /// Rows of a statement; a connection that is lost is made anew for the next one.
    async fn rows(&self, statement: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, StoreError> {
        let mut slot = self.client.lock().await;
        let client = match slot.take().filter(|client| !client.is_closed()) {
            Some(client) => client,
            None => connect(&self.config).await?,
        };
        let answered = client.query_typed(statement, parameters).await;
        *slot = Some(client);
        Ok(answered?)
    }
}

async fn has_tables(client: &Client) -> Result<bool, StoreError> {
    Ok(client.query_typed_one(HAS_TABLES, &[]).await?.try_get(0)?)
}

async fn connect(config: &Config) -> Result<Client, StoreError> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(async move {
        // Whoever asks next is told that it ended.
        let _ended = connection.await;
    });
    Ok(client)
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Unavailable(Box::new(error))
    }
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
        let rows = self.rows(LATEST, &[(&origin, Type::TEXT)]).await?;
        let read = |row: &Row| Ok(Stored { size: stored(row.try_get(0)?)?, note: row.try_get(1)? });
        rows.first().map(read).transpose()
    }

    async fn blocks(&self, origin: &str) -> Result<Vec<Hash>, StoreError> {
        let rows = self.rows(BLOCKS, &[(&origin, Type::TEXT)]).await?;
        let mut roots = Vec::with_capacity(rows.len());
        for row in &rows {
            if stored(row.try_get(0)?)? != roots.len() as u64 {
                return Err(StoreError::Corrupt("a block is missing"));
            }
            let root: &[u8] = row.try_get(1)?;
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
        let rows = self.rows(REPLACE, &parameters).await?;
        let done: i64 = rows.first().ok_or(StoreError::Corrupt("a count has no row"))?.try_get(0)?;
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
        self.rows(KEEP_COSIGNED, &parameters).await.map(drop)
    }

    async fn cosigned(&self, origin: &str) -> Result<Vec<Cosigned>, StoreError> {
        let rows = self.rows(COSIGNED, &[(&origin, Type::TEXT)]).await?;
        let read = |row: &Row| {
            Ok(Cosigned { cosigner: row.try_get(0)?, size: stored(row.try_get(1)?)?, note: row.try_get(2)? })
        };
        rows.iter().map(read).collect()
    }
}
