//! A PostgreSQL server of one's own.

use std::io::{self, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::account::{Account, unprivileged};

mod standby;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(30);
/// Names the socket's file, which is in the server's own folder; nothing listens on the network.
const PORT: u16 = 5432;
/// Where Debian and its relatives keep the programs, by version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Names the folder with the programs, if they are elsewhere.
const PROGRAMS: &str = "CONCORD_POSTGRES_BIN";

/// Runs the server until its input ends, which it does when whoever started it has ended; then its folder goes. A word on
/// the input ends the server as well, and keeps the folder.
const BESIDE: &str = r#"
"$1/postgres" -D "$2" -k "${2%/*}" -p "$3" -c listen_addresses= $4 >>"$2/log" 2>&1 &
server=$!
echo "$server"
if read -r word; then
    wait "$server"
else
    kill -INT "$server" 2>/dev/null
    wait "$server"
    rm -rf "${2%/*}"
fi
"#;

/// A running server, in a folder that goes away with it.
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    account: Option<Account>,
    settings: String,
    running: Option<Running>,
    databases: AtomicU32,
}

struct Running {
    shell: Child,
    /// The server ends when this is dropped.
    input: ChildStdin,
    server: u32,
}

/// Why a server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The programs are not on this machine.
    #[error(
        "PostgreSQL is not installed; tests/run installs it, or set CONCORD_POSTGRES_BIN to the folder with initdb"
    )]
    Missing,
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
        let programs = programs().ok_or(StartError::Missing)?;
        let mut server = Self::placed(&programs, unprivileged(), settings)?;
        let data = server.data();
        let arguments = ["-U", "concord", "-A", "trust", "-E", "UTF8", "--locale=C", "-D", &data];
        server.program("initdb", &arguments)?;
        server.run()?;
        Ok(server)
    }

    /// A server that has its folder and nothing in it yet.
    fn placed(programs: &Path, account: Option<Account>, settings: &str) -> Result<Self, StartError> {
        let folder = tempfile::Builder::new().prefix("concord-pg-").tempdir()?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700))?;
        if let Some(account) = account {
            chown(folder.path(), Some(account.user), Some(account.group))?;
        }
        Ok(Self {
            folder,
            programs: programs.to_owned(),
            account,
            settings: settings.to_owned(),
            running: None,
            databases: AtomicU32::new(0),
        })
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
        format!("host={} port={PORT} user=concord dbname={database}", self.folder.path().display())
    }

    /// The folder that everything of it is in, its socket too.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Executes `statement` as the owner of everything, and gives what it prints.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn sql(&self, database: &str, statement: &str) -> Result<String, StartError> {
        let (folder, port) = (self.folder.path().display().to_string(), PORT.to_string());
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
        if let Some(mut running) = self.running.take() {
            // Together, so that the parent cannot put new children in the place of the killed ones.
            let all: Vec<String> =
                children(running.server)?.chain([running.server]).map(|pid| pid.to_string()).collect();
            Command::new("/bin/sh").args(["-c", &format!("kill -KILL {}", all.join(" "))]).status()?;
            // The shell takes leave of the dead: until then the server's number is taken, and another would not start.
            running.input.write_all(b"keep\n")?;
            running.shell.wait()?;
        }
        Ok(())
    }

    /// Starts it again where it was, after [`Postgres::kill`].
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn run(&mut self) -> Result<(), StartError> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", BESIDE, "postgres"]).arg(&self.programs).arg(self.folder.path().join("data"));
        command.arg(PORT.to_string()).arg(&self.settings);
        // Ctrl-C ends whoever started it, and that ends the server, in this order.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut shell = self.as_account(command).spawn()?;
        let input = shell.stdin.take().ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe))?;
        let mut said = io::BufReader::new(
            shell.stdout.take().ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe))?,
        );
        let mut line = String::new();
        io::BufRead::read_line(&mut said, &mut line)?;
        let server = line.trim().parse().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        self.running = Some(Running { shell, input, server });
        self.answers()
    }

    /// Waits until it takes connections.
    fn answers(&self) -> Result<(), StartError> {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.sql("postgres", "SELECT 1") {
                Ok(_) => return Ok(()),
                Err(_) if Instant::now() > end => {
                    let said = std::fs::read_to_string(self.folder.path().join("data/log"))?;
                    return Err(StartError::Failed { program: "postgres", said });
                }
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn program(&self, program: &'static str, arguments: &[&str]) -> Result<String, StartError> {
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments).stdin(Stdio::null());
        let output = self.as_account(command).output()?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
        }
        Err(StartError::Failed { program, said: String::from_utf8_lossy(&output.stderr).into_owned() })
    }

    fn as_account(&self, mut command: Command) -> Command {
        if let Some(Account { user, group }) = self.account {
            command.uid(user).gid(group);
        }
        command.current_dir(self.folder.path());
        command
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
