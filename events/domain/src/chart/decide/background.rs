//! What else is known of the patient: characteristics, allergies, conditions, results. Each new fact runs the safety
//! check again and raises what it brings.

use concord_kernel::{Day, Instant, Phi, Text};
use concord_knowledge::safety::{Allergies, Allergy, LatestResult, ReactionKind, ReactionSeverity, Subject};
use concord_knowledge::{ConditionId, FindingKey, IngredientId, LabId};

use super::super::evidence::opens_a_gate;
use super::super::state::{AllergyStatus, Characteristics, same_words};
use super::super::{Chart, Coding, Error, Event, Sex};
use super::outside::pairs;
use super::{clinician, room_beside};
use crate::Context;

/// Nobody has lived longer.
const MOST_YEARS: i64 = 130;

const DAYS_A_YEAR: i64 = 366;

impl Chart {
    pub(super) fn record_characteristics(
        &self,
        born_on: &Phi<Day>,
        sex: Sex,
        may_become_pregnant: Option<bool>,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        let age_days = context.now.days_since(Instant::start_of(*born_on.expose()));
        if !(0..MOST_YEARS * DAYS_A_YEAR).contains(&age_days) {
            return Err(Error::BirthNotPlausible);
        }
        if sex == Sex::Male && may_become_pregnant == Some(true) {
            return Err(Error::Contradiction);
        }
        let characteristics = Characteristics { born_on: born_on.clone(), sex, may_become_pregnant };
        if self.characteristics.as_ref() == Some(&characteristics) {
            return Ok(Vec::new());
        }
        let mut subject = self.subject(context.now);
        subject.born_on = Some(*born_on.expose());
        subject.may_become_pregnant = may_become_pregnant;
        let recorded = Event::CharacteristicsRecorded { born_on: born_on.clone(), sex, may_become_pregnant };
        Ok(std::iter::once(recorded).chain(self.raise(&subject, context, |_| false)).collect())
    }

    pub(super) fn confirm_no_allergies(&self) -> Result<Vec<Event>, Error> {
        match &self.allergies {
            AllergyStatus::NoneKnown => Ok(Vec::new()),
            AllergyStatus::Known(known) if !known.is_empty() => Err(Error::AllergyOnChart),
            AllergyStatus::Known(_) | AllergyStatus::Unknown => Ok(vec![Event::NoKnownAllergiesConfirmed]),
        }
    }

    pub(super) fn refute_allergy(&self, substance: &Text, reason: &Text) -> Result<Vec<Event>, Error> {
        if self.allergies.to(substance).next().is_none() {
            return Err(Error::UnknownAllergy);
        }
        Ok(vec![Event::AllergyRefuted { substance: substance.clone(), reason: reason.clone() }])
    }

    /// A substance in several parts (a combination) is recorded once for each part that rules know.
    pub(super) fn record_allergy(
        &self,
        substance: &Text,
        codings: &[Coding],
        reaction: Option<&Text>,
        severity: ReactionSeverity,
        kind: ReactionKind,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        let seen = context.rules.recognise_medication(substance.expose(), &pairs(codings));
        let parts: Vec<Option<IngredientId>> = if seen.ingredients.is_empty() {
            vec![None]
        } else {
            seen.ingredients.into_iter().map(Some).collect()
        };
        let mut subject = self.subject(context.now);
        let mut known = match std::mem::take(&mut subject.allergies) {
            Allergies::Known(known) => known,
            Allergies::Unknown | Allergies::NoneKnown => Vec::new(),
        };
        let mut events = Vec::new();
        for ingredient in parts {
            let allergy = Allergy { ingredient: ingredient.clone(), severity, kind };
            // A reaction in words may say more than before; the same without words says nothing new.
            if reaction.is_none() && self.allergies.to(substance).any(|there| *there == allergy) {
                continue;
            }
            known.push(allergy);
            events.push(Event::AllergyRecorded {
                substance: substance.clone(),
                ingredient,
                reaction: reaction.cloned(),
                severity,
                kind,
            });
        }
        if !events.is_empty() {
            room_beside(known.len() - events.len())?;
            subject.allergies = Allergies::Known(known);
            events.extend(self.raise(&subject, context, |_| false));
        }
        Ok(events)
    }

