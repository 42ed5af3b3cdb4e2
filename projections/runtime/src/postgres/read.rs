//! Questions. Each joins the build that is asked: without a line of it in the answer, the build is gone.

use concord_kernel::Token;
use concord_postgres::{Parameter, Pool, Trouble};
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::arrays::signed;
use crate::store::{Place, Range, Standing, StoredCheckpoint, StoredEntry, StoredRow};
use crate::{Instance, Key, List, Sort, Stage, StoreError};

const STANDING: &str = "SELECT view, version, generation, stage, epoch, position FROM views.checkpoints
    WHERE ledger = $1 AND stage <> 'dropped' ORDER BY view, version, generation";

/// Which build, of which ledger.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) pool: &'a Pool,
    pub(super) ledger: &'a str,
}

pub(super) async fn standing(asked: Asked<'_>) -> Result<Vec<Standing>, StoreError> {
    let rows = asked.pool.query(STANDING, &[(&asked.ledger, Type::TEXT)]).await.map_err(Trouble::from)?;
    rows.iter().map(|row| standing_of(row).map_err(|Damaged| StoreError::Corrupt("checkpoint"))).collect()
}

/// A column of another form than was written.
struct Damaged;

impl From<tokio_postgres::Error> for Damaged {
    fn from(_: tokio_postgres::Error) -> Self {
        Self
    }
}

impl From<std::num::TryFromIntError> for Damaged {
    fn from(_: std::num::TryFromIntError) -> Self {
        Self
    }
}

fn standing_of(row: &Row) -> Result<Standing, Damaged> {
    let stage = match row.try_get(3)? {
        "building" => Stage::Building,
        "active" => Stage::Active,
        "retired" => Stage::Retired,
        _ => return Err(Damaged),
    };
    let epoch: Uuid = row.try_get(4)?;
    let token = Token { epoch, position: u64::try_from(row.try_get::<_, i64>(5)?)? };
    let generation = u32::try_from(row.try_get::<_, i32>(2)?)?;
    Ok(Standing {
        view: row.try_get(0)?,
        version: u32::try_from(row.try_get::<_, i32>(1)?)?,
        checkpoint: StoredCheckpoint { generation, stage, token },
    })
}

/// A question to one build: what is wanted of it, the name of the result's columns, and in which order.
struct Question {
    columns: &'static str,
    from: &'static str,
    order: &'static str,
}

impl Question {
    /// The statement; its first four parameters name the build, those of `from` follow.
    fn text(&self, condition: &str, limit: &str) -> String {
        let Self { columns, from, order } = self;
        let order = if order.is_empty() { String::new() } else { format!("ORDER BY {order}") };
        // The order of what is joined is not promised to be that of the result, so it is asked for once more.
        format!(
            "SELECT found.* FROM views.checkpoints asked LEFT JOIN LATERAL (
                SELECT {columns} FROM {from} WHERE {condition} {order} {limit}
            ) AS found ON true
            WHERE asked.ledger = $1 AND asked.view = $2 AND asked.version = $3 AND asked.generation = $4
                AND asked.stage <> 'dropped' {order}"
        )
    }
}

const OWN_ROWS: &str = "views.rows r";
const OWN_LIST: &str = "views.lists l";
const LISTED: &str =
    "views.lists l JOIN views.rows r ON r.ledger = l.ledger AND r.build = l.build AND r.key = l.key";
const IS_ROW: &str = "r.ledger = asked.ledger AND r.build = asked.build";
const IS_LISTED: &str = "l.ledger = asked.ledger AND l.build = asked.build AND l.list = $5";

