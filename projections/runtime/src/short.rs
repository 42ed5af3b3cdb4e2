//! Names and places are short: a list of hundreds of entries must not cost hundreds of allocations.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// Bytes that are kept in place; longer ones go to the heap.
const INLINE: usize = 30;

/// Some bytes, few as a rule. Compares and hashes by what it holds.
#[derive(Clone)]
pub(crate) enum Short {
    Inline { len: u8, bytes: [u8; INLINE] },
    Heap(Box<[u8]>),
}

impl Short {
    pub(crate) const fn new() -> Self {
        Self::Inline { len: 0, bytes: [0; INLINE] }
    }

    /// Puts parts together.
    pub(crate) fn of(parts: &[&[u8]]) -> Self {
        let mut whole = Self::new();
        for part in parts {
            whole.extend(part);
        }
        whole
    }

    pub(crate) fn extend(&mut self, more: &[u8]) {
        if let Self::Inline { len, bytes } = self {
            let (from, to) = (usize::from(*len), usize::from(*len) + more.len());
            if let (Some(room), Ok(sum)) = (bytes.get_mut(from..to), u8::try_from(to)) {
                room.copy_from_slice(more);
                *len = sum;
                return;
            }
        }
        *self = Self::Heap([self.as_slice(), more].concat().into());
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Inline { len, bytes } => &bytes[..usize::from(*len)],
            Self::Heap(bytes) => bytes,
        }
    }
}

impl PartialEq for Short {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Short {}

impl PartialOrd for Short {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Short {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_slice().cmp(other.as_slice())
    }
}

impl Hash for Short {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_slice().hash(state);
    }
}

impl Default for Short {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_slice().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::Short;

    #[test]
    fn what_is_put_in_comes_out_wherever_it_is_kept() {
        let mut grown = Short::new();
        let mut plain = Vec::new();
        for n in 0..=200_u8 {
            assert_eq!(grown.as_slice(), plain);
            assert_eq!(grown, Short::of(&[&plain]), "equal however it came to be");
            grown.extend(&[n]);
            plain.push(n);
        }
    }

    #[test]
    fn order_is_that_of_bytes_wherever_they_are_kept() {
        let short = Short::of(&[b"b"]);
        let long = Short::of(&[&[b'a'; 64]]);
        assert!(long < short);
        assert!(Short::of(&[&[b'b'; 64]]) > short);
    }
}
