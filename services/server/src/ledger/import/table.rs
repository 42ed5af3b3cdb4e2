//! The table of a postgres-es program, read in the order of its key.

use std::collections::VecDeque;

use concord_kernel::CommandId;
use concord_postgres::{Client, Link, Server};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Failed;

/// Rows that are fetched at once.
const PAGE: usize = 500;
/// Namespace of the commands that stand for imported events; never changes.
const IMPORTED: Uuid = Uuid::from_u128(0x9c1d_40b7_e2a3_5f68_8d15_3b60_c7f9_2ae4);

/// An event as the table has it.
pub(super) struct Row {
    pub(super) aggregate_type: String,
    pub(super) aggregate_id: String,
    pub(super) sequence: u64,
    pub(super) event_type: String,
    pub(super) event_version: String,
    pub(super) payload: String,
    pub(super) metadata: String,
}

impl Row {
    pub(super) fn name(&self) -> (String, String) {
        (self.aggregate_type.clone(), self.aggregate_id.clone())
    }

    /// The command that the event stands for: the same whenever it is imported.
    pub(super) fn command(&self) -> CommandId {
        let name = format!("{}\n{}\n{}", self.aggregate_type, self.aggregate_id, self.sequence);
        CommandId::new(Uuid::new_v5(&IMPORTED, name.as_bytes()))
    }

    /// What tells one event in this place from another.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        for part in [&self.event_type, &self.event_version, &self.payload, &self.metadata] {
            digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(part);
        }
        digest.finalize().into()
    }
}

/// The table, as it was when it was opened.
pub(super) struct Table {
    link: Link,
    select: String,
}

impl Table {
    /// The table of that name in `from`, where nothing is written.
    pub(super) async fn open(from: &Server, table: &str) -> Result<Self, Failed> {
        let link = Link::connect(&from.reading()).await?;
        let client = link.client();
        let quoted = client.query_one("SELECT quote_ident($1)", &[&table]).await?;
        let quoted: String = quoted.try_get(0)?;
        client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let select = format!(
            "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload::text, metadata::text
            FROM {quoted} ORDER BY aggregate_type COLLATE \"C\", aggregate_id COLLATE \"C\", sequence"
        );
        Ok(Self { link, select })
    }

    /// All rows, from the first; one reading at a time.
    pub(super) async fn rows(&self) -> Result<Rows<'_>, Failed> {
        let declare = format!("CLOSE ALL; DECLARE imported NO SCROLL CURSOR FOR {}", self.select);
        let client = self.link.client();
        client.batch_execute(&declare).await?;
        Ok(Rows { client, page: VecDeque::new(), ended: false })
    }
}

/// Rows that are fetched page by page.
pub(super) struct Rows<'a> {
    client: &'a Client,
    page: VecDeque<Row>,
    ended: bool,
}

impl Rows<'_> {
    pub(super) async fn next(&mut self) -> Result<Option<Row>, Failed> {
        if self.page.is_empty() && !self.ended {
            let fetch = format!("FETCH FORWARD {PAGE} FROM imported");
            let rows = self.client.query_typed(&fetch, &[]).await?;
            self.ended = rows.len() < PAGE;
            for row in rows {
                let sequence: i64 = row.try_get(2)?;
                self.page.push_back(Row {
                    aggregate_type: row.try_get(0)?,
                    aggregate_id: row.try_get(1)?,
                    sequence: u64::try_from(sequence).unwrap_or(0),
                    event_type: row.try_get(3)?,
                    event_version: row.try_get(4)?,
                    payload: row.try_get(5)?,
                    metadata: row.try_get(6)?,
                });
            }
        }
        Ok(self.page.pop_front())
    }
}
