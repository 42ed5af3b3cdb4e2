//! `concord ledger`: looks after a ledger.

use std::process::ExitCode;

use concord_kernel::{LedgerId, TenantId};
use concord_ledger::{DataFolder, fsck};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::cli::Ledger;
use crate::config::Config;
use crate::{Failed, database, out};

const PROGRESS: &str = "{wide_bar} {pos} of {len} events, {per_sec}, {eta} left";

/// What a sound ledger holds, as it is printed.
#[derive(Serialize)]
struct Sound {
    ledger: String,
    epoch: String,
    position: u64,
    streams: u64,
    receipts: u64,
    root: String,
}

/// Runs `command` on the folder of `config`.
pub(crate) async fn run(command: &Ledger, config: &Config) -> Result<ExitCode, Failed> {
    match command {
        Ledger::Fsck { tenant, json } => check(tenant, *json, config),
        Ledger::Migrate { json } => database::migrate(*json, config).await,
    }
}

fn check(tenant: &TenantId, json: bool, config: &Config) -> Result<ExitCode, Failed> {
    let path = DataFolder::file(&config.data, &LedgerId::clinical(tenant.clone()));
    if !path.exists() {
        return Err(format!("there is no ledger of tenant {tenant} in {}", config.data.display()).into());
    }
    // The bar writes to stderr, and only where that is a terminal.
    let bar = ProgressBar::no_length().with_style(ProgressStyle::with_template(PROGRESS)?);
    let report = fsck(&path, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    let sound = Sound {
        ledger: report.ledger,
        epoch: report.epoch.to_string(),
        position: report.position,
        streams: report.streams,
        receipts: report.receipts,
        root: hex::encode(report.root),
    };
    if json {
        out::json(&sound)?;
    } else {
        out::line(format_args!("ledger    {}", sound.ledger))?;
        out::line(format_args!("epoch     {}", sound.epoch))?;
        out::line(format_args!(
            "events    {} in {} streams, by {} commands",
            sound.position, sound.streams, sound.receipts
        ))?;
        out::line(format_args!("root      {}", sound.root))?;
        out::line("Nothing is missing, moved or altered.")?;
    }
    Ok(ExitCode::SUCCESS)
}
