//! Whether a row is at least as strict as the one that stands, column by column.

use super::change::Column;
use super::columns::{Rights, Way};
use super::fault::{NotTaken, ProgramFault};
use crate::load::set::{Set, Vocabulary};
use crate::load::table::{Row, Table};
use crate::{Fault, LoadError};

/// Columns in which publishing signs a row.
pub(super) const SIGNATURE: [&str; 2] = ["reviewed_by", "reviewed_on"];

/// A row of a program beside the one that stands under its name.
pub(super) struct Pair<'r> {
    pub(super) id: &'r str,
    pub(super) stands: &'r Row<'r>,
    pub(super) asked: &'r Row<'r>,
    pub(super) words: &'r Vocabulary,
}

/// Which way the asked value goes.
enum Direction {
    Stricter,
    Looser,
    /// It is not for a program to change.
    Closed,
}

/// The columns that the asked row changes, all of them to the stricter side.
pub(super) fn tightened(pair: &Pair<'_>, table: &Table, rights: Rights) -> Result<Vec<Column>, ProgramFault> {
    let mut changed = Vec::new();
    let fields = pair.stands.fields().zip(pair.asked.fields());
    for (name, (stands, asked)) in table.columns().zip(fields) {
        if stands.trim() == asked.trim() || SIGNATURE.contains(&name) {
            continue;
        }
        let (column, way) = rights
            .columns
            .iter()
            .find(|(column, _)| *column == name)
            .map_or(("", Way::Fixed), |(column, way)| (*column, *way));
        let (stands, asked) = (stands.trim().to_owned(), asked.trim().to_owned());
        let id = pair.id.to_owned();
        let what = match direction(pair, column, way).map_err(|fault| at(pair.asked, &fault, Some(name)))? {
            Direction::Stricter => {
                changed.push(Column { name: name.to_owned(), from: stands, to: asked });
                continue;
            }
            Direction::Looser => NotTaken::Loosens { id, stands, asked },
            Direction::Closed => NotTaken::Stands { id, stands },
        };
        return Err(placed(pair.asked, Some(name), what));
    }
    Ok(changed)
}

fn direction(pair: &Pair<'_>, column: &'static str, way: Way) -> Result<Direction, LoadError> {
    let stricter = match way {
        Way::Fixed => return Ok(Direction::Closed),
        Way::ByRow(rows) => {
            return match rows.iter().find(|(id, _)| *id == pair.id) {
                Some((_, way)) => direction(pair, column, *way),
                None => Ok(Direction::Closed),
            };
        }
        Way::HigherUnlessDepot if is_injected(pair.stands)? => return Ok(Direction::Closed),
        Way::Words => true,
        Way::Lower => lower(pair, column)?,
        Way::Higher | Way::HigherUnlessDepot => higher(pair, column)?,
        Way::LowerOrAlways => pair.asked.number(column)?.is_none() || lower(pair, column)?,
        Way::Subjects => subjects(pair, column)?,
        Way::SubjectsOrAny => {
            let stands_for_any = pair.stands.text(column)?.is_empty();
            pair.asked.text(column)?.is_empty() || (!stands_for_any && subjects(pair, column)?)
        }
        Way::Exceptions => {
            let (stands, asked) = selected(pair, column)?;
            stands.contains_all(&asked)
        }
        Way::More => {
            let (stands, asked) = (pair.stands.list(column)?, pair.asked.list(column)?);
            stands.iter().all(|part| asked.contains(part))
        }
        Way::Fewer => {
            let (stands, asked) = (pair.stands.list(column)?, pair.asked.list(column)?);
            !asked.is_empty() && asked.iter().all(|part| stands.contains(part))
        }
        Way::Ranks(ranks) => {
            let rank = |word: &str| ranks.iter().position(|words| words.contains(&word));
            let asked = pair.asked.text(column)?;
            let asked_rank = rank(asked).ok_or_else(|| pair.asked.invalid(column, asked))?;
            rank(pair.stands.text(column)?).is_some_and(|stands| stands < asked_rank)
        }
        Way::Filled => pair.stands.text(column)?.is_empty(),
    };
    Ok(if stricter { Direction::Stricter } else { Direction::Looser })
}

fn lower(pair: &Pair<'_>, column: &'static str) -> Result<bool, LoadError> {
    Ok(match (pair.stands.number(column)?, pair.asked.number(column)?) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(stands), Some(asked)) => asked <= stands,
    })
}

fn higher(pair: &Pair<'_>, column: &'static str) -> Result<bool, LoadError> {
    Ok(match (pair.stands.number(column)?, pair.asked.number(column)?) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(stands), Some(asked)) => asked >= stands,
    })
}

fn subjects(pair: &Pair<'_>, column: &'static str) -> Result<bool, LoadError> {
    let (stands, asked) = selected(pair, column)?;
    Ok(asked.contains_all(&stands))
}

fn selected(pair: &Pair<'_>, column: &'static str) -> Result<(Set, Set), LoadError> {
    Ok((pair.words.select(pair.stands, column)?, pair.words.select(pair.asked, column)?))
}

fn is_injected(row: &Row<'_>) -> Result<bool, LoadError> {
    Ok(row.list("routes")?.iter().any(|route| matches!(*route, "intramuscular" | "subcutaneous")))
}

/// A fault that has a place in the program's file.
pub(super) fn placed(row: &Row<'_>, column: Option<&str>, what: NotTaken) -> ProgramFault {
    let (file, line) = (row.file().to_owned(), row.line());
    ProgramFault { file, line, column: column.map(str::to_owned), what: Box::new(what) }
}

fn at(row: &Row<'_>, error: &LoadError, column: Option<&str>) -> ProgramFault {
    let fault: Fault = error.fault.clone();
    placed(row, column, NotTaken::Faulty(fault))
}
