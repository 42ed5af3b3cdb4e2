//! The log: group commit, conditions, receipts, Merkle tree.
