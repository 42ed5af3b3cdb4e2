//! The server that is measured: another process, started for the benchmark and killed after it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use concord_kernel::{Actor, TenantId};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tonic::transport::{Channel, Endpoint};

use crate::BenchError;

/// How the measured server is started and how its callers prove who they are.
#[derive(Clone)]
pub struct Launch {
    /// The program: this one.
    pub program: PathBuf,
    /// Signs a token that the server on this data folder accepts.
    pub sign: fn(&Path, &TenantId, &Actor) -> std::io::Result<String>,
}

/// A running server process.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: String,
}

/// Processor time of a process, by its name under `/proc`: fields 14 and 15 of `stat`, in ticks.
pub(crate) fn processor_time(process: &str) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the program's name in parentheses, which may hold blanks.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(TICK * u32::try_from(ticks).ok()?)
}

/// A tick of `/proc`: USER_HZ is 100 on every Linux that a program can see.
const TICK: Duration = Duration::from_millis(10);

/// What a server prints on its standard output before the address it listens on.
const READY: &str = "listening on ";

impl Running {
    /// Starts `launch.program` with `arguments` and waits for the line that names its address.
    pub(crate) async fn start(launch: &Launch, arguments: &[&str]) -> Result<Self, BenchError> {
        Self::start_with(launch, arguments, &[]).await
    }

    /// The same with more in its environment.
    pub(crate) async fn start_with(
        launch: &Launch,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<Self, BenchError> {
        let mut child = Command::new(&launch.program)
            .args(arguments)
            .envs(environment.iter().copied())
            .env("CONCORD_LOG__FILTER", "warn")
            // One caller stands for all that there are.
            .env("CONCORD_LIMITS__CALLS_PER_SECOND", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let out = child.stdout.take().ok_or(BenchError::NoServer)?;
        let mut lines = BufReader::new(out).lines();
        while let Some(line) = lines.next_line().await? {
            if let Some(address) = line.trim().strip_prefix(READY) {
                let address = format!("http://{}", address.trim_start_matches("http://"));
                // Keep the pipe drained, or the server would block on its own output.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Ok(Self { child, address });
            }
        }
        Err(BenchError::NoServer)
    }

    /// Opens `count` connections.
    pub(crate) async fn connect(&self, count: usize) -> Result<Vec<Channel>, BenchError> {
        let mut channels = Vec::with_capacity(count);
        for _ in 0..count {
            let endpoint = Endpoint::from_shared(self.address.clone())?.tcp_nodelay(true);
            channels.push(endpoint.connect().await?);
        }
        Ok(channels)
    }

    /// The most memory that the process has held, in MB; absent where the system does not tell.
    pub(crate) fn peak_rss_mb(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").trim().parse().ok()?;
        Some(kilobytes / 1_024.0)
    }

    /// Processor time that the process has used, user and system; absent where the system does not tell.
    pub(crate) fn processor_time(&self) -> Option<Duration> {
        processor_time(&self.child.id()?.to_string())
    }

    /// Ends the process.
    pub(crate) async fn stop(mut self) -> Result<(), BenchError> {
        self.child.kill().await?;
        Ok(())
    }
}
