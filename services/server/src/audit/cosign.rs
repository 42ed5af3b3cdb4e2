//! A partner who watches that the record only ever goes on.

use std::fs;
use std::path::Path;

use concord_audit::note::{KeyKind, SigningKey, VerifierKey};
use concord_audit::{Checkpoint, Signed, proof};
use concord_client::{Client, Error};
use concord_kernel::{Clock, SystemClock};
use concord_proto::concord::audit::v1 as pb;

use super::own;
use crate::rules::Service;
use crate::{Failed, key as keys, out};

fn signing_key(name: &str, file: &Path) -> Result<SigningKey, Failed> {
    let seed = keys::checkpoints(Path::new("."), file)?;
    Ok(SigningKey::from_seed(name, KeyKind::Cosigner, &seed)?)
}

pub(super) fn key(name: &str, file: &Path) -> Result<(), Failed> {
    Ok(out::line(signing_key(name, file)?.public())?)
}

/// Cosigns the latest checkpoint, if it goes on from the one in `state`. What is cosigned is written there before it is
/// handed in: whoever forgets what they signed could be shown another history.
pub(super) async fn cosign(
    service: &Service,
    name: &str,
    file: &Path,
    log_key: &VerifierKey,
    state: &Path,
) -> Result<(), Failed> {
    let key = signing_key(name, file)?;
    let client = service.connect().await?;
    let latest = Signed::open(&own::latest(service).await?.note, log_key)?;
    if state.exists() {
        let seen = Signed::open(&fs::read_to_string(state)?, log_key)?;
        goes_on(&client, seen.checkpoint(), latest.checkpoint()).await?;
    }
    let note = key.sign(latest.note().clone(), SystemClock.now()).to_string();
    let new = state.with_extension("new");
    fs::write(&new, &note)?;
    fs::File::open(&new)?.sync_all()?;
    fs::rename(&new, state)?;
    let handed_in = client.audits().add_cosignature(pb::AddCosignatureRequest { note }).await;
    handed_in.map_err(Error::from)?;
    Ok(out::line(format_args!("Cosigned {} events.", latest.checkpoint().size))?)
}

async fn goes_on(client: &Client, seen: &Checkpoint, latest: &Checkpoint) -> Result<(), Failed> {
    if seen.origin != latest.origin {
        return Err(format!(
            "the record began another history: {} came after {}; ask why before you cosign, and begin with another \
             state",
            latest.origin, seen.origin
        )
        .into());
    }
    let asks = pb::GetConsistencyProofRequest { from_size: seen.size, to_size: latest.size };
    let path = client.audits().get_consistency_proof(asks).await.map_err(Error::from)?.into_inner().hashes;
    let path = path.iter().map(|hash| <[u8; 32]>::try_from(hash.as_ref())).collect::<Result<Vec<_>, _>>();
    let path = path.map_err(|_| "the proof has a hash of another length")?;
    if proof::is_consistent(seen.size, seen.root, latest.size, latest.root, &path) {
        return Ok(());
    }
    Err(format!(
        "the record does not go on from what was cosigned at {} events: something before was altered",
        seen.size
    )
    .into())
}
