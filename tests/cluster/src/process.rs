//! A process of the service that goes away with whoever started it.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::timeout;

/// How long a process may take to say where it listens.
const PATIENCE: Duration = Duration::from_mins(2);

/// How long a process may take to end when it is asked to.
const DRAIN: Duration = Duration::from_mins(1);

const LISTENING: &str = "listening on ";

/// Runs the program until its input ends, which it does when whoever started it has ended: then the program is asked to end.
/// A word on the input says that the program was ended otherwise.
const BESIDE: &str = r#"
log=$1; shift
"$@" 2>>"$log" &
process=$!
echo "$process"
read -r word || kill -TERM "$process" 2>/dev/null
wait "$process"
"#;

/// A running process.
pub struct Process {
    shell: Child,
    /// The process is asked to end when this is dropped.
    input: ChildStdin,
    pid: u32,
    url: String,
}

/// Why a process could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// A file or the process.
    #[error("the process cannot be started")]
    System(#[from] io::Error),
    /// It ended, or was silent for two minutes, before it listened.
    #[error("the process did not listen; {} says why", log.display())]
    Silent {
        /// Its log.
        log: PathBuf,
    },
}

impl Process {
    /// Starts `program` with `arguments` and `settings`, and waits until it says where it listens. What it logs is added to
    /// `log`.
    ///
    /// # Errors
    ///
    /// See [`ProcessError`].
    pub async fn start<'a>(
        program: &Path,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
        settings: impl IntoIterator<Item = (&'a str, &'a str)>,
        log: &Path,
    ) -> Result<Self, ProcessError> {
        let mut shell = Command::new("/bin/sh")
            .args(["-c", BESIDE, "concord"])
            .arg(log)
            .arg(program)
            .args(arguments)
            .envs(settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Ctrl-C ends whoever started it, and that ends the process.
            .process_group(0)
            .spawn()?;
        let broken = || io::Error::from(io::ErrorKind::BrokenPipe);
        let input = shell.stdin.take().ok_or_else(broken)?;
        let mut lines = BufReader::new(shell.stdout.take().ok_or_else(broken)?).lines();
        let first = lines.next_line().await?.ok_or_else(broken)?;
        let pid = first.parse().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        let listening = async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(url) = line.strip_prefix(LISTENING) {
                    return Some(url.to_owned());
                }
            }
            None
        };
        let silent = || ProcessError::Silent { log: log.to_owned() };
        let url = timeout(PATIENCE, listening).await.ok().flatten().ok_or_else(silent)?;
        Ok(Self { shell, input, pid, url })
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its number.
    pub const fn pid(&self) -> u32 {
        self.pid
    }

    /// Ends it at once: SIGKILL.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub async fn kill(mut self) -> io::Result<()> {
        Command::new("/bin/kill").args(["-KILL", &self.pid.to_string()]).status().await?;
        // The shell may have ended with it; then nobody has to be told.
        let _told = self.input.write_all(b"gone\n").await;
        self.shell.wait().await.map(drop)
    }

    /// Asks it to end, and waits for a minute at most; then it is killed.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub async fn stop(self) -> io::Result<()> {
        let Self { mut shell, input, pid, .. } = self;
        drop(input);
        if timeout(DRAIN, shell.wait()).await.is_err() {
            Command::new("/bin/kill").args(["-KILL", &pid.to_string()]).status().await?;
        }
        shell.wait().await.map(drop)
    }
}
