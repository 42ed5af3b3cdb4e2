//! A PostgreSQL server of one's own.

use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::account::{Account, unprivileged};
use crate::authority::Identity;
use crate::beside::{Running, run_as};

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(30);
/// Names the socket's file, which is in the server's own folder; nothing listens on the network unless it is asked to.
const PORT: u16 = 5432;
/// Where Debian and its relatives keep the programs, by version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Names the folder with the programs, if they are elsewhere.
const PROGRAMS: &str = "CONCORD_POSTGRES_BIN";

/// A running server, in a folder that goes away with it.
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    account: Option<Account>,
    settings: String,
    port: u16,
    running: Option<Running>,
    databases: AtomicU32,
}

/// Why a server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The programs are not on this machine.
    #[error(
        "PostgreSQL is not installed; tests/run installs it, or set CONCORD_POSTGRES_BIN to the folder with initdb"
    )]
    Missing,
    /// Nor is PgBouncer.
    #[error("PgBouncer is not installed; tests/run installs it, or set CONCORD_PGBOUNCER to the program")]
    NoPgBouncer,
    /// A file or a process.
    #[error("PostgreSQL cannot be started")]
    System(#[from] io::Error),
    /// A program of it failed.
    #[error("{program} failed: {said}")]
    Failed {
        /// Which.
        program: &'static str,
        /// What it said.
        said: String,
    },
}

