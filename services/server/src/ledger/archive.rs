//! `concord ledger export`, `verify` and `restore`: a whole ledger in a file.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use concord_kernel::LedgerId;
use concord_ledger::{
    DataFolder, Restored, export_database, export_file, restore_database, restore_file, verify as check,
};
use serde::Serialize;

use super::fsck::Sound;
use super::{bar, database_of, insist, moving};
use crate::config::{Config, StoreKind};
use crate::serve::Sources;
use crate::{Failed, out};

/// What the name of a file ends with that is being written.
const UNFINISHED: &str = ".unfinished";
/// Bytes that are read and written at once.
const BUFFER: usize = 256 * 1024;

/// A restored ledger, as it is printed.
#[derive(Serialize)]
struct Printed {
    #[serde(flatten)]
    sound: Sound,
    /// The epoch that began with it; `epoch` is the one that the file was written in.
    new_epoch: String,
}

pub(super) async fn export(
    id: &LedgerId,
    to: &Path,
    json: bool,
    config: &Config,
) -> Result<ExitCode, Failed> {
    insist(id, config).await?;
    if to.exists() {
        return Err(format!("{} is there already", to.display()).into());
    }
    let mut unfinished = to.as_os_str().to_owned();
    unfinished.push(UNFINISHED);
    let unfinished = PathBuf::from(unfinished);
    let file = File::create(&unfinished)?;
    let (bar, out) = (bar()?, BufWriter::with_capacity(BUFFER, &file));
    let exported = match config.ledger.store {
        StoreKind::Sqlite => export_file(&DataFolder::file(&config.data, id), out, &mut moving(&bar)),
        StoreKind::Postgres => export_database(&database_of(config)?, id, out, &mut moving(&bar)).await,
    };
    bar.finish_and_clear();
    let report = match exported {
        Ok(report) => report,
        Err(error) => {
            fs::remove_file(&unfinished)?;
            return Err(error.into());
        }
    };
    file.sync_all()?;
    fs::rename(&unfinished, to)?;
    let sound = Sound::from(report);
    if json {
        out::json(&sound)?;
    } else {
        sound.print()?;
        out::line(format_args!("All of it is in {}, and was checked on the way.", to.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn verify(file: &Path, json: bool) -> Result<ExitCode, Failed> {
    let bar = bar()?;
    let report = check(open(file)?, &mut moving(&bar))?;
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

pub(super) async fn restore(
    file: &Path,
    id: &LedgerId,
    json: bool,
    config: &Config,
) -> Result<ExitCode, Failed> {
    let (sources, bar) = (Sources::machine(), bar()?);
    let from = open(file)?;
    let new = (&*sources.clock, &*sources.ids);
    let restored = match config.ledger.store {
        StoreKind::Sqlite => {
            let folder = DataFolder::lock(&config.data)?;
            restore_file(&folder.ledger(id), id, from, new, &mut moving(&bar))?
        }
        StoreKind::Postgres => {
            restore_database(&database_of(config)?, id, from, new, &mut moving(&bar)).await?
        }
    };
    bar.finish_and_clear();
    let Restored { report, begun } = restored;
    let (sound, new_epoch) = (Sound::from(report), begun.now.epoch.to_string());
    if json {
        out::json(&Printed { sound, new_epoch })?;
    } else {
        sound.print()?;
        out::line(format_args!("All of it is restored; it goes on in epoch {new_epoch}."))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn open(file: &Path) -> Result<BufReader<File>, Failed> {
    let opened = File::open(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    Ok(BufReader::with_capacity(BUFFER, opened))
}
