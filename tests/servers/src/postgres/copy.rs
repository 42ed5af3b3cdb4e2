//! Other servers with what this one has now: what is recorded here afterwards they do not have.

use std::os::unix::fs::chown;
use std::path::PathBuf;

use super::{PORT, Postgres, StartError};

/// What the file is named that a database is loaded from.
const DUMP: &str = "dump.sql";
/// Tells a server to begin as a standby.
const STANDBY: &str = "standby.signal";

impl Postgres {
    /// Loads `database` as it is now into a new server, by `pg_dump` and `psql`.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn dumped_into_another(&self, database: &str) -> Result<Self, StartError> {
        let (folder, port) = (self.folder.path().display().to_string(), PORT.to_string());
        let dump = self.program("pg_dump", &["-h", &folder, "-p", &port, "-U", "concord", "-d", database])?;
        let other = Self::start()?;
        let file = other.folder.path().join(DUMP);
        std::fs::write(&file, dump)?;
        other.sql("postgres", &format!("CREATE DATABASE {database}"))?;
        let (folder, file) = (other.folder.path().display().to_string(), file.display().to_string());
        let arguments = [
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            &folder,
            "-p",
            &port,
            "-U",
            "concord",
            "-d",
            database,
            "-f",
            &file,
        ];
        other.program("psql", &arguments)?;
        Ok(other)
    }

    /// A standby that has everything that is recorded now and was promoted then, from a base backup.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn promoted_copy(&self) -> Result<Self, StartError> {
        let mut other = Self::at_rest(&self.settings)?;
        let (folder, port, data) = (self.folder.path().display().to_string(), PORT.to_string(), other.data());
        let arguments =
            ["-h", &folder, "-p", &port, "-U", "concord", "-D", &data, "-X", "stream", "-c", "fast"];
        other.program("pg_basebackup", &arguments)?;
        let signal = PathBuf::from(data).join(STANDBY);
        std::fs::write(&signal, "")?;
        if let Some(account) = other.account {
            chown(&signal, Some(account.user), Some(account.group))?;
        }
        other.run()?;
        other.sql("postgres", "SELECT pg_promote(true)")?;
        Ok(other)
    }
}
