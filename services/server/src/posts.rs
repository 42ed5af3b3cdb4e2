//! What this process does for a ledger only while no other process does it.

use std::sync::Arc;
use std::time::Duration;

use concord_kernel::LedgerId;
use concord_lease::{Duty, Lease, Leases, Post, PostOptions, PostgresLeases, SoleLeases};
use concord_postgres::{MigrateError, Server};
use tokio::task::{JoinError, JoinSet};
use uuid::Uuid;

use crate::config::Config;

/// How long leases may take to be released before they are left to run out.
const RELEASED_WITHIN: Duration = Duration::from_secs(10);

/// A post of this process.
#[derive(Clone)]
pub(crate) struct Standing {
    pub(crate) ledger: LedgerId,
    pub(crate) duty: Duty,
    pub(crate) post: Post,
}

/// The posts of this process, and the tasks that keep them.
pub(crate) struct Posts {
    leases: Arc<dyn Leases>,
    holder: Uuid,
    options: PostOptions,
    standing: Vec<Standing>,
    terms: JoinSet<()>,
}

impl Posts {
    /// Leases where the ledgers are: in the `database` that processes share, or none for a folder that is this process's.
    /// `holder` is a new identifier of this process.
    pub(crate) async fn open(
        config: &Config,
        database: Option<Server>,
        holder: Uuid,
    ) -> Result<Self, MigrateError> {
        let leases: Arc<dyn Leases> = match database {
            Some(database) => Arc::new(PostgresLeases::open(database).await?),
            None => Arc::new(SoleLeases),
        };
        let options = PostOptions { term: config.lease(), ..PostOptions::default() };
        Ok(Self { leases, holder, options, standing: Vec::new(), terms: JoinSet::new() })
    }

    /// Stands for `duty` on `ledger`, from now on.
    pub(crate) fn stand(&mut self, ledger: &LedgerId, duty: Duty) -> Post {
        let lease = Lease::of(ledger, duty);
        let (post, term) = Post::new(Arc::clone(&self.leases), lease, self.holder, self.options);
        self.terms.spawn(term.run());
        self.standing.push(Standing { ledger: ledger.clone(), duty, post: post.clone() });
        post
    }

    /// Everything that this process stands for.
    pub(crate) fn all(&self) -> Vec<Standing> {
        self.standing.clone()
    }

    /// Waits until a task that keeps a lease breaks off. One that ends has been resigned, which is no failure.
    pub(crate) async fn broke_off(&mut self) -> JoinError {
        loop {
            match self.terms.join_next().await {
                Some(Err(cause)) => return cause,
                Some(Ok(())) => {}
                None => std::future::pending().await,
            }
        }
    }

    /// Releases every lease, so that another process takes over at once.
    pub(crate) async fn resign(mut self) {
        self.standing.iter().for_each(|one| one.post.resign());
        let released = async { while self.terms.join_next().await.is_some() {} };
        if tokio::time::timeout(RELEASED_WITHIN, released).await.is_err() {
            tracing::warn!("leases could not be released; they run out by themselves");
        }
    }
}
