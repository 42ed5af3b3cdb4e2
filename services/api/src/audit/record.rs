//! Puts a look on record before it is answered.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use concord_access::Act;
use concord_domain::{Command, Relationships, audit};
use concord_kernel::{CommandId, PatientId, Purpose, Token};
use concord_proto::concord::audit::v1 as pb;
use sha2::{Digest, Sha256};
use tokio::sync::OwnedSemaphorePermit;
use tonic::metadata::MetadataMap;
use uuid::Uuid;

use super::Audits;
use super::decode::{self, Look};
use crate::Failure;
use crate::asked::permitted;
use crate::door::Caller;

/// A look that is on record: what is found may be told.
pub(super) struct OnRecord {
    pub(super) caller: Caller,
    /// Where the record of it is.
    pub(super) token: Token,
    _place: OwnedSemaphorePermit,
}

impl Audits {
    /// Says who is asking, when they may look at records for an audit at all. Nothing is read for anybody else.
    pub(super) fn auditor(&self, metadata: &MetadataMap) -> Result<Caller, Failure> {
        let caller = self.door.authenticate(metadata)?;
        permitted(&self.door.policies(), &caller.identity.actor, Act::Audit, Purpose::Audit, false)?;
        Ok(caller)
    }

    /// Records that the caller looks, durably.
    pub(super) async fn on_record(
        &self,
        metadata: &MetadataMap,
        caller: Caller,
        grounds: Option<pb::Grounds>,
        look: Look,
    ) -> Result<OnRecord, Failure> {
        let (audit, record) = decode::grounds(grounds, &look)?;
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Failure::Overloaded)?;
        let command = Command::Audit(audit::Command::Record { audit, record });
        let request = self.request(&caller, audit.uuid(), look.patient, command);
        let executed = async { Ok(caller.tenant.executor.execute(request).await?) };
        let token = self.door.within(metadata, executed).await?.token;
        Ok(OnRecord { caller, token, _place: place })
    }

    /// A command of its own each time: a look that is asked for again is another look, and its identifier is taken.
    fn request(
        &self,
        caller: &Caller,
        audit: Uuid,
        patient: PatientId,
        command: Command,
    ) -> concord_executor::Request {
        let mut name = self.looks.fetch_add(1, Ordering::Relaxed).to_be_bytes().to_vec();
        name.extend_from_slice(&self.door.now().micros().to_be_bytes());
        name.extend_from_slice(caller.identity.actor.id.uuid().as_bytes());
        let request_hash = Sha256::digest([audit.as_bytes().as_slice(), &name].concat()).into();
        concord_executor::Request {
            patient,
            command,
            command_id: CommandId::new(Uuid::new_v5(&audit, &name)),
            request_hash,
            expected_version: None,
            actor: caller.identity.actor.clone(),
            purpose: Purpose::Audit,
            effective_at: None,
            correlation: None,
            causation: None,
            permitted: Relationships::ALL,
        }
    }
}
