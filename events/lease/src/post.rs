//! A candidacy, and the task that keeps it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use uuid::Uuid;

use crate::{Fence, Lease, Leases};

/// How long leases last and how often they are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostOptions {
    /// How long a lease lasts: after so long without a sign of its holder, somebody else may have it.
    pub term: Duration,
    /// How often who does not hold it asks for it.
    pub look: Duration,
}

impl Default for PostOptions {
    fn default() -> Self {
        Self { term: Duration::from_secs(10), look: Duration::from_secs(1) }
    }
}

impl PostOptions {
    /// A lease is renewed so often in its term that one answer may get lost.
    const RENEWALS: u32 = 3;

    const fn renewal(&self) -> Duration {
        self.term.checked_div(Self::RENEWALS).expect("it is not zero")
    }
}

/// What the one who uses a post wants of its task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// To have the lease.
    Have,
    /// Not to have it under this fence any more: the store has refused it.
    GiveUp(Fence),
    /// Never to have it again.
    Resign,
}

/// One process's candidacy for a duty. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Post {
    held: watch::Receiver<Option<Fence>>,
    wish: Arc<watch::Sender<Wish>>,
}

/// The task behind a [`Post`].
pub struct Term {
    leases: Arc<dyn Leases>,
    lease: Lease,
    holder: Uuid,
    options: PostOptions,
    held: watch::Sender<Option<Fence>>,
    wish: watch::Receiver<Wish>,
}

/// How a term ended.
enum End {
    /// The lease ran out, or somebody else has it.
    Lost,
    /// The user does not want it any more.
    Unwanted,
}

impl Post {
    /// A candidacy for `lease`; it stands once its [`Term`] runs. `holder` is this process's, and nobody else's.
    pub fn new(leases: Arc<dyn Leases>, lease: Lease, holder: Uuid, options: PostOptions) -> (Self, Term) {
        let (held, holding) = watch::channel(None);
        let (wish, wished) = watch::channel(Wish::Have);
        let term = Term { leases, lease, holder, options, held, wish: wished };
        (Self { held: holding, wish: Arc::new(wish) }, term)
    }

    /// Follows whether this process holds the lease, and under which fence. It closes when the post is resigned.
    pub fn watch(&self) -> watch::Receiver<Option<Fence>> {
        self.held.clone()
    }

    /// Whether this process holds the lease now.
    pub fn held(&self) -> Option<Fence> {
        *self.held.borrow()
    }

    /// Says that a store has refused `fence`: somebody else has held the lease since. The post stands again.
    pub fn give_up(&self, fence: Fence) {
        self.wish.send_if_modified(|wish| {
            let standing = *wish != Wish::Resign;
            if standing {
                *wish = Wish::GiveUp(fence);
            }
            standing
        });
    }

    /// Says that the lease is not wanted any more; it is released soon after.
    pub fn resign(&self) {
        self.wish.send_replace(Wish::Resign);
    }

    /// The same, and waits until it is released or cannot be.
    pub async fn resigned(&self) {
        self.resign();
        let mut held = self.watch();
        // An error says that the task has ended, which is what is waited for.
        while held.changed().await.is_ok() {}
    }

    /// Does `work` whenever the lease is held, and drops it when it is not any more. Returns when `work` ends by itself,
    /// or the post is resigned.
    pub async fn while_held<F: Future<Output = ()>>(&self, mut work: impl FnMut(Fence) -> F) {
        let mut held = self.watch();
        loop {
            let Ok(now) = held.wait_for(Option::is_some).await.map(|now| *now) else { return };
            let Some(fence) = now else { continue };
            tokio::select! {
                () = work(fence) => return,
                ended = held.wait_for(|now| *now != Some(fence)) => {
                    if ended.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        // Also when the task is cancelled: nobody renews the lease any more.
        self.held.send_replace(None);
    }
}

impl Term {
    /// Stands for the lease and renews it, until the post is resigned; then it is released.
    pub async fn run(mut self) {
        // A failure is told once, not every second that it lasts.
        let mut failing = false;
        loop {
            if *self.wish.borrow_and_update() == Wish::Resign {
                return;
            }
            // The lease is counted from before it was asked for: it is over here before it is over there.
            let asked = Instant::now();
            let taken = self.leases.take(&self.lease, self.holder, self.options.term).await;
            if let Err(error) = taken.as_ref().map_err(|error| error as &dyn std::error::Error)
                && !failing
            {
                tracing::warn!(lease = %self.lease, error, "the lease cannot be asked for");
            }
            failing = taken.is_err();
            if let Ok(Some(fence)) = taken {
                self.serve(fence, asked + self.options.term).await;
            }
            let rest = sleep(self.options.look);
            tokio::select! {
                () = rest => {}
                changed = self.wish.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// One term, from its first moment to its last.
    async fn serve(&mut self, fence: Fence, until: Instant) {
        tracing::info!(lease = %self.lease, %fence, "this process holds the lease");
        self.held.send_replace(Some(fence));
        let end = self.keep(fence, until).await;
        self.held.send_replace(None);
        match end {
            End::Lost => tracing::warn!(lease = %self.lease, %fence, "this process has lost the lease"),
            End::Unwanted => {
                tracing::info!(lease = %self.lease, %fence, "this process gives the lease up");
                if let Err(error) = self.leases.release(&self.lease, self.holder, fence).await {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(lease = %self.lease, error, "the lease runs out by itself");
                }
            }
        }
    }

    async fn keep(&mut self, fence: Fence, mut until: Instant) -> End {
        let options = self.options;
        let mut next = Instant::now() + options.renewal();
        loop {
            tokio::select! {
                biased;
                wished = self.wish.wait_for(|wish| matches!(wish, Wish::Resign) || *wish == Wish::GiveUp(fence)) => {
                    // An error says that nobody uses the post any more.
                    let _ = wished;
                    return End::Unwanted;
                }
                () = sleep_until(next.min(until)) => {}
            }
            let asked = Instant::now();
            if asked >= until {
                return End::Lost;
            }
            let renewed = timeout_at(until, self.leases.renew(&self.lease, self.holder, fence, options.term));
            match renewed.await {
                Ok(Ok(true)) => {
                    until = asked + options.term;
                    next = asked + options.renewal();
                }
                Ok(Ok(false)) | Err(_) => return End::Lost,
                Ok(Err(_)) => next = Instant::now() + options.look.min(options.renewal()),
            }
        }
    }
}
