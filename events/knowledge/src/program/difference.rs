//! What differs between two sets of tables, for who signs one in the place of the other.

use std::collections::BTreeMap;

use csv::{ReaderBuilder, StringRecord};

use super::change::Column;
use super::compare::SIGNATURE;

/// A row that two sets do not share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: String,
    /// The row.
    pub id: String,
    /// How they differ.
    pub kind: DifferenceKind,
    /// The columns that differ; of a row that only one set has, all that say something.
    pub columns: Vec<Column>,
}

/// How a row differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// Only the second set has it.
    Added,
    /// Only the first has it.
    Removed,
    /// Both have it, with other values.
    Changed,
}

/// Rows by name, each with its values by column.
type Rows = BTreeMap<String, BTreeMap<String, String>>;

/// What differs, table by table. Who signed a row, and when, is no difference in what it says.
///
/// Sets of other builds are compared as well, so that nothing but the form of a table is asked of either.
pub fn difference(from: &BTreeMap<String, String>, to: &BTreeMap<String, String>) -> Vec<Difference> {
    let mut names: Vec<&String> = from.keys().chain(to.keys()).collect();
    names.sort();
    names.dedup();
    let rows = |set: &BTreeMap<String, String>, name| set.get(name).map_or_else(Rows::new, |text| rows(text));
    names.into_iter().flat_map(|name| of_table(name, &rows(from, name), &rows(to, name))).collect()
}

fn of_table(table: &str, from: &Rows, to: &Rows) -> Vec<Difference> {
    let mut ids: Vec<&String> = from.keys().chain(to.keys()).collect();
    ids.sort();
    ids.dedup();
    let nothing = BTreeMap::new();
    let mut all = Vec::new();
    for id in ids {
        let kind = match (from.get(id), to.get(id)) {
            (Some(_), Some(_)) => DifferenceKind::Changed,
            (Some(_), None) => DifferenceKind::Removed,
            (None, _) => DifferenceKind::Added,
        };
        let columns = columns(from.get(id).unwrap_or(&nothing), to.get(id).unwrap_or(&nothing));
        if !columns.is_empty() {
            all.push(Difference { table: table.to_owned(), id: id.clone(), kind, columns });
        }
    }
    all
}

fn columns(stood: &BTreeMap<String, String>, stands: &BTreeMap<String, String>) -> Vec<Column> {
    let mut names: Vec<&String> = stood.keys().chain(stands.keys()).collect();
    names.sort();
    names.dedup();
    let value = |row: &BTreeMap<String, String>, name| row.get(name).cloned().unwrap_or_default();
    names
        .into_iter()
        .map(|name| Column { name: name.clone(), from: value(stood, name), to: value(stands, name) })
        .filter(|column| column.from != column.to)
        .collect()
}

/// The rows of a table, by their `id`, or by all that they say where there is none.
fn rows(text: &str) -> Rows {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let headers = reader.headers().cloned().unwrap_or_default();
    reader.records().flatten().map(|record| row(&headers, &record)).collect()
}

fn row(headers: &StringRecord, record: &StringRecord) -> (String, BTreeMap<String, String>) {
    let said = headers.iter().zip(record).filter(|(column, _)| !SIGNATURE.contains(column));
    let values: BTreeMap<String, String> =
        said.map(|(column, value)| (column.to_owned(), value.trim().to_owned())).collect();
    let id = values.get("id").cloned();
    (id.unwrap_or_else(|| values.values().cloned().collect::<Vec<_>>().join(", ")), values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("limits.csv".to_owned(), text.to_owned())])
    }

    #[test]
    fn rows_that_came_went_and_changed_are_told_and_signatures_are_not() {
        let from = set("id,value,reviewed_by\na,1,\nb,2,\nc,3,\n");
        let to = set("id,value,reviewed_by\na,1,J. Roe\nb,1,J. Roe\nd,4,\n");
        let changed = Column { name: "value".to_owned(), from: "2".to_owned(), to: "1".to_owned() };
        let told = difference(&from, &to);
        let kinds: Vec<_> = told.iter().map(|row| (row.id.as_str(), row.kind)).collect();
        let expected =
            [("b", DifferenceKind::Changed), ("c", DifferenceKind::Removed), ("d", DifferenceKind::Added)];
        assert_eq!(kinds, expected);
        assert_eq!(told[0].columns, [changed]);
        let added: Vec<_> = told[2].columns.iter().map(|column| column.to.as_str()).collect();
        assert_eq!(added, ["d", "4"], "who signs reads what the row says");
        assert!(difference(&from, &from).is_empty());
    }

    #[test]
    fn rows_without_a_name_are_told_by_what_they_say() {
        let told = difference(&set("scale,band\nphq9,mild\n"), &set("scale,band\nphq9,none\n"));
        assert_eq!(told.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["mild, phq9", "none, phq9"]);
    }
}
