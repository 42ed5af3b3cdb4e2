//! Questions to the file.

use concord_kernel::Token;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use uuid::Uuid;

use super::schema::{Tables, segment_of};
use crate::store::{Place, Range, Standing, StoredCheckpoint, StoredEntry, StoredRow};
use crate::{Instance, Key, List, Sort, Stage, StoreError};

/// Keys in one `IN` list.
const LOAD_CHUNK: usize = 64;

pub(super) fn standing(connection: &Connection) -> Result<Vec<Standing>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT view, version, generation, stage, epoch, position FROM checkpoints
         WHERE stage <> 'dropped' ORDER BY view, version, generation",
    )?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let stage = match row.get_ref(3)?.as_str().map_err(|_| StoreError::Corrupt("checkpoint"))? {
            "building" => Stage::Building,
            "active" => Stage::Active,
            "retired" => Stage::Retired,
            _ => return Err(StoreError::Corrupt("checkpoint")),
        };
        let epoch: Vec<u8> = row.get(4)?;
        let epoch = Uuid::from_slice(&epoch).map_err(|_| StoreError::Corrupt("checkpoint"))?;
        let position: i64 = row.get(5)?;
        let position = u64::try_from(position).map_err(|_| StoreError::Corrupt("checkpoint"))?;
        let token = Token { epoch, position };
        let checkpoint = StoredCheckpoint { generation: row.get(2)?, stage, token };
        found.push(Standing { view: row.get(0)?, version: row.get(1)?, checkpoint });
    }
    Ok(found)
}

pub(super) fn checkpoints(
    connection: &Connection,
    name: &str,
) -> Result<Vec<(u32, StoredCheckpoint)>, StoreError> {
    let of_it = standing(connection)?.into_iter().filter(|standing| standing.view == name);
    Ok(of_it.map(|standing| (standing.version, standing.checkpoint)).collect())
}

pub(super) fn load(
    connection: &Connection,
    instance: Instance,
    keys: &[Key],
) -> Result<Vec<StoredRow>, StoreError> {
    let table = Tables::of(instance).rows;
    let mut found = Vec::with_capacity(keys.len());
    for chunk in keys.chunks(LOAD_CHUNK) {
        let places = places(1, chunk.len());
        let mut statement =
            connection.prepare_cached(&format!("SELECT key, doc FROM {table} WHERE key IN ({places})"))?;
        let mut rows = statement.query(params_from_iter(chunk.iter().map(Key::as_bytes)))?;
        while let Some(row) = rows.next()? {
            found.push(StoredRow { key: key(row, 0)?, doc: row.get(1)? });
        }
    }
    Ok(found)
}

pub(super) fn keys(connection: &Connection, instance: Instance) -> Result<Vec<Key>, StoreError> {
    let table = Tables::of(instance).rows;
    let mut statement = connection.prepare_cached(&format!("SELECT key FROM {table}"))?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(key(row, 0)?);
    }
    Ok(found)
}

pub(super) fn row(
    connection: &Connection,
    instance: Instance,
    key: &Key,
) -> Result<Option<Vec<u8>>, StoreError> {
    let table = Tables::of(instance).rows;
    let found = if let Some(position) = key.position() {
        let text = format!("SELECT doc FROM {table} WHERE segment = $1 AND key = $2");
        let segment = segment_of(position);
        connection.prepare_cached(&text)?.query_row(params![segment, key.as_bytes()], |row| row.get(0))
    } else {
        let text = format!("SELECT doc FROM {table} WHERE key = $1");
        connection.prepare_cached(&text)?.query_row(params![key.as_bytes()], |row| row.get(0))
    };
    Ok(found.optional()?)
}

pub(super) fn rows(
    connection: &Connection,
    instance: Instance,
    range: Range,
    limit: usize,
) -> Result<Vec<StoredRow>, StoreError> {
    let table = Tables::of(instance).rows;
    let (Some(from), Some(to)) = (range.from.position(), range.to.position()) else {
        return Err(StoreError::Corrupt("range"));
    };
    let last: Option<i64> =
        connection.query_row(&format!("SELECT MAX(segment) FROM {table}"), [], |row| row.get(0))?;
    let Some(last) = last else { return Ok(Vec::new()) };
    if range.from.is_moment() {
        return moments(connection, &table, range, last, limit);
    }
    let direction = if range.descending { "DESC" } else { "ASC" };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT key, doc FROM {table} WHERE segment = $1 AND key >= $2 AND key <= $3
         ORDER BY key {direction} LIMIT $4"
    ))?;
    let (mut first, mut last) = (segment_of(from), segment_of(to).min(last));
    let mut found = Vec::new();
    while first <= last && found.len() < limit {
        let segment = if range.descending { last } else { first };
        let left = bound(limit - found.len());
        let mut rows = statement.query(params![segment, range.from.as_bytes(), range.to.as_bytes(), left])?;
        while let Some(row) = rows.next()? {
            found.push(StoredRow { key: key(row, 0)?, doc: row.get(1)? });
        }
        if range.descending {
            last -= 1;
        } else {
            first += 1;
        }
    }
    Ok(found)
}

