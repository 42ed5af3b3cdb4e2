//! Data keys in a PostgreSQL database of their own.

use std::time::Duration;

use async_trait::async_trait;
use concord_kernel::{Instant, LedgerId, PatientId, PersonId};
use concord_postgres::{Line, MigrateError, Migrations, Parameter, Server, Trouble};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};
use uuid::Uuid;

use super::sqlite::ledger;
use super::{Counted, Found, KeyStore, Owner, StoredKey};
use crate::shred::Shred;
use crate::{StoreError, Wrapped};

const SCHEMA: Migrations =
    Migrations { schema: "keys", lock: 8_243_551_905_781, steps: &[include_str!("keys_1.sql")] };

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(30);

const SAMPLE: &str = "SELECT name, sample FROM keys.current_kek";
const MAKE_CURRENT: &str = "INSERT INTO keys.current_kek (one, name, sample) VALUES (true, $1, $2)
    ON CONFLICT (one) DO UPDATE SET name = excluded.name, sample = excluded.sample";
/// The last column says whether an owner was shredded.
const FIND: &str = "SELECT key.id, asked.ledger, asked.patient, asked.class, key.kek, key.wrapped,
        EXISTS (SELECT 1 FROM keys.shreds AS shred
            WHERE shred.ledger = asked.ledger AND shred.patient = asked.patient)
    FROM unnest($1::text[], $2::uuid[], $3::text[]) WITH ORDINALITY AS asked (ledger, patient, class, place)
    LEFT JOIN keys.data_keys AS key USING (ledger, patient, class) ORDER BY asked.place";
/// The row of the current key is locked, so that nobody changes it between this look and what is added. The first column
/// says whether it still is the current one.
const ADD: &str = "WITH now AS (SELECT name FROM keys.current_kek WHERE name = $1 FOR SHARE),
    added AS (
        INSERT INTO keys.data_keys (id, ledger, patient, class, kek, wrapped)
        SELECT new.id, new.ledger, new.patient, new.class, now.name, new.wrapped
        FROM now, unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::bytea[])
            AS new (id, ledger, patient, class, wrapped)
        WHERE NOT EXISTS (SELECT 1 FROM keys.shreds AS shred
            WHERE shred.ledger = new.ledger AND shred.patient = new.patient)
        ON CONFLICT DO NOTHING RETURNING id
    )
    SELECT EXISTS (SELECT 1 FROM now), count(*) FROM added";
const LOAD: &str = "SELECT key.id, key.ledger, key.patient, key.class, key.kek, key.wrapped
    FROM unnest($1::uuid[]) WITH ORDINALITY AS asked (id, place)
    LEFT JOIN keys.data_keys AS key USING (id) ORDER BY asked.place";
const OUTDATED: &str = "SELECT id, ledger, patient, class, kek, wrapped FROM keys.data_keys
    WHERE kek IS NOT NULL AND kek <> $1 ORDER BY id LIMIT $2";
const REWRAP: &str = "UPDATE keys.data_keys SET kek = $1, wrapped = $2 WHERE id = $3 AND wrapped = $4";
const COUNT: &str = "SELECT count(*) FILTER (WHERE kek IS NOT NULL),
        count(*) FILTER (WHERE kek NOT IN (SELECT name FROM keys.current_kek)),
        count(*) FILTER (WHERE kek IS NULL), (SELECT count(*) FROM keys.shreds WHERE done_at IS NULL)
    FROM keys.data_keys";
const ASK: &str = "INSERT INTO keys.shreds (id, ledger, patient, reason, asked_by, approved_by)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
const SHREDS: &str =
    "SELECT id, ledger, patient, reason, asked_by, approved_by, done_at IS NOT NULL, clear_events
    FROM keys.shreds WHERE ledger = $1 ORDER BY number";
const DESTROY: &str = "WITH shred AS (
        UPDATE keys.shreds SET destroyed_at = coalesce(destroyed_at, clock_timestamp())
        WHERE ledger = $1 AND patient = $2
    ), gone AS (
        UPDATE keys.data_keys SET kek = NULL, wrapped = NULL, destroyed_at = clock_timestamp()
        WHERE ledger = $1 AND patient = $2 AND kek IS NOT NULL RETURNING id
    )
    SELECT count(*) FROM gone";
/// The rows as they were are in the table's file until this.
const SWEEP: &str = "VACUUM keys.data_keys";
const DONE: &str =
    "UPDATE keys.shreds SET done_at = coalesce(done_at, clock_timestamp()), clear_events = $2 WHERE id = $1";
const DESTRUCTIONS: &str = "SELECT count(*) FROM keys.shreds WHERE ledger = $1 AND destroyed_at IS NOT NULL";

