use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2_digest_0_11::Sha256 as OtherSha256;

use super::*;

/// Past two powers of two, so that every shape of right edge occurs.
const LARGEST: usize = 600;

fn leaf(index: usize) -> [u8; 8] {
    (index as u64).to_be_bytes()
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|index| leaf_hash(&leaf(index))).collect()
}

#[test]
fn the_root_is_that_of_a_second_implementation_for_every_size() {
    let mut other = MemoryBackedTree::<OtherSha256, [u8; 8]>::new();
    let mut frontier = Frontier::default();
    for size in 0..=LARGEST {
        assert_eq!(frontier.root().as_slice(), other.root().as_bytes().as_slice(), "{size}");
        let stored = frontier.to_bytes();
        assert_eq!(Frontier::from_bytes(size as u64, &stored), Some(frontier.clone()), "{size}");
        other.push(leaf(size));
        frontier.push(leaf_hash(&leaf(size)));
    }
}

#[test]
fn inclusion_proofs_are_those_of_a_second_implementation() {
    let mut other = MemoryBackedTree::<OtherSha256, [u8; 8]>::new();
    for size in 1..=70 {
        other.push(leaf(size - 1));
        let leaves = leaves(size);
        for index in 0..size {
            let proof = inclusion_proof(&leaves, index).unwrap().concat();
            assert_eq!(proof, other.prove_inclusion(index).as_bytes(), "{index} of {size}");
        }
        assert_eq!(inclusion_proof(&leaves, size), None);
    }
}

#[test]
fn consistency_proofs_are_those_of_a_second_implementation() {
    let mut other = MemoryBackedTree::<OtherSha256, [u8; 8]>::new();
    for size in 1..=70 {
        other.push(leaf(size - 1));
        let leaves = leaves(size);
        for old in 1..size {
            let proof = consistency_proof(&leaves, old).unwrap().concat();
            assert_eq!(proof, other.prove_consistency(size - old).as_bytes(), "{old} of {size}");
        }
        assert_eq!(consistency_proof(&leaves, size), Some(vec![]));
        assert_eq!(consistency_proof(&leaves, size + 1), None);
    }
    assert_eq!(consistency_proof(&leaves(5), 0), None);
}

#[test]
fn a_frontier_of_another_size_is_refused() {
    let mut frontier = Frontier::default();
    for leaf in leaves(5) {
        frontier.push(leaf);
    }
    let bytes = frontier.to_bytes();
    assert_eq!(Frontier::from_bytes(7, &bytes), None);
    assert_eq!(Frontier::from_bytes(5, &bytes[1..]), None);
}
