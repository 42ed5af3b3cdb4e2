//! NATS servers of one's own, with JetStream: one, or three that form a cluster.

use std::io::{self, BufRead, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a server may take to take connections.
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(30);
/// Names the program, if it is elsewhere.
const PROGRAM: &str = "CONCORD_NATS_SERVER";
/// Where `tests/run` puts it, from the root of the project.
const INSTALLED: &str = "target/tools/bin/nats-server";

/// Runs the server until its input ends, which it does when whoever started it has ended; then its folder goes. A word on the
/// input says that the server was ended otherwise.
const BESIDE: &str = r#"
"$1" -c "$2" >>"$3" 2>&1 &
server=$!
echo "$server"
if read -r word; then
    wait "$server"
else
    kill -KILL "$server" 2>/dev/null
    wait "$server"
    rm -rf "${2%/*}"
fi
"#;

/// Why a server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum NatsStartError {
    /// The program is not on this machine.
    #[error("nats-server is not installed; tests/run installs it, or set CONCORD_NATS_SERVER to the program")]
    Missing,
    /// A file or a process.
    #[error("nats-server cannot be started")]
    System(#[from] io::Error),
    /// It takes no connections.
    #[error("nats-server does not answer: {0}")]
    Silent(String),
}

/// How servers are set up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NatsSettings {
    /// Whether a message is on the disk before it is acknowledged. Otherwise the disk is written every two minutes, as by
    /// default.
    pub sync_always: bool,
}

/// Servers that form one NATS system, in a folder that goes away with them. Killed when this is dropped.
pub struct Nats {
    folder: TempDir,
    nodes: Vec<Node>,
}

struct Node {
    port: u16,
    running: Option<Running>,
}

struct Running {
    shell: Child,
    /// The server ends when this is dropped.
    input: ChildStdin,
    server: u32,
}

impl Nats {
    /// Starts one server.
    ///
    /// # Errors
    ///
    /// See [`NatsStartError`].
    pub fn start() -> Result<Self, NatsStartError> {
        Self::start_with(1, NatsSettings::default())
    }

    /// Starts three servers that replicate.
    ///
    /// # Errors
    ///
    /// See [`NatsStartError`].
    pub fn cluster() -> Result<Self, NatsStartError> {
        Self::start_with(3, NatsSettings::default())
    }

    /// Starts `count` servers.
    ///
    /// # Errors
    ///
    /// See [`NatsStartError`].
    pub fn start_with(count: usize, settings: NatsSettings) -> Result<Self, NatsStartError> {
        Self::launch(count, settings, "")
    }

    /// Starts one server whose configuration says this as well.
    ///
    /// # Errors
    ///
    /// See [`NatsStartError`].
    pub fn start_saying(more: &str) -> Result<Self, NatsStartError> {
        Self::launch(1, NatsSettings::default(), more)
    }

    fn launch(count: usize, settings: NatsSettings, more: &str) -> Result<Self, NatsStartError> {
        let folder = tempfile::Builder::new().prefix("concord-nats-").tempdir()?;
        let ports = free_ports(count * 2)?;
        let (clients, routes) = ports.split_at(count);
        for (number, port) in clients.iter().enumerate() {
            let text = configuration(folder.path(), number, *port, routes, settings) + more;
            std::fs::write(folder.path().join(format!("{number}.conf")), text)?;
        }
        let nodes = clients.iter().map(|port| Node { port: *port, running: None }).collect();
        let mut nats = Self { folder, nodes };
        for number in 0..count {
            nats.spawn(number)?;
        }
        for number in 0..count {
            nats.answers(number)?;
        }
        Ok(nats)
    }

