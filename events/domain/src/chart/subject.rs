//! A medication chart as the safety rules see it.

use concord_kernel::{Instant, OrderId, OutsideMedicationId};
use concord_knowledge::safety::{Allergies, Exposure, LatestResult, Proposal, Subject};
use concord_knowledge::{Frequency, Milligrams, Regimen, Route};

use super::state::{AllergyStatus, Ended, Order, Outside};
use super::{Chart, MedicationRef};
use crate::going_on::tapers_at;

impl Chart {
    /// Everything on the chart that a rule may ask for at `now`.
    pub(super) fn subject(&self, now: Instant) -> Subject {
        let mut exposures = Vec::with_capacity(self.orders.len() + self.outside.len() + self.ended.len());
        exposures.extend(self.orders.iter().map(|(id, order)| order.exposure(id.uuid(), now)));
        for (id, outside) in &self.outside {
            outside.expose(*id, &mut exposures);
        }
        self.ended.iter().for_each(|ended| ended.expose(&mut exposures));
        let mut subject = Subject {
            born_on: self.characteristics.as_ref().map(|known| *known.born_on.expose()),
            may_become_pregnant: self.characteristics.as_ref().and_then(|known| known.may_become_pregnant),
            exposures,
            allergies: self.allergies.known(),
            conditions: self.conditions.iter().filter_map(|known| known.condition.clone()).collect(),
            unmapped_conditions: self.conditions.iter().any(|known| known.condition.is_none()),
            induction: None,
            suicide_risk: false,
            first_supply_days: None,
            results: self
                .results
                .iter()
                .map(|(lab, latest)| LatestResult {
                    lab: lab.clone(),
                    value: latest.value,
                    taken_at: latest.taken_at,
                })
                .collect(),
        };
        self.see_injections(&mut subject);
        subject
    }
}

impl AllergyStatus {
    /// As rules see it.
    pub(super) fn known(&self) -> Allergies {
        match self {
            Self::Unknown => Allergies::Unknown,
            Self::NoneKnown => Allergies::NoneKnown,
            Self::Known(known) => Allergies::Known(known.iter().map(|k| k.allergy.clone()).collect()),
        }
    }
}

impl Order {
    /// A held order is not taken; its washout counts from the hold, or from a dose taken after it.
    fn exposure(&self, id: uuid::Uuid, now: Instant) -> Exposure {
        Exposure {
            id,
            ingredients: self.ingredients.clone(),
            drug: Some(self.drug.clone()),
            regimen: Some(self.regimen),
            active: self.held_at.is_none(),
            last_dose_at: self.last_dose_if_held(),
            tapering: self.tapers_at(now) || self.gives_way_at(now),
            purpose: Some(self.indication.clone()),
        }
    }

    /// Another dose of it, or the same once more, as rules see it.
    pub(super) fn proposal(&self, id: OrderId, regimen: Regimen) -> Proposal {
        let (drug, purpose) = (self.drug.clone(), Some(self.indication.clone()));
        Proposal { drug, regimen, replaces: Some(id.uuid()), purpose }
    }

    /// Whether an agreed way off is under way or about to begin: a plan for some day, or one that has run out, makes
    /// no overlap a planned one.
    pub(super) fn tapers_at(&self, now: Instant) -> bool {
        self.taper_days().is_some_and(|days| tapers_at(days, now))
    }

    /// Whether another takes its place and the day until which both are taken has not passed.
    fn gives_way_at(&self, now: Instant) -> bool {
        self.switch.is_some_and(|switch| switch.until >= now.day())
    }
}

impl Outside {
    /// What was only partly recognised acts twice: as what is known of it, and as something nobody could map.
    pub(super) fn expose(&self, id: OutsideMedicationId, exposures: &mut Vec<Exposure>) {
        let exposure = Exposure {
            id: id.uuid(),
            ingredients: self.ingredients.clone(),
            drug: None,
            regimen: self.regimen,
            active: true,
            last_dose_at: None,
            tapering: false,
            purpose: None,
        };
        if !self.complete && !exposure.ingredients.is_empty() {
            exposures.push(Exposure { ingredients: Vec::new(), ..exposure.clone() });
        }
        exposures.push(exposure);
    }
}

impl Ended {
    /// What was only partly recognised washes out twice, like [`Outside::expose`].
    fn expose(&self, exposures: &mut Vec<Exposure>) {
        let id = match self.medication {
            MedicationRef::Order(id) => id.uuid(),
            MedicationRef::Outside(id) => id.uuid(),
        };
        let exposure = Exposure {
            id,
            ingredients: self.ingredients.clone(),
            drug: self.drug.clone(),
            regimen: self.regimen.or_else(|| self.depot_days.map(every)),
            active: false,
            last_dose_at: self.last_dose_at,
            tapering: false,
            purpose: None,
        };
        if !self.complete && !exposure.ingredients.is_empty() {
            exposures.push(Exposure { ingredients: Vec::new(), ..exposure.clone() });
        }
        exposures.push(exposure);
    }
}

/// How an outside depot is taken of which nobody told how often: so that it goes on acting after its last dose.
fn every(days: u16) -> Regimen {
    Regimen {
        dose: Milligrams::ZERO,
        frequency: Frequency::EveryDays(u8::try_from(days).unwrap_or(u8::MAX)),
        route: Route::Intramuscular,
    }
}
