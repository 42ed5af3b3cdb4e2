//! Concord: the system of record for medication management in intensive outpatient programs.

mod audit;
mod bench;
mod called;
mod callers;
mod checkpoints;
mod cli;
mod config;
mod database;
mod demo;
#[cfg(test)]
mod deployed;
mod feeds;
mod heads;
mod health;
mod key;
mod keys;
mod ledger;
mod log_relays;
mod metrics;
mod open;
mod out;
mod partners;
mod policies;
mod posts;
mod probe;
mod projections;
mod relay;
mod rules;
mod serve;
mod signals;
mod telemetry;
mod token;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::config::{Config, Overrides};
use crate::serve::{Running, Sources};

/// Every message is allocated and freed on the way through; see ARCHITECTURE.md for what this saves.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Any failure of a subcommand; printed with its causes.
type Failed = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    // Its state is large, and lies on the heap instead of on the stack of the first thread.
    match Box::pin(run(Cli::parse())).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("concord: {error}");
            let mut cause = error.source();
            while let Some(inner) = cause {
                eprintln!("  because: {inner}");
                cause = inner.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<ExitCode, Failed> {
    let overrides = Overrides { data: cli.data.clone(), ..Overrides::default() };
    let load = |overrides| Config::load(cli.config.as_deref(), overrides);
    match cli.command {
        Command::Serve(options) => {
            let config = load(Overrides { listen: options.listen, roles: options.roles(), ..overrides })?;
            Box::pin(serve(config)).await
        }
        Command::Health(options) => probe::run(&options, &load(overrides)?).await,
        Command::Bench(bench) => bench::run(*bench).await,
        Command::Ledger(command) => ledger::run(*command, &load(overrides)?).await,
        Command::Token(options) => token::print(&options, &load(overrides)?),
        Command::Policies(command) => policies::run(&command, &load(overrides)?.access.policies),
        Command::Partners(command) => partners::run(&command),
        Command::Relay(command) => relay::run(command, &load(overrides)?).await,
        Command::Rules(command) => rules::run(command).await,
        Command::Audit(command) => audit::run(*command, &load(overrides)?).await,
        Command::Keys(command) => keys::run(*command, &load(overrides)?).await,
        Command::Projections(command) => projections::run(command, &load(overrides)?).await,
        Command::Demo(options) => {
            // The page is what there is to see.
            let config = load(Overrides { quiet: true, ..Overrides::default() })?;
            Box::pin(demo::run(options, config, cli.data)).await
        }
    }
}

async fn serve(config: Config) -> Result<ExitCode, Failed> {
    let traces = telemetry::start(&config.log, &config.telemetry)?;
    let mut running = Running::start(&config, Sources::machine()).await?;
    if let Some(address) = running.metrics {
        out::line(format_args!("metrics on http://{address}/metrics"))?;
    }
    let scheme = if config.tls.is_on() { "https" } else { "http" };
    out::line(format_args!("listening on {scheme}://{}", running.address))?;
    let ended = running.until(signals::asked_to_stop()).await;
    let stopped = running.stop(config.drain()).await;
    traces.stop();
    // Why it ended comes before what followed from it.
    ended?;
    stopped?;
    Ok(ExitCode::SUCCESS)
}
