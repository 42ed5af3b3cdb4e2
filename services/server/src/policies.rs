//! The policies that say who may do what: those of a folder, or those that the program comes with.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use concord_access::{Policies, PolicyFault, PolicyFile, SCHEMA_FILE};

use crate::{Failed, out};

/// How a file of policies ends.
const ENDING: &str = "cedar";

/// The largest file of policies: more than a person reads.
const LARGEST_BYTES: u64 = 1024 * 1024;

/// Look at the policies.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check policies as a start does, and print their version
    Check(Of),
    /// Print everything that they permit, as CSV
    Matrix(Of),
}

/// Which policies.
#[derive(Debug, Args)]
pub(crate) struct Of {
    /// Folder of the policies; the configured one, or those that the program comes with, when absent
    #[arg(long, value_name = "DIR")]
    policies: Option<PathBuf>,
}

/// Why policies cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PoliciesError {
    /// The folder or a file in it.
    #[error("the policies in {folder} cannot be read")]
    Folder {
        folder: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// A file is too large.
    #[error("{file} is larger than a file of policies may be")]
    TooLarge { file: PathBuf },
    /// What they say.
    #[error("the policies cannot be used")]
    Fault(#[from] PolicyFault),
}

/// Reads and checks the policies of `folder`; where it is empty, those that the program comes with.
pub(crate) fn load(folder: &Path) -> Result<Arc<Policies>, PoliciesError> {
    if folder.as_os_str().is_empty() {
        return Ok(Policies::embedded());
    }
    Ok(Arc::new(Policies::read(files(folder)?)?))
}

fn files(folder: &Path) -> Result<Vec<PolicyFile>, PoliciesError> {
    let failed = |cause| PoliciesError::Folder { folder: folder.to_owned(), cause };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if name != SCHEMA_FILE && path.extension().is_none_or(|ending| ending != ENDING) {
            continue;
        }
        if path.metadata().map_err(failed)?.len() > LARGEST_BYTES {
            return Err(PoliciesError::TooLarge { file: path });
        }
        let text = std::fs::read_to_string(&path).map_err(failed)?;
        files.push(PolicyFile { name: name.to_owned(), text });
    }
    Ok(files)
}

/// `concord policies`.
pub(crate) fn run(command: &Command, configured: &Path) -> Result<ExitCode, Failed> {
    let of = |of: &Of| load(of.policies.as_deref().unwrap_or(configured));
    match command {
        Command::Check(which) => out::line(format_args!("version {}", of(which)?.version()))?,
        Command::Matrix(which) => out::line(of(which)?.matrix().trim_end())?,
    }
    Ok(ExitCode::SUCCESS)
}
