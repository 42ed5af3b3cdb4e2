//! `concord ledger`: looks after a ledger.

mod archive;
mod epoch;
mod fsck;
mod import;
mod which;

use std::process::ExitCode;

use concord_kernel::LedgerId;
use concord_ledger::{DataFolder, PostgresDatabase, database_holds};
use indicatif::{ProgressBar, ProgressStyle};

pub(crate) use self::which::Which;
use crate::cli::{Ledger, Store};
use crate::config::{Config, StoreKind};
use crate::{Failed, database};

const PROGRESS: &str = "{wide_bar} {pos} of {len} events, {per_sec}, {eta} left";

/// Runs `command` on what `config` names.
pub(crate) async fn run(command: Ledger, config: &Config) -> Result<ExitCode, Failed> {
    match command {
        Ledger::Fsck { which, json } => fsck::check(&which.id(), json, config).await,
        Ledger::Migrate { json } => database::migrate(json, config).await,
        Ledger::Export { which, out, json } => archive::export(&which.id(), &out, json, config).await,
        Ledger::Verify { file, json } => archive::verify(&file, json),
        Ledger::Restore { file, which, store, json } => {
            archive::restore(&file, &which.id(), json, &stored_in(config, store)?).await
        }
        Ledger::AcknowledgeRestore { which, json } => epoch::acknowledge(&which.id(), json, config).await,
        Ledger::ImportPostgresEs(import) => import::run(&import, config).await,
    }
}

/// Insists that there is such a ledger: looking at one that is not there must not begin it.
pub(crate) async fn insist(id: &LedgerId, config: &Config) -> Result<(), Failed> {
    let (there, place) = match config.ledger.store {
        StoreKind::Sqlite => (DataFolder::file(&config.data, id).exists(), config.data.display().to_string()),
        StoreKind::Postgres => (database_holds(&database_of(config)?, id).await?, "the database".to_owned()),
    };
    if there { Ok(()) } else { Err(format!("there is no ledger {id} in {place}").into()) }
}

/// The database that `config` names.
fn database_of(config: &Config) -> Result<PostgresDatabase, Failed> {
    Ok(database::database(&config.ledger)?.ok_or("the record is kept in files")?)
}

/// `config` with another store, when one is named.
fn stored_in(config: &Config, store: Option<Store>) -> Result<Config, Failed> {
    let mut config = config.clone();
    config.ledger.store = match store {
        Some(Store::Sqlite) => StoreKind::Sqlite,
        Some(Store::Postgres) => StoreKind::Postgres,
        None => config.ledger.store,
    };
    // Addresses were only looked at for the store that is configured.
    let faults = if config.ledger.store == StoreKind::Postgres { config.ledger.faults() } else { Vec::new() };
    if faults.is_empty() { Ok(config) } else { Err(faults.join("\n").into()) }
}

/// How far it is, on stderr, and only where that is a terminal.
fn bar() -> Result<ProgressBar, Failed> {
    Ok(ProgressBar::no_length().with_style(ProgressStyle::with_template(PROGRESS)?))
}

/// What `bar` is moved by.
fn moving(bar: &ProgressBar) -> impl FnMut(u64, u64) + Send {
    |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    }
}
