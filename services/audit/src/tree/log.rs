//! The log of one ledger: its tree, and proofs from it.

use std::collections::hash_map::Entry;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use concord_kernel::LedgerId;
use concord_ledger::merkle::Hash;
use concord_ledger::{Filter, Ledger};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::blocks::{BLOCK, Blocks, Leaves};
use super::ranges;
use crate::note::VerifierKey;
use crate::store::{CheckpointStore, Cosigned};
use crate::{LogError, SignError, Signed, epoch_origin};

/// Entries that are asked for at once while the tree is built.
const READ_AT_ONCE: usize = 500;

/// How often it is looked whether a checkpoint covers what somebody waits for.
const LOOK: Duration = Duration::from_millis(100);

/// A ledger as a log that proves itself. Memory: a quarter of a byte for each event.
pub struct Log {
    ledger: Arc<dyn Ledger>,
    store: Arc<dyn CheckpointStore>,
    key: VerifierKey,
    tree: RwLock<Tree>,
    /// Whoever makes the tree longer holds it.
    growing: Mutex<()>,
}

/// The tree of one history.
struct Tree {
    epoch: Option<Uuid>,
    blocks: Blocks,
}

/// How far the tree goes now, and which complete blocks were added since a number of them.
pub(crate) struct Grown {
    pub(crate) first: u64,
    pub(crate) roots: Vec<Hash>,
}

impl Log {
    /// The log of `ledger`, whose checkpoints are in `store` and signed with the secret half of `key`.
    pub fn new(ledger: Arc<dyn Ledger>, store: Arc<dyn CheckpointStore>, key: VerifierKey) -> Self {
        let tree = RwLock::new(Tree { epoch: None, blocks: Blocks::default() });
        Self { ledger, store, key, tree, growing: Mutex::new(()) }
    }

    /// Which ledger it is of.
    pub fn id(&self) -> &LedgerId {
        self.ledger.id()
    }

    /// The public key of its checkpoints.
    pub const fn key(&self) -> &VerifierKey {
        &self.key
    }

    pub(crate) fn ledger(&self) -> &dyn Ledger {
        &*self.ledger
    }

    pub(crate) fn store(&self) -> &dyn CheckpointStore {
        &*self.store
    }

    /// The name of the log in checkpoints: of the history that the ledger has now.
    pub fn origin(&self) -> String {
        epoch_origin(self.id(), self.ledger.watch().borrow().epoch)
    }

    /// The latest checkpoint of the present history; `None` before the first.
    ///
    /// # Errors
    ///
    /// [`LogError::Store`], or [`LogError::Contradiction`] when what is stored is not signed with the key.
    pub async fn latest(&self) -> Result<Option<Signed>, LogError> {
        let stored = self.store.latest(&self.origin()).await?;
        stored.map(|stored| self.opened(&stored.note)).transpose()
    }

    /// The latest checkpoint of the present history that each cosigner has cosigned.
    ///
    /// # Errors
    ///
    /// [`LogError::Store`].
    pub async fn cosigned(&self) -> Result<Vec<Cosigned>, LogError> {
        Ok(self.store.cosigned(&self.origin()).await?)
    }

    pub(crate) fn opened(&self, note: &str) -> Result<Signed, LogError> {
        Ok(Signed::open(note, &self.key).map_err(SignError::OtherKey)?)
    }

