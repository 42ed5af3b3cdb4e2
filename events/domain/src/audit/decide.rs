//! The rules of an audit.

use concord_kernel::{Day, ErasureReason, PersonId, Role};

use super::{Audit, Basis, Command, Error, Event, Record};
use crate::Issued;

impl Audit {
    /// Returns the facts that follow from `issued`, in order.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded, and nothing shown, then.
    pub(crate) fn decide(&self, issued: &Issued<Command>) -> Result<Vec<Event>, Error> {
        match &issued.command {
            Command::Record { record, .. } => self.record(issued, record),
            Command::Shred { reason, approved_by } => self.shred(issued, *reason, *approved_by),
        }
    }

    fn record(&self, issued: &Issued<Command>, record: &Record) -> Result<Vec<Event>, Error> {
        let role = issued.context.actor.role;
        if role != Role::Auditor {
            return Err(Error::RoleNotPermitted { role });
        }
        if self.record.is_some() {
            return Err(Error::AlreadyRecorded);
        }
        comes_back(record, issued.context.now.day())?;
        Ok(vec![Event::AuditRecorded(record.clone())])
    }

    /// Two people answer for what nobody can undo.
    fn shred(
        &self,
        issued: &Issued<Command>,
        reason: ErasureReason,
        approved_by: PersonId,
    ) -> Result<Vec<Event>, Error> {
        let actor = &issued.context.actor;
        if actor.role != Role::PrivacyOfficer {
            return Err(Error::NotPrivacyOfficer { role: actor.role });
        }
        if self.shredded {
            return Err(Error::AlreadyShredded);
        }
        if actor.id == approved_by {
            return Err(Error::OnePerson);
        }
        Ok(vec![Event::SubjectShredded { reason, approved_by }])
    }
}

/// Whoever is not the program returns or destroys what they take, on a day that is still to come.
fn comes_back(record: &Record, today: Day) -> Result<(), Error> {
    match (record.basis, record.return_or_destroy_by) {
        (_, Some(day)) if day < today => Err(Error::ReturnDatePassed),
        (Basis::Government | Basis::Payer | Basis::PeerReview, None) => Err(Error::ReturnDateRequired),
        (Basis::Program, None) | (_, Some(_)) => Ok(()),
    }
}
