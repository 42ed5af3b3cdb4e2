//! Data keys in a SQLite file of their own. What is deleted is overwritten, and the log of the file does not keep it.

use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use concord_kernel::{Instant, LedgerId, LedgerKind, PatientId, PersonId, TenantId};
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use uuid::Uuid;

use super::{Counted, Found, KeyStore, Owner, StoredKey};
use crate::shred::Shred;
use crate::{StoreError, Wrapped};

/// The version of the tables; kept in the file's `user_version`.
const SCHEMA: u32 = 1;
const TABLES: &str = include_str!("keys.sqlite.sql");
const OWNER_ONLY: u32 = 0o600;

/// How long a transaction waits for another one's.
const PATIENCE: Duration = Duration::from_secs(10);

const KEY: &str = "SELECT id, ledger, patient, class, kek, wrapped FROM data_keys";
const ADD: &str = "INSERT INTO data_keys (id, ledger, patient, class, kek, wrapped, made_at)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
const SHRED: &str = "SELECT id, ledger, patient, reason, asked_by, approved_by, done_at IS NOT NULL, clear_events FROM shreds";

/// A file of data keys.
#[derive(Clone)]
pub struct SqliteKeys(Arc<Mutex<Connection>>);

impl SqliteKeys {
    /// Opens the file.
    ///
    /// # Errors
    ///
    /// [`StoreError::Absent`] when there is none: an empty one in its place would make new keys where old ones are lost.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::Absent);
        }
        Self::connect(path)
    }

    /// Opens the file, making it, for its owner only, when there is none.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let away = |cause| StoreError::Unavailable(Box::new(cause));
        let made = OpenOptions::new().write(true).create(true).truncate(false).mode(OWNER_ONLY).open(path);
        made.and_then(|file| file.set_permissions(Permissions::from_mode(OWNER_ONLY))).map_err(away)?;
        Self::connect(path)
    }

    fn connect(path: &Path) -> Result<Self, StoreError> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        // A key that seals something must outlive it.
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "secure_delete", "on")?;
        let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if found > SCHEMA {
            return Err(StoreError::NewerSchema { found, known: SCHEMA });
        }
        if found < SCHEMA {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Another process may have been faster.
            if change.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))? < SCHEMA {
                change.execute_batch(TABLES)?;
                change.pragma_update(None, "user_version", SCHEMA)?;
            }
            change.commit()?;
        }
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let connection = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        done.await.map_err(|error| StoreError::Unavailable(Box::new(error)))?
    }

    /// Does `work` in a transaction that is durable when this returns.
    async fn change<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.run(move |connection| {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&change)?;
            change.commit()?;
            Ok(done)
        })
        .await
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

fn bytes(id: Uuid) -> [u8; 16] {
    id.into_bytes()
}

fn uuid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get(column).map(Uuid::from_bytes)
}

/// `tenant/kind` as a ledger.
pub(super) fn ledger(text: &str) -> Option<LedgerId> {
    let (tenant, kind) = text.split_once('/')?;
    let kind = match kind {
        "clinical" => LedgerKind::Clinical,
        "access" => LedgerKind::Access,
        _ => return None,
    };
    Some(LedgerId { tenant: TenantId::parse(tenant).ok()?, kind })
}

fn key(row: &Row<'_>) -> rusqlite::Result<Option<StoredKey>> {
    let (ledger_name, class): (String, String) = (row.get(1)?, row.get(3)?);
    let (Some(ledger), Ok(class)) = (ledger(&ledger_name), class.parse()) else { return Ok(None) };
    let (kek, wrapped): (Option<String>, Option<Vec<u8>>) = (row.get(4)?, row.get(5)?);
    let wrapped = kek.zip(wrapped).map(|(kek, bytes)| Wrapped { kek, bytes });
    let owner = Owner { ledger, patient: PatientId::new(uuid(row, 2)?), class };
    Ok(Some(StoredKey { id: uuid(row, 0)?, owner, wrapped }))
}

fn found(connection: &Connection, owner: &Owner) -> Result<Found, StoreError> {
    let Owner { ledger, patient, class } = owner;
    let (ledger, patient) = (ledger.to_string(), bytes(patient.uuid()));
    let shredded = connection
        .prepare_cached("SELECT 1 FROM shreds WHERE ledger = ? AND patient = ?")?
        .exists(params![ledger, patient])?;
    let held = connection
        .prepare_cached(&format!("{KEY} WHERE ledger = ? AND patient = ? AND class = ?"))?
        .query_row(params![ledger, patient, class.as_str()], key)
        .optional()?;
    match held {
        Some(None) => Err(StoreError::Corrupt("a key has no owner")),
        Some(Some(key)) if key.wrapped.is_some() => Ok(Found::Key(key)),
        Some(Some(_)) => Ok(Found::Shredded),
        None => Ok(if shredded { Found::Shredded } else { Found::Nothing }),
    }
}

