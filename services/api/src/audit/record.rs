//! Puts a look on record before it is answered.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use concord_access::{Act, Action};
use concord_domain::{Command, Relationships, audit};
use concord_kernel::{CommandId, PatientId, Purpose, Token};
use concord_proto::concord::audit::v1 as pb;
use prost::Name;
use sha2::{Digest, Sha256};
use tokio::sync::OwnedSemaphorePermit;
use tonic::metadata::MetadataMap;
use uuid::Uuid;

use super::Audits;
use super::decode::{self, Look};
use crate::Failure;
use crate::door::Caller;
use crate::looking::{About, Call};

/// A look that is on record: what is found may be told.
pub(super) struct OnRecord {
    pub(super) caller: Arc<Caller>,
    /// Where the record of it is.
    pub(super) token: Token,
    pub(super) about: About,
    _place: OwnedSemaphorePermit,
}

impl Audits {
    /// Says who is asking, when they may look at records for an audit at all. Nothing is read for anybody else.
    pub(super) async fn auditor<T: Name>(&self, metadata: &MetadataMap) -> Result<Caller, Failure> {
        let mut caller = self.door.authenticate(metadata)?;
        let policies = self.door.policies();
        let ruling = policies.ruling(caller.identity.actor.role, Action::Act(Act::Audit), Purpose::Audit);
        match ruling.given(None) {
            Ok(granted) => {
                caller.policy = Some(granted.policy);
                Ok(caller)
            }
            Err(denied) => {
                let (call, about) = (Call::of::<T>(), About::default());
                Err(self.door.refused(&caller, call, about, denied.into()).await)
            }
        }
    }

    /// Records that the caller looks, durably: the grounds in the clinical ledger, and who looks at whose record in the
    /// ledger of access, as of every look.
    pub(super) async fn on_record<T: Name>(
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
        let about = About { audit: Some(audit), ..About::patient(look.patient) };
        let executed = async {
            let receipt = caller.tenant.executor.execute(request).await?;
            let (call, patients) = (Call::of::<T>(), Vec::from_iter(about.patient));
            self.door.record(&caller, call, about, patients).await?;
            Ok(receipt)
        };
        let token = self.door.within(metadata, executed).await?.token;
        Ok(OnRecord { caller: Arc::new(caller), token, about, _place: place })
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
