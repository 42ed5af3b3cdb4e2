//! `concord projections`: looks after the views of a tenant.
//!
//! Views in a file are nobody else's meanwhile. Views in a database may be kept by a running service: then it is looked at what
//! that does, and a rebuild is left to it.

use std::process::ExitCode;
use std::time::Duration;

use comfy_table::Table;
use concord_kernel::{LedgerId, TenantId};
use concord_ledger::DataFolder;
use concord_projection::{Projections, State, Status};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::cli::Projections as Command;
use crate::config::{Config, ProcessRole, StoreKind};
use crate::open::{Shared, open};
use crate::serve::Sources;
use crate::{Failed, ledger, out};

const PROGRESS: &str = "{msg} {wide_bar} {pos} of {len} events, {per_sec}, {eta} left";

/// How long a view may take to say something new before its state is shown as it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// How far a view is, as it is printed.
#[derive(Serialize)]
struct Line {
    view: &'static str,
    version: u32,
    position: u64,
    behind_events: u64,
    behind_seconds: f64,
    state: String,
}

/// Runs `command` on the folder of `config`.
pub(crate) async fn run(command: Command, config: &Config) -> Result<ExitCode, Failed> {
    let files = [config.ledger.store, config.views()].contains(&StoreKind::Sqlite);
    let _folder = files.then(|| DataFolder::lock(&config.data)).transpose()?;
    let config = Config { roles: vec![ProcessRole::Projector], ..config.clone() };
    let sources = Sources::machine();
    let mut shared = Shared::open(&config, &sources).await?;
    let done = carry_out(command, &config, &sources, &mut shared).await;
    shared.posts.resign().await;
    done
}

async fn carry_out(
    command: Command,
    config: &Config,
    sources: &Sources,
    shared: &mut Shared,
) -> Result<ExitCode, Failed> {
    let mut open = async |tenant: TenantId| -> Result<Projections, Failed> {
        // Opening would begin what is not there.
        ledger::insist(&LedgerId::clinical(tenant.clone()), config).await?;
        let opened = open(&tenant, config, sources, shared).await?;
        Ok(opened.views.ok_or("the views did not start")?)
    };
    match command {
        Command::Status { tenant, json } => {
            let views = open(tenant).await?;
            catch_up(&views).await;
            print(&views, json)?;
            views.shutdown().await;
        }
        Command::Rebuild { tenant, view, json } => {
            let views = open(tenant).await?;
            let status = rebuild(&views, &view).await?;
            if json {
                out::json(&line(&views, &status))?;
            } else {
                out::line(format_args!("{view} was built anew and has taken the old one's place."))?;
            }
            views.shutdown().await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Waits until every view is level with the ledger or says nothing new any more.
async fn catch_up(views: &Projections) {
    for status in views.statuses() {
        let Some(mut following) = views.watch(status.view.name) else { continue };
        loop {
            let now = following.borrow_and_update().clone();
            let moving =
                matches!(now.state, State::Live | State::Building | State::Retrying | State::Stalled);
            if views.lag(&now).events == 0 || !moving {
                break;
            }
            match tokio::time::timeout(PATIENCE, following.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => break,
            }
        }
    }
}

fn print(views: &Projections, json: bool) -> Result<(), Failed> {
    let lines: Vec<_> = views.statuses().iter().map(|status| line(views, status)).collect();
    if json {
        return Ok(out::json(&lines)?);
    }
    let mut table = Table::new();
    table.set_header(["view", "version", "position", "events behind", "seconds behind", "state"]);
    for line in lines {
        let behind = format!("{:.1}", line.behind_seconds);
        table.add_row([
            line.view.to_owned(),
            line.version.to_string(),
            line.position.to_string(),
            line.behind_events.to_string(),
            behind,
            line.state,
        ]);
    }
    Ok(out::line(table)?)
}

fn line(views: &Projections, status: &Status) -> Line {
    let lag = views.lag(status);
    Line {
        view: status.view.name,
        version: status.view.version,
        position: status.token.position,
        behind_events: lag.events,
        behind_seconds: lag.age.as_secs_f64(),
        state: match &status.state {
            State::Live => String::from("live"),
            State::Building => String::from("building"),
            State::Retrying => String::from("the store or the ledger is away; trying again"),
            State::Stalled => String::from("another process keeps it and does not get on"),
            State::Paused(fault) => format!("paused before position {}: {}", fault.position, fault.reason),
            State::Stopped(halt) => format!("stopped: {halt}"),
        },
    }
}

/// Builds `view` anew and gives how it stands then.
async fn rebuild(views: &Projections, view: &str) -> Result<Status, Failed> {
    let known: Vec<_> = views.statuses().iter().map(|status| status.view.name).collect();
    let mut following = views
        .watch(view)
        .ok_or_else(|| format!("no view is called {view}; there are {}", known.join(", ")))?;
    views.rebuild(view).await?;
    let bar = ProgressBar::no_length().with_style(ProgressStyle::with_template(PROGRESS)?);
    bar.set_message(view.to_owned());
    let built = loop {
        let status = following.borrow_and_update().clone();
        match (&status.rebuild, &status.state) {
            (Some(progress), _) => {
                if let Some(fault) = &progress.fault {
                    return Err(format!(
                        "the build stopped before position {}: {}",
                        fault.position, fault.reason
                    )
                    .into());
                }
                bar.set_length(progress.head);
                bar.set_position(progress.position);
            }
            (None, State::Live) => break status,
            (None, State::Building | State::Retrying | State::Stalled) => {}
            (None, State::Paused(fault)) => {
                return Err(format!(
                    "the view is paused before position {}: {}",
                    fault.position, fault.reason
                )
                .into());
            }
            (None, State::Stopped(halt)) => return Err(format!("the views stopped: {halt}").into()),
        }
        following.changed().await?;
    };
    bar.finish_and_clear();
    Ok(built)
}
