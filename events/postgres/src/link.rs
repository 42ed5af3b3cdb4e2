//! A connection, and the way back to it.

use std::time::Duration;

use futures::StreamExt;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_postgres::{Client, Error};

use crate::Server;

/// The first pause between two attempts to connect; each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What a server must be like for an acknowledged commit to be a durable one, and to be written at all.
const STATE: &str =
    "SELECT current_setting('synchronous_commit') <> 'off' AND current_setting('fsync') = 'on'
        AND current_setting('full_page_writes') = 'on',
    pg_is_in_recovery()";

/// Why a server is not one to write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// What it says is committed may be gone after a power cut.
    #[error("PostgreSQL does not wait for the disk: synchronous_commit, fsync or full_page_writes is off")]
    Volatile,
    /// It follows another server.
    #[error("PostgreSQL is a standby; connect to the primary")]
    Standby,
}

/// A connection that closes when this is dropped.
pub struct Link {
    server: Server,
    client: Client,
    driver: JoinHandle<()>,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Link {
    /// Connects.
    ///
    /// # Errors
    ///
    /// When no server takes writes.
    pub async fn connect(server: &Server) -> Result<Self, Error> {
        let (client, mut messages) = server.connect().await?;
        // Whoever waits for an answer is told as well when this ends.
        let driver = tokio::spawn(async move { while let Some(Ok(_)) = messages.next().await {} });
        Ok(Self { server: server.clone(), client, driver })
    }

    async fn connect_fit(server: &Server) -> Option<Self> {
        let link = Self::connect(server).await.ok()?;
        matches!(link.fitness().await, Ok(Ok(()))).then_some(link)
    }

    /// What statements are sent with.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Whether the server is one to write to.
    ///
    /// # Errors
    ///
    /// When it does not say.
    pub async fn fitness(&self) -> Result<Result<(), Unfit>, Error> {
        let row = self.client.query_typed_one(STATE, &[]).await?;
        let (durable, standby): (bool, bool) = (row.try_get(0)?, row.try_get(1)?);
        Ok(match (durable, standby) {
            (_, true) => Err(Unfit::Standby),
            (false, false) => Err(Unfit::Volatile),
            (true, false) => Ok(()),
        })
    }

    /// Connects again, to a server that is one to write to, for at most `patience`; says whether that succeeded.
    pub async fn renew(&mut self, patience: Duration) -> bool {
        let end = Instant::now() + patience;
        let mut pause = FIRST_PAUSE;
        loop {
            let connected = tokio::time::timeout_at(end, Self::connect_fit(&self.server)).await;
            if let Ok(Some(link)) = connected {
                *self = link;
                return true;
            }
            if Instant::now() + pause > end {
                return false;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}
