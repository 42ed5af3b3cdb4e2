//! What is known of the rights to sign.

use concord_domain::prescription::FactorKind;
use concord_domain::signing_rights::{Cause, Event, Proposal};
use concord_kernel::{Day, Instant, PersonId, Role, Schedule, SigningRightId, Text};
use concord_projection::{Fact, ViewError};
use serde::{Deserialize, Serialize};

/// Rights that have ended and are kept; older ones are in the log.
const ENDED_KEPT: usize = 200;

/// Every right of the program.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// In the order in which they were proposed.
    pub rights: Vec<Right>,
}

/// One right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Right {
    /// Which.
    pub right: SigningRightId,
    /// Whom it is for.
    pub prescriber: PersonId,
    /// What they may sign.
    pub schedules: Vec<Schedule>,
    /// The last day of the registration that it rests on.
    pub registered_until: Day,
    /// Who proposed it.
    pub proposed_by: PersonId,
    /// When.
    pub proposed_at: Instant,
    /// That a registrant confirmed it.
    pub given: Option<Given>,
    /// That it ended before its last day, or was withdrawn.
    pub revoked: Option<Revoked>,
}

/// The confirmation of a right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Given {
    /// The registrant.
    pub by: PersonId,
    /// In which role.
    pub role: Role,
    /// When.
    pub at: Instant,
    /// By what they showed who they are.
    pub factors: Vec<FactorKind>,
}

/// The end of a right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Revoked {
    /// Why.
    pub cause: Cause,
    /// In words, where there are any.
    pub note: Option<Text>,
    /// Who ended it.
    pub by: PersonId,
    /// In which role.
    pub role: Role,
    /// When.
    pub at: Instant,
}

impl Row {
    pub(super) fn fold(&mut self, fact: &Fact, event: &Event) -> Result<(), ViewError> {
        let at = fact.recorded_at;
        match event {
            Event::SigningRightProposed(proposal) => self.rights.push(proposed(proposal, at)),
            Event::SigningRightGranted { right, by, role, factors, prescriber: _ } => {
                let factors = factors.iter().map(|factor| factor.kind).collect();
                self.find(*right)?.given = Some(Given { by: *by, role: *role, at, factors });
            }
            Event::SigningRightRevoked { right, cause, note, by, role, prescriber: _ } => {
                let revoked = Revoked { cause: *cause, note: note.clone(), by: *by, role: *role, at };
                self.find(*right)?.revoked = Some(revoked);
                self.let_go();
            }
        }
        Ok(())
    }

    fn find(&mut self, right: SigningRightId) -> Result<&mut Right, ViewError> {
        let mut rights = self.rights.iter_mut();
        rights.find(|known| known.right == right).ok_or(ViewError::Unknown("right to sign"))
    }

    /// Of what has ended, the oldest goes when there is too much of it.
    fn let_go(&mut self) {
        let ended = |right: &Right| right.revoked.is_some();
        if self.rights.iter().filter(|right| ended(right)).count() > ENDED_KEPT
            && let Some(oldest) = self.rights.iter().position(ended)
        {
            self.rights.remove(oldest);
        }
    }
}

fn proposed(proposal: &Proposal, proposed_at: Instant) -> Right {
    let Proposal { right, prescriber, schedules, registered_until, by } = proposal;
    Right {
        right: *right,
        prescriber: *prescriber,
        schedules: schedules.clone(),
        registered_until: *registered_until,
        proposed_by: *by,
        proposed_at,
        given: None,
        revoked: None,
    }
}
