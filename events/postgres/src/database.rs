//! Where a database is, and the one way to reach it.

use std::fmt;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::{Client, Config, NoTls};

/// After so long without a sign of life a connection counts as lost.
const SILENT: Duration = Duration::from_secs(10);
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Where a database is. It may hold a password, so `Debug` tells nothing. Cheap to clone.
#[derive(Clone)]
pub struct Database(Config);

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Database([redacted])")
    }
}

impl Database {
    /// A database that `config` leads to; of several hosts, the one that takes writes.
    pub fn new(mut config: Config) -> Self {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        config.keepalives_idle(SILENT).tcp_user_timeout(SILENT);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_WITHIN);
        }
        Self(config)
    }

    /// The same from an address such as `postgres://user@localhost:5432/database`; `None` when it is none.
    pub fn parse(address: &str) -> Option<Self> {
        address.parse().ok().map(Self::new)
    }

    /// Opens a connection, driven by a task of the present runtime.
    ///
    /// # Errors
    ///
    /// When there is no server, or it refuses.
    pub async fn connect(&self) -> Result<Connection, tokio_postgres::Error> {
        let (client, connection) = self.0.connect(NoTls).await?;
        let driver = tokio::spawn(async move {
            // Whoever waits for an answer is told as well.
            let _ended = connection.await;
        });
        Ok(Connection { client, driver })
    }
}

/// An open connection; it closes when this is dropped.
pub struct Connection {
    client: Client,
    driver: JoinHandle<()>,
}

impl Connection {
    /// What statements go through.
    pub const fn client(&self) -> &Client {
        &self.client
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}
