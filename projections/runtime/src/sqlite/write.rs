//! Changes to the file, each within the caller's transaction.

use std::sync::Arc;

use concord_kernel::{PatientId, Token};
use rusqlite::{Transaction, params, params_from_iter};
use uuid::Uuid;

use super::read::places;
use super::schema::{Tables, segment_of};
use crate::store::{Layout, Writes};
use crate::{Checkpoint, Instance, Key, ListEntry, Stage, StoreError, ViewId};

/// Rows in one statement; what is left over goes one by one, so that two texts serve every batch.
const CHUNK: usize = 32;

/// Writes rows and lists.
pub(super) fn rows_of(tx: &Transaction<'_>, writes: &Writes) -> Result<(), StoreError> {
    let tables = Tables::of(writes.instance);
    if writes.rows.first().is_some_and(|(key, _)| key.position().is_some()) {
        entries(tx, &tables.rows, &writes.rows)?;
    } else {
        rows(tx, &tables.rows, &writes.rows)?;
    }
    unlist(tx, &tables.list, &writes.unlisted)?;
    enlist(tx, &tables.list, &writes.listed)?;
    for patient in &writes.erased {
        erase(tx, &tables, *patient)?;
    }
    Ok(())
}

/// Removes every row whose key is made of `patient`. All keys are looked at: it is rare.
fn erase(tx: &Transaction<'_>, tables: &Tables, patient: PatientId) -> Result<(), StoreError> {
    let patient = patient.uuid().into_bytes();
    for table in [&tables.rows, &tables.list] {
        tx.execute(&format!("DELETE FROM {table} WHERE substr(key, 1, 16) = $1"), params![patient])?;
    }
    Ok(())
}

/// Removes every build that was replaced: it holds rows of whoever was erased since.
pub(super) fn drop_all_retired(tx: &Transaction<'_>) -> Result<(), StoreError> {
    let mut statement = tx.prepare("SELECT DISTINCT view FROM checkpoints WHERE stage = 'retired'")?;
    let names = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    names.iter().try_for_each(|name| drop_retired(tx, name).map(drop))
}

/// Moves the checkpoint, if it is where the writer left it.
pub(super) fn advance(tx: &Transaction<'_>, writes: &Writes) -> Result<(), StoreError> {
    let ViewId { name, version } = writes.instance.view;
    let moved = tx
        .prepare_cached(
            "UPDATE checkpoints SET position = $1 WHERE view = $2 AND version = $3 AND generation = $4
             AND epoch = $5 AND position = $6 AND stage IN ('building', 'active')",
        )?
        .execute(params![
            stored(writes.to),
            name,
            version,
            writes.instance.generation,
            writes.from.epoch.as_bytes(),
            stored(writes.from.position)
        ])?;
    if moved == 1 { Ok(()) } else { Err(StoreError::Fenced(writes.instance)) }
}

fn rows(tx: &Transaction<'_>, table: &str, rows: &[(Key, Option<Arc<[u8]>>)]) -> Result<(), StoreError> {
    let kept: Vec<(&[u8], &[u8])> =
        rows.iter().filter_map(|(key, doc)| Some((key.as_bytes(), doc.as_deref()?))).collect();
    let upsert = |count: usize| {
        let values: Vec<_> = (0..count).map(|n| format!("({})", places(1 + n * 2, 2))).collect();
        format!(
            "INSERT INTO {table} (key, doc) VALUES {} ON CONFLICT (key) DO UPDATE SET doc = excluded.doc",
            values.join(",")
        )
    };
    in_chunks(tx, &kept, upsert, |(key, doc)| [*key, *doc])?;
    let gone = rows.iter().filter(|(_, doc)| doc.is_none());
    for (key, _) in gone {
        tx.prepare_cached(&format!("DELETE FROM {table} WHERE key = $1"))?
            .execute(params![key.as_bytes()])?;
    }
    Ok(())
}

/// Entries of histories are added, never removed.
fn entries(tx: &Transaction<'_>, table: &str, rows: &[(Key, Option<Arc<[u8]>>)]) -> Result<(), StoreError> {
    let mut statement = tx.prepare_cached(&format!(
        "INSERT INTO {table} (segment, key, doc) VALUES ($1, $2, $3)
         ON CONFLICT (segment, key) DO UPDATE SET doc = excluded.doc"
    ))?;
    for (key, doc) in rows {
        if let Some(doc) = doc {
            let segment = segment_of(key.position().ok_or(StoreError::Corrupt("key"))?);
            statement.execute(params![segment, key.as_bytes(), &**doc])?;
        }
    }
    Ok(())
}

fn enlist(tx: &Transaction<'_>, table: &str, entries: &[(Key, ListEntry)]) -> Result<(), StoreError> {
    let insert = |count: usize| {
        let values: Vec<_> = (0..count).map(|n| format!("({})", places(1 + n * 4, 4))).collect();
        format!("INSERT INTO {table} (list, sort, key, item) VALUES {}", values.join(","))
    };
    in_chunks(tx, entries, insert, |(key, entry)| {
        [entry.list.as_bytes(), entry.sort.as_bytes(), key.as_bytes(), entry.item.as_bytes()]
    })
}

