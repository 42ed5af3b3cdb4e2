//! Proofs from blocks against those of another implementation, and against what checks them.

use concord_ledger::merkle::{Hash, leaf_hash};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2_digest_0_11::Sha256 as OtherSha256;

use super::blocks::{BLOCK, Blocks, Leaves};
use super::ranges;
use crate::proof::{inclusion_root, is_consistent};

/// Past four blocks and two levels above them.
const LARGEST: u64 = 5 * BLOCK + 77;

fn bytes(index: u64) -> [u8; 8] {
    index.to_be_bytes()
}

fn blocks(size: u64) -> (Blocks, Leaves) {
    let (mut blocks, mut leaves) = (Blocks::default(), Leaves::new());
    for index in 0..size {
        let leaf = leaf_hash(&bytes(index));
        blocks.push(leaf);
        leaves.entry(index / BLOCK).or_insert_with(Vec::new).push(leaf);
    }
    (blocks, leaves)
}

fn other(size: u64) -> MemoryBackedTree<OtherSha256, [u8; 8]> {
    let mut other = MemoryBackedTree::new();
    (0..size).for_each(|index| other.push(bytes(index)));
    other
}

/// The roots under `ranges` from what of the leaves is needed, and from nothing else.
fn roots(blocks: &Blocks, leaves: &Leaves, ranges: &[std::ops::Range<u64>]) -> Vec<Hash> {
    let needed = ranges.iter().flat_map(Blocks::needed);
    let few: Leaves = needed.filter_map(|block| Some((block, leaves.get(&block)?.clone()))).collect();
    assert!(few.len() <= 2, "a proof reads at most two blocks: {:?}", few.keys());
    ranges.iter().map(|range| blocks.root(range, &few).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn proofs_of_inclusion_are_those_of_another_implementation_and_hold(
        (size, index) in (1..=LARGEST).prop_flat_map(|size| (Just(size), 0..size)),
        grown in 0..BLOCK,
    ) {
        // The tree may have grown past the size that is asked about.
        let (blocks, leaves) = blocks(size + grown);
        let path = roots(&blocks, &leaves, &ranges::inclusion(index, size));
        let other = other(size);
        let proof = other.prove_inclusion(usize::try_from(index).unwrap());
        prop_assert_eq!(path.concat(), proof.as_bytes().to_vec());
        let root = blocks.root(&(0..size), &leaves).unwrap();
        let other_root = other.root();
        prop_assert_eq!(root.as_slice(), other_root.as_bytes().as_slice());
        let leaf = leaf_hash(&bytes(index));
        prop_assert_eq!(inclusion_root(index, size, leaf, &path), Some(root));
        // Nothing else passes: another leaf, another place, a longer or shorter path.
        prop_assert_ne!(inclusion_root(index, size, leaf_hash(b"other"), &path), Some(root));
        if size > 1 {
            prop_assert_ne!(inclusion_root((index + 1) % size, size, leaf, &path), Some(root));
            prop_assert_ne!(inclusion_root(index, size, leaf, &path[1..]), Some(root));
        }
        let longer = [path.as_slice(), &[root]].concat();
        prop_assert_ne!(inclusion_root(index, size, leaf, &longer), Some(root));
        prop_assert_eq!(inclusion_root(size, size, leaf, &path), None);
    }

    #[test]
    fn proofs_of_consistency_are_those_of_another_implementation_and_hold(
        (new, old) in (1..=LARGEST).prop_flat_map(|new| (Just(new), 1..=new)),
    ) {
        let (blocks, leaves) = blocks(new);
        let path = roots(&blocks, &leaves, &ranges::consistency(old, new));
        if old < new {
            let proof = other(new).prove_consistency(usize::try_from(new - old).unwrap());
            prop_assert_eq!(path.concat(), proof.as_bytes().to_vec());
        }
        let root = |size| blocks.root(&(0..size), &leaves).unwrap();
        prop_assert!(is_consistent(old, root(old), new, root(new), &path));
        prop_assert!(!is_consistent(old, leaf_hash(b"other"), new, root(new), &path));
        prop_assert!(!is_consistent(old, root(old), new, leaf_hash(b"other"), &path));
        if old < new {
            prop_assert!(!is_consistent(new, root(new), old, root(old), &path));
            prop_assert!(!is_consistent(old, root(old), new, root(new), &path[..path.len() - 1]));
        }
        if old > 1 {
            prop_assert!(!is_consistent(old - 1, root(old), new, root(new), &path));
        }
    }
}

#[test]
fn roots_of_blocks_that_were_kept_are_taken_up_again() {
    let (whole, leaves) = blocks(LARGEST);
    let mut again = Blocks::of(whole.roots_from(0));
    assert_eq!(again.size(), LARGEST / BLOCK * BLOCK);
    for index in again.size()..LARGEST {
        again.push(leaf_hash(&bytes(index)));
    }
    for size in [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5, LARGEST] {
        assert_eq!(again.root(&(0..size), &leaves), whole.root(&(0..size), &leaves), "{size}");
    }
    assert_eq!(again.root(&(0..LARGEST + 1), &leaves), None, "there is no such tree");
}