    /// The addresses of all servers.
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(|node| format!("nats://127.0.0.1:{}", node.port)).collect()
    }

    /// Where the first server listens.
    pub fn port(&self) -> u16 {
        self.nodes.first().map_or(0, |node| node.port)
    }

    /// How many servers there are.
    pub fn count(&self) -> usize {
        self.nodes.len()
    }

    /// Kills a server at once.
    ///
    /// # Errors
    ///
    /// When it cannot be killed.
    pub fn kill(&mut self, number: usize) -> io::Result<()> {
        if let Some(mut running) = self.nodes[number].running.take() {
            Command::new("/bin/kill").args(["-KILL", &running.server.to_string()]).status()?;
            running.input.write_all(b"killed\n")?;
            running.shell.wait()?;
        }
        Ok(())
    }

    /// Starts a server again where it was, after [`Nats::kill`].
    ///
    /// # Errors
    ///
    /// See [`NatsStartError`].
    pub fn run(&mut self, number: usize) -> Result<(), NatsStartError> {
        self.spawn(number)?;
        self.answers(number)
    }

    /// Kills all servers and starts them again.
    ///
    /// # Errors
    ///
    /// See [`NatsStartError`].
    pub fn restart_all(&mut self) -> Result<(), NatsStartError> {
        for number in 0..self.nodes.len() {
            self.kill(number)?;
        }
        for number in 0..self.nodes.len() {
            self.spawn(number)?;
        }
        (0..self.nodes.len()).try_for_each(|number| self.answers(number))
    }

    /// Copies what a server has stored, while it is not running, to `copy`.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    pub fn save(&self, number: usize, copy: &Path) -> io::Result<()> {
        copy_folder(&self.store(number), copy)
    }

    /// Puts an older copy in the place of what a server has stored, while it is not running.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    pub fn restore(&self, number: usize, copy: &Path) -> io::Result<()> {
        std::fs::remove_dir_all(self.store(number))?;
        copy_folder(copy, &self.store(number))
    }

    /// Where a server keeps what it has stored.
    pub fn store(&self, number: usize) -> PathBuf {
        store(self.folder.path(), number)
    }

    fn log(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("{number}.log"))
    }

    fn spawn(&mut self, number: usize) -> Result<(), NatsStartError> {
        let program = program().ok_or(NatsStartError::Missing)?;
        let mut shell = Command::new("/bin/sh")
            .args(["-c", BESIDE, "nats"])
            .arg(program)
            .arg(self.folder.path().join(format!("{number}.conf")))
            .arg(self.log(number))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let broken = || io::Error::from(io::ErrorKind::BrokenPipe);
        let input = shell.stdin.take().ok_or_else(broken)?;
        let mut line = String::new();
        io::BufReader::new(shell.stdout.take().ok_or_else(broken)?).read_line(&mut line)?;
        let server = line.trim().parse().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        self.nodes[number].running = Some(Running { shell, input, server });
        Ok(())
    }

    /// Waits until it takes connections.
    fn answers(&self, number: usize) -> Result<(), NatsStartError> {
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.nodes[number].port)).is_err() {
            if Instant::now() > end {
                return Err(NatsStartError::Silent(std::fs::read_to_string(self.log(number))?));
            }
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        for number in 0..self.nodes.len() {
            let _gone = self.kill(number);
        }
    }
}

fn store(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("{number}.store"))
}

fn configuration(folder: &Path, number: usize, port: u16, routes: &[u16], settings: NatsSettings) -> String {
    let store = store(folder, number);
    let sync = if settings.sync_always { "always" } else { "2m" };
    let alone = format!(
        "server_name: \"node-{number}\"\nlisten: \"127.0.0.1:{port}\"\n\
         jetstream {{ store_dir: \"{}\", sync_interval: {sync} }}\n",
        store.display()
    );
    if routes.len() == 1 {
        return alone;
    }
    let others: Vec<_> = routes.iter().map(|route| format!("\"nats://127.0.0.1:{route}\"")).collect();
    let (own, others) = (routes[number], others.join(", "));
    format!("{alone}cluster {{ name: concord, listen: \"127.0.0.1:{own}\", routes: [{others}] }}\n")
}

/// Ports that nobody has now; all are taken at once, so that they differ.
fn free_ports(count: usize) -> io::Result<Vec<u16>> {
    let taken: io::Result<Vec<_>> = (0..count).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).collect();
    taken?.iter().map(|listener| Ok(listener.local_addr()?.port())).collect()
}

/// The program: the one that is named, the one that `tests/run` installed, or the one on the path.
fn program() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(PROGRAM) {
        return Some(PathBuf::from(named)).filter(|program| program.is_file());
    }
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(INSTALLED);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join("nats-server"));
    std::iter::once(installed).chain(on_path).find(|program| program.is_file())
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
