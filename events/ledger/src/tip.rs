//! Where a ledger's history ends.

use std::sync::{Mutex, PoisonError};

use concord_kernel::{Instant, Token};
use tokio::sync::watch;
use uuid::Uuid;

use crate::merkle::Frontier;

/// Where the history ends.
#[derive(Clone, Debug)]
pub(crate) struct Tip {
    pub(crate) epoch: Uuid,
    pub(crate) recorded_at: Instant,
    pub(crate) frontier: Frontier,
}

impl Tip {
    pub(crate) fn position(&self) -> u64 {
        self.frontier.size()
    }
}

/// The committed end of the history, for everybody who asks.
pub(crate) struct Published {
    tip: Mutex<Tip>,
    watch: watch::Sender<Token>,
}

impl Published {
    pub(crate) fn new(tip: Tip) -> Self {
        let (watch, _) = watch::channel(Token { epoch: tip.epoch, position: tip.position() });
        Self { tip: Mutex::new(tip), watch }
    }

    pub(crate) fn tip(&self) -> Tip {
        self.tip.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn position(&self) -> u64 {
        self.watch.borrow().position
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Token> {
        self.watch.subscribe()
    }

    pub(crate) fn publish(&self, tip: &Tip) {
        let token = Token { epoch: tip.epoch, position: tip.position() };
        tip.clone_into(&mut self.tip.lock().unwrap_or_else(PoisonError::into_inner));
        self.watch.send_if_modified(|current| std::mem::replace(current, token) != token);
    }

    /// Takes note of `tip`, unless the same history is known to go further already.
    pub(crate) fn advance(&self, tip: &Tip) {
        let mut known = self.tip.lock().unwrap_or_else(PoisonError::into_inner);
        if known.epoch != tip.epoch || known.position() < tip.position() {
            tip.clone_into(&mut known);
            let token = Token { epoch: tip.epoch, position: tip.position() };
            self.watch.send_if_modified(|current| std::mem::replace(current, token) != token);
        }
    }
}