impl Postgres {
    /// Starts a new server that waits for the disk at every commit.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn start() -> Result<Self, StartError> {
        Self::start_with("")
    }

    /// Starts a new server with more arguments, such as `-c max_connections=20`.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn start_with(settings: &str) -> Result<Self, StartError> {
        let mut server = Self::empty(settings, PORT)?;
        server.init()?;
        server.run()?;
        Ok(server)
    }

    /// Starts a new server that can also be reached as `localhost` over the network, on a free port: encrypted as `identity`,
    /// or without encryption when there is none.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn start_on_network(identity: Option<&Identity>) -> Result<Self, StartError> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut server = Self::empty("-c listen_addresses=localhost", port)?;
        server.init()?;
        if let Some(Identity { certificate, key }) = identity {
            server.write("server.crt", certificate)?;
            server.write("server.key", key)?;
            server.settings.push_str(" -c ssl=on");
        }
        server.run()?;
        Ok(server)
    }

    /// A server with a copy of this one's data, which has to be stopped; it does not run yet.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn copy(&self) -> Result<Self, StartError> {
        let copy = self.empty_sibling()?;
        let mut command = Command::new("cp");
        command.args(["-a", &self.data(), &copy.data()]);
        let done = run_as(self.account, self.folder.path(), command).output()?;
        if done.status.success() {
            return Ok(copy);
        }
        Err(StartError::Failed { program: "cp", said: String::from_utf8_lossy(&done.stderr).into_owned() })
    }

    /// Puts a file among the server's own.
    fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let path = self.folder.path().join("data").join(name);
        std::fs::write(&path, text)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        self.account.map_or(Ok(()), |account| chown(&path, Some(account.user), Some(account.group)))
    }

    /// A folder like this server's, with nothing in it.
    pub(crate) fn empty_sibling(&self) -> Result<Self, StartError> {
        Self::empty(&self.settings, PORT)
    }

    fn empty(settings: &str, port: u16) -> Result<Self, StartError> {
        let programs = programs().ok_or(StartError::Missing)?;
        let folder = tempfile::Builder::new().prefix("concord-pg-").tempdir()?;
        let account = unprivileged();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700))?;
        if let Some(account) = account {
            chown(folder.path(), Some(account.user), Some(account.group))?;
        }
        let settings = settings.to_owned();
        let databases = AtomicU32::new(0);
        Ok(Self { folder, programs, account, settings, port, running: None, databases })
    }

    fn init(&self) -> Result<(), StartError> {
        let data = self.data();
        let arguments =
            ["-U", "concord", "-A", "trust", "-E", "UTF8", "--locale=C", "--wal-segsize=1", "-D", &data];
        self.program("initdb", &arguments)?;
        Ok(())
    }

    /// A connection string for a database of its own, without tables.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn database(&self) -> Result<String, StartError> {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}"))?;
        Ok(self.address(&name))
    }

    /// A connection string for `database`.
    pub fn address(&self, database: &str) -> String {
        self.address_as(database, "concord")
    }

    /// The same as `role`.
    pub fn address_as(&self, database: &str, role: &str) -> String {
        format!("host={} port={} user={role} dbname={database}", self.folder.path().display(), self.port)
    }

    /// The folder that everything of it is in, its socket too.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its port, which also names the socket.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Executes `statement` as the owner of everything, and gives what it prints.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn sql(&self, database: &str, statement: &str) -> Result<String, StartError> {
        let (folder, port) = (self.folder.path().display().to_string(), self.port.to_string());
        let arguments = [
            "-X", "-q", "-A", "-t", "-h", &folder, "-p", &port, "-U", "concord", "-d", database, "-c",
            statement,
        ];
        self.program("psql", &arguments)
    }

    /// Kills the server and all of its processes at once, as a power cut would as far as it can see.
    ///
    /// # Errors
    ///
    /// When it cannot be killed.
    pub fn kill(&mut self) -> io::Result<()> {
        if let Some(running) = self.running.take() {
            // Together, so that the parent cannot put new children in the place of the killed ones.
            let all: Vec<String> =
                children(running.server)?.chain([running.server]).map(|pid| pid.to_string()).collect();
            Command::new("/bin/sh")
                .args(["-c", &format!("kill -KILL {} 2>/dev/null", all.join(" "))])
                .status()?;
            running.ended()?;
        }
        Ok(())
    }

    /// Ends the server as an administrator does, with everything on its disk.
    ///
    /// # Errors
    ///
    /// When it cannot be asked.
    pub fn stop(&mut self) -> io::Result<()> {
        if let Some(running) = self.running.take() {
            Command::new("/bin/sh").args(["-c", &format!("kill -INT {}", running.server)]).status()?;
            running.ended()?;
        }
        Ok(())
    }

    /// Starts it again where it was, after [`Postgres::kill`] or [`Postgres::stop`].
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn run(&mut self) -> Result<(), StartError> {
        self.run_in(&[])
    }

    /// The same with variables of the environment.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn run_in(&mut self, environment: &[(&str, &str)]) -> Result<(), StartError> {
        let (data, folder) = (self.data(), self.folder.path().display().to_string());
        let port = self.port.to_string();
        let mut arguments = vec!["-D", &data, "-k", &folder, "-p", &port, "-c", "listen_addresses="];
        arguments.extend(self.settings.split_ascii_whitespace());
        let program = self.programs.join("postgres");
        let end = Instant::now() + PATIENCE;
        loop {
            let running =
                Running::start(self.folder.path(), "INT", &program, &arguments, self.account, environment)?;
            self.running = Some(running);
            match self.answers() {
                // A process that was begun as the others were killed goes by itself.
                Err(StartError::Failed { said, .. }) if is_held(&said) && Instant::now() < end => {
                    if let Some(running) = self.running.take() {
                        running.ended()?;
                    }
                    std::thread::sleep(PAUSE);
                }
                answered => return answered,
            }
        }
    }

    /// Waits until it takes connections.
    fn answers(&self) -> Result<(), StartError> {
        let end = Instant::now() + PATIENCE;
        loop {
            if self.sql("postgres", "SELECT 1").is_ok() {
                return Ok(());
            }
            let said = std::fs::read_to_string(self.folder.path().join("log"))?;
            if is_held(&said) || Instant::now() > end {
                return Err(StartError::Failed { program: "postgres", said });
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// The folder with its data.
    pub fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    pub(crate) fn program(&self, program: &'static str, arguments: &[&str]) -> Result<String, StartError> {
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments).stdin(Stdio::null());
        let output = run_as(self.account, self.folder.path(), command).output()?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
        }
        Err(StartError::Failed { program, said: String::from_utf8_lossy(&output.stderr).into_owned() })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _gone = self.kill();
    }
}

/// The folder with `initdb` and the rest, of the newest version there is.
fn programs() -> Option<PathBuf> {
    let complete = |folder: &Path| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    if let Some(named) = std::env::var_os(PROGRAMS) {
        return Some(PathBuf::from(named)).filter(|folder| complete(folder));
    }
    let versions = std::fs::read_dir(DEBIAN).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| Some((version.file_name().to_str()?.parse().ok()?, version.path().join("bin"))))
        .filter(|(_, folder)| complete(folder))
        .collect();
    found.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found
        .pop()
        .map(|(_, folder)| folder)
        .or_else(|| std::env::split_paths(&path).find(|folder| complete(folder)))
}

/// Processes whose parent is `server`.
fn children(server: u32) -> io::Result<impl Iterator<Item = u32>> {
    let processes = std::fs::read_dir("/proc")?.filter_map(Result::ok);
    let pids = processes.filter_map(|process| process.file_name().to_str()?.parse::<u32>().ok());
    Ok(pids.filter(move |pid| parent(*pid) == Some(server)))
}

fn parent(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses, which may hold blanks; state and parent follow.
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Whether a server's log ends with its refusal to start beside a process of the one before.
fn is_held(log: &str) -> bool {
    log.trim_end().lines().next_back().is_some_and(|line| line.contains("Terminate any old server processes"))
}
