//! Checkpoints, proofs and cosignatures.

use bytes::Bytes;
use concord_access::Question;
use concord_audit::{LogError, Recorded, TlogProof};
use concord_executor::Metadata;
use concord_ledger::merkle::Hash;
use concord_ledger::{Filter, Ledger, NO_LEAF, ReadError};
use concord_proto::concord::audit::v1 as pb;
use prost::Name;
use tonic::metadata::MetadataMap;

use super::Audits;
use crate::door::Caller;
use crate::looking::About;
use crate::{Failure, Proofs};

/// The log of a caller who may ask for hashes.
pub(super) struct Provable {
    pub(super) caller: Caller,
    proofs: Proofs,
}

fn hashes(hashes: Vec<Hash>) -> Vec<Bytes> {
    hashes.into_iter().map(|hash| Bytes::copy_from_slice(&hash)).collect()
}

impl Audits {
    pub(super) async fn provable<T: Name>(&self, metadata: &MetadataMap) -> Result<Provable, Failure> {
        let caller = self.door.admit::<T>(metadata, Question::Checkpoints).await?;
        let proofs = caller.tenant.proofs.clone().ok_or(Failure::NoCheckpoints)?;
        Ok(Provable { caller, proofs })
    }
}

impl Provable {
    pub(super) async fn checkpoint(&self) -> Result<pb::GetCheckpointResponse, Failure> {
        let log = &self.proofs.log;
        let latest = log.latest().await?.ok_or(Failure::CheckpointNotYet)?;
        let cosigned = log.cosigned().await?.into_iter().map(|cosigned| cosigned.note).collect();
        Ok(pb::GetCheckpointResponse {
            note: latest.note().to_string(),
            key: log.key().to_string(),
            cosigned,
        })
    }

    /// The proof, and whose record the event is of: a leaf names stream and kind of event.
    pub(super) async fn inclusion(
        &self,
        asks: &pb::GetInclusionProofRequest,
    ) -> Result<(pb::GetInclusionProofResponse, About), Failure> {
        let pb::GetInclusionProofRequest { position, size } = *asks;
        let log = &self.proofs.log;
        let signed =
            if size == 0 { Some(log.latest().await?.ok_or(Failure::CheckpointNotYet)?) } else { None };
        let size = signed.as_ref().map_or(size, |signed| signed.checkpoint().size);
        let path = log.inclusion(position, size).await?;
        let (leaf, about) = self.leaf(position).await?;
        let file = |checkpoint: String| {
            let (leaf, path) = (leaf.clone(), path.clone());
            TlogProof { leaf, index: position - 1, path, checkpoint }.to_string()
        };
        let proof_file = signed.map_or_else(String::new, |signed| file(signed.note().to_string()));
        let hashes = hashes(path);
        Ok((pb::GetInclusionProofResponse { size, hashes, leaf: leaf.into(), proof_file }, about))
    }

    /// The bytes of a leaf, made from the event as it is stored and from its stream's past; and whose record it is of.
    async fn leaf(&self, position: u64) -> Result<(Vec<u8>, About), Failure> {
        let ledger: &dyn Ledger = &*self.caller.tenant.ledger;
        let damaged = || ReadError::Corrupt("an event is gone or cannot be hashed");
        let page = ledger.read(position - 1, &Filter::default(), 1).await?;
        let entry = page.entries.first().ok_or_else(damaged)?;
        let previous = match entry.version {
            0 | 1 => NO_LEAF,
            version => {
                let before = ledger.read_stream(entry.stream, version - 2, 1).await?;
                before.first().ok_or_else(damaged)?.leaf_hash
            }
        };
        let recorded = Recorded::of(entry).map_err(|_| damaged())?;
        let mut leaf = Vec::new();
        recorded.leaf_bytes(&ledger.id().to_string(), previous, &mut leaf).ok_or_else(damaged)?;
        let by: Metadata = serde_json::from_slice(&entry.metadata).map_err(|_| damaged())?;
        Ok((leaf, About::patient(by.patient)))
    }

    pub(super) async fn consistency(
        &self,
        asks: &pb::GetConsistencyProofRequest,
    ) -> Result<pb::GetConsistencyProofResponse, Failure> {
        let pb::GetConsistencyProofRequest { from_size, to_size } = *asks;
        let log = &self.proofs.log;
        let to_size = if to_size == 0 {
            log.latest().await?.ok_or(Failure::CheckpointNotYet)?.checkpoint().size
        } else {
            to_size
        };
        let path = log.consistency(from_size, to_size).await?;
        Ok(pb::GetConsistencyProofResponse { to_size, hashes: hashes(path) })
    }

    pub(super) async fn cosign(&self, note: &str) -> Result<pb::AddCosignatureResponse, Failure> {
        let kept = self.proofs.cosigners.take(&self.proofs.log, note).await.map_err(|error| match error {
            LogError::Contradiction(_) | LogError::OutOfRange => Failure::Cosignature,
            LogError::NotYet | LogError::EpochChanged | LogError::Ledger(_) | LogError::Store(_) => {
                error.into()
            }
        })?;
        Ok(pb::AddCosignatureResponse { cosigners: kept.into_iter().map(|one| one.cosigner).collect() })
    }
}
