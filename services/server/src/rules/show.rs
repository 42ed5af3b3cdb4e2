//! The tables, and how many rows somebody has signed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use concord_knowledge::{Files, LoadError, Review};

/// The tables of this program.
pub(super) fn own() -> Result<String, LoadError> {
    let own = Files::embedded();
    Ok(page(own.version().as_str(), &own.review()?))
}

/// Tables that a service sent; those that this program does not know are left out.
pub(super) fn sent(ruleset: &str, tables: &BTreeMap<String, String>) -> Result<String, LoadError> {
    let files = tables.iter().fold(Files::embedded(), |files, (name, text)| files.with(name, text.clone()));
    Ok(page(ruleset, &files.review()?))
}

fn page(ruleset: &str, reviews: &[Review]) -> String {
    let (rows, signed) =
        reviews.iter().fold((0, 0), |(rows, signed), review| (rows + review.rows, signed + review.signed));
    let verdict = if rows == signed { "reviewed" } else { "unreviewed" };
    let mut text = format!("Ruleset {ruleset}, {verdict}: {signed} of {rows} rows are signed.\n\n");
    let widest = reviews.iter().map(|review| review.table.len()).max().unwrap_or(0);
    let _infallible = writeln!(text, "  {:<widest$}  {:>5}  {:>6}", "Table", "Rows", "Signed");
    for Review { table, rows, signed } in reviews {
        let _infallible = writeln!(text, "  {table:<widest$}  {rows:>5}  {signed:>6}");
    }
    if rows != signed {
        text.push_str("\nDo not rely on rows that nobody has signed.\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_told_with_its_rows_and_signatures() {
        let page = own().unwrap();
        assert!(page.contains(", unreviewed: 0 of "), "{page}");
        for name in Files::NAMES {
            assert!(page.contains(name), "{name}");
        }
    }
}
