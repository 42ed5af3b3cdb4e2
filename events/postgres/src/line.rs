//! A connection that is made when it is needed, and again when it was lost.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio_postgres::Row;

use crate::{Link, Parameter, Server, Trouble};

/// One connection. Questions share it: they are sent one behind the other and do not wait for each other's answers.
pub struct Line {
    server: Server,
    patience: Duration,
    held: Mutex<Option<Arc<Link>>>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Line {
    /// A line to `server`, not yet connected; an answer that takes longer than `patience` counts as lost, and the
    /// connection with it.
    pub fn new(server: Server, patience: Duration) -> Self {
        Self { server, patience, held: Mutex::default() }
    }

    /// Asks what may be asked twice: once more when the connection turns out to be lost.
    ///
    /// # Errors
    ///
    /// See [`Trouble`].
    pub async fn ask(&self, statement: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Trouble> {
        match self.tell(statement, parameters).await {
            Err(Trouble::Away) => self.tell(statement, parameters).await,
            answered => answered,
        }
    }

    /// Asks once. What was sent may have taken effect even when this fails.
    ///
    /// # Errors
    ///
    /// See [`Trouble`].
    pub async fn tell(&self, statement: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Trouble> {
        let parameters: Vec<Parameter<'_>> =
            parameters.iter().map(|(value, kind)| (*value, kind.clone())).collect();
        let asked = async {
            let connection = self.connection().await?;
            Ok(connection.client().query_typed(statement, &parameters).await?)
        };
        if let Ok(answered) = tokio::time::timeout(self.patience, asked).await {
            return answered;
        }
        tracing::warn!("PostgreSQL did not answer in time");
        // The next one must not wait behind an answer that does not come.
        self.hang_up().await;
        Err(Trouble::Away)
    }

    /// Closes the connection; the next question opens another.
    pub async fn hang_up(&self) {
        *self.held.lock().await = None;
    }

    /// The connection, opened now if it is not open.
    ///
    /// # Errors
    ///
    /// See [`Trouble`].
    pub async fn connection(&self) -> Result<Arc<Link>, Trouble> {
        let mut held = self.held.lock().await;
        if let Some(open) = held.as_ref().filter(|open| !open.client().is_closed()) {
            return Ok(Arc::clone(open));
        }
        let opened = Arc::new(Link::connect(&self.server).await?);
        *held = Some(Arc::clone(&opened));
        Ok(opened)
    }
}
