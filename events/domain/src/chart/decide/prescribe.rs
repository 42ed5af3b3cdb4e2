//! Ordering a medication.

use std::time::Duration;

use concord_knowledge::Drug;
use concord_knowledge::safety::{Allergies, Proposal, Subject};

use super::super::{Chart, Error, Event, NewOrder};
use super::duration::Handing;
use super::{covered, prescriber, row, today_anywhere, well_formed};
use crate::Context;
use crate::going_on::consented;
use crate::law::{Controlled, lawful, supplied};

/// The most orders that are open at once on one chart.
pub(in super::super) const MOST_OPEN_ORDERS: usize = 64;

/// How long before it is recorded an order may have been written. The days on which it can have begun and its doses can
/// have been taken count from there.
const BACKDATED_AT_MOST: Duration = Duration::from_hours(24);

/// How far ahead an order may start.
pub(in super::super) const MOST_DAYS_AHEAD: i64 = 90;

impl Chart {
    pub(super) fn prescribe(&self, new: &NewOrder, context: &Context) -> Result<Vec<Event>, Error> {
        let mut subject = self.seen(context);
        subject.first_supply_days = Some(new.supply.days);
        self.order_of(new, &subject, context)
    }

    /// The order as it is written, and until when its use is limited; `subject` is the chart as the safety rules see it.
    pub(super) fn order_of(
        &self,
        new: &NewOrder,
        subject: &Subject,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        if self.knows_order(new.order) {
            return Err(Error::OrderIdUsed);
        }
        if self.orders.len() >= MOST_OPEN_ORDERS {
            return Err(Error::TooManyOrders { most: MOST_OPEN_ORDERS });
        }
        indicated(new, context)?;
        let drug = row(context, &new.drug)?;
        if !drug.prescribable {
            return Err(Error::NotPrescribable);
        }
        well_formed(&new.regimen, drug)?;
        supplied(new.supply, drug, context)?;
        starts_soon(new.start_on, context)?;
        if context.effective_at.plus(BACKDATED_AT_MOST) < context.now {
            return Err(Error::OrderTooLongAgo);
        }
        covered(&context.actor, drug.schedule)?;
        let controlled =
            Controlled { drug, indication: &new.indication, modality: new.modality, supply: new.supply };
        let policy = lawful(&controlled, new.legal_basis, context)?;
        self.prepared(drug)?;
        consented(drug, context)?;

        let (drug_id, purpose) = (new.drug.clone(), Some(new.indication.clone()));
        let proposal = Proposal { drug: drug_id, regimen: new.regimen, replaces: None, purpose };
        let handing = Handing {
            drug,
            indication: &new.indication,
            supply: new.supply,
            from: new.start_on,
            standing: None,
            acknowledgements: &new.acknowledgements,
        };
        let mut lasting = self.lasting(&handing, context)?;
        let given = &new.acknowledgements;
        let judged = self.judge_lasting(subject, &proposal, given, &[], &mut lasting, context)?;
        let prescribed = Event::MedicationPrescribed {
            order: Box::new(new.clone()),
            judged,
            ingredients: drug.ingredients.clone(),
            at: context.effective_at,
            policy,
        };
        Ok(std::iter::once(prescribed).chain(lasting.event(new.order)).collect())
    }

    /// What must have been asked and explained before a first dose.
    pub(in super::super) fn prepared(&self, drug: &Drug) -> Result<(), Error> {
        if self.allergies.known() == Allergies::Unknown {
            return Err(Error::AllergiesNotAsked);
        }
        if drug.boxed_warning && !self.warned.contains(&drug.id) {
            return Err(Error::BoxedWarningNotAcknowledged);
        }
        Ok(())
    }
}

fn indicated(new: &NewOrder, context: &Context) -> Result<(), Error> {
    let active = context.facts.episode.as_ref().is_some_and(|episode| episode.is_active(&new.episode));
    if !active {
        return Err(Error::EpisodeNotActive);
    }
    let decision = context.facts.indication.as_ref().filter(|decision| decision.indicated == Some(true));
    let decision = decision.ok_or(Error::NotIndicated)?;
    if decision.diagnoses.contains(&new.indication) { Ok(()) } else { Err(Error::IndicationNotDiagnosed) }
}

fn starts_soon(day: concord_kernel::Day, context: &Context) -> Result<(), Error> {
    if day < today_anywhere(context.now) {
        return Err(Error::StartsInThePast);
    }
    if day > context.now.plus_days(MOST_DAYS_AHEAD).day() {
        return Err(Error::StartsTooLate { most_days: MOST_DAYS_AHEAD });
    }
    Ok(())
}