fn unlist(tx: &Transaction<'_>, table: &str, entries: &[(Key, ListEntry)]) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut statement = tx.prepare_cached(&format!(
        "DELETE FROM {table} WHERE list = $1 AND sort = $2 AND key = $3 AND item = $4"
    ))?;
    for (key, entry) in entries {
        statement.execute(params![
            entry.list.as_bytes(),
            entry.sort.as_bytes(),
            key.as_bytes(),
            entry.item.as_bytes()
        ])?;
    }
    Ok(())
}

fn in_chunks<T, const N: usize>(
    tx: &Transaction<'_>,
    items: &[T],
    text: impl Fn(usize) -> String,
    bind: impl for<'t> Fn(&'t T) -> [&'t [u8]; N],
) -> Result<(), StoreError> {
    let (chunks, rest) = items.as_chunks::<CHUNK>();
    if !chunks.is_empty() {
        let mut statement = tx.prepare_cached(&text(CHUNK))?;
        for chunk in chunks {
            statement.execute(params_from_iter(chunk.iter().flat_map(&bind)))?;
        }
    }
    if !rest.is_empty() {
        let mut statement = tx.prepare_cached(&text(1))?;
        for item in rest {
            statement.execute(params_from_iter(bind(item)))?;
        }
    }
    Ok(())
}

pub(super) fn begin(
    tx: &Transaction<'_>,
    view: ViewId,
    layout: Layout,
    stage: Stage,
    epoch: Uuid,
) -> Result<Checkpoint, StoreError> {
    let last: u32 = tx.query_row(
        "SELECT COALESCE(MAX(generation), 0) FROM checkpoints WHERE view = $1 AND version = $2",
        params![view.name, view.version],
        |row| row.get(0),
    )?;
    let instance = Instance { view, generation: last + 1 };
    Tables::of(instance).create(tx, layout)?;
    tx.execute(
        "INSERT INTO checkpoints (view, version, generation, stage, epoch, position) VALUES ($1, $2, $3, $4, $5, 0)",
        params![view.name, view.version, instance.generation, name_of(stage), epoch.as_bytes()],
    )?;
    Ok(Checkpoint { instance, stage, token: Token { epoch, position: 0 } })
}

pub(super) fn activate(tx: &Transaction<'_>, instance: Instance, at: Token) -> Result<(), StoreError> {
    let ViewId { name, version } = instance.view;
    let risen = tx.execute(
        "UPDATE checkpoints SET stage = 'active' WHERE view = $1 AND version = $2 AND generation = $3
         AND stage = 'building' AND epoch = $4 AND position = $5",
        params![name, version, instance.generation, at.epoch.as_bytes(), stored(at.position)],
    )?;
    let ahead: u32 = tx.query_row(
        "SELECT COUNT(*) FROM checkpoints WHERE view = $1 AND stage = 'active' AND epoch = $2 AND position > $3",
        params![name, at.epoch.as_bytes(), stored(at.position)],
        |row| row.get(0),
    )?;
    if risen != 1 || ahead != 0 {
        return Err(StoreError::NotLevel(instance));
    }
    tx.execute(
        "UPDATE checkpoints SET stage = 'retired' WHERE view = $1 AND stage = 'active'
         AND NOT (version = $2 AND generation = $3)",
        params![name, version, instance.generation],
    )?;
    Ok(())
}

pub(super) fn retire(tx: &Transaction<'_>, instance: Instance) -> Result<(), StoreError> {
    let ViewId { name, version } = instance.view;
    tx.execute(
        "UPDATE checkpoints SET stage = 'retired' WHERE view = $1 AND version = $2 AND generation = $3",
        params![name, version, instance.generation],
    )?;
    Ok(())
}

pub(super) fn drop_retired(tx: &Transaction<'_>, name: &str) -> Result<usize, StoreError> {
    let mut statement =
        tx.prepare("SELECT version, generation FROM checkpoints WHERE view = $1 AND stage = 'retired'")?;
    let retired: Vec<(u32, u32)> = statement
        .query_map(params![name], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (version, generation) in &retired {
        Tables::named(name, *version, *generation).drop(tx)?;
        // The line stays without its tables, so that a generation is never used twice: a forgotten runner that
        // still writes to the old one is refused.
        tx.execute(
            "UPDATE checkpoints SET stage = 'dropped' WHERE view = $1 AND version = $2 AND generation = $3",
            params![name, version, generation],
        )?;
    }
    Ok(retired.len())
}

const fn name_of(stage: Stage) -> &'static str {
    match stage {
        Stage::Building => "building",
        Stage::Active => "active",
        Stage::Retired => "retired",
    }
}

fn stored(position: u64) -> i64 {
    i64::try_from(position).expect("a ledger holds fewer than 2^63 events")
}
