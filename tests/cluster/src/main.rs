//! `local-cluster`: starts the cluster in a folder and ends it again. `deploy/local-cluster` builds and calls it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use concord_cluster::{Address, Cluster};
use serde::{Deserialize, Serialize};
use tokio::signal::unix::{SignalKind, signal};

/// In the cluster's folder while it runs: who runs it, and where everything is.
const STATE: &str = "cluster.json";

/// How long a cluster may take to end.
const DRAIN: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_millis(100);

/// The topology of several machines as plain processes on this one.
#[derive(Debug, Parser)]
#[command(name = "local-cluster")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start everything, say where it is, and run until Ctrl-C or `stop`
    Start {
        /// Folder for data and logs of the service
        folder: PathBuf,
        /// The program `concord`
        #[arg(long)]
        program: PathBuf,
        /// Say where everything is as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// End the cluster that runs in a folder
    Stop {
        /// Its folder
        folder: PathBuf,
    },
}

#[derive(Deserialize)]
struct Runs {
    pid: u32,
}

#[derive(Serialize)]
struct State {
    pid: u32,
    token: String,
    parts: Vec<Address>,
}

type Failed = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Start { folder, program, json } => start(&folder, &program, json).await,
        Command::Stop { folder } => stop(&folder).await,
    };
    if let Err(error) = done {
        eprintln!("local-cluster: {error}");
        let mut cause = error.source();
        while let Some(inner) = cause {
            eprintln!("  because: {inner}");
            cause = inner.source();
        }
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

async fn start(folder: &Path, program: &Path, json: bool) -> Result<(), Failed> {
    std::fs::create_dir_all(folder)?;
    let file = folder.join(STATE);
    if let Some(pid) = runs_in(folder) {
        return Err(format!("process {pid} already runs a cluster in {}", folder.display()).into());
    }
    let mut asked = signal(SignalKind::terminate())?;
    let cluster = tokio::select! {
        cluster = Cluster::start(program, folder) => cluster?,
        _ = asked.recv() => return Ok(()),
        _ = tokio::signal::ctrl_c() => return Ok(()),
    };
    let program = program.display();
    let token = format!(
        "{program} --data {}/keys token --tenant demo --role psychiatrist --schedules II,III,IV,V",
        folder.display()
    );
    let state = State { pid: std::process::id(), token, parts: cluster.addresses() };
    let told = serde_json::to_string_pretty(&state)?;
    std::fs::write(&file, &told)?;
    println!("{}", if json { told } else { page(&state) });
    tokio::select! {
        _ = asked.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    let stopped = cluster.stop().await;
    std::fs::remove_file(&file)?;
    Ok(stopped?)
}

fn page(state: &State) -> String {
    let mut page = String::new();
    for Address { name, address, pid } in &state.parts {
        let pid = pid.map(|pid| format!("process {pid}")).unwrap_or_default();
        let _infallible = writeln!(page, "{name:<18}{address:<76}{pid}");
    }
    let _infallible = write!(page, "\nA token: {}\nCtrl-C ends everything.", state.token);
    page
}

async fn stop(folder: &Path) -> Result<(), Failed> {
    let pid = runs_in(folder).ok_or_else(|| format!("no cluster runs in {}", folder.display()))?;
    tokio::process::Command::new("/bin/kill").args(["-TERM", &pid.to_string()]).status().await?;
    let ended = async {
        while runs_in(folder).is_some() {
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(DRAIN, ended).await.map_err(|_| format!("process {pid} did not end"))?;
    Ok(())
}

/// The process that runs a cluster in `folder`. A file that one left behind that was killed does not count, whoever has its
/// number now.
fn runs_in(folder: &Path) -> Option<u32> {
    let text = std::fs::read_to_string(folder.join(STATE)).ok()?;
    let Runs { pid } = serde_json::from_str(&text).ok()?;
    let program = std::fs::read_link(format!("/proc/{pid}/exe")).ok()?;
    program.file_name()?.to_string_lossy().starts_with("local-cluster").then_some(pid)
}
