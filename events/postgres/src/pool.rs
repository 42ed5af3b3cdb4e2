//! A few connections that all questions share. Each question is a statement of its own, outside of any transaction, so that
//! many may be under way on one connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Error, Row};

use crate::{Link, Server, is_lost};

/// A value in a statement, with its type: statements are sent without a name and without asking for types first.
pub type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The server refused it, or is away.
    #[error(transparent)]
    Server(#[from] Error),
    /// The server has said nothing for so long that its connection was given up.
    #[error("PostgreSQL does not answer")]
    Silent,
}

/// The connections.
pub struct Pool {
    server: Server,
    longest_answer: Duration,
    slots: Vec<Mutex<Option<Arc<Link>>>>,
    turn: AtomicUsize,
}

impl Pool {
    /// Up to `connections` of them, at least one, each made when its turn first comes. A question that is not answered within
    /// `longest_answer` is given up with its connection.
    pub fn new(server: Server, connections: usize, longest_answer: Duration) -> Self {
        let slots = (0..connections.max(1)).map(|_| Mutex::default()).collect();
        Self { server, longest_answer, slots, turn: AtomicUsize::new(0) }
    }

    /// Where the connections go.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Asks, and asks once more on a new connection when the one that it went over turns out to be lost: only for statements
    /// that may be repeated.
    ///
    /// # Errors
    ///
    /// See [`QueryError`].
    pub async fn query(&self, statement: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, QueryError> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.slots.len();
        let link = self.link(turn, None).await?;
        match self.ask(&link, statement, parameters).await {
            Err(QueryError::Server(error)) if is_lost(&error) => {
                let link = self.link(turn, Some(&link)).await?;
                self.ask(&link, statement, parameters).await
            }
            Err(QueryError::Silent) => {
                self.forget(turn, &link).await;
                Err(QueryError::Silent)
            }
            answered => answered,
        }
    }

    async fn ask(
        &self,
        link: &Link,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, QueryError> {
        let asked = link.client().query_typed(statement, parameters);
        Ok(tokio::time::timeout(self.longest_answer, asked).await.map_err(|_| QueryError::Silent)??)
    }

    /// The connection of a turn, made anew when it is closed or is the one that was `lost`.
    async fn link(&self, turn: usize, lost: Option<&Arc<Link>>) -> Result<Arc<Link>, Error> {
        let mut slot = self.slots[turn].lock().await;
        let usable = |link: &&Arc<Link>| {
            !link.client().is_closed() && lost.is_none_or(|lost| !Arc::ptr_eq(link, lost))
        };
        if let Some(link) = slot.as_ref().filter(usable) {
            return Ok(Arc::clone(link));
        }
        *slot = None;
        let link = Arc::new(Link::connect(&self.server).await?);
        *slot = Some(Arc::clone(&link));
        Ok(link)
    }

    async fn forget(&self, turn: usize, silent: &Arc<Link>) {
        let mut slot = self.slots[turn].lock().await;
        if slot.as_ref().is_some_and(|link| Arc::ptr_eq(link, silent)) {
            *slot = None;
        }
    }
}
