//! What a program's rows do to the tables that stand.

/// What one row does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The table.
    pub table: &'static str,
    /// The row.
    pub id: String,
    /// What it does.
    pub kind: ChangeKind,
}

/// What a row does to what stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// There was no such row.
    Added,
    /// It is stricter in these columns, or says the same in other words.
    Tightened(Vec<Column>),
    /// It says what stands, and is signed.
    Confirmed,
}

/// A column before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What stood.
    pub from: String,
    /// What stands now.
    pub to: String,
}
