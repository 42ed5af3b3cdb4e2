//! Bytes that go into and come from columns of text and JSON without being copied into strings first.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

/// Bytes that are meant to be UTF-8. The server refuses them when they are not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Utf8<'a>(pub(super) &'a [u8]);

impl<'a> Utf8<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
}

impl ToSql for Utf8<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.put_slice(self.0);
        Ok(IsNull::No)
    }

    accepts!(TEXT, JSON);
    to_sql_checked!();
}

impl<'a> FromSql<'a> for Utf8<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw))
    }

    accepts!(TEXT, JSON);
}
