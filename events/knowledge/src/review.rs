//! How many rows somebody has signed.

use crate::load::table::Table;
use crate::{Files, LoadError};

/// How far a table is reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Review {
    /// The table, such as `drugs.csv`.
    pub table: &'static str,
    /// Its rows.
    pub rows: usize,
    /// Those that bear a signature.
    pub signed: usize,
}

impl Files {
    /// How far each table is reviewed.
    ///
    /// # Errors
    ///
    /// When a table is no table.
    pub fn review(&self) -> Result<Vec<Review>, LoadError> {
        let review = |(name, text)| {
            let table = Table::read(name, text)?;
            let signed =
                |row: &crate::load::table::Row<'_>| row.text("reviewed_by").is_ok_and(|by| !by.is_empty());
            Ok(Review {
                table: name,
                rows: table.rows().count(),
                signed: table.rows().filter(signed).count(),
            })
        };
        self.tables().map(review).collect()
    }
}
