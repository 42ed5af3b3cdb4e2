//! `concord bench`: runs a benchmark and prints its figures.

mod looks;

use std::io::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use comfy_table::Table;
use concord_bench::commands::{self, Options};
use concord_bench::{Launch, Nats, feed, proofs, relay, replay, safety, scale, views};
use concord_kernel::{Actor, Clock, SystemClock, TenantId};
use serde::Serialize;

use crate::cli::{Bench, BenchCommands, BenchRelay, BenchReplay, BenchSafety, BenchScale, BenchViews, Store};
use crate::config::TOKEN_KEY;
use crate::{Failed, key, out};

pub(crate) use self::looks::Looks;

const TOKEN_LIFETIME: Duration = Duration::from_hours(8);

/// Runs `bench`.
pub(crate) async fn run(bench: Bench) -> Result<ExitCode, Failed> {
    match bench {
        Bench::Commands(options) => measure_commands(&options).await?,
        Bench::Scale(options) => measure_scale(&options).await?,
        Bench::Replay(options) => measure_replay(&options).await?,
        Bench::Views(options) => measure_views(&options).await?,
        Bench::Proofs(options) => measure_proofs(&options).await?,
        Bench::Looks(options) => looks::measure(&options).await?,
        Bench::Relay(options) => measure_relay(&options).await?,
        Bench::Feed(options) => measure_feed(&options).await?,
        Bench::Safety(options) => measure_safety(&options)?,
        Bench::EchoServer => concord_bench::serve_echo().await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn measure_commands(options: &BenchCommands) -> Result<(), Failed> {
    let json = options.json;
    let postgres = options.postgres.clone().filter(|_| options.store == Store::Postgres);
    if postgres.is_none() && options.processes > 1 {
        return Err("--processes: several processes share a ledger only with --store postgres".into());
    }
    let measured = Options {
        postgres,
        processes: usize::from(options.processes),
        clients: usize::try_from(options.clients)?,
        length: Duration::from_secs(options.seconds),
        stream: options.stream,
        roles: options.roles.clone(),
        patients: options.patients,
    };
    let report = commands::run(&launch()?, &measured, &|what| say(json, what)).await?;
    print(&report, json)
}

async fn measure_scale(options: &BenchScale) -> Result<(), Failed> {
    let mut sizes = options.sizes.clone();
    sizes.sort_unstable();
    let measured = scale::Options {
        postgres: options.postgres.clone().filter(|_| options.store == Store::Postgres),
        sizes,
        clients: usize::try_from(options.clients)?,
        length: Duration::from_secs(options.seconds),
        stream: options.stream,
        patients: options.patients,
    };
    let steps = scale::run(&launch()?, &measured, &|what| say(options.json, what)).await?;
    if options.json {
        return Ok(out::json(&steps)?);
    }
    let mut table = Table::new();
    table.set_header(["events", "commands/s", "to first", "p50 ms", "p99 ms", "server us", "peak MB"]);
    for step in steps {
        let figure =
            |figure: Option<f64>| figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.1}"));
        table.add_row([
            step.events.to_string(),
            format!("{:.0}", step.commands_per_second),
            format!("{:.2}", step.ratio_to_first),
            format!("{:.2}", step.p50_ms),
            format!("{:.2}", step.p99_ms),
            figure(step.server_cpu_us),
            figure(step.peak_rss_mb),
        ]);
    }
    Ok(out::line(table)?)
}

async fn measure_replay(options: &BenchReplay) -> Result<(), Failed> {
    let report =
        replay::run(&launch()?, options.events, options.patients, &|what| say(options.json, what)).await?;
    print(&report, options.json)
}

async fn measure_views(options: &BenchViews) -> Result<(), Failed> {
    let BenchReplay { events, patients, json } = options.log;
    let postgres = options.postgres.clone().filter(|_| options.store == Store::Postgres);
    let report = views::run(&launch()?, events, patients, postgres, &|what| say(json, what)).await?;
    print(&report, json)
}

async fn measure_proofs(options: &BenchReplay) -> Result<(), Failed> {
    let report =
        proofs::run(&launch()?, options.events, options.patients, &|what| say(options.json, what)).await?;
    print(&report, options.json)
}

async fn measure_relay(options: &BenchRelay) -> Result<(), Failed> {
    let BenchReplay { events, patients, json } = options.ledger;
    let nats = Nats { servers: options.nats.clone(), ..Nats::default() };
    let say = |what: &str| say(json, what);
    let report = relay::run(&launch()?, &nats, options.replicas, events, patients, &say).await?;
    print(&report, json)
}

async fn measure_feed(options: &BenchReplay) -> Result<(), Failed> {
    let report = feed::run(options.events, options.patients, &|what| say(options.json, what)).await?;
    print(&report, options.json)
}

fn measure_safety(options: &BenchSafety) -> Result<(), Failed> {
    say(options.json, "checking one chart again and again");
    let report = safety::run(usize::from(options.medications), Duration::from_secs(options.seconds))?;
    print(&report, options.json)
}

fn say(json: bool, what: &str) {
    if !json {
        eprintln!("{what}");
    }
}

fn launch() -> Result<Launch, Failed> {
    Ok(Launch { program: std::env::current_exe()?, sign })
}

fn sign(data: &Path, tenant: &TenantId, actor: &Actor) -> std::io::Result<String> {
    let tokens = key::tokens(&data.join(TOKEN_KEY)).map_err(Error::other)?;
    Ok(tokens.sign(tenant, actor, SystemClock.now(), TOKEN_LIFETIME))
}

/// Prints figures: an object for programs, a table for people.
fn print(report: &impl Serialize, json: bool) -> Result<(), Failed> {
    if json {
        return Ok(out::json(report)?);
    }
    let mut table = Table::new();
    if let serde_json::Value::Object(figures) = serde_json::to_value(report)? {
        for (name, value) in figures {
            let shown = value.as_f64().map_or_else(|| value.to_string(), |figure| format!("{figure:.2}"));
            table.add_row(vec![name, shown]);
        }
    }
    Ok(out::line(table)?)
}
