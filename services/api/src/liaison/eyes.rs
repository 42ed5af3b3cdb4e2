//! Whose eyes a list is for. Whoever works outside the program sees what the patient signed for them, as the ledger has it at
//! that moment, never as a view has it, which may be behind.

use std::collections::BTreeSet;
use std::sync::Arc;

use concord_access::Identity;
use concord_domain::coordination::SharedPart;
use concord_kernel::{PatientId, PersonId};
use concord_knowledge::Ruleset;
use concord_projection::Reader;
use concord_proto::concord::liaison::v1 as pb;
use concord_views::reconciled::{self, ReconciledLine, Row, Shared};

use super::encode;
use crate::query::Asked;
use crate::{Failure, Tenant};

/// Who looks.
#[derive(Clone)]
pub(super) struct Eyes {
    identity: Arc<Identity>,
    tenant: Arc<Tenant>,
    /// Whether they work outside the program.
    outside: bool,
}

impl Eyes {
    pub(super) fn of(asked: &Asked) -> Self {
        let caller = &asked.caller;
        Self {
            identity: Arc::clone(&caller.identity),
            tenant: Arc::clone(&caller.tenant),
            outside: asked.is_from_outside(),
        }
    }

    /// What the caller may have of a patient's list; `None` says that all of it is theirs to see.
    ///
    /// Of a patient who signed nothing for them, they may not even know.
    async fn parts(&self, patient: PatientId) -> Result<Option<BTreeSet<SharedPart>>, Failure> {
        if !self.outside {
            return Ok(None);
        }
        let parts = self.tenant.executor.shared(self.identity.actor.id, patient).await?;
        if parts.is_empty() { Err(Failure::NotFound) } else { Ok(Some(parts)) }
    }

    /// The rules in force, by which it is said which medications tell of more; `None` where nobody can read them.
    async fn rules(&self) -> Result<Option<&'static Ruleset>, Failure> {
        match self.tenant.executor.rules().await {
            Ok(rules) => Ok(Some(rules)),
            // Without them nothing is shown to somebody outside.
            Err(error) if self.outside => Err(error.into()),
            Err(_) => Ok(None),
        }
    }

    /// The list of a patient.
    pub(super) async fn list(
        &self,
        reader: &Reader,
        patient: PatientId,
    ) -> Result<pb::GetReconciledListResponse, Failure> {
        let parts = self.parts(patient).await?;
        let row = reconciled::patient(reader, patient).await?.ok_or(Failure::NotFound)?;
        let rules = self.rules().await?;
        let row = narrowed(row, parts.as_ref(), rules)?;
        let person = self.identity.actor.id;
        let list = reconciled::list(patient, row, person, parts.is_none());
        Ok(encode::list(&list, person, parts.as_ref(), rules))
    }

    /// The lines of those on the list of `person` of whom the caller may know.
    pub(super) async fn lines(
        &self,
        rows: Vec<(PatientId, Row)>,
        person: PersonId,
    ) -> Result<Vec<ReconciledLine>, Failure> {
        let mut lines = Vec::with_capacity(rows.len());
        let rules = if self.outside { self.rules().await? } else { None };
        for (patient, row) in rows {
            let parts = match self.parts(patient).await {
                Err(Failure::NotFound) => continue,
                parts => parts?,
            };
            let row = narrowed(row, parts.as_ref(), rules)?;
            lines.push(reconciled::line(patient, &row, person));
        }
        Ok(lines)
    }
}

/// The row without what somebody may not have who may have `parts`.
fn narrowed(row: Row, parts: Option<&BTreeSet<SharedPart>>, rules: Option<&Ruleset>) -> Result<Row, Failure> {
    let Some(parts) = parts else { return Ok(row) };
    let rules = rules.ok_or(Failure::NotFound)?;
    Ok(row.shared(Shared { parts, rules }))
}