fn shred(row: &Row<'_>) -> rusqlite::Result<Option<Shred>> {
    let (ledger_name, reason): (String, String) = (row.get(1)?, row.get(3)?);
    let (Some(ledger), Ok(reason)) = (ledger(&ledger_name), reason.parse()) else { return Ok(None) };
    Ok(Some(Shred {
        id: uuid(row, 0)?,
        ledger,
        patient: PatientId::new(uuid(row, 2)?),
        reason,
        by: PersonId::new(uuid(row, 4)?),
        approved_by: PersonId::new(uuid(row, 5)?),
        done: row.get(6)?,
        clear_events: row.get(7)?,
    }))
}

const DAMAGED: StoreError = StoreError::Corrupt("a shred cannot be read");

#[async_trait]
impl KeyStore for SqliteKeys {
    async fn sample(&self) -> Result<Option<Wrapped>, StoreError> {
        self.run(|connection| {
            let read = |row: &Row<'_>| Ok(Wrapped { kek: row.get(0)?, bytes: row.get(1)? });
            Ok(connection.query_row("SELECT name, sample FROM current_kek", [], read).optional()?)
        })
        .await
    }

    async fn make_current(&self, sample: &Wrapped) -> Result<(), StoreError> {
        let sample = sample.clone();
        self.change(move |change| {
            change.execute(
                "INSERT INTO current_kek (one, name, sample) VALUES (1, ?, ?)
                 ON CONFLICT (one) DO UPDATE SET name = excluded.name, sample = excluded.sample",
                params![sample.kek, sample.bytes],
            )?;
            Ok(())
        })
        .await
    }

    async fn find(&self, owners: &[Owner]) -> Result<Vec<Found>, StoreError> {
        let owners = owners.to_vec();
        self.run(move |connection| owners.iter().map(|owner| found(connection, owner)).collect()).await
    }

    async fn add(&self, keys: &[StoredKey], now: Instant) -> Result<Vec<Found>, StoreError> {
        let keys = keys.to_vec();
        self.change(move |change| {
            let current: String = change.query_row("SELECT name FROM current_kek", [], |row| row.get(0))?;
            let mut answers = Vec::with_capacity(keys.len());
            for key in &keys {
                let wrapped = key.wrapped.as_ref().ok_or(StoreError::Corrupt("a new key is none"))?;
                if wrapped.kek != current {
                    return Err(StoreError::Stale);
                }
                if found(change, &key.owner)? == Found::Nothing {
                    change.prepare_cached(ADD)?.execute(params![
                        bytes(key.id),
                        key.owner.ledger.to_string(),
                        bytes(key.owner.patient.uuid()),
                        key.owner.class.as_str(),
                        wrapped.kek,
                        wrapped.bytes,
                        now.micros(),
                    ])?;
                }
                answers.push(found(change, &key.owner)?);
            }
            Ok(answers)
        })
        .await
    }

    async fn load(&self, ids: &[Uuid]) -> Result<Vec<Option<StoredKey>>, StoreError> {
        let ids = ids.to_vec();
        self.run(move |connection| {
            let mut statement = connection.prepare_cached(&format!("{KEY} WHERE id = ?"))?;
            let mut one = |id: &Uuid| statement.query_row([bytes(*id)], key).optional().map(Option::flatten);
            Ok(ids.iter().map(&mut one).collect::<Result<Vec<_>, _>>()?)
        })
        .await
    }

    async fn outdated(&self, kek: &str, limit: usize) -> Result<Vec<StoredKey>, StoreError> {
        let kek = kek.to_owned();
        self.run(move |connection| {
            let text = format!("{KEY} WHERE kek IS NOT NULL AND kek <> ? ORDER BY id LIMIT ?");
            let mut statement = connection.prepare_cached(&text)?;
            let rows = statement.query_map(params![kek, limit], key)?;
            let keys = rows.collect::<Result<Option<Vec<_>>, _>>()?;
            keys.ok_or(StoreError::Corrupt("a key has no owner"))
        })
        .await
    }

