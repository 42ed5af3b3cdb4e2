//! `concord keys`: looks after what the record is encrypted with.

mod arguments;
mod open;
mod shred;
mod shredder;

use std::process::ExitCode;

use concord_vault::{KeyStore, KeyringFile, PostgresKeys, SqliteKeys, begin, rotate};
use serde::Serialize;

pub(crate) use arguments::Keys as Command;
pub(crate) use open::{Keys, KeysError, LedgerKeys, insist};
pub(crate) use shredder::Shredder;

use crate::config::{Config, KekAt};
use crate::{Failed, out};

/// What is said when nothing is configured.
const NOT_CONFIGURED: &str =
    "keys.kek names no key-encryption key; deploy/config.default.toml says how one is named";

/// How the keys are, as it is printed.
#[derive(Serialize)]
struct Status {
    /// The key-encryption key that wraps now.
    kek: String,
    /// The one that the store was begun or last rotated with.
    wrapped_by: String,
    /// Whether that can be unwrapped.
    fits: bool,
    keys: u64,
    outdated: u64,
    destroyed: u64,
    unfinished_shreds: u64,
}

/// Runs `command` on what `config` names.
pub(crate) async fn run(command: Command, config: &Config) -> Result<ExitCode, Failed> {
    match command {
        Command::Init { json } => init(config, json).await,
        Command::Status { json } => status(config, json).await,
        Command::Rotate { json } => rotate_keys(config, json).await,
        Command::Shred(asked) => shred::run(asked, config).await,
    }
}

async fn init(config: &Config, json: bool) -> Result<ExitCode, Failed> {
    let at = config.keys.kek().ok_or(NOT_CONFIGURED)?;
    if let KekAt::File(path) = at {
        KeyringFile::create(path)?;
    }
    let kek = open::kek(config, at)?;
    let store: Box<dyn KeyStore> = match open::server(config)? {
        Some(server) => Box::new(PostgresKeys::open(server).await?),
        None => Box::new(SqliteKeys::create(&config.keys.store)?),
    };
    let begun = begin(&*store, &*kek).await?;
    let kek = kek.current().await?;
    if json {
        out::json(&serde_json::json!({ "kek": kek, "begun": begun }))?;
    } else if begun {
        out::line(format_args!(
            "Data keys will be wrapped by {kek}. Back it up, and the store of keys, apart from the ledgers and from each \
             other: without either nothing can be read."
        ))?;
    } else {
        out::line(format_args!("There is a store of keys already, and {kek} fits it."))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn status(config: &Config, json: bool) -> Result<ExitCode, Failed> {
    let Keys { store, kek } = Keys::open(config).await?.ok_or(NOT_CONFIGURED)?;
    let sample = store.sample().await?.ok_or(concord_vault::StoreError::Absent)?;
    let counted = store.count().await?;
    let fits = begin(&*store, &*kek).await.is_ok();
    let status = Status {
        kek: kek.current().await?,
        wrapped_by: sample.kek,
        fits,
        keys: counted.keys,
        outdated: counted.outdated,
        destroyed: counted.destroyed,
        unfinished_shreds: counted.unfinished,
    };
    if json {
        out::json(&status)?;
    } else {
        let Status { kek, wrapped_by, fits, keys, outdated, destroyed, unfinished_shreds } = status;
        let fits_text = if fits { "fits" } else { "DOES NOT FIT" };
        out::line(format_args!(
            "{keys} data keys, {outdated} of them to be wrapped anew; {destroyed} destroyed; {unfinished_shreds} shreds \
             not done.\nWrapped by {wrapped_by}; the configured {kek} {fits_text}."
        ))?;
    }
    Ok(if fits { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn rotate_keys(config: &Config, json: bool) -> Result<ExitCode, Failed> {
    let Keys { store, kek } = Keys::open(config).await?.ok_or(NOT_CONFIGURED)?;
    let rotated = rotate(&*store, &*kek).await?;
    if json {
        out::json(&serde_json::json!({ "kek": rotated.kek, "rewrapped": rotated.rewrapped }))?;
    } else {
        out::line(format_args!(
            "{} data keys are wrapped by {} now. Services that run have noticed or will; back the new key up.",
            rotated.rewrapped, rotated.kek
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
