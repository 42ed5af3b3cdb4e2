//! `concord ledger acknowledge-restore`: somebody has seen that a history went back, and means it.

use std::process::ExitCode;

use concord_kernel::LedgerId;
use concord_ledger::{Begun, DataFolder, Seen, begin_epoch_in_database, begin_epoch_in_file};
use serde::Serialize;

use super::{database_of, insist};
use crate::config::{Config, StoreKind};
use crate::heads::Remembered;
use crate::serve::Sources;
use crate::{Failed, out};

/// The epoch that began, as it is printed.
#[derive(Serialize)]
struct Acknowledged {
    /// The last position that had been served from here; absent when nobody remembers.
    served: Option<u64>,
    /// Where the history ends, and the new epoch begins.
    position: u64,
    epoch_before: String,
    epoch: String,
}

pub(super) async fn acknowledge(id: &LedgerId, json: bool, config: &Config) -> Result<ExitCode, Failed> {
    insist(id, config).await?;
    let folder = DataFolder::lock(&config.data)?;
    let sources = Sources::machine();
    let (clock, ids) = (&*sources.clock, &*sources.ids);
    let remembered = Remembered::of(config, id);
    // A note that cannot be read is no reason to refuse: it is what is done away with.
    let served = remembered.read().unwrap_or(None);
    let begun = match config.ledger.store {
        StoreKind::Sqlite => begin_epoch_in_file(&folder.ledger(id), id, clock, ids)?,
        StoreKind::Postgres => begin_epoch_in_database(&database_of(config)?, id, clock, ids).await?,
    };
    remembered.forget()?;
    print(served, &begun, json)?;
    Ok(ExitCode::SUCCESS)
}

fn print(served: Option<Seen>, begun: &Begun, json: bool) -> std::io::Result<()> {
    let said = Acknowledged {
        served: served.map(|seen| seen.token.position),
        position: begun.now.position,
        epoch_before: begun.was.epoch.to_string(),
        epoch: begun.now.epoch.to_string(),
    };
    if json {
        return out::json(&said);
    }
    out::line(format_args!("epoch {} begins after position {}", said.epoch, said.position))?;
    match said.served {
        Some(served) if served > said.position => out::line(format_args!(
            "What was served from here as positions {} to {served} is gone; whoever asks with a token from there is told \
             so (EPOCH_CHANGED).",
            said.position + 1
        )),
        Some(_) | None => out::line("Tokens up to that position still hold."),
    }
}
