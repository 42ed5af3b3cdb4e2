//! Writing a prescription for an order.

use concord_kernel::{Day, PrescriptionId, Schedule};
use concord_knowledge::Drug;

use super::super::state::days_after;
use super::super::{Contents, Error, Event, NewPrescription};
use super::goes_on::{Handed, goes_on};
use crate::law::{only_dispensed, supplied};
use crate::share::total_days;
use crate::{Context, PrescribableFacts};

/// The most units that one fill holds.
const MOST_UNITS: u16 = 1_000;

pub(super) fn draft(
    prescription: PrescriptionId,
    new: &NewPrescription,
    context: &Context,
) -> Result<Event, Error> {
    let order = taken(new.order, context)?;
    let drug = context.rules.drug(&order.drug).ok_or(Error::UnknownDrug)?;
    may_be_prescribed(drug, order)?;
    if new.quantity == 0 || new.quantity > MOST_UNITS {
        return Err(Error::QuantityOutOfRange { most: MOST_UNITS });
    }
    supplied(new.supply, drug, context)?;
    let today = context.now.day();
    if new.earliest_fill_on.is_some_and(|day| day < today) {
        return Err(Error::EarliestFillPassed);
    }
    let series_days = in_series(new, drug, context)?;
    if series_days > total_days(order.supply) {
        return Err(Error::SupplyBeyondOrder);
    }
    let from = new.earliest_fill_on.unwrap_or(today);
    goes_on(&Handed { prescription, order: new.order, supply: new.supply, from }, order, drug, context)?;
    let contents = Contents {
        order: new.order,
        drug: order.drug.clone(),
        schedule: drug.schedule,
        regimen: order.regimen,
        indication: order.indication.clone(),
        product: new.product.clone(),
        quantity: new.quantity,
        supply: new.supply,
        pharmacy: new.pharmacy.clone(),
        state: new.state,
        earliest_fill_on: new.earliest_fill_on,
        follows: new.follows,
        series_days,
        note: new.note.clone(),
    };
    Ok(Event::PrescriptionDrafted { prescription, contents: Box::new(contents), on: today })
}

/// The order as it is taken now.
pub(super) fn taken(order: concord_kernel::OrderId, context: &Context) -> Result<&PrescribableFacts, Error> {
    let chart = context.facts.chart.as_ref().ok_or(Error::FactsMissing)?;
    match chart.prescribable.get(&order) {
        Some(open) if open.held => Err(Error::OrderHeld),
        Some(open) => Ok(open),
        None if chart.known_orders.binary_search(&order).is_ok() => Err(Error::OrderStopped),
        None => Err(Error::UnknownOrder),
    }
}

/// Methadone for opioid use disorder is dispensed by opioid treatment programs and never prescribed. The chart takes no
/// such order; that a formulary row is wrong must not be enough for one to be sent. Source: 21 CFR 1306.07(a).
pub(super) fn may_be_prescribed(drug: &Drug, order: &PrescribableFacts) -> Result<(), Error> {
    if only_dispensed(drug, &order.indication) {
        return Err(Error::OnlyDispensed);
    }
    if drug.prescribable { Ok(()) } else { Err(Error::NotPrescribable) }
}

/// How long the series lasts up to this one. Source: 21 CFR 1306.12(b): each but the first names the earliest day on
/// which it may be filled, and together they last at most as long as the policy says.
fn in_series(new: &NewPrescription, drug: &Drug, context: &Context) -> Result<u16, Error> {
    let own = total_days(new.supply);
    let Some(before) = new.follows else { return Ok(own) };
    if drug.schedule != Some(Schedule::II) {
        return Err(Error::SeriesNotAllowed);
    }
    let before = context.facts.prescriptions.get(&before).ok_or(Error::UnknownPrescription)?;
    if before.order != new.order || before.void {
        return Err(Error::SeriesBroken);
    }
    let lasts_until: Day = days_after(before.from, i64::from(before.days));
    if new.earliest_fill_on.is_none_or(|day| day < lasts_until) {
        return Err(Error::SeriesTooEarly { from: lasts_until });
    }
    let most_days = context.rules.prescription_policy(context.now.day()).series_days;
    let together = before.series_days.saturating_add(own);
    if together > most_days { Err(Error::SeriesTooLong { most_days }) } else { Ok(together) }
}
