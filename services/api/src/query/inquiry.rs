//! Who asks about a patient, and whether they may.

use std::sync::Arc;

use concord_access::{Identity, Policies, Question};
use concord_domain::{Command, Relationships, access};
use concord_executor::Standing;
use concord_kernel::{CommandId, GlassId, PatientId, Purpose, Text};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::door::Caller;
use crate::{Door, Failure, Tenant};

/// A question of somebody about one patient. It is decided by the care team as the ledger has it at that moment, never by
/// a view, which may be behind.
#[derive(Clone)]
pub(crate) struct Inquiry {
    policies: Arc<Policies>,
    identity: Arc<Identity>,
    tenant: Arc<Tenant>,
    question: Question,
    patient: PatientId,
}

/// How a question is permitted.
pub(crate) struct Permitted {
    /// The broken glass through which the record is reached, where it is that.
    pub(crate) glass: Option<GlassId>,
    /// The policy.
    pub(crate) policy: Arc<str>,
}

impl Inquiry {
    pub(crate) fn new(
        policies: Arc<Policies>,
        caller: &Caller,
        question: Question,
        patient: PatientId,
    ) -> Self {
        let (identity, tenant) = (Arc::clone(&caller.identity), Arc::clone(&caller.tenant));
        Self { policies, identity, tenant, question, patient }
    }

    /// Insists that the caller may ask it now. The same is read whether there is such a patient or not.
    pub(crate) async fn permitted(&self) -> Result<Permitted, Failure> {
        let actor = &self.identity.actor;
        let ruling = self.policies.on_question(actor.role, self.question);
        let possible = ruling.permitted();
        if possible.is_empty() {
            ruling.given(concord_access::Relationship::possible(actor.role).first().copied())?;
        }
        if let Some(granted) = ruling.whoever() {
            return Ok(Permitted { glass: None, policy: granted.policy });
        }
        let Standing { relationship, glass, .. } = self.tenant.executor.standing(actor, self.patient).await?;
        let granted = ruling.given(Some(relationship))?;
        Ok(Permitted { glass, policy: granted.policy })
    }

    /// The same, and puts it on record before the answer where the caller reaches the record through broken glass.
    pub(crate) async fn on_record(&self, door: &Door) -> Result<Permitted, Failure> {
        let permitted = self.permitted().await?;
        let Some(glass) = permitted.glass else { return Ok(permitted) };
        let name: &str = self.question.into();
        let what = Text::parse(name).expect("the name of a question is text");
        // A use of its own each time: of the same question again too.
        let mut nonce = door.next_use().to_be_bytes().to_vec();
        nonce.extend_from_slice(&door.now().micros().to_be_bytes());
        nonce.extend_from_slice(self.identity.actor.id.uuid().as_bytes());
        let command = Command::Access(access::Command::RecordUse { glass, what });
        let issued = concord_executor::Request {
            patient: self.patient,
            command,
            command_id: CommandId::new(Uuid::new_v5(&glass.uuid(), &nonce)),
            request_hash: Sha256::digest(&nonce).into(),
            expected_version: None,
            actor: self.identity.actor.clone(),
            purpose: Purpose::Emergency,
            effective_at: None,
            correlation: None,
            causation: None,
            permitted: Relationships::ALL,
        };
        self.tenant.executor.execute(issued).await?;
        Ok(permitted)
    }
}
