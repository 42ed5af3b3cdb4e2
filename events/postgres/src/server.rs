//! Where a server is, and how one speaks to it.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use tokio_postgres::config::{SslMode, TargetSessionAttrs};
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, Config, Error, NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::Tls;

pub use tokio_postgres::Client;

/// After so long without a sign of life a connection is asked for one, and after so many unanswered questions it counts as
/// lost.
const SILENT: Duration = Duration::from_secs(10);
const ASKED_EVERY: Duration = Duration::from_secs(2);
const ASKED_TIMES: u32 = 3;
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// What a server says unasked, in order. It must be read for the connection's answers to arrive; the connection ends when
/// this is dropped.
pub type Messages = BoxStream<'static, Result<AsyncMessage, Error>>;

/// A database on a server, or on whichever of several servers takes writes.
#[derive(Clone)]
pub struct Server {
    config: Config,
    tls: Option<Tls>,
    /// Whether a session that may only read will do.
    reading: bool,
}

impl fmt::Debug for Server {
    /// An address may hold a password, so it is not told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("encrypted", &self.tls.is_some()).finish_non_exhaustive()
    }
}

impl Server {
    /// A server that nothing is encrypted for: one on this machine.
    pub fn local(config: &Config) -> Self {
        Self { config: prepared(config), tls: None, reading: false }
    }

    /// The same from an address such as `postgres://user@localhost:5432/database`; `None` when it is none.
    pub fn parse(address: &str) -> Option<Self> {
        address.parse().ok().map(|config| Self::local(&config))
    }

    /// A server that must prove its name to `tls` before it is told anything. Without encryption nothing is said at all,
    /// whatever `config` allows.
    pub fn verified(config: &Config, tls: Tls) -> Self {
        let mut config = prepared(config);
        config.ssl_mode(SslMode::Require);
        Self { config, tls: Some(tls), reading: false }
    }

    /// The same, for who only reads: where no server takes writes, such as for a role that may not write at all, the first that
    /// answers will do. That may be a standby, which is a little behind.
    #[must_use]
    pub fn reading(&self) -> Self {
        Self { reading: true, ..self.clone() }
    }

    /// Connects to the first of the servers that takes writes.
    ///
    /// # Errors
    ///
    /// When none does.
    pub async fn connect(&self) -> Result<(Client, Messages), Error> {
        match self.connect_to(&self.config).await {
            Err(_) if self.reading => {
                let mut any = self.config.clone();
                any.target_session_attrs(TargetSessionAttrs::Any);
                self.connect_to(&any).await
            }
            connected => connected,
        }
    }

    async fn connect_to(&self, config: &Config) -> Result<(Client, Messages), Error> {
        match &self.tls {
            Some(tls) => connect(config, MakeRustlsConnect::new(tls.client())).await,
            None => connect(config, NoTls).await,
        }
    }
}

fn prepared(config: &Config) -> Config {
    let mut config = config.clone();
    config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    config.keepalives_idle(SILENT).keepalives_interval(ASKED_EVERY).keepalives_retries(ASKED_TIMES);
    config.tcp_user_timeout(SILENT);
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_WITHIN);
    }
    config
}

async fn connect<T>(config: &Config, tls: T) -> Result<(Client, Messages), Error>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let (client, mut connection) = config.connect(tls).await?;
    let messages = stream::poll_fn(move |context| connection.poll_message(context));
    Ok((client, messages.boxed()))
}

/// Class 08, connection exceptions.
const CONNECTION: &str = "08";

/// Whether `error` says that the connection, not the statement, has come to an end: the server is ending, was killed, became a
/// standby, or does not answer.
pub fn is_lost(error: &Error) -> bool {
    let Some(code) = error.code() else {
        return error.is_closed() || error.source().is_some_and(<dyn std::error::Error>::is::<io::Error>);
    };
    let ended = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        SqlState::READ_ONLY_SQL_TRANSACTION,
    ];
    ended.contains(code) || code.code().starts_with(CONNECTION)
}