impl Asked<'_> {
    /// Rows of an answer; the error when the build is gone. A line without a value in `column` says that the build is there
    /// and has nothing.
    async fn rows(
        self,
        instance: Instance,
        statement: &str,
        more: &[&(dyn ToSql + Sync)],
        types: &[Type],
        column: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let (version, generation) = (signed(instance.view.version), signed(instance.generation));
        let mut parameters: Vec<Parameter<'_>> = vec![
            (&self.ledger, Type::TEXT),
            (&instance.view.name, Type::TEXT),
            (&version, Type::INT4),
            (&generation, Type::INT4),
        ];
        parameters.extend(more.iter().copied().zip(types.iter().cloned()));
        let mut rows = self.pool.query(statement, &parameters).await.map_err(Trouble::from)?;
        if rows.is_empty() {
            return Err(StoreError::Dropped(instance));
        }
        let nothing = rows[0].try_get::<_, Option<&[u8]>>(column).map_err(Trouble::from)?.is_none();
        if nothing {
            rows.clear();
        }
        Ok(rows)
    }

    pub(super) async fn load(self, instance: Instance, keys: &[Key]) -> Result<Vec<StoredRow>, StoreError> {
        let question = Question { columns: "r.key, r.doc", from: OWN_ROWS, order: "" };
        let statement = question.text(&format!("{IS_ROW} AND r.key = ANY ($5)"), "");
        let keys: Vec<_> = keys.iter().map(Key::as_bytes).collect();
        let rows = self.rows(instance, &statement, &[&keys], &[Type::BYTEA_ARRAY], 0).await?;
        rows.iter().map(stored_row).collect()
    }

    pub(super) async fn keys(self, instance: Instance) -> Result<Vec<Key>, StoreError> {
        let question = Question { columns: "r.key", from: OWN_ROWS, order: "" };
        let rows = self.rows(instance, &question.text(IS_ROW, ""), &[], &[], 0).await?;
        rows.iter().map(|row| key(row, 0)).collect()
    }

    pub(super) async fn rows_of(
        self,
        instance: Instance,
        range: Range,
        limit: usize,
    ) -> Result<Vec<StoredRow>, StoreError> {
        if range.from.position().is_none() || range.to.position().is_none() {
            return Err(StoreError::Corrupt("range"));
        }
        let order = if range.descending { "key DESC" } else { "key" };
        let question = Question { columns: "r.key, r.doc", from: OWN_ROWS, order };
        let condition = format!("{IS_ROW} AND r.key >= $5 AND r.key <= $6");
        let statement = question.text(&condition, "LIMIT $7");
        let (from, to, limit) = (range.from.as_bytes(), range.to.as_bytes(), bound(limit));
        let types = [Type::BYTEA, Type::BYTEA, Type::INT8];
        let rows = self.rows(instance, &statement, &[&from, &to, &limit], &types, 0).await?;
        rows.iter().map(stored_row).collect()
    }

    pub(super) async fn list(
        self,
        instance: Instance,
        list: &List,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        let (list, limit) = (list.as_bytes(), bound(limit));
        let rows = match after {
            None => {
                let statement = ENTRIES.text(IS_LISTED, "LIMIT $6");
                self.rows(instance, &statement, &[&list, &limit], &[Type::BYTEA, Type::INT8], 1).await?
            }
            Some(Place { sort, key, item }) => {
                let condition = format!("{IS_LISTED} AND (l.sort, l.key, l.item) > ($6, $7, $8)");
                let statement = ENTRIES.text(&condition, "LIMIT $9");
                let (sort, key) = (sort.as_bytes(), key.as_bytes());
                let types = [Type::BYTEA, Type::BYTEA, Type::BYTEA, Type::BYTEA, Type::INT8];
                self.rows(instance, &statement, &[&list, &sort, &key, item, &limit], &types, 1).await?
            }
        };
        rows.iter().map(stored_entry).collect()
    }

    pub(super) async fn upto(
        self,
        instance: Instance,
        list: &List,
        until: &Sort,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        let statement = ENTRIES.text(&format!("{IS_LISTED} AND l.sort < $6"), "LIMIT $7");
        let (list, until, limit) = (list.as_bytes(), until.as_bytes(), bound(limit));
        let types = [Type::BYTEA, Type::BYTEA, Type::INT8];
        let rows = self.rows(instance, &statement, &[&list, &until, &limit], &types, 1).await?;
        rows.iter().map(stored_entry).collect()
    }

    pub(super) async fn outline(
        self,
        instance: Instance,
        list: &List,
        until: &Sort,
        limit: usize,
    ) -> Result<Vec<(Key, Vec<u8>)>, StoreError> {
        let question =
            Question { columns: "l.sort, l.key, l.item", from: OWN_LIST, order: "sort, key, item" };
        let statement = question.text(&format!("{IS_LISTED} AND l.sort < $6"), "LIMIT $7");
        let (list, until, limit) = (list.as_bytes(), until.as_bytes(), bound(limit));
        let types = [Type::BYTEA, Type::BYTEA, Type::INT8];
        let rows = self.rows(instance, &statement, &[&list, &until, &limit], &types, 1).await?;
        rows.iter().map(|row| Ok((key(row, 1)?, value(row, 2)?))).collect()
    }
}

/// Appearances with their rows.
const ENTRIES: Question =
    Question { columns: "l.sort, l.key, l.item, r.doc", from: LISTED, order: "sort, key, item" };

fn stored_row(row: &Row) -> Result<StoredRow, StoreError> {
    Ok(StoredRow { key: key(row, 0)?, doc: value(row, 1)? })
}

fn stored_entry(row: &Row) -> Result<StoredEntry, StoreError> {
    let sort: Vec<u8> = value(row, 0)?;
    Ok(StoredEntry {
        sort: Sort::from_bytes(&sort),
        key: key(row, 1)?,
        item: value(row, 2)?,
        doc: value(row, 3)?,
    })
}

fn key(row: &Row, column: usize) -> Result<Key, StoreError> {
    let bytes: &[u8] = row.try_get(column).map_err(Trouble::from)?;
    Key::from_bytes(bytes).ok_or(StoreError::Corrupt("key"))
}

fn value(row: &Row, column: usize) -> Result<Vec<u8>, StoreError> {
    Ok(row.try_get(column).map_err(Trouble::from)?)
}

fn bound(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
