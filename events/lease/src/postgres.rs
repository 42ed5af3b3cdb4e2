//! Leases in PostgreSQL.

use std::time::Duration;

use async_trait::async_trait;
use concord_postgres::{Brought, Line, Link, MigrateError, Migrations, Parameter, Server, Trouble};
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::{Fence, Lease, LeaseError, Leases};

const SCHEMA: Migrations =
    Migrations { schema: "coordination", lock: 8_243_551_905_773, steps: &[include_str!("leases_1.sql")] };

/// How long an answer may take: less than a lease lasts, as whoever waits for a renewal may lose it meanwhile.
const ANSWER: Duration = Duration::from_secs(5);

// The update waits for whoever changes the row and looks at it again, so of two who ask at once one has it.
const TAKE: &str = "INSERT INTO coordination.leases AS lease (ledger, name, holder, token, until)
    VALUES ($1, $2, $3, 1, clock_timestamp() + $4 * interval '1 microsecond')
    ON CONFLICT (ledger, name) DO UPDATE
    SET holder = excluded.holder, token = lease.token + 1,
        until = clock_timestamp() + $4 * interval '1 microsecond'
    WHERE lease.until <= clock_timestamp()
    RETURNING token";
// Also when it has run out: while nobody else has taken it, it is the same holder's.
const RENEW: &str = "UPDATE coordination.leases SET until = clock_timestamp() + $5 * interval '1 microsecond'
    WHERE ledger = $1 AND name = $2 AND holder = $3 AND token = $4 RETURNING token";
const RELEASE: &str = "UPDATE coordination.leases SET until = '-infinity'
    WHERE ledger = $1 AND name = $2 AND holder = $3 AND token = $4 RETURNING token";

/// Leases in a table of a database that all processes of a ledger share.
#[derive(Debug)]
pub struct PostgresLeases {
    line: Line,
}

impl PostgresLeases {
    /// Brings the table to this program's version, with the rights of the role that `database` names.
    ///
    /// # Errors
    ///
    /// See [`MigrateError`].
    pub async fn migrate(database: &Server) -> Result<Brought, MigrateError> {
        SCHEMA.run(&Link::connect(database).await.map_err(Trouble::from)?).await
    }

    /// Connects, and brings the table to this program's version if the role may.
    ///
    /// # Errors
    ///
    /// See [`MigrateError`].
    pub async fn open(database: Server) -> Result<Self, MigrateError> {
        let line = Line::new(database, ANSWER);
        SCHEMA.run(&*line.connection().await?).await?;
        Ok(Self { line })
    }

    async fn token(
        &self,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Option<Fence>, LeaseError> {
        let rows = self.line.tell(statement, parameters).await.map_err(unavailable)?;
        let Some(row) = rows.first() else { return Ok(None) };
        let token: i64 = row.try_get(0).map_err(|error| unavailable(error.into()))?;
        Ok(Some(Fence::new(u64::try_from(token).map_err(|_| unavailable(Trouble::Shape))?)))
    }
}

fn unavailable(trouble: Trouble) -> LeaseError {
    LeaseError::Unavailable(Box::new(trouble))
}

fn micros(term: Duration) -> i64 {
    i64::try_from(term.as_micros()).unwrap_or(i64::MAX)
}

fn stored(fence: Fence) -> i64 {
    i64::try_from(fence.number()).unwrap_or(i64::MAX)
}

#[async_trait]
impl Leases for PostgresLeases {
    async fn take(&self, lease: &Lease, holder: Uuid, term: Duration) -> Result<Option<Fence>, LeaseError> {
        let (name, term) = (lease.duty.as_str(), micros(term));
        let parameters: [Parameter<'_>; 4] =
            [(&lease.ledger, Type::TEXT), (&name, Type::TEXT), (&holder, Type::UUID), (&term, Type::INT8)];
        self.token(TAKE, &parameters).await
    }

    async fn renew(
        &self,
        lease: &Lease,
        holder: Uuid,
        fence: Fence,
        term: Duration,
    ) -> Result<bool, LeaseError> {
        let (name, token, term) = (lease.duty.as_str(), stored(fence), micros(term));
        let parameters: [Parameter<'_>; 5] = [
            (&lease.ledger, Type::TEXT),
            (&name, Type::TEXT),
            (&holder, Type::UUID),
            (&token, Type::INT8),
            (&term, Type::INT8),
        ];
        Ok(self.token(RENEW, &parameters).await?.is_some())
    }

    async fn release(&self, lease: &Lease, holder: Uuid, fence: Fence) -> Result<(), LeaseError> {
        let (name, token) = (lease.duty.as_str(), stored(fence));
        let parameters: [Parameter<'_>; 4] =
            [(&lease.ledger, Type::TEXT), (&name, Type::TEXT), (&holder, Type::UUID), (&token, Type::INT8)];
        self.token(RELEASE, &parameters).await.map(drop)
    }
}