/// What was true at one time may have been recorded at any: every segment gives its part of the range.
fn moments(
    connection: &Connection,
    table: &str,
    range: Range,
    last: i64,
    limit: usize,
) -> Result<Vec<StoredRow>, StoreError> {
    let direction = if range.descending { "DESC" } else { "ASC" };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT key, doc FROM {table} WHERE segment = $1 AND key >= $2 AND key <= $3
         ORDER BY key {direction} LIMIT $4"
    ))?;
    let (from, to) = (range.from.as_bytes(), range.to.as_bytes());
    let mut found = Vec::new();
    for segment in 0..=last {
        let mut rows = statement.query(params![segment, from, to, bound(limit)])?;
        while let Some(row) = rows.next()? {
            found.push(StoredRow { key: key(row, 0)?, doc: row.get(1)? });
        }
    }
    found.sort_unstable_by_key(|row| row.key);
    if range.descending {
        found.reverse();
    }
    found.truncate(limit);
    Ok(found)
}

pub(super) fn upto(
    connection: &Connection,
    instance: Instance,
    list: &List,
    until: &Sort,
    limit: usize,
) -> Result<Vec<StoredEntry>, StoreError> {
    let Tables { rows: row_table, list: list_table } = Tables::of(instance);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT l.sort, l.key, l.item, r.doc FROM {list_table} l JOIN {row_table} r ON r.key = l.key
         WHERE l.list = $1 AND l.sort < $2 ORDER BY l.sort, l.key, l.item LIMIT $3"
    ))?;
    let mut rows = statement.query(params![list.as_bytes(), until.as_bytes(), bound(limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(entry(row)?);
    }
    Ok(found)
}

pub(super) fn outline(
    connection: &Connection,
    instance: Instance,
    list: &List,
    until: &Sort,
    limit: usize,
) -> Result<Vec<(Key, Vec<u8>)>, StoreError> {
    let table = Tables::of(instance).list;
    let mut statement = connection.prepare_cached(&format!(
        "SELECT key, item FROM {table} WHERE list = $1 AND sort < $2 ORDER BY sort, key, item LIMIT $3"
    ))?;
    let mut rows = statement.query(params![list.as_bytes(), until.as_bytes(), bound(limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((key(row, 0)?, row.get(1)?));
    }
    Ok(found)
}

fn entry(row: &rusqlite::Row<'_>) -> Result<StoredEntry, StoreError> {
    let sort: Vec<u8> = row.get(0)?;
    Ok(StoredEntry { sort: Sort::from_bytes(&sort), key: key(row, 1)?, item: row.get(2)?, doc: row.get(3)? })
}

pub(super) fn list(
    connection: &Connection,
    instance: Instance,
    list: &List,
    after: Option<&Place>,
    limit: usize,
) -> Result<Vec<StoredEntry>, StoreError> {
    let Tables { rows: row_table, list: list_table } = Tables::of(instance);
    // SQLite numbers `$n` by first appearance, Postgres by `n`: the two agree only while the text counts up.
    let (after_place, bounded) = match after {
        Some(_) => ("AND (l.sort, l.key, l.item) > ($2, $3, $4)", 5),
        None => ("", 2),
    };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT l.sort, l.key, l.item, r.doc FROM {list_table} l JOIN {row_table} r ON r.key = l.key
         WHERE l.list = $1 {after_place} ORDER BY l.sort, l.key, l.item LIMIT ${bounded}"
    ))?;
    let mut rows = match after {
        None => statement.query(params![list.as_bytes(), bound(limit)])?,
        Some(Place { sort, key, item }) => {
            statement.query(params![list.as_bytes(), sort.as_bytes(), key.as_bytes(), item, bound(limit)])?
        }
    };
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(entry(row)?);
    }
    Ok(found)
}

fn key(row: &rusqlite::Row<'_>, column: usize) -> Result<Key, StoreError> {
    let bytes = row.get_ref(column)?.as_blob().map_err(|_| StoreError::Corrupt("key"))?;
    Key::from_bytes(bytes).ok_or(StoreError::Corrupt("key"))
}

fn bound(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// `$first, $first+1, …`: as many placeholders as wanted.
pub(super) fn places(first: usize, count: usize) -> String {
    let mut text = String::with_capacity(count * 5);
    for n in first..first + count {
        if n > first {
            text.push(',');
        }
        text.push('$');
        text.push_str(&n.to_string());
    }
    text
}
