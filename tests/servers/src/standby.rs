//! A second server that follows the first.

use std::time::{Duration, Instant};

use crate::postgres::{Postgres, StartError};

const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(30);
/// What a standby calls itself.
const NAME: &str = "concord_standby";

impl Postgres {
    /// Starts a standby of this server, a copy that follows it; nobody waits for it yet.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn standby(&self) -> Result<Self, StartError> {
        let standby = self.empty_sibling()?;
        let source = format!("{} application_name={NAME}", self.address("postgres"));
        let data = standby.data();
        standby
            .program("pg_basebackup", &["-d", &source, "-D", &data, "-R", "-X", "stream", "-c", "fast"])?;
        let mut standby = standby;
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
        let state = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        self.until("postgres", state, "1")
    }

    /// Makes a standby a primary, which takes writes when this returns.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn promote(&self) -> Result<(), StartError> {
        self.sql("postgres", "ALTER SYSTEM RESET synchronous_standby_names")?;
        self.sql("postgres", "SELECT pg_promote()")?;
        self.until("postgres", "SELECT pg_is_in_recovery()", "f")
    }

    /// Waits until `question` is answered with `answer`.
    fn until(&self, database: &str, question: &str, answer: &str) -> Result<(), StartError> {
        let end = Instant::now() + PATIENCE;
        loop {
            let said = self.sql(database, question)?;
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
