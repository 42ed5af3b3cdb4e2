//! Whether this process writes the views, or reads what another one writes.

use concord_lease::{Fence, Post};
use tokio::sync::watch;

/// Under what a process writes.
pub(crate) enum Lead {
    /// No other process can be there.
    Alone,
    /// While it holds a lease.
    While(Post),
    /// Never: another process does.
    Never,
}

impl Lead {
    /// What a lease is held through, if one is.
    pub(crate) fn post(&self) -> Option<Post> {
        match self {
            Self::While(post) => Some(post.clone()),
            Self::Alone | Self::Never => None,
        }
    }
}

/// The terms of a runner, one after the other.
pub(crate) struct Terms {
    held: watch::Receiver<Option<Fence>>,
    post: Option<Post>,
    /// Kept, as a channel without a sender says that nobody will ever lead.
    _constant: Option<watch::Sender<Option<Fence>>>,
    /// Which the store has refused: it is over, whatever the lease says.
    refused: Option<Fence>,
}

impl Terms {
    pub(crate) fn of(lead: Lead) -> Self {
        let constant = |fence| {
            let (sender, held) = watch::channel(fence);
            Self { held, post: None, _constant: Some(sender), refused: None }
        };
        match lead {
            Lead::Alone => constant(Some(Fence::NONE)),
            Lead::Never => constant(None),
            Lead::While(post) => {
                Self { held: post.watch(), post: Some(post), _constant: None, refused: None }
            }
        }
    }

    /// Whether other processes may write.
    pub(crate) const fn shared(&self) -> bool {
        self.post.is_some()
    }

    /// Under which fence this process may write now.
    pub(crate) fn now(&self) -> Option<Fence> {
        (*self.held.borrow()).filter(|fence| Some(*fence) != self.refused)
    }

    /// Returns when it may have changed.
    pub(crate) async fn changed(&mut self) {
        if self.held.changed().await.is_err() {
            // The post was resigned: it stays as it is.
            std::future::pending::<()>().await;
        }
    }

    /// The store has refused the present term. `false` where there will be no other.
    pub(crate) fn refuse(&mut self, fence: Fence) -> bool {
        let Some(post) = &self.post else { return false };
        self.refused = Some(fence);
        post.give_up(fence);
        true
    }

    /// Lets others take over; for when this runner ends for good.
    pub(crate) fn resign(&self) {
        if let Some(post) = &self.post {
            post.resign();
        }
    }
}
