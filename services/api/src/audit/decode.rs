//! Messages to what is put on record.

use concord_domain::audit::{Basis, Inquiry, Record};
use concord_kernel::{AuditId, PatientId, PersonId};
use concord_proto::concord::audit::v1 as pb;

use crate::Invalid;
use crate::field::{choice, id, optional_day, required, text};

/// What an audit is about, beside its grounds.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) inquiry: Inquiry,
    /// Whose record; nobody's when everybody's is looked at.
    pub(super) patient: PatientId,
    pub(super) person: Option<PersonId>,
    pub(super) after: u64,
    pub(super) through: u64,
}

pub(super) fn grounds(grounds: Option<pb::Grounds>, look: &Look) -> Result<(AuditId, Record), Invalid> {
    let grounds = required("grounds", grounds)?;
    read(&grounds, look).map_err(|invalid| invalid.within("grounds"))
}

fn read(grounds: &pb::Grounds, look: &Look) -> Result<(AuditId, Record), Invalid> {
    let pb::Grounds { audit_id, basis, reason, recipient, return_or_destroy_by } = grounds;
    let basis = choice("basis", *basis, |basis| match basis {
        pb::Basis::Unspecified => None,
        pb::Basis::Government => Some(Basis::Government),
        pb::Basis::Payer => Some(Basis::Payer),
        pb::Basis::PeerReview => Some(Basis::PeerReview),
        pb::Basis::Program => Some(Basis::Program),
    })?;
    let record = Record {
        basis,
        reason: text("reason", reason)?,
        recipient: text("recipient", recipient)?,
        return_or_destroy_by: optional_day("return_or_destroy_by", return_or_destroy_by)?,
        inquiry: look.inquiry,
        person: look.person,
        after: look.after,
        through: look.through,
    };
    Ok((id("audit_id", audit_id, AuditId::new)?, record))
}
