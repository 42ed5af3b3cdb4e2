//! The public key, checkpoints and proofs: hashes alone.

use std::fs;
use std::path::Path;

use concord_client::Error;
use concord_kernel::LedgerId;
use concord_proto::concord::audit::v1 as pb;

use crate::checkpoints::signing_key;
use crate::config::Config;
use crate::rules::Service;
use crate::{Failed, key, out};

pub(super) fn public_key(config: &Config, ledger: &LedgerId) -> Result<(), Failed> {
    let file = key::checkpoints_file(&config.data, &config.checkpoints.key);
    if !file.exists() {
        // One that was made here would look like that of a service, and be of none.
        return Err(format!("there is no {}: the service makes it when it starts", file.display()).into());
    }
    Ok(out::line(signing_key(config, ledger)?.public())?)
}

pub(super) async fn latest(service: &Service) -> Result<pb::GetCheckpointResponse, Failed> {
    let client = service.connect().await?;
    let latest = client.audits().get_checkpoint(pb::GetCheckpointRequest {}).await.map_err(Error::from)?;
    Ok(latest.into_inner())
}

pub(super) async fn checkpoint(service: &Service) -> Result<(), Failed> {
    Ok(out::line(latest(service).await?.note.trim_end())?)
}

pub(super) async fn proof(service: &Service, position: u64, to: &Path) -> Result<(), Failed> {
    let client = service.connect().await?;
    let asks = pb::GetInclusionProofRequest { position, size: 0 };
    let proof = client.audits().get_inclusion_proof(asks).await.map_err(Error::from)?.into_inner();
    fs::write(to, &proof.proof_file)?;
    Ok(out::line(format_args!("Position {position} is one of {} signed events.", proof.size))?)
}
