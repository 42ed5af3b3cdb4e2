//! Signs the head of a log while it moves.
//!
//! The order of a turn is what makes it safe: prove to itself that the present history goes on from what was signed,
//! sign, make the checkpoint durable by compare-and-swap, and only then show it to anybody. A signer that dies anywhere
//! publishes after its restart what it had made durable, and one of two that run at once is always too late.

mod cosigners;
mod options;

use std::sync::Arc;

use concord_kernel::Clock;
use tokio::sync::watch;

pub use cosigners::Cosigners;
pub use options::SignerOptions;

use crate::note::SigningKey;
use crate::store::{Stored, Swap};
use crate::tree::Grown;
use crate::{Anchor, Checkpoint, Log, LogError, SignError, Signed, proof};

/// How a signer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It signs what comes.
    Signing,
    /// It signs nothing, for this reason, and looks again.
    Halted(SignError),
}

/// Signs the checkpoints of one log.
pub struct Signer {
    log: Arc<Log>,
    key: SigningKey,
    clock: Arc<dyn Clock>,
    anchors: Vec<Box<dyn Anchor>>,
    options: SignerOptions,
    condition: watch::Sender<Condition>,
    /// What is known to be durable.
    durable: Option<Signed>,
    /// Complete blocks that are kept in the store.
    kept_blocks: Option<u64>,
    /// Whether what was anchored before this process began was compared with the ledger.
    compared: bool,
    /// When the anchors were given the last one, and how many events it was of.
    anchored: Option<(concord_kernel::Instant, u64)>,
}

impl Signer {
    /// Signs for `log` with `key`, whose public half the log knows.
    pub fn new(log: Arc<Log>, key: SigningKey, clock: Arc<dyn Clock>, options: SignerOptions) -> Self {
        Self {
            log,
            key,
            clock,
            anchors: Vec::new(),
            options,
            condition: watch::Sender::new(Condition::Signing),
            durable: None,
            kept_blocks: None,
            compared: false,
            anchored: None,
        }
    }

    /// Also hands checkpoints to `anchor`.
    #[must_use]
    pub fn anchored_by(mut self, anchor: impl Anchor) -> Self {
        self.anchors.push(Box::new(anchor));
        self
    }

    /// Follows how it is.
    pub fn watch(&self) -> watch::Receiver<Condition> {
        self.condition.subscribe()
    }

