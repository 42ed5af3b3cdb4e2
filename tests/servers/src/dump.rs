//! A database that was written down and is loaded elsewhere.

use crate::postgres::{Postgres, StartError};

/// What the file is named that a database is loaded from.
const DUMP: &str = "dump.sql";

impl Postgres {
    /// Loads `database` as it is now into a new server, by `pg_dump` and `psql`.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn dumped_into_another(&self, database: &str) -> Result<Self, StartError> {
        let dump = self.program("pg_dump", &["-d", &self.address(database)])?;
        let other = Self::start()?;
        let file = other.folder().join(DUMP);
        std::fs::write(&file, dump)?;
        other.sql("postgres", &format!("CREATE DATABASE {database}"))?;
        let (address, file) = (other.address(database), file.display().to_string());
        other.program("psql", &["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &address, "-f", &file])?;
        Ok(other)
    }
}
