//! A `concord serve` process on a folder of its own.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use concord_client::Client;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// How long a server may take to say where it listens.
const START: Duration = Duration::from_mins(1);
const READY: &str = "listening on ";
const METRICS: &str = "metrics on ";
/// The setting that bounds how often one caller may call.
const CALLS_PER_SECOND: &str = "CONCORD_LIMITS__CALLS_PER_SECOND";

/// A running server. Killed when it is dropped.
pub struct Concord {
    program: PathBuf,
    folder: PathBuf,
    child: Child,
    /// Where it listens.
    pub url: String,
    /// Where it tells what it measures, if it does.
    pub metrics: Option<String>,
    said: JoinHandle<String>,
}

/// A server that ended before it listened.
#[derive(Debug)]
pub struct Ended {
    /// What it said on stderr.
    pub said: String,
}

/// Runs a subcommand of `program` on `folder`, whether or not a server has it.
///
/// # Errors
///
/// When the program cannot be run.
pub async fn run(program: impl AsRef<OsStr>, folder: &Path, arguments: &[&str]) -> io::Result<Output> {
    Command::new(program)
        .args(["--data", &folder.to_string_lossy()])
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
}

/// Somebody who calls.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// Role, as the command line takes it.
    pub role: &'static str,
    /// Who.
    pub id: Uuid,
}

impl Person {
    /// Somebody with a role and a small number as identifier.
    pub const fn new(role: &'static str, number: u128) -> Self {
        Self { role, id: Uuid::from_u128(number) }
    }
}

impl Concord {
    /// Starts `program` on `folder` with every role.
    ///
    /// # Errors
    ///
    /// [`Ended`] when it ends before it listens.
    pub async fn start(program: &str, folder: &Path) -> Result<Self, Ended> {
        Self::start_with(Command::new(program), program, folder, &[]).await
    }

    /// Starts a server through `command`, which runs `program` with the arguments that it is given here, and `more`.
    ///
    /// # Errors
    ///
    /// [`Ended`] when it ends before it listens.
    pub async fn start_with(
        mut command: Command,
        program: &str,
        folder: &Path,
        more: &[&str],
    ) -> Result<Self, Ended> {
        // One caller of a test stands for many, unless the test is about that.
        if !command.as_std().get_envs().any(|(name, _)| name == CALLS_PER_SECOND) {
            command.env(CALLS_PER_SECOND, "0");
        }
        let mut child = command
            .args(["--data", &folder.to_string_lossy(), "serve", "--listen", "127.0.0.1:0"])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Ended { said: error.to_string() })?;
        let out = child.stdout.take().expect("it is piped");
        let mut lines = BufReader::new(out).lines();
        // Read all the time: a server whose words nobody reads would wait for ever.
        let mut err = child.stderr.take().expect("it is piped");
        let said = tokio::spawn(async move {
            let mut said = Vec::new();
            let _until_it_ends = err.read_to_end(&mut said).await;
            String::from_utf8_lossy(&said).into_owned()
        });
        let mut metrics = None;
        let listening = async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(url) = line.strip_prefix(METRICS) {
                    metrics = Some(url.to_owned());
                }
                if let Some(url) = line.strip_prefix(READY) {
                    return Some(url.to_owned());
                }
            }
            None
        };
        let url = tokio::time::timeout(START, listening).await.ok().flatten();
        if let Some(url) = url {
            return Ok(Self {
                program: program.into(),
                folder: folder.to_owned(),
                child,
                url,
                metrics,
                said,
            });
        }
        let _ = child.start_kill();
        let _ended = child.wait().await;
        Err(Ended { said: said.await.unwrap_or_default() })
    }

    /// The process.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// A signed token for `person`, who may prescribe every schedule.
    ///
    /// # Errors
    ///
    /// When the program cannot be run or refuses.
    pub async fn token(&self, person: Person) -> io::Result<String> {
        let id = person.id.to_string();
        let arguments = [
            "token",
            "--tenant",
            "demo",
            "--role",
            person.role,
            "--person",
            &id,
            "--schedules",
            "II,III,IV,V",
        ];
        let output = self.run(&arguments).await?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() {
            return Err(io::Error::other(said));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// A client that acts as `person`.
    ///
    /// # Errors
    ///
    /// When there is no token or no connection.
    pub async fn client(&self, person: Person) -> io::Result<Client> {
        let token = self.token(person).await?;
        Client::connect(self.url.clone(), &token).await.map_err(io::Error::other)
    }

    /// Runs another subcommand on the same folder.
    ///
    /// # Errors
    ///
    /// When the program cannot be run.
    pub async fn run(&self, arguments: &[&str]) -> io::Result<Output> {
        run(&self.program, &self.folder, arguments).await
    }

    /// Ends the process at once, as a power cut of the process would: SIGKILL.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub async fn kill(mut self) -> io::Result<()> {
        self.child.kill().await
    }

    /// Ends the process at once, and gives everything that it has said on stderr.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub async fn kill_and_tell(mut self) -> io::Result<String> {
        self.child.kill().await?;
        self.said.await.map_err(io::Error::other)
    }

    /// Waits until the process has ended by itself.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub async fn ended(mut self) -> io::Result<std::process::ExitStatus> {
        self.child.wait().await
    }
}
