//! A PgBouncer of one's own, in transaction mode: a session of the server is lent for a transaction at a time.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::account::unprivileged;
use crate::beside::Running;
use crate::postgres::{Postgres, StartError};

/// Names the program, if it is elsewhere.
const PROGRAM: &str = "CONCORD_PGBOUNCER";
const DEBIAN: &str = "/usr/sbin/pgbouncer";
/// Names the socket's file; nothing listens on the network.
const PORT: u16 = 6432;
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(30);
const SETTINGS: &str = "\
pool_mode = transaction
auth_type = trust
listen_port = 6432
max_client_conn = 500
";

/// A running PgBouncer before a server, in a folder that goes away with it.
pub struct PgBouncer {
    folder: TempDir,
    running: Option<Running>,
}

impl PgBouncer {
    /// Starts one before `server` that lends at most `sessions` of it for each database and role of `roles`.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn before(server: &Postgres, sessions: u32, roles: &[&str]) -> Result<Self, StartError> {
        let program = program().ok_or(StartError::NoPgBouncer)?;
        let folder = tempfile::Builder::new().prefix("concord-pgbouncer-").tempdir()?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700))?;
        let own = folder.path().display();
        let (settings, users) = (folder.path().join("pgbouncer.ini"), folder.path().join("users.txt"));
        let named: Vec<_> = roles.iter().map(|role| format!("\"{role}\" \"\"")).collect();
        std::fs::write(&users, named.join("\n") + "\n")?;
        let text = format!(
            "[databases]\n* = host={} port={}\n[pgbouncer]\n{SETTINGS}default_pool_size = {sessions}\n\
             auth_file = {}\nunix_socket_dir = {own}\n",
            server.folder().display(),
            server.port(),
            users.display()
        );
        std::fs::write(&settings, text)?;
        let account = unprivileged();
        if let Some(account) = account {
            for path in [folder.path(), &settings, &users] {
                chown(path, Some(account.user), Some(account.group))?;
            }
        }
        let arguments = ["-q", &settings.display().to_string()];
        let running = Running::start(folder.path(), "TERM", &program, &arguments, account, &[])?;
        let bouncer = Self { folder, running: Some(running) };
        bouncer.answers()?;
        Ok(bouncer)
    }

    /// A connection string for `database` as `role`.
    pub fn address(&self, database: &str, role: &str) -> String {
        format!("host={} port={PORT} user={role} dbname={database}", self.folder.path().display())
    }

    fn answers(&self) -> Result<(), StartError> {
        let socket = self.folder.path().join(format!(".s.PGSQL.{PORT}"));
        let end = Instant::now() + PATIENCE;
        while std::os::unix::net::UnixStream::connect(&socket).is_err() {
            if Instant::now() > end {
                let said = std::fs::read_to_string(self.folder.path().join("log"))?;
                return Err(StartError::Failed { program: "pgbouncer", said });
            }
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            let _gone = running.end();
        }
    }
}

fn program() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(PROGRAM) {
        return Some(PathBuf::from(named)).filter(|program| program.is_file());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::iter::once(PathBuf::from(DEBIAN))
        .chain(std::env::split_paths(&path).map(|folder| folder.join("pgbouncer")))
        .find(|program| Path::is_file(program))
}
