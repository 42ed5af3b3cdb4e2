//! What can be wrong with a table.

/// A table that cannot be used, with the place of its fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {fault}")]
pub struct LoadError {
    /// The file, such as `interactions.csv`.
    pub file: &'static str,
    /// The line in it, from 1; the header is line 1.
    pub line: u64,
    /// What is wrong there.
    #[source]
    pub fault: Fault,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file is not among those given.
    #[error("the file is missing")]
    MissingFile,
    /// The text is no CSV, or the row has too many or too few fields.
    #[error("not a CSV row of this table")]
    Malformed,
    /// A column that every row of the table has is not there.
    #[error("no column {0}")]
    MissingColumn(&'static str),
    /// Two rows have the same name.
    #[error("the name {0} is there twice")]
    DuplicateId(String),
    /// The name of the row has other than `a-z 0-9 - . _`.
    #[error("{0:?} is no name")]
    InvalidId(String),
    /// Nothing says where the row comes from.
    #[error("the source is empty")]
    EmptySource,
    /// Only one of `reviewed_by` and `reviewed_on` is there.
    #[error("reviewed_by and reviewed_on belong together")]
    HalfSigned,
    /// A text that people read is empty.
    #[error("{0} is empty")]
    EmptyText(&'static str),
    /// The column holds something else than it should.
    #[error("{value:?} is not possible in {column}")]
    InvalidValue {
        /// The column.
        column: &'static str,
        /// What it holds.
        value: String,
    },
    /// No ingredient has that name.
    #[error("no ingredient {0}")]
    UnknownIngredient(String),
    /// No ingredient has that class.
    #[error("no ingredient of class {0}")]
    UnknownClass(String),
    /// No condition has that name.
    #[error("no condition {0}")]
    UnknownCondition(String),
    /// No result has that name.
    #[error("no lab {0}")]
    UnknownLab(String),
    /// No formulary row has that name.
    #[error("no drug {0}")]
    UnknownDrug(String),
    /// No boxed warning has that name.
    #[error("no boxed warning {0}")]
    UnknownBoxedWarning(String),
    /// A substance alias belongs to two substances without being marked `+` as a combination.
    #[error("the alias {0:?} names two substances")]
    AmbiguousAlias(String),
    /// A condition's code or alias belongs to two conditions.
    #[error("{0:?} names two conditions")]
    AmbiguousCondition(String),
    /// An alias consists of words that every name may hold, or of none.
    #[error("the alias {0:?} would match any name")]
    EmptyAlias(String),
    /// Two numbers of the row contradict each other.
    #[error("{0} contradicts {1}")]
    Contradiction(&'static str, &'static str),
    /// Code needs a row that is not there.
    #[error("the row {0} is missing")]
    MissingRow(&'static str),
}

impl Fault {
    /// The column that it is about, where it is about one.
    pub const fn column(&self) -> Option<&'static str> {
        if let Self::MissingColumn(column)
        | Self::EmptyText(column)
        | Self::InvalidValue { column, .. }
        | Self::Contradiction(column, _) = self
        {
            Some(column)
        } else {
            None
        }
    }
}
