//! The rules of the inbox.

use concord_kernel::Role;

use super::{Command, Contribution, Error, Event, Inbox, Topic};
use crate::Issued;

/// Most contributions about a patient that wait to be reviewed: a partner must not fill the record.
const MOST_WAITING: usize = 100;

impl Inbox {
    /// Returns the facts that follow from `issued`, in order.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, issued: &Issued<Command>) -> Result<Vec<Event>, Error> {
        let role = issued.context.actor.role;
        if !may(role, &issued.command) {
            return Err(Error::RoleNotPermitted { role });
        }
        let event = match &issued.command {
            Command::Receive { contribution, told } => {
                if self.reviewed.contains_key(contribution) {
                    return Err(Error::Used);
                }
                if self.reviewed.values().filter(|reviewed| !**reviewed).count() >= MOST_WAITING {
                    return Err(Error::Full { most: MOST_WAITING });
                }
                whole(told)?;
                Event::ContributionReceived { contribution: *contribution, told: told.clone() }
            }
            Command::Review { contribution, outcome, note } => match self.reviewed.get(contribution) {
                None => return Err(Error::Unknown),
                Some(true) => return Err(Error::Reviewed),
                Some(false) => Event::ContributionReviewed {
                    contribution: *contribution,
                    outcome: *outcome,
                    note: note.clone(),
                    by: issued.context.actor.id,
                },
            },
        };
        Ok(vec![event])
    }
}

fn whole(told: &Contribution) -> Result<(), Error> {
    match (told.topic, &told.medication) {
        (Topic::OutsideMedication, None) => Err(Error::MedicationMissing),
        (Topic::OutsideMedication, Some(_)) | (Topic::Update, _) => Ok(()),
    }
}

const fn may(role: Role, command: &Command) -> bool {
    match command {
        Command::Receive { .. } => matches!(role, Role::Partner),
        Command::Review { .. } => matches!(role, Role::Nurse | Role::Pharmacist) || role.prescribes(),
    }
}
