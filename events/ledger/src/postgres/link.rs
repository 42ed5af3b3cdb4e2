//! A connection, and the way back to it.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_postgres::{Client, Config, NoTls};

use super::failure::Failure;

/// The first pause between two attempts to connect; each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What a server must be like for an acknowledged append to be a durable one, and to be written at all.
const STATE: &str =
    "SELECT current_setting('synchronous_commit') <> 'off' AND current_setting('fsync') = 'on',
    pg_is_in_recovery()";

/// Why a server is not one to write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    #[error("PostgreSQL does not wait for the disk: synchronous_commit or fsync is off")]
    Volatile,
    #[error("PostgreSQL is a standby; connect to the primary")]
    Standby,
}

/// A connection that its owner alone uses. It closes when this is dropped.
pub(super) struct Link {
    config: Config,
    client: Client,
    driver: JoinHandle<()>,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Link {
    pub(super) async fn connect(config: &Config) -> Result<Self, tokio_postgres::Error> {
        let (client, connection) = config.connect(NoTls).await?;
        let driver = tokio::spawn(async move {
            // Whoever waits for an answer is told as well.
            let _ended = connection.await;
        });
        Ok(Self { config: config.clone(), client, driver })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Whether the server is one to write to.
    pub(super) async fn fitness(&self) -> Result<Result<(), Unfit>, tokio_postgres::Error> {
        let row = self.client.query_typed_one(STATE, &[]).await?;
        let (durable, standby): (bool, bool) = (row.try_get(0)?, row.try_get(1)?);
        Ok(match (durable, standby) {
            (_, true) => Err(Unfit::Standby),
            (false, false) => Err(Unfit::Volatile),
            (true, false) => Ok(()),
        })
    }

    /// Connects again, to a server that is one to write to, for at most `patience`.
    pub(super) async fn renew(&mut self, patience: Duration) -> Result<(), Failure> {
        let end = Instant::now() + patience;
        let mut pause = FIRST_PAUSE;
        loop {
            if let Ok(link) = Self::connect(&self.config).await
                && let Ok(Ok(())) = link.fitness().await
            {
                *self = link;
                return Ok(());
            }
            if Instant::now() + pause > end {
                return Err(Failure::Away);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}
