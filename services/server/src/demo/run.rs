//! `concord demo`: serve, play, admit, show, and go on serving.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use concord_access::LocalTokens;
use concord_client::Client;
use concord_kernel::{Actor, Clock, Instant, SeededIds, TenantId};
use concord_simulator::{Cohort, Remote, play};
use indicatif::{ProgressBar, ProgressStyle};

use super::clock::DemoClock;
use super::{Desk, How, Imported, Report, print};
use crate::cli::Demo;
use crate::config::{Config, ProcessRole, StoreKind};
use crate::serve::{Running, Sources};
use crate::{Failed, key, out, signals, telemetry};

/// How long the tokens of the play last; the gateway renews them sooner.
const TOKEN: Duration = Duration::from_hours(12);

/// Plays the demonstration over a new folder and shows it.
pub(crate) async fn run(options: Demo, config: Config, data: Option<PathBuf>) -> Result<ExitCode, Failed> {
    let temporary = data.is_none();
    let folder = data.unwrap_or_else(new_folder);
    let mut config = Config { data: folder.clone(), listen: options.listen, ..config };
    // The same seed gives the same history: what passes is part of what is played, not of how fast this machine is.
    config.roles.retain(|role| ![ProcessRole::Timers, ProcessRole::Relay].contains(role));
    // Whatever the environment names: nobody who was made up is written into a record that stays.
    config.ledger.store = StoreKind::Sqlite;
    // Everybody who is played calls from here, as fast as they can, with tokens of this folder.
    if !options.listen.ip().is_loopback() {
        return Err("--listen: the demonstration is for this machine; name a loopback address".into());
    }
    config.tls.certificate = PathBuf::new();
    config.oidc.issuer.clear();
    config.limits.calls_per_second = 0;
    // A trace is kept with what it recorded, so the history would not be the same, byte for byte.
    config.telemetry.otlp = None;
    let _no_traces = telemetry::start(&config.log, &config.telemetry)?;
    let done = show(&options, &config).await;
    if temporary {
        // What is left behind is a temporary folder; the answer matters more than its end.
        let _ = std::fs::remove_dir_all(&folder);
    }
    done.map(|()| ExitCode::SUCCESS)
}

fn new_folder() -> PathBuf {
    std::env::temp_dir().join(format!("concord-demo-{}", std::process::id()))
}

async fn show(options: &Demo, config: &Config) -> Result<(), Failed> {
    let cohort = Cohort::generate(options.seed, options.clients as usize, options.days);
    let clock = Arc::new(DemoClock::starting_at(cohort.start));
    let shared: Arc<dyn Clock> = Arc::<DemoClock>::clone(&clock);
    let sources = Sources { clock: shared, ids: Arc::new(SeededIds::new(options.seed)) };
    let mut running = Running::start(config, sources).await?;
    let endpoint = format!("http://{}", running.address);
    let tenant = config.tenants.first().ok_or("no tenant is configured")?.clone();
    let tokens = Arc::new(key::tokens(&config.token_key())?);
    let sign = signer(&tokens, &tenant);
    let first = sign(&cohort.staff.nurse.actor(), cohort.start);
    let client = Client::connect(endpoint.clone(), &first).await?;
    let mut gateway = Remote::new(client.clone(), sign);

    let bar = bar(cohort.steps.len(), options.json);
    let played = play(&cohort, &clock.played, &mut gateway, |progress| {
        bar.set_position(progress.done as u64);
        bar.set_message(progress.at.day().to_string());
    })
    .await?;
    bar.finish_and_clear();
    let now = clock.now();
    let imported = match &options.fhir {
        Some(folder) => Imported::from_folder(folder, &mut gateway, &cohort, now).await?,
        None => Imported::default(),
    };
    let prescriber = &cohort.staff.prescribers[0];
    let token = signer(&tokens, &tenant)(&prescriber.actor(), now);
    let data = config.data.display().to_string();
    let program = std::env::args().next().unwrap_or_else(|| "concord".to_owned());
    let how = (!options.exit).then(|| How {
        endpoint: endpoint.clone(),
        program,
        data,
        tenant: tenant.to_string(),
        person: prescriber.id.to_string(),
        token,
    });
    let asker = signer(&tokens, &tenant);
    let desk = Desk { client, sign: &move |actor: &Actor| asker(actor, now), now };
    let report = Report::ask(&desk, &cohort, played, imported, how).await?;
    clock.let_go();
    if options.json {
        out::json(&report)?;
    } else {
        out::line(print(&report).trim_end())?;
    }
    if !options.exit {
        eprintln!("\nServing on {endpoint} until Ctrl-C.");
        running.until(signals::asked_to_stop()).await?;
    }
    running.stop(config.drain()).await?;
    Ok(())
}

fn signer(
    tokens: &Arc<LocalTokens>,
    tenant: &TenantId,
) -> impl Fn(&Actor, Instant) -> String + Send + Sync + 'static {
    let (tokens, tenant) = (Arc::clone(tokens), tenant.clone());
    move |actor, now| tokens.sign(&tenant, actor, now, TOKEN)
}

fn bar(steps: usize, hidden: bool) -> ProgressBar {
    if hidden {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("  {bar:40} {pos:>6}/{len} steps  {msg}");
    ProgressBar::new(steps as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
