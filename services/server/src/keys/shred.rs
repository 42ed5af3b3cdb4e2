//! `concord keys shred`: puts on record what is asked, and sees that it is done: by the service that runs on the ledger, or
//! here where none does.

use std::process::ExitCode;
use std::time::Duration;

use concord_kernel::{LedgerId, PatientId, PersonId};
use concord_ledger::{DataFolder, OpenError};
use concord_vault::{KeyStore, Shred};
use tokio::time::Instant;

use super::arguments;
use super::{Keys, NOT_CONFIGURED, Shredder};
use crate::config::{Config, ProcessRole, StoreKind};
use crate::open::{Opened, Shared, open};
use crate::serve::Sources;
use crate::{Failed, ledger, out};

/// How often it is looked whether the service is done.
const LOOK: Duration = Duration::from_millis(200);

pub(super) async fn run(asked: arguments::Shred, config: &Config) -> Result<ExitCode, Failed> {
    if asked.by == asked.approved_by {
        return Err("a record is destroyed by two people: --by and --approved-by name one".into());
    }
    let id = LedgerId::clinical(asked.tenant.clone());
    ledger::insist(&id, config).await?;
    let keys = Keys::open(config).await?.ok_or(NOT_CONFIGURED)?;
    let sources = Sources::machine();
    let shred = Shred {
        id: sources.ids.next(),
        ledger: id.clone(),
        patient: PatientId::new(asked.patient),
        reason: asked.reason,
        by: PersonId::new(asked.by),
        approved_by: PersonId::new(asked.approved_by),
        done: false,
        clear_events: 0,
    };
    // From here on it is done, whoever ends when.
    let shred = keys.store.ask(&shred, sources.clock.now()).await?;
    let files = [config.ledger.store, config.views()].contains(&StoreKind::Sqlite);
    let folder = files.then(|| DataFolder::lock(&config.data)).transpose();
    let done = match folder {
        Ok(_folder) => here(&asked, config, &sources).await,
        Err(OpenError::InUse { .. }) => {
            elsewhere(&*keys.store, &shred, Duration::from_secs(asked.wait)).await
        }
        Err(error) => Err(error.into()),
    };
    done?;
    let all = keys.store.shreds(&id).await?;
    let done = all.into_iter().find(|one| one.id == shred.id).ok_or("what was asked is gone")?;
    tell(&done, asked.json)
}

/// Does it in this process, for there is no service.
async fn here(asked: &arguments::Shred, config: &Config, sources: &Sources) -> Result<(), Failed> {
    let config = Config { roles: vec![ProcessRole::Projector], ..config.clone() };
    let mut shared = Shared::open(&config, sources).await?;
    let Opened { ledger, executor, views, keys, looks: _ } =
        open(&asked.tenant, &config, sources, &mut shared).await?;
    let keys = keys.ok_or(NOT_CONFIGURED)?;
    let shredder = Shredder { keys, executor, ledger, views: views.clone(), works: true };
    let turned = shredder.turn(false).await;
    if let Some(views) = views {
        views.shutdown().await;
    }
    shared.posts.resign().await;
    Ok(turned?)
}

/// Waits until the service has done it.
async fn elsewhere(store: &dyn KeyStore, shred: &Shred, wait: Duration) -> Result<(), Failed> {
    let until = Instant::now() + wait;
    loop {
        let all = store.shreds(&shred.ledger).await?;
        if all.iter().any(|one| one.id == shred.id && one.done) {
            return Ok(());
        }
        if Instant::now() >= until {
            return Err("it is on record and the service goes on with it, but it is not done yet; run this again to see".into());
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn tell(done: &Shred, json: bool) -> Result<ExitCode, Failed> {
    if json {
        out::json(&serde_json::json!({
            "shred": done.id,
            "reason": done.reason.as_str(),
            "done": done.done,
            "clear_events": done.clear_events,
        }))?;
    } else {
        out::line(format_args!(
            "The record is destroyed: its keys are gone, and with them everything that they sealed."
        ))?;
    }
    if done.clear_events > 0 {
        eprintln!(
            "concord: {} events were recorded before encryption was turned on; they stay readable in the ledger",
            done.clear_events
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
