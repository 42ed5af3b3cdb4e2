//! What comes from others who treat the patient: what they tell, and what they are asked.

use concord_kernel::{ConsultId, Instant, OutsideUpdateId, PersonId, Purpose, Text};
use concord_knowledge::Within;

use super::super::state::Waiting;
use super::super::{Coordination, Error, Event, UpdateKind, Urgency};
use super::{is_outside, on_the_team};
use crate::Context;

/// The most updates that wait for the program at once.
const MOST_OPEN_UPDATES: usize = 64;

/// The most consults that wait for an answer at once.
const MOST_OPEN_CONSULTS: usize = 16;

impl Coordination {
    /// Something that happened elsewhere. Of those outside, the care team may tell it; from others only what cannot wait
    /// is taken in, and marked: they may mean another patient.
    pub(super) fn received(
        &self,
        update: OutsideUpdateId,
        kind: UpdateKind,
        from: &Text,
        summary: &Text,
        context: &Context,
    ) -> Result<Event, Error> {
        let actor = &context.actor;
        let known = on_the_team(actor.id, context).is_ok();
        let urgent = kind.is_urgent() || context.purpose == Purpose::Emergency;
        if !known && is_outside(actor.role) && !urgent {
            return Err(Error::NotOnCareTeam);
        }
        if self.updates.contains_key(&update) {
            return Err(Error::UpdateIdUsed);
        }
        if self.updates.values().filter(|known| !known.done).count() >= MOST_OPEN_UPDATES {
            return Err(Error::TooManyUpdates { most: MOST_OPEN_UPDATES });
        }
        let within = if urgent || !known { Within::UpdateUrgent } else { Within::Update };
        Ok(Event::OutsideUpdateReceived {
            update,
            kind,
            from: from.clone(),
            summary: summary.clone(),
            by: actor.id,
            role: actor.role,
            not_on_care_team: !known,
            review_by: context.now.plus(context.rules.within(within)),
        })
    }

    pub(super) fn reviewed(
        &self,
        update: OutsideUpdateId,
        outcome: &Text,
        now: Instant,
    ) -> Result<Event, Error> {
        let Waiting { until, done } = self.updates.get(&update).ok_or(Error::UnknownUpdate)?;
        if *done {
            return Err(Error::UpdateReviewed);
        }
        Ok(Event::OutsideUpdateReviewed { update, outcome: outcome.clone(), late: now > *until })
    }

    /// A question tells that the patient is treated here. So whoever is asked outside the program is named by a consent,
    /// whatever it covers; what the question may tell beyond that is for the one who asks to weigh.
    pub(super) fn request(
        &self,
        consult: ConsultId,
        of: PersonId,
        urgency: Urgency,
        question: &Text,
        context: &Context,
    ) -> Result<Event, Error> {
        if self.consults.contains_key(&consult) {
            return Err(Error::ConsultIdUsed);
        }
        if of == context.actor.id {
            return Err(Error::ConsultOfOneself);
        }
        let role = on_the_team(of, context)?;
        if self.consults.values().filter(|known| !known.answer.done).count() >= MOST_OPEN_CONSULTS {
            return Err(Error::TooManyConsults { most: MOST_OPEN_CONSULTS });
        }
        let within = match urgency {
            Urgency::Routine => Within::ConsultRoutine,
            Urgency::Urgent => Within::ConsultUrgent,
        };
        Ok(Event::ConsultRequested {
            consult,
            of,
            role,
            by: context.actor.id,
            urgency,
            question: question.clone(),
            basis: self.basis(of, role, &[], context)?,
            answer_by: context.now.plus(context.rules.within(within)),
        })
    }

    /// Whoever was asked answers, or somebody of the program writes down what they said on the telephone.
    pub(super) fn answered(
        &self,
        consult: ConsultId,
        answer: &Text,
        context: &Context,
    ) -> Result<Event, Error> {
        let asked = self.consults.get(&consult).ok_or(Error::UnknownConsult)?;
        let by = context.actor.id;
        if is_outside(context.actor.role) && by != asked.of {
            return Err(Error::ConsultOfAnother);
        }
        if asked.answer.done {
            return Err(Error::ConsultAnswered);
        }
        let late = context.now > asked.answer.until;
        Ok(Event::ConsultAnswered { consult, answer: answer.clone(), by, late })
    }
}
