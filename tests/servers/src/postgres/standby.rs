//! A second server that follows the first.

use std::time::Instant;

use super::{PATIENCE, PAUSE, PORT, Postgres, StartError};

/// What a standby calls itself.
const NAME: &str = "concord_standby";

impl Postgres {
    /// Starts a standby of this server, a copy that follows it; nobody waits for it yet.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn standby(&self) -> Result<Self, StartError> {
        let mut standby = Self::placed(&self.programs, self.account, &self.settings)?;
        let source =
            format!("host={} port={PORT} user=concord application_name={NAME}", self.folder.path().display());
        let data = standby.data();
        standby
            .program("pg_basebackup", &["-d", &source, "-D", &data, "-X", "stream", "-c", "fast", "-R"])?;
        standby.run()?;
        Ok(standby)
    }

    /// From now on every commit waits until the standby has it on its disk.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn wait_for_standby(&self) -> Result<(), StartError> {
        self.sql("postgres", &format!("ALTER SYSTEM SET synchronous_standby_names = '{NAME}'"))?;
        self.sql("postgres", "SELECT pg_reload_conf()")?;
        self.until("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", "1")
    }

    /// Makes a standby a primary, which takes writes when this returns.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn promote(&self) -> Result<(), StartError> {
        // The copy took the setting with it, and nobody follows here.
        self.sql("postgres", "ALTER SYSTEM RESET synchronous_standby_names")?;
        self.sql("postgres", "SELECT pg_promote()")?;
        self.until("SELECT pg_is_in_recovery()", "f")
    }

    /// Waits until `question` is answered with `answer`.
    fn until(&self, question: &str, answer: &str) -> Result<(), StartError> {
        let end = Instant::now() + PATIENCE;
        loop {
            let said = self.sql("postgres", question)?;
            if said == answer {
                return Ok(());
            }
            if Instant::now() > end {
                return Err(StartError::Failed { program: "postgres", said: format!("{question}: {said}") });
            }
            std::thread::sleep(PAUSE);
        }
    }
}
