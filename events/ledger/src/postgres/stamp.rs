//! Instants as PostgreSQL keeps them: microseconds since 2000, to the last one.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use concord_kernel::Instant;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

/// 2000-01-01T00:00:00Z in microseconds since 1970.
const YEAR_2000: i64 = 946_684_800_000_000;

/// An instant in a column or a parameter of type `timestamptz`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp(pub(super) Instant);

impl ToSql for Stamp {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.put_i64(self.0.micros() - YEAR_2000);
        Ok(IsNull::No)
    }

    accepts!(TIMESTAMPTZ);
    to_sql_checked!();
}

impl FromSql<'_> for Stamp {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let micros = i64::from_be_bytes(raw.try_into()?);
        let since_1970 = micros.checked_add(YEAR_2000).ok_or("a time beyond every calendar")?;
        Ok(Self(Instant::from_micros(since_1970)?))
    }

    accepts!(TIMESTAMPTZ);
}
