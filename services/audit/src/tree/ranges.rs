//! Which subtrees a proof consists of. Pure arithmetic.
//!
//! Source: RFC 6962 sections 2.1.1 and 2.1.2.

use std::ops::Range;

/// The leaves (from 0) under each hash of the proof that leaf `index` is in the tree of `size` leaves, from the leaf up.
pub(super) fn inclusion(index: u64, size: u64) -> Vec<Range<u64>> {
    let (mut part, mut path) = (0..size, Vec::new());
    while part.end - part.start > 1 {
        let middle = part.start + split(part.end - part.start);
        if index < middle {
            path.push(middle..part.end);
            part.end = middle;
        } else {
            path.push(part.start..middle);
            part.start = middle;
        }
    }
    path.reverse();
    path
}

/// The leaves (from 0) under each hash of the proof that the tree of `old` leaves is the beginning of the one of `new`;
/// `old` is at least 1 and at most `new`.
pub(super) fn consistency(old: u64, new: u64) -> Vec<Range<u64>> {
    let (mut part, mut path) = (0..new, Vec::new());
    while old < part.end {
        let middle = part.start + split(part.end - part.start);
        if old <= middle {
            path.push(middle..part.end);
            part.end = middle;
        } else {
            path.push(part.start..middle);
            part.start = middle;
        }
    }
    if part.start > 0 {
        path.push(part);
    }
    path.reverse();
    path
}

/// The largest power of two below `length`, which is at least 2.
const fn split(length: u64) -> u64 {
    1 << (length - 1).ilog2()
}
