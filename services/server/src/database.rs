//! The database that the configuration names, and `concord ledger migrate`, which makes its tables.

use std::process::ExitCode;

use concord_audit::PostgresCheckpoints;
use concord_lease::PostgresLeases;
use concord_ledger::{DatabaseOptions, PostgresDatabase};
use concord_postgres::{Brought, Server, Tls, TlsError};
use concord_projection::PostgresViews;
use serde::Serialize;

use crate::config::{Address, Config, LedgerStore, StoreKind};
use crate::{Failed, out};

/// Why the database cannot be spoken to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseError {
    /// An address that the configuration took is none; it checks them.
    #[error("no database is named")]
    Unnamed,
    /// The authorities.
    #[error("ledger.postgres_ca cannot be used")]
    Authorities(#[from] TlsError),
}

/// What `concord ledger migrate` did, as it is printed.
#[derive(Serialize)]
struct Done {
    from: u32,
    to: u32,
    /// What is beside the record.
    beside: Vec<Beside>,
}

/// A schema of its own in the same database.
#[derive(Serialize)]
struct Beside {
    schema: &'static str,
    from: u32,
    to: u32,
}

impl From<Brought> for Beside {
    fn from(Brought { schema, from, to }: Brought) -> Self {
        Self { schema, from, to }
    }
}

/// The database of `store`; `None` when the record is in files. Nothing is connected to yet.
pub(crate) fn database(store: &LedgerStore) -> Result<Option<PostgresDatabase>, DatabaseError> {
    if store.store == StoreKind::Sqlite {
        return Ok(None);
    }
    let tls = store.postgres_ca.as_deref().map(Tls::of_authorities).transpose()?;
    let listen = if store.postgres_listen.is_empty() {
        None
    } else {
        Some(server(&store.postgres_listen, tls.as_ref())?)
    };
    let server = server(&store.postgres, tls.as_ref())?;
    Ok(Some(PostgresDatabase::new(server, DatabaseOptions { listen, ..DatabaseOptions::default() })))
}

fn server(address: &Address, tls: Option<&Tls>) -> Result<Server, DatabaseError> {
    let config = address.parse().ok_or(DatabaseError::Unnamed)?;
    Ok(match tls {
        Some(tls) => Server::verified(&config, tls.clone()),
        None => Server::local(&config),
    })
}

/// Brings the tables to the version of this program: the record's, and what is kept beside it.
pub(crate) async fn migrate(json: bool, config: &Config) -> Result<ExitCode, Failed> {
    let database = database(&config.ledger)?
        .ok_or("ledger.store is \"sqlite\": files are brought to the newest version when they are opened")?;
    let done = database.migrate().await?;
    let server = database.server();
    let beside = [
        PostgresViews::migrate(server).await?,
        PostgresLeases::migrate(server).await?,
        PostgresCheckpoints::migrate(server).await?,
    ];
    let done = Done { from: done.from, to: done.to, beside: beside.map(Beside::from).into() };
    if json {
        out::json(&done)?;
        return Ok(ExitCode::SUCCESS);
    }
    if done.from == done.to {
        out::line(format_args!("The tables have schema {}, which is the newest.", done.to))?;
    } else {
        out::line(format_args!("The tables were brought from schema {} to {}.", done.from, done.to))?;
    }
    for Beside { schema, from, to } in done.beside.iter().filter(|beside| beside.from != beside.to) {
        out::line(format_args!("The schema {schema} was brought from version {from} to {to}."))?;
    }
    Ok(ExitCode::SUCCESS)
}
