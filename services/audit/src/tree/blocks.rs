//! The roots of complete subtrees from 256 leaves up, in memory: a quarter of a byte for each event. Everything below is
//! in the ledger, and read when it is needed.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use concord_ledger::merkle::{self, Hash, node_hash};

/// Leaves under the smallest subtree whose root is kept.
pub(crate) const BLOCK: u64 = 1 << BLOCK_HEIGHT;
const BLOCK_HEIGHT: u32 = 8;

/// A growing tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    /// Roots of complete subtrees: of 256 leaves, of 512, and so on.
    levels: Vec<Vec<Hash>>,
    /// Leaves after the last complete block.
    open: Vec<Hash>,
}

/// Leaves of blocks, by the number of the block, from 0. A block may have more leaves than are asked for.
pub(super) type Leaves = HashMap<u64, Vec<Hash>>;

impl Blocks {
    /// Takes up the roots of complete blocks.
    pub(super) fn of(roots: Vec<Hash>) -> Self {
        let mut blocks = Self::default();
        for root in roots {
            blocks.push_block(root);
        }
        blocks
    }

    /// How many leaves it has.
    pub(super) fn size(&self) -> u64 {
        self.complete() * BLOCK + self.open.len() as u64
    }

    /// How many complete blocks it has.
    pub(super) fn complete(&self) -> u64 {
        self.levels.first().map_or(0, |level| level.len() as u64)
    }

    /// Roots of the complete blocks from number `first` on.
    pub(super) fn roots_from(&self, first: u64) -> Vec<Hash> {
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        self.levels.first().and_then(|level| level.get(first..)).map_or_else(Vec::new, <[Hash]>::to_vec)
    }

    /// Adds a leaf.
    pub(super) fn push(&mut self, leaf: Hash) {
        self.open.push(leaf);
        if self.open.len() as u64 == BLOCK {
            let root = merkle::root(&self.open);
            self.open.clear();
            self.push_block(root);
        }
    }

    fn push_block(&mut self, root: Hash) {
        let mut node = root;
        for height in 0.. {
            if self.levels.len() == height {
                self.levels.push(Vec::new());
            }
            let level = &mut self.levels[height];
            level.push(node);
            if level.len() % 2 == 1 {
                break;
            }
            node = node_hash(&level[level.len() - 2], &node);
        }
    }

    /// The numbers of the blocks whose leaves [`Blocks::root`] needs for `range`.
    pub(super) fn needed(range: &Range<u64>) -> BTreeSet<u64> {
        let small = |(part, height): &(Range<u64>, u32)| *height < BLOCK_HEIGHT && !part.is_empty();
        subtrees(range).filter(small).map(|(part, _)| part.start / BLOCK).collect()
    }

    /// The root over the leaves of `range`, a subtree of the tree of RFC 6962 that begins at a multiple of its width;
    /// `None` when the tree does not go that far or leaves are missing.
    pub(super) fn root(&self, range: &Range<u64>, leaves: &Leaves) -> Option<Hash> {
        if range.end > self.size() {
            return None;
        }
        let parts = subtrees(range).map(|(part, height)| self.complete_root(&part, height, leaves));
        let parts = parts.collect::<Option<Vec<_>>>()?;
        let mut parts = parts.into_iter().rev();
        match parts.next() {
            None => Some(merkle::root(&[])),
            Some(last) => Some(parts.fold(last, |right, left| node_hash(&left, &right))),
        }
    }

    fn complete_root(&self, part: &Range<u64>, height: u32, leaves: &Leaves) -> Option<Hash> {
        if let Some(level) = height.checked_sub(BLOCK_HEIGHT) {
            let place = usize::try_from(part.start >> height).ok()?;
            return self.levels.get(level as usize)?.get(place).copied();
        }
        let block = part.start / BLOCK;
        let from = usize::try_from(part.start % BLOCK).ok()?;
        let to = from + usize::try_from(part.end - part.start).ok()?;
        let of_block = if block == self.complete() { &self.open } else { leaves.get(&block)? };
        Some(merkle::root(of_block.get(from..to)?))
    }
}

/// The complete subtrees that a range consists of, from left to right, with their heights.
fn subtrees(range: &Range<u64>) -> impl Iterator<Item = (Range<u64>, u32)> + use<> {
    let (mut at, length) = (range.start, range.end - range.start);
    let heights = (0..u64::BITS).rev().filter(move |height| length >> height & 1 == 1);
    heights.map(move |height| {
        let part = at..at + (1 << height);
        at = part.end;
        (part, height)
    })
}
