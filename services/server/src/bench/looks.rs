//! `concord bench looks`: how it is asked for.

use std::time::Duration;

use clap::Args;
use concord_bench::looks;

use super::{print, say};
use crate::Failed;

/// What is measured.
#[derive(Debug, Args)]
pub(crate) struct Looks {
    /// Questions in flight at once
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=4_096))]
    clients: u64,
    /// Seconds that each turn runs
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Turns with and without a record
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=100))]
    turns: u8,
    /// Clients of the program that are asked about
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    patients: u64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) async fn measure(options: &Looks) -> Result<(), Failed> {
    let measured = looks::Options {
        clients: usize::try_from(options.clients)?,
        turn: Duration::from_secs(options.seconds),
        turns: usize::from(options.turns),
        patients: options.patients,
    };
    let report = looks::run(&measured, &|what| say(options.json, what)).await?;
    print(&report, options.json)
}
