//! A row's appearances as they are stored, packed: many rows wait at once, and some appear on dozens of lists.

use crate::{Item, List, ListEntry, Sort};

/// Appearances in one piece: of each, the lengths of its three parts, then the parts.
#[derive(Debug, Default)]
pub(crate) struct Listing(Box<[u8]>);

impl Listing {
    pub(crate) fn of(entries: &[ListEntry]) -> Self {
        let mut packed = Vec::with_capacity(entries.len() * 64);
        for ListEntry { list, sort, item } in entries {
            let parts = [list.as_bytes(), sort.as_bytes(), item.as_bytes()];
            for part in parts {
                let length = u32::try_from(part.len()).expect("names and places are short");
                packed.extend_from_slice(&length.to_be_bytes());
            }
            for part in parts {
                packed.extend_from_slice(part);
            }
        }
        Self(packed.into())
    }

    pub(crate) const fn bytes(&self) -> u64 {
        self.0.len() as u64
    }

    /// The appearances, in the order in which they were packed.
    pub(crate) fn entries(&self) -> Vec<ListEntry> {
        let (mut entries, mut rest) = (Vec::new(), &*self.0);
        while let Some((lengths, parts)) = rest.split_first_chunk::<12>() {
            let (lengths, _) = lengths.as_chunks::<4>();
            rest = parts;
            let mut parts = lengths.iter().map(|length| {
                let length = u32::from_be_bytes(*length) as usize;
                let (part, after) = rest.split_at(length.min(rest.len()));
                rest = after;
                part
            });
            let mut part = || parts.next().unwrap_or_default();
            let (list, sort, item) = (part(), part(), part());
            entries.push(ListEntry {
                list: List::from_bytes(list),
                sort: Sort::from_bytes(sort),
                item: Item::of(&[item]),
            });
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::Listing;
    use crate::{Item, List, ListEntry, Sort};

    #[test]
    fn what_is_packed_is_unpacked_the_same() {
        let entry = |name: &[u8], item: &[u8]| ListEntry {
            list: List::from_bytes(name),
            sort: Sort::new().rank(3),
            item: Item::of(&[item]),
        };
        let entries = [entry(b"*", b""), entry(&[7; 300], b"one"), entry(b"", &[1; 40])];
        assert_eq!(Listing::of(&entries).entries(), entries);
        assert_eq!(Listing::of(&[]).entries(), []);
    }
}