/// The data keys in a database. Several processes may use it.
#[derive(Debug)]
pub struct PostgresKeys {
    line: Line,
}

impl PostgresKeys {
    /// Connects, and brings the schema `keys` to this program's version, with the rights of the role that `database` names.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
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

fn number(row: &Row, column: usize) -> Result<u64, StoreError> {
    let number: i64 = self::column(row, column)?;
    u64::try_from(number).map_err(|_| StoreError::Corrupt("a count is negative"))
}

const NO_ROW: StoreError = StoreError::Corrupt("a count has no row");

fn key(row: &Row) -> Result<Option<StoredKey>, StoreError> {
    let Some(id) = column::<Option<Uuid>>(row, 0)? else { return Ok(None) };
    let ledger = ledger(column(row, 1)?).ok_or(StoreError::Corrupt("a key has no owner"))?;
    let class = column::<&str>(row, 3)?.parse();
    let class = class.map_err(|_| StoreError::Corrupt("a key has no class"))?;
    let (kek, wrapped): (Option<String>, Option<Vec<u8>>) = (column(row, 4)?, column(row, 5)?);
    let owner = Owner { ledger, patient: PatientId::new(column(row, 2)?), class };
    Ok(Some(StoredKey { id, owner, wrapped: kek.zip(wrapped).map(|(kek, bytes)| Wrapped { kek, bytes }) }))
}

fn found(row: &Row) -> Result<Found, StoreError> {
    Ok(match key(row)? {
        Some(key) if key.wrapped.is_some() => Found::Key(key),
        Some(_) => Found::Shredded,
        None if column(row, 6)? => Found::Shredded,
        None => Found::Nothing,
    })
}

fn shred(row: &Row) -> Result<Shred, StoreError> {
    let damaged = StoreError::Corrupt("a shred cannot be read");
    let reason = column::<&str>(row, 3)?.parse();
    let (Some(ledger), Ok(reason)) = (ledger(column(row, 1)?), reason) else { return Err(damaged) };
    Ok(Shred {
        id: column(row, 0)?,
        ledger,
        patient: PatientId::new(column(row, 2)?),
        reason,
        by: PersonId::new(column(row, 4)?),
        approved_by: PersonId::new(column(row, 5)?),
        done: column(row, 6)?,
        clear_events: number(row, 7)?,
    })
}

/// Owners as columns.
struct Owners {
    ledgers: Vec<String>,
    patients: Vec<Uuid>,
    classes: Vec<&'static str>,
}

impl Owners {
    fn of<'a>(owners: impl Iterator<Item = &'a Owner> + Clone) -> Self {
        Self {
            ledgers: owners.clone().map(|owner| owner.ledger.to_string()).collect(),
            patients: owners.clone().map(|owner| owner.patient.uuid()).collect(),
            classes: owners.map(|owner| owner.class.as_str()).collect(),
        }
    }
}

#[async_trait]
impl KeyStore for PostgresKeys {
    async fn sample(&self) -> Result<Option<Wrapped>, StoreError> {
        let rows = self.line.ask(SAMPLE, &[]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(Wrapped { kek: column(row, 0)?, bytes: column(row, 1)? }))
    }

