//! What is told about the patient: concerns, education, sessions, changes of life, and the reviews that follow.

use std::collections::BTreeSet;

use concord_kernel::{ConcernId, Instant, LifeChangeId, Role, SessionId, Text};
use concord_knowledge::DrugId;

use super::super::state::LifeChange;
use super::super::{
    ConcernTopic, EducationMethod, EducationTopic, Error, Event, LifeEvent, ReviewOutcome, SessionKind,
    TeachBack, TreatmentPlan,
};
use super::{REVIEW_DAYS, known};
use crate::Context;

/// Days in which a concern is answered. Program rule.
const ANSWER_DAYS: i64 = 3;

/// Days in which something that was not understood is taught again. Program rule.
const REPEAT_DAYS: i64 = 7;

/// Days from a change of life to the review of the medication. Program rule.
const LIFE_CHANGE_REVIEW_DAYS: i64 = 7;

/// Days after which a session is no longer remembered well enough to be written down.
const MOST_DAYS_AGO: i64 = 30;

/// The highest engagement.
const MOST_ENGAGEMENT: u8 = 4;

/// The most concerns that wait for an answer at once.
const MOST_OPEN_CONCERNS: usize = 32;

/// The most changes of life that wait for a review at once.
const MOST_OPEN_CHANGES: usize = 16;

impl TreatmentPlan {
    pub(super) fn raise(
        &self,
        concern: ConcernId,
        topic: ConcernTopic,
        drug: Option<&DrugId>,
        words: &Text,
        context: &Context,
    ) -> Result<Event, Error> {
        if self.concerns.contains_key(&concern) {
            return Err(Error::ConcernIdUsed);
        }
        if self.concerns.values().filter(|known| !known.answered).count() >= MOST_OPEN_CONCERNS {
            return Err(Error::TooManyConcerns { most: MOST_OPEN_CONCERNS });
        }
        drug.map_or(Ok(()), |drug| known(drug, context))?;
        Ok(Event::ConcernRaised {
            concern,
            topic,
            drug: drug.cloned(),
            words: words.clone(),
            by: context.actor.id,
            role: context.actor.role,
            answer_by: context.now.plus_days(ANSWER_DAYS),
        })
    }

    /// A doubt about a medication is for those who know it: a therapist answers the others.
    pub(super) fn answer(&self, concern: ConcernId, answer: &Text, role: Role) -> Result<Event, Error> {
        let raised = self.concerns.get(&concern).ok_or(Error::UnknownConcern)?;
        if raised.answered {
            return Err(Error::AlreadyAnswered);
        }
        if raised.about_a_drug && role == Role::Therapist {
            return Err(Error::RoleNotPermitted { role });
        }
        Ok(Event::ConcernAnswered { concern, answer: answer.clone() })
    }

    pub(super) fn participated(
        &self,
        session: SessionId,
        kind: SessionKind,
        (held_at, attended, engagement): (Instant, bool, Option<u8>),
        now: Instant,
    ) -> Result<Event, Error> {
        if self.sessions.contains(&session) {
            return Err(Error::SessionUsed);
        }
        if held_at > now {
            return Err(Error::SessionInFuture);
        }
        if held_at < now.plus_days(-MOST_DAYS_AGO) {
            return Err(Error::SessionTooLongAgo { most_days: MOST_DAYS_AGO });
        }
        match (attended, engagement) {
            (true, None) => Err(Error::EngagementRequired),
            (false, Some(_)) => Err(Error::EngagementNotAsked),
            (true, Some(engagement)) if engagement > MOST_ENGAGEMENT => {
                Err(Error::EngagementOutOfRange { most: MOST_ENGAGEMENT })
            }
            (true, Some(_)) | (false, None) => {
                Ok(Event::TherapyParticipationRecorded { session, kind, held_at, attended, engagement })
            }
        }
    }

    pub(super) fn life_changed(
        &self,
        change: LifeChangeId,
        event: LifeEvent,
        note: &Text,
        now: Instant,
    ) -> Result<Event, Error> {
        if self.changes.contains_key(&change) {
            return Err(Error::LifeChangeIdUsed);
        }
        let told = |known: &&LifeChange| !known.reviewed && known.opened.is_none();
        if self.changes.values().filter(told).count() >= MOST_OPEN_CHANGES {
            return Err(Error::TooManyLifeChanges { most: MOST_OPEN_CHANGES });
        }
        let review_by = now.plus_days(LIFE_CHANGE_REVIEW_DAYS);
        Ok(Event::LifeCircumstanceChanged { change, event, note: note.clone(), review_by })
    }

    /// A review closes the changes that it considered and no others: one that was told a minute ago stays open.
    pub(super) fn review(
        &self,
        considered: &[LifeChangeId],
        outcome: ReviewOutcome,
        reason: &Text,
        now: Instant,
    ) -> Result<Event, Error> {
        let mut named = BTreeSet::new();
        let mut late = false;
        for change in considered {
            let told = self.changes.get(change).ok_or(Error::UnknownLifeChange)?;
            if told.reviewed {
                return Err(Error::LifeChangeReviewed);
            }
            if !named.insert(change) {
                return Err(Error::LifeChangeRepeated);
            }
            late |= now > told.review_by;
        }
        Ok(Event::MedicationReviewed {
            considered: considered.to_vec(),
            outcome,
            reason: reason.clone(),
            late,
            next_review_by: now.plus_days(REVIEW_DAYS),
        })
    }
}

/// What was not explained back is taught again; so is what nobody asked for.
pub(super) fn taught(
    topics: &[EducationTopic],
    drug: Option<&DrugId>,
    method: EducationMethod,
    teach_back: TeachBack,
    context: &Context,
) -> Result<Event, Error> {
    if topics.is_empty() {
        return Err(Error::NoTopic);
    }
    if topics.iter().collect::<BTreeSet<_>>().len() < topics.len() {
        return Err(Error::TopicRepeated);
    }
    drug.map_or(Ok(()), |drug| known(drug, context))?;
    let repeat_by = match teach_back {
        TeachBack::Understood => None,
        TeachBack::PartlyUnderstood | TeachBack::Misunderstood | TeachBack::NotAsked => {
            Some(context.now.plus_days(REPEAT_DAYS))
        }
    };
    Ok(Event::EducationProvided {
        topics: topics.to_vec(),
        drug: drug.cloned(),
        method,
        teach_back,
        repeat_by,
    })
}
