//! What a partner tells becomes a command of the patient's inbox.

use concord_domain::inbox::{Command as Inbox, Contribution};
use concord_domain::{Command, Relationships};
use concord_feed::Feed;
use concord_kernel::{CommandId, ContributionId, OrganisationId, Purpose};
use concord_proto::concord::feed::v1 as pb;
use prost::Message;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::decode;
use crate::Failure;
use crate::door::Caller;
use crate::field::{id, optional_text, text};

/// Namespace of the command identifiers of contributions; never changes.
const CONTRIBUTIONS: Uuid = Uuid::from_u128(0x7b2c_94e1_05fa_5d36_9c18_4ae0_63d7_f152);

/// What partners tell things for.
pub(super) const PURPOSE_OF_CONTRIBUTIONS: Purpose = Purpose::Treatment;

/// Takes in what `organisation` tells. The patient is whom its subscriptions call by that name now.
pub(super) async fn contribute(
    caller: &Caller,
    permitted: Relationships,
    feed: &Feed,
    organisation: &OrganisationId,
    asked: pb::ContributeRequest,
) -> Result<(), Failure> {
    let request_hash = Sha256::digest(asked.encode_to_vec()).into();
    let pb::ContributeRequest { contribution_id, subject, topic, medication, summary } = asked;
    let contribution = id("contribution_id", &contribution_id, ContributionId::new)?;
    let subject = id::<Uuid>("subject", &subject, |subject| subject)?;
    let told = Contribution {
        organisation: organisation.clone(),
        topic: decode::topic(topic)?,
        medication: optional_text("medication", &medication)?,
        summary: text("summary", &summary)?,
    };
    let patient = feed.patient(organisation, subject).await?;
    let command = Command::Inbox(Inbox::Receive { contribution, told: Box::new(told) });
    // One partner's contribution is never taken for a repetition of another's.
    let name = [organisation.as_str().as_bytes(), &[0], contribution.uuid().as_bytes()].concat();
    let request = concord_executor::Request {
        patient,
        command,
        command_id: CommandId::new(Uuid::new_v5(&CONTRIBUTIONS, &name)),
        request_hash,
        expected_version: None,
        actor: caller.identity.actor.clone(),
        purpose: PURPOSE_OF_CONTRIBUTIONS,
        effective_at: None,
        correlation: None,
        causation: None,
        permitted,
    };
    caller.tenant.executor.execute(request).await?;
    Ok(())
}
