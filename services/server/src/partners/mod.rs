//! `concord partners`: the accounts in which partners take what they are told on NATS.

mod accounts;
mod listed;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::{Failed, out};

/// Look after partners' accounts on NATS.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the accounts of partners, for `accounts` in the configuration of nats-server
    NatsAccounts {
        #[command(flatten)]
        of: Of,
        /// The account of the service, which fills their streams
        #[arg(long, default_value = "CONCORD", value_name = "NAME")]
        account: String,
    },
    /// Print what the service's account imports from them
    NatsImports(Of),
}

/// Which partners.
#[derive(Debug, Args)]
pub(crate) struct Of {
    /// File of partners, a line each: tenant, organisation and the public key of the partner's user, with commas between them
    #[arg(value_name = "FILE")]
    partners: PathBuf,
}

impl Of {
    fn read(&self) -> Result<Vec<listed::Listed>, Failed> {
        Ok(listed::read(&std::fs::read_to_string(&self.partners)?)?)
    }
}

/// Prints what was asked for.
pub(crate) fn run(command: &Command) -> Result<ExitCode, Failed> {
    let text = match command {
        Command::NatsAccounts { of, account } => accounts::accounts(account, &of.read()?),
        Command::NatsImports(of) => accounts::imports(&of.read()?),
    };
    out::line(text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}
