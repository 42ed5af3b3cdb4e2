//! What is known of the glass before one record.

use concord_domain::access::{BrokenGlass, Event, Finding};
use concord_kernel::{Day, GlassId, Instant, PatientId, PersonId, Role, Text};
use concord_projection::{Fact, ViewError};
use serde::{Deserialize, Serialize};

use crate::parts::Team;

/// Times that a row keeps after their review; older ones are in the log.
const REVIEWED_KEPT: usize = 20;

/// The glass before one record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Whose record.
    pub patient: PatientId,
    /// Who is told.
    pub team: Team,
    /// Each time that it was broken, oldest first.
    pub broken: Vec<Broken>,
}

/// One time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Broken {
    /// Which.
    pub glass: GlassId,
    /// Who.
    pub by: PersonId,
    /// In which role.
    pub role: Role,
    /// Why.
    pub reason: Text,
    /// When.
    pub at: Instant,
    /// Until when the record is reached through it, exclusive.
    pub until: Instant,
    /// The day until which it is reviewed.
    pub review_by: Day,
    /// How often something was asked through it.
    pub uses: u32,
    /// What a review found.
    pub review: Option<Review>,
}

/// What another person found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// What.
    pub finding: Finding,
    /// In words.
    pub note: Text,
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Instant,
}

impl Row {
    pub(super) fn new(patient: PatientId) -> Self {
        Self { patient, team: Team::default(), broken: Vec::new() }
    }

    pub(super) fn fold(&mut self, fact: &Fact, event: &Event) -> Result<(), ViewError> {
        match event {
            Event::GlassBroken(BrokenGlass { glass, by, role, reason, until, review_by }) => {
                self.broken.push(Broken {
                    glass: *glass,
                    by: *by,
                    role: *role,
                    reason: reason.clone(),
                    at: fact.recorded_at,
                    until: *until,
                    review_by: *review_by,
                    uses: 0,
                    review: None,
                });
            }
            Event::BrokenGlassUsed { glass, what: _ } => {
                let broken = self.find(*glass)?;
                broken.uses = broken.uses.saturating_add(1);
            }
            Event::BrokenGlassReviewed { glass, finding, note } => {
                let review =
                    Review { finding: *finding, note: note.clone(), by: fact.actor.id, at: fact.recorded_at };
                self.find(*glass)?.review = Some(review);
                self.let_go();
            }
        }
        Ok(())
    }

    fn find(&mut self, glass: GlassId) -> Result<&mut Broken, ViewError> {
        let mut broken = self.broken.iter_mut();
        broken.find(|broken| broken.glass == glass).ok_or(ViewError::Unknown("broken glass"))
    }

    /// Of what was reviewed, the oldest goes when there is too much of it.
    fn let_go(&mut self) {
        let reviewed = |broken: &Broken| broken.review.is_some();
        if self.broken.iter().filter(|broken| reviewed(broken)).count() > REVIEWED_KEPT
            && let Some(oldest) = self.broken.iter().position(reviewed)
        {
            self.broken.remove(oldest);
        }
    }
}
