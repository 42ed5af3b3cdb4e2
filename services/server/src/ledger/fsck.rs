//! `concord ledger fsck`: reads everything again.

use std::process::ExitCode;

use concord_kernel::LedgerId;
use concord_ledger::{DataFolder, Report, fsck, fsck_database};
use serde::Serialize;

use super::{bar, database_of, insist, moving};
use crate::config::{Config, StoreKind};
use crate::{Failed, out};

/// What a sound ledger holds, as it is printed.
#[derive(Serialize)]
pub(super) struct Sound {
    ledger: String,
    epoch: String,
    position: u64,
    streams: u64,
    receipts: u64,
    root: String,
}

impl From<Report> for Sound {
    fn from(report: Report) -> Self {
        let Report { ledger, epoch, position, streams, receipts, root } = report;
        Self { ledger, epoch: epoch.to_string(), position, streams, receipts, root: hex::encode(root) }
    }
}

impl Sound {
    /// Prints it for people.
    pub(super) fn print(&self) -> std::io::Result<()> {
        let Self { ledger, epoch, position, streams, receipts, root } = self;
        out::line(format_args!("ledger    {ledger}"))?;
        out::line(format_args!("epoch     {epoch}"))?;
        out::line(format_args!("events    {position} in {streams} streams, by {receipts} commands"))?;
        out::line(format_args!("root      {root}"))
    }
}

pub(super) async fn check(id: &LedgerId, json: bool, config: &Config) -> Result<ExitCode, Failed> {
    insist(id, config).await?;
    let bar = bar()?;
    let report = match config.ledger.store {
        StoreKind::Sqlite => fsck(&DataFolder::file(&config.data, id), &mut moving(&bar))?,
        StoreKind::Postgres => fsck_database(&database_of(config)?, id, &mut moving(&bar)).await?,
    };
    bar.finish_and_clear();
    let sound = Sound::from(report);
    if json {
        out::json(&sound)?;
    } else {
        sound.print()?;
        out::line("Nothing is missing, moved or altered.")?;
    }
    Ok(ExitCode::SUCCESS)
}