    async fn make_current(&self, sample: &Wrapped) -> Result<(), StoreError> {
        let parameters: [Parameter<'_>; 2] = [(&sample.kek, Type::TEXT), (&sample.bytes, Type::BYTEA)];
        self.line.ask(MAKE_CURRENT, &parameters).await?;
        Ok(())
    }

    async fn find(&self, owners: &[Owner]) -> Result<Vec<Found>, StoreError> {
        let Owners { ledgers, patients, classes } = Owners::of(owners.iter());
        let parameters: [Parameter<'_>; 3] =
            [(&ledgers, Type::TEXT_ARRAY), (&patients, Type::UUID_ARRAY), (&classes, Type::TEXT_ARRAY)];
        self.line.ask(FIND, &parameters).await?.iter().map(found).collect()
    }

    async fn add(&self, keys: &[StoredKey], _: Instant) -> Result<Vec<Found>, StoreError> {
        let owners: Vec<_> = keys.iter().map(|key| key.owner.clone()).collect();
        let Owners { ledgers, patients, classes } = Owners::of(owners.iter());
        let ids: Vec<Uuid> = keys.iter().map(|key| key.id).collect();
        let wrapped: Option<Vec<&Wrapped>> = keys.iter().map(|key| key.wrapped.as_ref()).collect();
        let wrapped = wrapped.ok_or(StoreError::Corrupt("a new key is none"))?;
        let Some(first) = wrapped.first() else { return Ok(Vec::new()) };
        if wrapped.iter().any(|wrapped| wrapped.kek != first.kek) {
            return Err(StoreError::Stale);
        }
        let bodies: Vec<&[u8]> = wrapped.iter().map(|wrapped| wrapped.bytes.as_slice()).collect();
        let parameters: [Parameter<'_>; 6] = [
            (&first.kek, Type::TEXT),
            (&ids, Type::UUID_ARRAY),
            (&ledgers, Type::TEXT_ARRAY),
            (&patients, Type::UUID_ARRAY),
            (&classes, Type::TEXT_ARRAY),
            (&bodies, Type::BYTEA_ARRAY),
        ];
        let rows = self.line.ask(ADD, &parameters).await?;
        if !column::<bool>(rows.first().ok_or(NO_ROW)?, 0)? {
            return Err(StoreError::Stale);
        }
        self.find(&owners).await
    }

    async fn load(&self, ids: &[Uuid]) -> Result<Vec<Option<StoredKey>>, StoreError> {
        self.line.ask(LOAD, &[(&ids, Type::UUID_ARRAY)]).await?.iter().map(key).collect()
    }

    async fn outdated(&self, kek: &str, limit: usize) -> Result<Vec<StoredKey>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.line.ask(OUTDATED, &[(&kek, Type::TEXT), (&limit, Type::INT8)]).await?;
        rows.iter().filter_map(|row| key(row).transpose()).collect()
    }

    async fn rewrap(&self, id: Uuid, was: &Wrapped, wrapped: &Wrapped) -> Result<(), StoreError> {
        let parameters: [Parameter<'_>; 4] = [
            (&wrapped.kek, Type::TEXT),
            (&wrapped.bytes, Type::BYTEA),
            (&id, Type::UUID),
            (&was.bytes, Type::BYTEA),
        ];
        self.line.ask(REWRAP, &parameters).await?;
        Ok(())
    }

    async fn count(&self) -> Result<Counted, StoreError> {
        let rows = self.line.ask(COUNT, &[]).await?;
        let row = rows.first().ok_or(NO_ROW)?;
        let at = |column| number(row, column);
        Ok(Counted { keys: at(0)?, outdated: at(1)?, destroyed: at(2)?, unfinished: at(3)? })
    }

    async fn ask(&self, shred: &Shred, _: Instant) -> Result<Shred, StoreError> {
        let (ledger, reason) = (shred.ledger.to_string(), shred.reason.as_str());
        let (patient, by, approved_by) = (shred.patient.uuid(), shred.by.uuid(), shred.approved_by.uuid());
        let parameters: [Parameter<'_>; 6] = [
            (&shred.id, Type::UUID),
            (&ledger, Type::TEXT),
            (&patient, Type::UUID),
            (&reason, Type::TEXT),
            (&by, Type::UUID),
            (&approved_by, Type::UUID),
        ];
        self.line.ask(ASK, &parameters).await?;
        let all = self.shreds(&shred.ledger).await?;
        all.into_iter().find(|one| one.patient == shred.patient).ok_or(NO_ROW)
    }

    async fn shreds(&self, ledger: &LedgerId) -> Result<Vec<Shred>, StoreError> {
        let ledger = ledger.to_string();
        self.line.ask(SHREDS, &[(&ledger, Type::TEXT)]).await?.iter().map(shred).collect()
    }

    async fn destroy(&self, ledger: &LedgerId, patient: PatientId, _: Instant) -> Result<u64, StoreError> {
        let (ledger, patient) = (ledger.to_string(), patient.uuid());
        let parameters: [Parameter<'_>; 2] = [(&ledger, Type::TEXT), (&patient, Type::UUID)];
        let rows = self.line.ask(DESTROY, &parameters).await?;
        let destroyed = number(rows.first().ok_or(NO_ROW)?, 0)?;
        self.line.ask(SWEEP, &[]).await?;
        Ok(destroyed)
    }

    async fn done(&self, shred: Uuid, clear_events: u64, _: Instant) -> Result<(), StoreError> {
        let clear = i64::try_from(clear_events).unwrap_or(i64::MAX);
        self.line.ask(DONE, &[(&shred, Type::UUID), (&clear, Type::INT8)]).await?;
        Ok(())
    }

    async fn destructions(&self, ledger: &LedgerId) -> Result<u64, StoreError> {
        let ledger = ledger.to_string();
        let rows = self.line.ask(DESTRUCTIONS, &[(&ledger, Type::TEXT)]).await?;
        number(rows.first().ok_or(NO_ROW)?, 0)
    }
}
