//! Tables in parts that an event can hold.

/// The most of a table that one event holds. Written as JSON it may take twice as much, and the ledger takes 64 KiB.
pub(super) const PART_BYTES: usize = 24 * 1024;

/// Cuts a text into parts that make the text again when they follow each other.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut end = rest.len().min(PART_BYTES);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let (part, more) = rest.split_at(end);
        rest = more;
        Some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_the_text_again() {
        for text in ["", "short", &"é,\n".repeat(PART_BYTES)] {
            assert_eq!(parts(text).collect::<String>(), text);
            assert!(parts(text).all(|part| !part.is_empty() && part.len() <= PART_BYTES));
        }
    }
}