    /// Signs until `stop` is over, and anchors the last checkpoint then.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut turns = tokio::time::interval(self.options.every);
        turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                _ = turns.tick() => {
                    let condition = match self.turn().await {
                        Ok(_) => Condition::Signing,
                        Err(error) => Condition::Halted(error),
                    };
                    self.is_now(condition);
                }
                () = &mut stop => break,
            }
        }
        if self.turn().await.is_ok() {
            self.anchor(true).await;
        }
    }

    fn is_now(&self, condition: Condition) {
        let news = self.condition.send_if_modified(|known| {
            let news = *known != condition;
            *known = condition;
            news
        });
        if news && let Condition::Halted(error) = &*self.condition.borrow() {
            tracing::error!(log = self.key.public().name(), %error, "no checkpoint is signed");
        }
    }

    /// Signs the head if it has moved; gives the latest checkpoint, `None` while the ledger is empty.
    ///
    /// # Errors
    ///
    /// See [`SignError`]; nothing was signed then, or nothing that anybody was shown.
    pub async fn turn(&mut self) -> Result<Option<Signed>, SignError> {
        let signed = self.signed().await.map_err(|error| match error {
            LogError::Contradiction(contradiction) => contradiction,
            LogError::OutOfRange
            | LogError::NotYet
            | LogError::EpochChanged
            | LogError::Ledger(_)
            | LogError::Store(_) => SignError::Unavailable,
        })?;
        self.durable.clone_from(&signed);
        self.anchor(false).await;
        Ok(signed)
    }

    async fn signed(&mut self) -> Result<Option<Signed>, LogError> {
        // The checkpoint first: a head that is looked at later is never behind what another signer signed meanwhile.
        let origin = self.log.origin();
        let stored = self.log.store().latest(&origin).await?;
        let last = stored.map(|stored| self.log.opened(&stored.note)).transpose()?;
        let head = self.log.ledger().head().await?;
        if crate::epoch_origin(self.log.id(), head.token.epoch) != origin {
            return Err(LogError::EpochChanged);
        }
        let (size, root) = (head.token.position, head.root);
        self.agrees_with_anchors(&origin, size).await?;
        if let Some(signed) = &last {
            let known = signed.checkpoint();
            if known.size > size {
                return Err(SignError::Shortened { signed: known.size, has: size }.into());
            }
            if known.size == size {
                let same = known.root == root;
                return if same { Ok(last) } else { Err(SignError::Altered { signed: size }.into()) };
            }
        }
        if size == 0 {
            return Ok(None);
        }
        self.log.grow(size).await?;
        self.goes_on(last.as_ref().map(Signed::checkpoint), size, root).await?;
        let next = Checkpoint { origin: origin.clone(), size, root };
        let next = next.sign(&self.key, self.clock.now()).map_err(SignError::OtherKey)?;
        self.make_durable(&origin, last, next).await.map(Some)
    }

    /// Insists, once, that the ledger goes on from what was anchored before this process began: ledger and checkpoints may
    /// both have been put back from an older copy.
    async fn agrees_with_anchors(&mut self, origin: &str, size: u64) -> Result<(), LogError> {
        if self.compared {
            return Ok(());
        }
        for anchor in &self.anchors {
            let last = anchor.last(self.key.public()).await.map_err(|_| SignError::Unavailable)?;
            let Some(last) = last.as_ref().map(Signed::checkpoint).filter(|last| last.origin == origin)
            else {
                continue;
            };
            if last.size > size {
                return Err(SignError::Shortened { signed: last.size, has: size }.into());
            }
            if self.log.root(last.size).await? != last.root {
                return Err(SignError::Altered { signed: last.size }.into());
            }
        }
        self.compared = true;
        Ok(())
    }

    /// Proves to itself that the first `size` events have `root` and go on from what was signed.
    async fn goes_on(&self, last: Option<&Checkpoint>, size: u64, root: [u8; 32]) -> Result<(), LogError> {
        if let Some(last) = last {
            let altered = || LogError::from(SignError::Altered { signed: last.size });
            if self.log.root(last.size).await? != last.root {
                return Err(altered());
            }
            let path = self.log.consistency(last.size, size).await?;
            let own = self.log.root(size).await?;
            if !proof::is_consistent(last.size, last.root, size, own, &path) {
                return Err(altered());
            }
        }
        if self.log.root(size).await? == root { Ok(()) } else { Err(SignError::Root { size }.into()) }
    }

    async fn make_durable(
        &mut self,
        origin: &str,
        last: Option<Signed>,
        next: Signed,
    ) -> Result<Signed, LogError> {
        let previous = last.map(|last| last.checkpoint().size);
        let first = match self.kept_blocks {
            Some(kept) => kept,
            None => self.log.store().blocks(origin).await?.len() as u64,
        };
        let Grown { first, roots } = self.log.blocks_from(first);
        let stored = Stored { size: next.checkpoint().size, note: next.note().to_string() };
        let swapped = self.log.store().replace(origin, previous, &stored, first, &roots).await;
        // Whether it happened or not: what is kept is asked for again unless it is known.
        self.kept_blocks = None;
        match swapped? {
            Swap::Done => {
                self.kept_blocks = Some(first + roots.len() as u64);
                Ok(next)
            }
            // Another signer's checkpoint stands; it is looked at like any other in the next turn.
            Swap::Overtaken => self.log.latest().await?.ok_or(LogError::NotYet),
        }
    }

    /// Hands the durable checkpoint on, when it is time or `now`.
    async fn anchor(&mut self, now: bool) {
        let Some(durable) = &self.durable else { return };
        let (at, size) = (self.clock.now(), durable.checkpoint().size);
        let due = self.anchored.is_none_or(|(last, anchored)| {
            anchored != size && (now || at.since(last) >= self.options.anchor_every)
        });
        if !due {
            return;
        }
        for anchor in &self.anchors {
            if let Err(error) = anchor.keep(durable).await {
                tracing::error!(
                    log = self.key.public().name(),
                    anchor = anchor.name(),
                    error = &error as &dyn std::error::Error,
                    "a checkpoint was not anchored; the next one is tried"
                );
                return;
            }
        }
        self.anchored = Some((at, size));
    }
}
