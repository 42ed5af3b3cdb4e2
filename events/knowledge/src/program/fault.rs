//! Why a program's rules are not taken.

use crate::Fault;

/// A row of a program's file that cannot be taken, with its place. Nothing of the files is used then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}{}: {what}", .column.as_ref().map_or_else(String::new, |name| format!(", column {name}")))]
pub struct ProgramFault {
    /// The file, such as `drugs.csv`.
    pub file: String,
    /// The line in the program's file, from 1; the header is line 1.
    pub line: u64,
    /// The column, where it is about one.
    pub column: Option<String>,
    /// What is wrong there.
    #[source]
    pub what: Box<NotTaken>,
}

/// What is wrong with a program's row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// The same as in a table of our own.
    #[error(transparent)]
    Faulty(#[from] Fault),
    /// A row that stands does not go together with the program's rows.
    #[error("beside the program's rows, the row on line {line} of {file} would be faulty: {fault}")]
    Beside {
        /// The table of the row that stands.
        file: &'static str,
        /// Its line there.
        line: u64,
        /// What would be wrong with it.
        fault: Fault,
    },
    /// No table has that name.
    #[error("there is no such table")]
    UnknownTable,
    /// The table is there twice.
    #[error("the table is there twice")]
    TableTwice,
    /// There is a column that the table has not, or they are in another order.
    #[error("the columns must be those of the table that stands, in their order")]
    Columns,
    /// No row of the table may be added or changed by a program.
    #[error("a program can neither add to this table nor change it")]
    Closed,
    /// The rows of the table are those that code asks for.
    #[error("a program can tighten rows of this table and add none, and no row {id} stands")]
    NoNewRows {
        /// The row.
        id: String,
    },
    /// The row would be looser than the one that stands.
    #[error("{asked:?} is looser than {stands:?}, which stands in {id}")]
    Loosens {
        /// The row.
        id: String,
        /// What stands.
        stands: String,
        /// What is asked.
        asked: String,
    },
    /// Nobody knows which way would be the stricter one, or another mechanism depends on it.
    #[error("{stands:?} stands in {id} and is not for a program to change")]
    Stands {
        /// The row.
        id: String,
        /// What stands.
        stands: String,
    },
    /// A program's file is signed by publication alone.
    #[error("a row is signed by those who publish it; leave it empty")]
    Signed,
    /// Two rules would speak under one name, and an answer to one would count for the other.
    #[error("a rule of the name {id} stands in {file}")]
    NameTaken {
        /// The name.
        id: String,
        /// Where it stands.
        file: &'static str,
    },
    /// The name was something else before.
    #[error("{name:?} is recognised as {stands} and must stay so")]
    Recognised {
        /// The name or code.
        name: String,
        /// What it is recognised as.
        stands: String,
    },
    /// Nothing is asked.
    #[error("no row is added, tightened or confirmed")]
    Empty,
}