    pub(super) fn resolve_condition(&self, name: &Text) -> Result<Vec<Event>, Error> {
        if !self.conditions.iter().any(|known| same_words(&known.name, name)) {
            return Err(Error::ConditionNotOnChart);
        }
        Ok(vec![Event::ConditionResolved { name: name.clone() }])
    }

    pub(super) fn record_condition(
        &self,
        name: &Text,
        codings: &[Coding],
        condition: Option<&ConditionId>,
        onset_on: Option<Day>,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        let condition = match condition {
            Some(named) if context.rules.condition_name(named).is_none() => {
                return Err(Error::UnknownCondition);
            }
            Some(named) => Some(named.clone()),
            None => context.rules.recognise_condition(name.expose(), &pairs(codings)),
        };
        let there = |known: &&super::super::state::Condition| same_words(&known.name, name);
        if self.conditions.iter().find(there).is_some_and(|known| known.condition == condition) {
            return Ok(Vec::new());
        }
        room_beside(self.conditions.len())?;
        let mut subject = self.subject(context.now);
        let without = said_of(&subject, context);
        subject.conditions.extend(condition.clone());
        let recorded = Event::ConditionRecorded { name: name.clone(), condition, onset_on };
        // One that was resolved and comes back is news again, even where what it brings was settled then.
        let news = self.raise(&subject, context, |key| !without.contains(key));
        Ok(std::iter::once(recorded).chain(news).collect())
    }

    /// A critical value is flagged in the same append: nobody can see the one without the other.
    pub(super) fn record_result(
        &self,
        lab: &LabId,
        (value, unit): (f64, &str),
        (taken_at, last_dose_at): (Instant, Option<Instant>),
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        if opens_a_gate(lab) {
            clinician(&context.actor)?;
        }
        let of_table = context.rules.lab_unit(lab).ok_or(Error::UnknownLab)?;
        if unit != of_table {
            return Err(Error::UnitNotOfTable);
        }
        if context.rules.lab_plausible(lab, value) != Some(true) {
            return Err(Error::ValueNotPlausible);
        }
        super::not_in_the_future(Some(taken_at), context)?;
        if last_dose_at.is_some_and(|dose| dose > taken_at) {
            return Err(Error::DoseAfterSample);
        }
        let recorded = Event::ResultRecorded { lab: lab.clone(), value, taken_at, last_dose_at };
        let mut events = vec![recorded];
        events.extend(self.flagged(lab, value, taken_at, context));
        if self.results.get(lab).is_none_or(|latest| taken_at >= latest.taken_at) {
            events.extend(self.raised_by_result(lab, value, taken_at, context));
        }
        Ok(events)
    }

    /// A level that is high again is news again, although the finding has the same name: whatever the check says only
    /// because of this result is raised even if it was settled before.
    fn raised_by_result(&self, lab: &LabId, value: f64, taken_at: Instant, context: &Context) -> Vec<Event> {
        let mut subject = self.subject(context.now);
        subject.results.retain(|result| result.lab != *lab);
        let without = said_of(&subject, context);
        subject.results.push(LatestResult { lab: lab.clone(), value, taken_at });
        self.raise(&subject, context, |key| !without.contains(key))
    }
}

/// What the check says of a chart, by name.
fn said_of(subject: &Subject, context: &Context) -> Vec<FindingKey> {
    context.rules.check(subject, None, context.now).into_iter().map(|finding| finding.key).collect()
}

impl AllergyStatus {
    /// What is on the chart under these words.
    fn to<'a>(&'a self, substance: &'a Text) -> impl Iterator<Item = &'a Allergy> {
        let known = match self {
            Self::Known(known) => known.as_slice(),
            Self::Unknown | Self::NoneKnown => &[],
        };
        known.iter().filter(|k| same_words(&k.substance, substance)).map(|k| &k.allergy)
    }
}
