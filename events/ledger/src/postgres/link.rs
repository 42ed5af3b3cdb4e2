//! A connection, and the way back to it.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::{Client, Config, NoTls};

use super::failure::Failure;

/// The first pause between two attempts to connect; each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// After so long without a sign of life a connection counts as lost.
const SILENT: Duration = Duration::from_secs(10);
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// What a server must be like for an acknowledged append to be a durable one, and to be written at all.
const STATE: &str =
    "SELECT current_setting('synchronous_commit') <> 'off' AND current_setting('fsync') = 'on'
        AND current_setting('full_page_writes') = 'on',
    pg_is_in_recovery()";

/// Why a server is not one to write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    #[error("PostgreSQL does not wait for the disk: synchronous_commit, fsync or full_page_writes is off")]
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
        let mut config = config.clone();
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        config.keepalives_idle(SILENT).tcp_user_timeout(SILENT);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_WITHIN);
        }
        let (client, connection) = config.connect(NoTls).await?;
        let driver = tokio::spawn(async move {
            // Whoever waits for an answer is told as well.
            let _ended = connection.await;
        });
        Ok(Self { config, client, driver })
    }

    async fn connect_fit(config: &Config) -> Option<Self> {
        let link = Self::connect(config).await.ok()?;
        matches!(link.fitness().await, Ok(Ok(()))).then_some(link)
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
            let connected = tokio::time::timeout_at(end, Self::connect_fit(&self.config)).await;
            if let Ok(Some(link)) = connected {
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
