//! What may be asked on the command line.

use std::path::PathBuf;

use clap::Subcommand;

pub(crate) use crate::called::Service;

#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// Read a program's files as the service would, and print what they add, tighten and confirm
    Check {
        /// Folder of CSV files with the names of the tables, or one such file
        files: PathBuf,
    },
    /// Print the tables of this program, and how many of their rows somebody has signed
    Show,
    /// Print by which rules the service would judge now
    Current(Service),
    /// List what was proposed and published, the latest first
    List(Service),
    /// Print a program's rows in a ruleset, as they were proposed: what is signed
    Read {
        /// The ruleset, as `list` names it
        ruleset: String,
        #[command(flatten)]
        service: Service,
    },
    /// Print what differs between two rulesets
    Diff {
        /// One ruleset; absent: the tables of the service alone
        #[arg(long)]
        from: Option<String>,
        /// The other; absent: by which the service would judge now
        #[arg(long)]
        to: Option<String>,
        #[command(flatten)]
        service: Service,
    },
    /// Show a program's files to those who sign; nothing is judged by them yet
    Propose {
        /// Folder of CSV files with the names of the tables, or one such file
        files: PathBuf,
        /// What for
        #[arg(long)]
        reason: String,
        /// The day from which they hold, YYYY-MM-DD in UTC; absent: from the second signature
        #[arg(long)]
        valid_from: Option<String>,
        #[command(flatten)]
        service: Service,
    },
    /// Sign what is proposed; the second signature, by another person in the other role, publishes it
    #[command(alias = "publish")]
    Sign {
        /// The ruleset, as `list` names it
        ruleset: String,
        /// Your name and licence, as they are to stand on the rows
        #[arg(long)]
        name: String,
        #[command(flatten)]
        service: Service,
    },
    /// Turn down what is proposed, or take it back
    Reject {
        /// The ruleset, as `list` names it
        ruleset: String,
        /// Why
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        service: Service,
    },
}
