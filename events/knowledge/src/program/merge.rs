//! A program's rows in the place of those that they tighten, and below them.

use std::collections::HashMap;

use concord_kernel::Day;

use super::change::{Change, ChangeKind};
use super::columns::rights;
use super::compare::{Pair, SIGNATURE, placed, tightened};
use super::fault::{NotTaken, ProgramFault};
use crate::LoadError;
use crate::load::set::Vocabulary;
use crate::load::table::{Row, Table};

/// Where a row of a merged table comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Stands,
    /// From this line of the program's file.
    Program(u64),
}

/// One table with a program's rows in it.
#[derive(Clone, Debug)]
pub(super) struct Merged {
    file: &'static str,
    columns: Vec<String>,
    rows: Vec<(Origin, Vec<String>)>,
}

/// Who signed rows, and when.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'s> {
    /// Their names as they stand on the rows.
    pub by: &'s str,
    /// The day.
    pub on: Day,
}

/// Puts `asked` into `stands` and tells what each row does.
pub(super) fn merge(
    stands: &Table,
    asked: &Table,
    words: &Vocabulary,
) -> Result<(Merged, Vec<Change>), ProgramFault> {
    let whole =
        |what| ProgramFault { file: asked.file.to_owned(), line: 1, column: None, what: Box::new(what) };
    let rights = rights(asked.file).ok_or_else(|| whole(NotTaken::Closed))?;
    // What was published before a table had a column is put over it as well.
    let asked = asked.under(stands).ok_or_else(|| whole(NotTaken::Columns))?;
    let mut merged = Merged::of(stands);
    let standing: Vec<Row<'_>> = stands.rows().collect();
    let places: HashMap<String, usize> =
        standing.iter().enumerate().map(|(place, row)| (id(row), place)).collect();
    let mut changes = Vec::new();
    for row in asked.rows() {
        unsigned(&row)?;
        let id = id(&row);
        let fields: Vec<String> = row.fields().map(|field| field.trim().to_owned()).collect();
        let entry = (Origin::Program(row.line()), fields);
        let kind = if let Some(&place) = places.get(&id) {
            let pair = Pair { id: &id, stands: &standing[place], asked: &row, words };
            let columns = tightened(&pair, stands, rights)?;
            merged.rows[place] = entry;
            if columns.is_empty() { ChangeKind::Confirmed } else { ChangeKind::Tightened(columns) }
        } else if rights.adds {
            merged.rows.push(entry);
            ChangeKind::Added
        } else {
            return Err(placed(&row, Some("id"), NotTaken::NoNewRows { id }));
        };
        changes.push(Change { table: asked.file, id, kind });
    }
    Ok((merged, changes))
}

/// Every table that is open to programs names its rows in the column `id`.
fn id(row: &Row<'_>) -> String {
    row.text("id").unwrap_or_default().to_owned()
}

fn unsigned(row: &Row<'_>) -> Result<(), ProgramFault> {
    for column in SIGNATURE {
        if row.text(column).is_ok_and(|text| !text.is_empty()) {
            return Err(placed(row, Some(column), NotTaken::Signed));
        }
    }
    Ok(())
}

impl Merged {
    fn of(table: &Table) -> Self {
        let fields = |row: Row<'_>| (Origin::Stands, row.fields().map(str::to_owned).collect());
        Self {
            file: table.file,
            columns: table.columns().map(str::to_owned).collect(),
            rows: table.rows().map(fields).collect(),
        }
    }

    pub(super) const fn file(&self) -> &'static str {
        self.file
    }

    /// The table as text; rows of the program bear `signed`, where somebody has.
    pub(super) fn text(&self, signed: Option<Signed<'_>>) -> String {
        let mut lines = vec![line(&self.columns)];
        for (origin, fields) in &self.rows {
            let mut fields = fields.clone();
            if let (Origin::Program(_), Some(signed)) = (origin, signed) {
                self.fill(&mut fields, SIGNATURE[0], signed.by);
                self.fill(&mut fields, SIGNATURE[1], &signed.on.to_string());
            }
            lines.push(line(&fields));
        }
        lines.concat()
    }

    fn fill(&self, fields: &mut [String], column: &str, with: &str) {
        let place = self.columns.iter().position(|known| known == column);
        if let Some(field) = place.and_then(|place| fields.get_mut(place)) {
            with.clone_into(field);
        }
    }

    /// Tells a fault of the merged table by its place in the program's file. One in a row that stands comes from what
    /// the program put beside it.
    pub(super) fn trace(&self, error: &LoadError) -> ProgramFault {
        // Fields hold no line breaks, so that each row is one line below the header.
        let place = error.line.checked_sub(2).and_then(|place| usize::try_from(place).ok());
        let Some((Origin::Program(line), _)) = place.and_then(|place| self.rows.get(place)) else {
            return beside(self.file, error);
        };
        let (file, column) = (self.file.to_owned(), error.fault.column().map(str::to_owned));
        ProgramFault { file, line: *line, column, what: Box::new(NotTaken::Faulty(error.fault.clone())) }
    }
}

/// A fault of a row that stands, in the presence of the program's `file`.
pub(super) fn beside(file: &str, error: &LoadError) -> ProgramFault {
    let LoadError { file: stands, line, fault } = error.clone();
    let what = Box::new(NotTaken::Beside { file: stands, line, fault });
    ProgramFault { file: file.to_owned(), line: 1, column: None, what }
}

/// One line of CSV. Line breaks within a field become spaces, so that a row is a line.
fn line(fields: &[String]) -> String {
    let quoted = |field: &String| {
        let field = field.replace(['\r', '\n'], " ");
        if field.contains([',', '"']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
    };
    let fields: Vec<String> = fields.iter().map(quoted).collect();
    format!("{}\n", fields.join(","))
}