    /// Waits, for at most `patience`, until a checkpoint covers `position`.
    ///
    /// # Errors
    ///
    /// [`LogError::NotYet`] when none did in time; see [`Log::latest`].
    pub async fn covering(&self, position: u64, patience: Duration) -> Result<Signed, LogError> {
        let covered = async {
            loop {
                if let Some(latest) = self.latest().await?
                    && latest.checkpoint().size >= position
                {
                    return Ok(latest);
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(patience, covered).await.unwrap_or(Err(LogError::NotYet))
    }

    /// The hashes that prove that the event at `position` is among the first `size`; see [`crate::proof::inclusion_root`],
    /// which counts leaves from 0.
    ///
    /// # Errors
    ///
    /// [`LogError::OutOfRange`] unless `1 <= position <= size <= head`.
    pub async fn inclusion(&self, position: u64, size: u64) -> Result<Vec<Hash>, LogError> {
        let index = position.checked_sub(1).filter(|index| *index < size).ok_or(LogError::OutOfRange)?;
        self.roots(ranges::inclusion(index, size), size).await
    }

    /// The hashes that prove that the first `old` events are the beginning of the first `new`; see
    /// [`crate::proof::is_consistent`].
    ///
    /// # Errors
    ///
    /// [`LogError::OutOfRange`] unless `1 <= old <= new <= head`.
    pub async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, LogError> {
        if old == 0 || old > new {
            return Err(LogError::OutOfRange);
        }
        self.roots(ranges::consistency(old, new), new).await
    }

    /// The root over the first `size` events.
    ///
    /// # Errors
    ///
    /// [`LogError::OutOfRange`] when there are fewer.
    pub async fn root(&self, size: u64) -> Result<Hash, LogError> {
        let [root] = self.roots(std::iter::once(0..size).collect(), size).await?[..] else {
            return Err(LogError::OutOfRange);
        };
        Ok(root)
    }

    async fn roots(&self, ranges: Vec<Range<u64>>, size: u64) -> Result<Vec<Hash>, LogError> {
        self.grow(size).await?;
        let mut leaves = Leaves::new();
        for block in ranges.iter().flat_map(Blocks::needed) {
            if let Entry::Vacant(missing) = leaves.entry(block) {
                missing.insert(self.leaves(block * BLOCK, (block + 1) * BLOCK).await?);
            }
        }
        let tree = self.tree.read().unwrap_or_else(PoisonError::into_inner);
        let roots = ranges.iter().map(|range| tree.blocks.root(range, &leaves));
        roots.collect::<Option<Vec<_>>>().ok_or(LogError::OutOfRange)
    }

    /// Makes the tree at least `size` events long, beginning anew when the ledger began another history.
    ///
    /// # Errors
    ///
    /// [`LogError::OutOfRange`] when the ledger has fewer.
    pub(crate) async fn grow(&self, size: u64) -> Result<(), LogError> {
        let mut head = *self.ledger.watch().borrow();
        if size > head.position {
            // Another process may have recorded, and signed, what is not heard of here yet.
            head = self.ledger.head().await?.token;
        }
        if size > head.position {
            return Err(LogError::OutOfRange);
        }
        let _alone = self.growing.lock().await;
        if self.epoch() != Some(head.epoch) {
            let kept = self.store.blocks(&epoch_origin(self.id(), head.epoch)).await?;
            let most = usize::try_from(head.position / BLOCK).unwrap_or(usize::MAX);
            let kept = kept.into_iter().take(most).collect();
            let mut tree = self.tree.write().unwrap_or_else(PoisonError::into_inner);
            *tree = Tree { epoch: Some(head.epoch), blocks: Blocks::of(kept) };
        }
        loop {
            let have = self.size();
            if have >= size {
                return Ok(());
            }
            let to = size.min(have + READ_AT_ONCE as u64);
            let leaves = self.leaves(have, to).await?;
            if (leaves.len() as u64) < to - have {
                return Err(LogError::OutOfRange);
            }
            let mut tree = self.tree.write().unwrap_or_else(PoisonError::into_inner);
            for leaf in leaves {
                tree.blocks.push(leaf);
            }
        }
    }

    fn epoch(&self) -> Option<Uuid> {
        self.tree.read().unwrap_or_else(PoisonError::into_inner).epoch
    }

    /// How many events the tree covers so far.
    pub(crate) fn size(&self) -> u64 {
        self.tree.read().unwrap_or_else(PoisonError::into_inner).blocks.size()
    }

    /// The complete blocks from number `first` on, to be kept beside a checkpoint.
    pub(crate) fn blocks_from(&self, first: u64) -> Grown {
        let tree = self.tree.read().unwrap_or_else(PoisonError::into_inner);
        Grown { first, roots: tree.blocks.roots_from(first) }
    }

    /// Leaf hashes of the events after `from` up to `to`, fewer when the ledger ends before.
    async fn leaves(&self, from: u64, to: u64) -> Result<Vec<Hash>, LogError> {
        let (mut at, mut leaves) = (from, Vec::new());
        while at < to {
            let entries = self.entries(at, usize::try_from(to - at).unwrap_or(usize::MAX)).await?;
            let Some(last) = entries.last() else { break };
            at = last.position;
            leaves.extend(entries.iter().map(|entry| entry.leaf_hash));
        }
        Ok(leaves)
    }

    /// Some events after position `after`.
    async fn entries(&self, after: u64, most: usize) -> Result<Vec<concord_ledger::Entry>, LogError> {
        Ok(self.ledger.read(after, &Filter::default(), most.min(READ_AT_ONCE)).await?.entries)
    }
}
