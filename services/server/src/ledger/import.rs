//! `concord ledger import-postgres-es`: takes the events of a plain postgres-es table into a ledger.
//!
//! Such a table knows no order between aggregates and no times. So events come aggregate by aggregate, in the order of the
//! table's key (type, identifier, sequence): it is the same in every copy of the table, whatever was done to it, and within
//! an aggregate it is the order in which things happened. They are recorded when they are imported; when they took effect is
//! what their metadata say. Each event is a command under an identifier that follows from its place in the table, so an
//! import that is begun again goes on where it ended.

mod judge;
mod table;

use std::collections::{BTreeMap, HashSet};
use std::process::ExitCode;

use concord_kernel::{LedgerId, TenantId};
use concord_ledger::{Append, AppendError, Appended, DataFolder, Expected, Ledger, NewEvent};
use concord_postgres::{Server, Tls};
use serde::Serialize;

use self::judge::Judge;
use self::table::Table;
use super::bar;
use crate::cli::ImportPostgresEs;
use crate::config::{Address, Config, is_local};
use crate::heads::Remembered;
use crate::keys::Keys;
use crate::serve::Sources;
use crate::{Failed, database, out};

/// The most unknown aggregates that are kept in mind; with more, the table is not one to import.
const MOST_UNKNOWN: usize = 10_000;

/// What came of it, as it is printed.
#[derive(Default, Serialize)]
struct Outcome {
    /// Events in the table.
    events: u64,
    /// Recorded now.
    appended: u64,
    /// Recorded by an import before.
    repeated: u64,
    /// In aggregates that were left out.
    skipped: u64,
    /// Aggregates that hold something unknown, counted by why.
    unknown: BTreeMap<String, u64>,
}

/// An aggregate, as the table names it.
type Name = (String, String);

pub(super) async fn run(import: &ImportPostgresEs, config: &Config) -> Result<ExitCode, Failed> {
    let table = Table::open(&source(&import.from, config)?, &import.table).await?;
    let mut outcome = Outcome::default();
    let unknown = look(&table, &mut outcome).await?;
    if !unknown.is_empty() && !import.skip_unknown {
        let why: Vec<_> = outcome.unknown.iter().map(|(why, count)| format!("  {count}: {why}")).collect();
        return Err(format!(
            "nothing was imported, because {} aggregates hold what this program does not know (--skip-unknown leaves \
             them out):\n{}",
            unknown.len(),
            why.join("\n")
        )
        .into());
    }
    let _folder = DataFolder::lock(&config.data)?;
    let ledger = open(&import.tenant, config).await?;
    append(&table, &*ledger, &unknown, &mut outcome).await?;
    if import.json {
        out::json(&outcome)?;
    } else {
        let Outcome { events, appended, repeated, skipped, .. } = outcome;
        out::line(format_args!(
            "{events} events: {appended} imported, {repeated} imported before, {skipped} left out"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The database that has the table. What is said to another host is encrypted, and the host must prove its name.
fn source(address: &str, config: &Config) -> Result<Server, Failed> {
    let from = Address::from(address.to_owned()).parse().ok_or("--from is no address of a database")?;
    if is_local(&from) {
        return Ok(Server::local(&from));
    }
    let authorities = config.ledger.postgres_ca.as_deref().ok_or(
        "--from: only a socket or a loopback address; another host is reached with TLS, which needs ledger.postgres_ca",
    )?;
    Ok(Server::verified(&from, Tls::of_authorities(authorities)?))
}

async fn open(tenant: &TenantId, config: &Config) -> Result<std::sync::Arc<dyn Ledger>, Failed> {
    let database = database::database(&config.ledger)?;
    let id = LedgerId::clinical(tenant.clone());
    let seen = Remembered::of(config, &id).read()?;
    let sources = Sources::machine();
    let keys = match Keys::open(config).await? {
        Some(keys) => Some(keys.of(&id, &sources).await?),
        None => None,
    };
    let vault = crate::open::vault_of(keys.as_ref());
    Ok(crate::open::ledger(id, config, database.as_ref(), &sources, (seen, vault)).await?)
}

/// Reads the whole table once and writes nothing. Gives the aggregates that hold something unknown.
async fn look(table: &Table, outcome: &mut Outcome) -> Result<HashSet<Name>, Failed> {
    let (mut unknown, mut judge) = (HashSet::new(), Judge::default());
    let mut rows = table.rows().await?;
    while let Some(row) = rows.next().await? {
        outcome.events += 1;
        let Err(why) = judge.known(&row) else { continue };
        if unknown.insert(row.name()) {
            *outcome.unknown.entry(format!("{}: {why}", row.aggregate_type)).or_default() += 1;
        }
        if unknown.len() > MOST_UNKNOWN {
            return Err(
                format!("more than {MOST_UNKNOWN} aggregates hold what this program does not know").into()
            );
        }
    }
    Ok(unknown)
}

async fn append(
    table: &Table,
    ledger: &dyn Ledger,
    unknown: &HashSet<Name>,
    outcome: &mut Outcome,
) -> Result<(), Failed> {
    let (bar, mut judge) = (bar()?, Judge::default());
    bar.set_length(outcome.events);
    let mut rows = table.rows().await?;
    while let Some(row) = rows.next().await? {
        bar.inc(1);
        if unknown.contains(&row.name()) {
            outcome.skipped += 1;
            continue;
        }
        let known = judge.known(&row).map_err(|why| format!("the table changed meanwhile: {why}"))?;
        let append = Append {
            command: row.command(),
            request_hash: row.digest(),
            stream: known.stream,
            expected: Expected::Exact(row.sequence - 1),
            conditions: Vec::new(),
            events: vec![NewEvent {
                event_type: known.event_type,
                event_version: known.event_version,
                payload: row.payload.into(),
            }],
            metadata: known.metadata.into(),
            reply: bytes::Bytes::new(),
        };
        match ledger.append(append).await {
            Ok(Appended::New(_)) => outcome.appended += 1,
            Ok(Appended::Repeated(_)) => outcome.repeated += 1,
            Err(AppendError::Conflict { .. }) => {
                return Err(format!(
                    "the ledger has other events of {} than the table: it is no ledger to import into",
                    known.stream.kind.as_str()
                )
                .into());
            }
            Err(error) => return Err(error.into()),
        }
    }
    bar.finish_and_clear();
    Ok(())
}
