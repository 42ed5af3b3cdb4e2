//! Plain tables: columns as wide as their content, broken into lines where that is too wide.

/// The widest line that is printed.
pub(super) const WIDTH: usize = 96;

/// The widest that a column but the last may be, and the narrowest that the last one may be.
const WIDEST: usize = 36;
const NARROWEST: usize = 12;

/// How a column stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Lays `rows` out below `heads`; what is wider than its column breaks into lines there.
pub(super) fn table(heads: &[(&str, Side)], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = heads.iter().map(|(head, _)| head.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let last = widths.len().saturating_sub(1);
    for width in widths.iter_mut().take(last) {
        *width = (*width).min(WIDEST);
    }
    let before: usize = widths.iter().take(last).map(|width| width + 2).sum();
    if let Some(width) = widths.last_mut() {
        *width = (*width).min(WIDTH.saturating_sub(before + 2).max(NARROWEST));
    }
    let mut text = String::new();
    line(&mut text, &widths, heads, &heads.iter().map(|(head, _)| (*head).to_owned()).collect::<Vec<_>>());
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    line(&mut text, &widths, heads, &rule);
    for row in rows {
        let folded: Vec<Vec<String>> =
            row.iter().zip(&widths).map(|(cell, width)| fold(cell, *width)).collect();
        for index in 0..folded.iter().map(Vec::len).max().unwrap_or(0) {
            let part = |cell: &Vec<String>| cell.get(index).cloned().unwrap_or_default();
            line(&mut text, &widths, heads, &folded.iter().map(part).collect::<Vec<_>>());
        }
    }
    text
}

fn line(text: &mut String, widths: &[usize], heads: &[(&str, Side)], cells: &[String]) {
    let mut written = String::from("  ");
    for ((width, (_, side)), cell) in widths.iter().zip(heads).zip(cells) {
        let gap = " ".repeat(width.saturating_sub(cell.chars().count()));
        match side {
            Side::Left => written.extend([cell.as_str(), &gap, "  "]),
            Side::Right => written.extend([&gap, cell.as_str(), "  "]),
        }
    }
    text.push_str(written.trim_end());
    text.push('\n');
}

/// Breaks `text` into lines of at most `width` characters, between words where it can; at least one line.
pub(super) fn fold(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let word: Vec<char> = word.chars().collect();
        for part in word.chunks(width.max(1)) {
            let current = lines.last_mut().expect("there is always one");
            let there = current.chars().count();
            if there > 0 && there + 1 + part.len() > width {
                lines.push(part.iter().collect());
            } else {
                if there > 0 {
                    current.push(' ');
                }
                current.extend(part);
            }
        }
    }
    lines
}
