//! Random events of coordination.

use concord_domain::coordination::{
    ConflictResolution, Event, SharedPart, SharingBasis, UpdateKind, Urgency,
};
use concord_kernel::{ConflictId, ConsultId, Instant, OutsideUpdateId, Role};

use super::history::{Dice, Story, finding, person, text};

/// What is open between those who treat a random patient.
#[derive(Default)]
pub(crate) struct Contacted {
    updates: Vec<OutsideUpdateId>,
    consults: Vec<ConsultId>,
    conflicts: Vec<ConflictId>,
}

impl Story {
    /// What passes between those who treat the patient next.
    pub(super) fn contact(&mut self, now: Instant, dice: &mut Dice) -> Event {
        let elsewhere = person(Role::PrimaryCare, self.n % 5);
        match dice.roll(5) {
            0 => Event::PlanShared {
                episode: self.episode.clone(),
                version: 3,
                recipient: elsewhere,
                role: Role::PrimaryCare,
                parts: vec![SharedPart::Plan],
                basis: SharingBasis::Consent,
            },
            1 => Event::ChangesAcknowledged { by: elsewhere, up_to: now },
            2 => self.told(now, dice),
            3 => self.asked(now, dice),
            _ => self.against(now, dice),
        }
    }

    fn told(&mut self, now: Instant, dice: &mut Dice) -> Event {
        if let Some(update) = self.contacted.updates.pop() {
            return Event::OutsideUpdateReviewed { update, outcome: text("nothing changes"), late: false };
        }
        let update = OutsideUpdateId::new(dice.id());
        self.contacted.updates.push(update);
        Event::OutsideUpdateReceived {
            update,
            kind: UpdateKind::Visit,
            from: text("Dr. Lee"),
            summary: text("pressure normal"),
            by: person(Role::PrimaryCare, 0),
            role: Role::PrimaryCare,
            not_on_care_team: dice.roll(4) == 0,
            review_by: now.plus_days(7),
        }
    }

    fn asked(&mut self, now: Instant, dice: &mut Dice) -> Event {
        if let Some(consult) = self.contacted.consults.pop() {
            let by = person(Role::Psychiatrist, 0);
            return Event::ConsultAnswered { consult, answer: text("yes"), by, late: false };
        }
        let consult = ConsultId::new(dice.id());
        self.contacted.consults.push(consult);
        Event::ConsultRequested {
            consult,
            of: person(Role::Psychiatrist, self.n % 5),
            role: Role::Psychiatrist,
            by: person(Role::Therapist, 0),
            urgency: Urgency::Routine,
            question: text("safe?"),
            basis: SharingBasis::Program,
            answer_by: now.plus_days(7),
        }
    }

    fn against(&mut self, now: Instant, dice: &mut Dice) -> Event {
        let open = self.contacted.conflicts.len() > 2;
        if let Some(conflict) = self.contacted.conflicts.pop().filter(|_| open) {
            return Event::CareConflictResolved {
                conflict,
                resolution: ConflictResolution::OutsideChanges,
                responsible: person(Role::PrimaryCare, self.n % 5),
                role: Role::PrimaryCare,
                what: text("another painkiller"),
                late: false,
            };
        }
        let conflict = ConflictId::new(dice.id());
        self.contacted.conflicts.push(conflict);
        Event::CareConflictRaised {
            conflict,
            finding: (dice.roll(2) == 0).then(finding),
            description: text("lithium and ibuprofen"),
            by: person(Role::Nurse, 0),
            role: Role::Nurse,
            resolve_by: now.plus_days(3),
        }
    }
}
