//! Family: nothing without the patient's consent for that person and that kind of information.

use std::collections::BTreeSet;

use concord_kernel::{Day, PersonId, Role, Text};

use super::super::state::FamilyConsent;
use super::super::{Adherence, Error, Event, Shared};
use crate::Context;

/// The most of a family who help at once.
const MOST_FAMILY: usize = 16;

impl Adherence {
    pub(super) fn permit(
        &self,
        person: PersonId,
        shares: &BTreeSet<Shared>,
        until: Option<Day>,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        if shares.is_empty() {
            return Err(Error::NothingShared);
        }
        if until.is_some_and(|until| until < context.now.day()) {
            return Err(Error::DayPassed);
        }
        if !self.family.contains_key(&person) && self.family.len() >= MOST_FAMILY {
            return Err(Error::TooManyFamily { most: MOST_FAMILY });
        }
        let given = FamilyConsent { shares: shares.clone(), until };
        if self.family.get(&person) == Some(&given) {
            return Ok(Vec::new());
        }
        let mut events = vec![Event::FamilyConsentGiven { person, shares: given.shares, until }];
        if !shares.contains(&Shared::Reminders) {
            events.extend(self.reminders_to(person));
        }
        Ok(events)
    }

    /// Whatever was to be sent to the person is cancelled in the same append: nobody can send it any more.
    pub(super) fn withdraw(&self, person: PersonId) -> Result<Vec<Event>, Error> {
        if !self.family.contains_key(&person) {
            return Err(Error::FamilyNotPermitted);
        }
        let withdrawn = Event::FamilyConsentWithdrawn { person };
        Ok(std::iter::once(withdrawn).chain(self.reminders_to(person)).collect())
    }

    pub(super) fn engage(
        &self,
        person: PersonId,
        about: Shared,
        note: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        self.permitted(person, about, context)?;
        Ok(vec![Event::FamilyEngaged { person, about, note: note.clone() }])
    }

    /// Whether whoever asks, if they are family, may do what `shared` names.
    pub(super) fn family_may(&self, shared: Shared, context: &Context) -> Result<(), Error> {
        if context.actor.role == Role::Family {
            self.permitted(context.actor.id, shared, context)
        } else {
            Ok(())
        }
    }

    /// Whether a consent that holds today covers the person and the kind of information.
    pub(super) fn permitted(&self, person: PersonId, shared: Shared, context: &Context) -> Result<(), Error> {
        let today = context.now.day();
        let holds = self.family.get(&person).is_some_and(|given| {
            given.shares.contains(&shared) && given.until.is_none_or(|until| today <= until)
        });
        if holds { Ok(()) } else { Err(Error::FamilyNotPermitted) }
    }

    fn reminders_to(&self, person: PersonId) -> impl Iterator<Item = Event> {
        let theirs = self.reminders.iter();
        let theirs = theirs.filter(move |(_, known)| known.to == Some(person) && known.next_at.is_some());
        theirs.map(|(reminder, _)| Event::ReminderCancelled { reminder: *reminder })
    }
}