    async fn rewrap(&self, id: Uuid, was: &Wrapped, wrapped: &Wrapped) -> Result<(), StoreError> {
        let (was, wrapped) = (was.clone(), wrapped.clone());
        self.change(move |change| {
            change
                .prepare_cached("UPDATE data_keys SET kek = ?, wrapped = ? WHERE id = ? AND wrapped = ?")?
                .execute(params![wrapped.kek, wrapped.bytes, bytes(id), was.bytes])?;
            Ok(())
        })
        .await
    }

    async fn count(&self) -> Result<Counted, StoreError> {
        self.run(|connection| {
            let count = |text: &str| connection.query_row(text, [], |row| row.get::<_, u64>(0));
            Ok(Counted {
                keys: count("SELECT count(*) FROM data_keys WHERE kek IS NOT NULL")?,
                outdated: count(
                    "SELECT count(*) FROM data_keys
                     WHERE kek IS NOT NULL AND kek NOT IN (SELECT name FROM current_kek)",
                )?,
                destroyed: count("SELECT count(*) FROM data_keys WHERE kek IS NULL")?,
                unfinished: count("SELECT count(*) FROM shreds WHERE done_at IS NULL")?,
            })
        })
        .await
    }

    async fn ask(&self, shred: &Shred, now: Instant) -> Result<Shred, StoreError> {
        let asked = shred.clone();
        self.change(move |change| {
            let (ledger, patient) = (asked.ledger.to_string(), bytes(asked.patient.uuid()));
            change.execute(
                "INSERT INTO shreds (id, ledger, patient, reason, asked_by, approved_by, asked_at)
                 VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                params![
                    bytes(asked.id),
                    ledger,
                    patient,
                    asked.reason.as_str(),
                    bytes(asked.by.uuid()),
                    bytes(asked.approved_by.uuid()),
                    now.micros()
                ],
            )?;
            let stands = format!("{SHRED} WHERE ledger = ? AND patient = ?");
            change.query_row(&stands, params![ledger, patient], self::shred)?.ok_or(DAMAGED)
        })
        .await
    }

    async fn shreds(&self, ledger: &LedgerId) -> Result<Vec<Shred>, StoreError> {
        let ledger = ledger.to_string();
        self.run(move |connection| {
            let mut statement =
                connection.prepare_cached(&format!("{SHRED} WHERE ledger = ? ORDER BY asked_at, id"))?;
            let rows = statement.query_map([ledger], shred)?;
            rows.collect::<Result<Option<Vec<_>>, _>>()?.ok_or(DAMAGED)
        })
        .await
    }

    async fn destroy(&self, ledger: &LedgerId, patient: PatientId, now: Instant) -> Result<u64, StoreError> {
        let (ledger, patient) = (ledger.to_string(), bytes(patient.uuid()));
        let destroyed = self.change(move |change| {
            let destroyed = change.execute(
                "UPDATE data_keys SET kek = NULL, wrapped = NULL, destroyed_at = ?
                 WHERE ledger = ? AND patient = ? AND kek IS NOT NULL",
                params![now.micros(), ledger, patient],
            )?;
            change.execute(
                "UPDATE shreds SET destroyed_at = coalesce(destroyed_at, ?) WHERE ledger = ? AND patient = ?",
                params![now.micros(), ledger, patient],
            )?;
            Ok(destroyed as u64)
        });
        let destroyed = destroyed.await?;
        // The log of the file still holds the pages as they were.
        self.run(|connection| {
            let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            if busy {
                Err(StoreError::Unavailable("another process reads the store of keys".into()))
            } else {
                Ok(())
            }
        })
        .await?;
        Ok(destroyed)
    }

    async fn done(&self, shred: Uuid, clear_events: u64, now: Instant) -> Result<(), StoreError> {
        self.change(move |change| {
            change.execute(
                "UPDATE shreds SET done_at = coalesce(done_at, ?), clear_events = ? WHERE id = ?",
                params![now.micros(), clear_events, bytes(shred)],
            )?;
            Ok(())
        })
        .await
    }

    async fn destructions(&self, ledger: &LedgerId) -> Result<u64, StoreError> {
        let ledger = ledger.to_string();
        self.run(move |connection| {
            let count = "SELECT count(*) FROM shreds WHERE ledger = ? AND destroyed_at IS NOT NULL";
            Ok(connection.prepare_cached(count)?.query_row([ledger], |row| row.get(0))?)
        })
        .await
    }
}
