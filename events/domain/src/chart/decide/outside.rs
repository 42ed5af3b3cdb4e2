//! Medications from outside the program: always taken in, always checked.

use std::collections::BTreeSet;

use concord_kernel::{Instant, OutsideMedicationId, Text};

use super::super::state::Outside;
use super::super::{Chart, Coding, Error, Event, MedicationRef, ReconcileAction, ReconciledEntry, Reported};
use super::{clinician, not_before_first_day, not_in_the_future, room_beside};
use crate::Context;

/// The reason that is recorded when reconciliation finds a medication is no longer taken.
const FOUND_ENDED: &str = "Found no longer taken at reconciliation";

impl Chart {
    pub(super) fn record_outside(
        &self,
        medication: OutsideMedicationId,
        reported: &Reported,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        if self.knows_outside(medication) {
            return Err(Error::MedicationIdUsed);
        }
        room_beside(self.outside.len())?;
        let seen = context.rules.recognise_medication(reported.name.expose(), &pairs(&reported.codings));
        let outside = Outside {
            ingredients: seen.ingredients.clone(),
            complete: seen.complete,
            regimen: reported.regimen,
            first_day: None,
            last_dose_at: None,
            depot_days: None,
        };
        let depot_days = context.rules.depot_days(reported.name.expose(), &seen.ingredients);
        let mut subject = self.subject(context.now);
        outside.expose(medication, &mut subject.exposures);

        let mut events = vec![Event::OutsideMedicationRecorded {
            medication,
            reported: reported.clone(),
            ingredients: seen.ingredients,
            complete: seen.complete,
            depot_days,
        }];
        events.extend(self.raise(&subject, context, |_| false));
        Ok(events)
    }

    pub(super) fn end_outside(
        &self,
        medication: OutsideMedicationId,
        last_dose_at: Option<Instant>,
        reason: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        if self.ended_outside.contains(&medication) {
            return Err(Error::MedicationEnded);
        }
        let outside = self.outside.get(&medication).ok_or(Error::UnknownMedication)?;
        not_in_the_future(last_dose_at, context)?;
        not_before_first_day(last_dose_at, outside.first_day)?;
        Ok(vec![Event::OutsideMedicationEnded { medication, last_dose_at, reason: reason.clone() }])
    }

    /// The latest word on the last dose counts, also when it is an earlier time: people remember better later. Only no
    /// dose is older than the medication, whoever says so: its washout would be gone.
    pub(super) fn record_last_dose(
        &self,
        medication: MedicationRef,
        at: Instant,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        not_in_the_future(Some(at), context)?;
        let active = match medication {
            MedicationRef::Order(id) => {
                self.orders.get(&id).map(|order| (order.last_dose_at, Some(order.first_day())))
            }
            MedicationRef::Outside(id) => {
                self.outside.get(&id).map(|outside| (outside.last_dose_at, outside.first_day))
            }
        };
        let ended = || {
            let ended = self.ended.iter().find(|ended| ended.medication == medication)?;
            Some((ended.last_dose_at, ended.first_day))
        };
        let (told, first_day) = active.or_else(ended).ok_or(Error::UnknownMedication)?;
        not_before_first_day(Some(at), first_day)?;
        if told == Some(at) {
            return Ok(Vec::new());
        }
        Ok(vec![Event::LastDoseRecorded { medication, at }])
    }

    /// Ends a washout that counts from nothing. Somebody of the staff must have found out, and no dose may be on record:
    /// where one is, its time is what is put right.
    pub(super) fn record_never_taken(
        &self,
        medication: MedicationRef,
        reason: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        clinician(&context.actor)?;
        let goes_on = match medication {
            MedicationRef::Order(id) => self.orders.contains_key(&id),
            MedicationRef::Outside(id) => self.outside.contains_key(&id),
        };
        if goes_on {
            return Err(Error::MedicationNotEnded);
        }
        let ended = self.ended.iter().find(|ended| ended.medication == medication);
        if ended.ok_or(Error::UnknownMedication)?.last_dose_at.is_some() {
            return Err(Error::DoseOnRecord);
        }
        Ok(vec![Event::NeverTakenRecorded { medication, reason: reason.clone() }])
    }

    pub(super) fn reconcile(
        &self,
        entries: &[ReconciledEntry],
        note: Option<&Text>,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        clinician(&context.actor)?;
        let lines: BTreeSet<OutsideMedicationId> = entries.iter().map(|entry| entry.medication).collect();
        if lines.len() != entries.len() || !lines.iter().eq(self.outside.keys()) {
            return Err(Error::ReconciliationIncomplete);
        }
        let found_ended = Text::parse(FOUND_ENDED).expect("it is not blank and short");
        let ended = entries.iter().filter(|entry| entry.action == ReconcileAction::NoLongerTaken);
        let ended = ended.map(|entry| Event::OutsideMedicationEnded {
            medication: entry.medication,
            last_dose_at: None,
            reason: found_ended.clone(),
        });
        let reconciled = Event::MedicationsReconciled { entries: entries.to_vec(), note: note.cloned() };
        Ok(std::iter::once(reconciled).chain(ended).collect())
    }
}

pub(super) fn pairs(codings: &[Coding]) -> Vec<(&str, &str)> {
    codings.iter().map(|coding| (coding.system.as_str(), coding.code.as_str())).collect()
}
