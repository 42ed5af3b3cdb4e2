//! Checking proofs. Pure, and written apart from what makes them.
//!
//! Source: RFC 9162 sections 2.1.3.2 and 2.1.4.2.

use concord_ledger::merkle::{Hash, node_hash};

/// The most hashes that a proof can have: one a level of the tallest tree.
pub const MOST_HASHES: usize = 63;

/// The root of the tree of `size` leaves whose leaf at `index` (from 0) has the hash `leaf`, if `path` proves it to be
/// there; `None` when the path cannot be of such a tree.
pub fn inclusion_root(index: u64, size: u64, leaf: Hash, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if node % 2 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            let up = if node % 2 == 0 { node.trailing_zeros().min(u64::BITS - 1) } else { 0 };
            (node, last) = (node >> up, last >> up);
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    (last == 0).then_some(hash)
}

/// Whether `path` proves that the tree of `old` leaves with the root `old_root` is the beginning of the one of `new`
/// leaves with the root `new_root`. The empty tree is the beginning of every tree, by an empty path.
pub fn is_consistent(old: u64, old_root: Hash, new: u64, new_root: Hash, path: &[Hash]) -> bool {
    if old == 0 {
        return path.is_empty();
    }
    if old == new {
        return path.is_empty() && old_root == new_root;
    }
    old < new && consistent_roots(old, old_root, new, path) == Some((old_root, new_root))
}

fn consistent_roots(old: u64, old_root: Hash, new: u64, path: &[Hash]) -> Option<(Hash, Hash)> {
    let whole = old.is_power_of_two().then_some(old_root);
    let mut path = whole.iter().chain(path);
    let up = (old - 1).trailing_ones();
    let (mut node, mut last) = ((old - 1) >> up, (new - 1) >> up);
    let first = *path.next()?;
    let (mut of_old, mut of_new) = (first, first);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if node % 2 == 1 || node == last {
            of_old = node_hash(sibling, &of_old);
            of_new = node_hash(sibling, &of_new);
            let up = if node % 2 == 0 { node.trailing_zeros().min(u64::BITS - 1) } else { 0 };
            (node, last) = (node >> up, last >> up);
        } else {
            of_new = node_hash(&of_new, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    (last == 0).then_some((of_old, of_new))
}
