//! `concord audit`: the record as an auditor sees it, and what proves it.

mod arguments;
mod ask;
mod cosign;
mod export;
mod looks;
mod own;
mod show;
mod verify;

use std::process::ExitCode;

pub(crate) use arguments::Audit;

use crate::Failed;
use crate::config::Config;

/// Runs `command`; `config` says where the keys are.
pub(crate) async fn run(command: Audit, config: &Config) -> Result<ExitCode, Failed> {
    match command {
        Audit::Key { which } => own::public_key(config, &which.id())?,
        Audit::Checkpoint { service } => own::checkpoint(&service).await?,
        Audit::Proof { position, out, service } => own::proof(&service, position, &out).await?,
        Audit::Verify { file, key, checkpoints, json } => {
            return verify::file(&file, &key, checkpoints.as_deref(), json);
        }
        Audit::VerifyLog { checkpoints, key, json, looking } => {
            return verify::log(&looking, &checkpoints, &key, json).await;
        }
        Audit::Export { patient, out, looking } => export::patient(&looking, patient, &out).await?,
        Audit::Replay(replay) => ask::replay(replay).await?,
        Audit::AsOf { patient, at, json, looking } => ask::as_of(&looking, patient, at, json).await?,
        Audit::Knew { decision, json, looking } => ask::knew(&looking, decision, json).await?,
        Audit::Diff { patient, from, to, json, looking } => {
            ask::diff(&looking, patient, from, to, json).await?;
        }
        Audit::Looks(asked) => looks::tell(&asked).await?,
        Audit::CosignKey { name, key } => cosign::key(&name, &key)?,
        Audit::Cosign { name, key, log_key, state, service } => {
            cosign::cosign(&service, &name, &key, &log_key, &state).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
