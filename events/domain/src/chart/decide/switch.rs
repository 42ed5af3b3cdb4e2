//! Changing from one medication to another: one order begins, one ends, and both are taken until a day that is agreed.
//!
//! Until that day two of one kind are expected and a remark; what else the two do to each other is judged as ever. After
//! it, whatever both would do stands.

use concord_kernel::{Day, Instant};

use super::super::response::ends_on;
use super::super::state::{Order, must_taper};
use super::super::{Chart, Error, Event, StopReason, Switch, TaperStep};
use super::taper::is_a_way_off;
use super::{prescriber, row};
use crate::Context;

impl Chart {
    pub(super) fn switch(&self, switch: &Switch, context: &Context) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let from = self.open(switch.from)?;
        if !switch.taper.is_empty() {
            is_a_way_off(from, &switch.taper, context)?;
        }
        let taper = if switch.taper.is_empty() { &from.taper } else { &switch.taper };
        ends_in_time(switch, from, taper, context)?;

        let mut subject = self.seen(context);
        subject.first_supply_days = Some(switch.to.supply.days);
        let giving_way = subject.exposures.iter_mut().find(|exposure| exposure.id == switch.from.uuid());
        // The same substance does not give way to itself: that is another dose, and judged as two orders of one drug.
        let new = &row(context, &switch.to.drug)?.ingredients;
        let itself = from.ingredients.iter().any(|substance| new.contains(substance));
        if let Some(exposure) = giving_way.filter(|_| !itself) {
            exposure.tapering = true;
        }
        let mut events = self.order_of(&switch.to, &subject, context)?;
        events.push(Event::MedicationSwitched {
            from: switch.from,
            to: switch.to.order,
            overlap_until: switch.overlap_until,
            reason: switch.reason.clone(),
            at: context.effective_at,
            assessed_at: ends_on(from, StopReason::Switched, context)?,
        });
        if !switch.taper.is_empty() {
            events.push(Event::TaperPlanned {
                order: switch.from,
                steps: switch.taper.clone(),
                reason: switch.reason.clone(),
            });
        }
        Ok(events)
    }
}

/// The overlap begins with the new order, lasts no longer than the rules or the taper ask for, and does not end before
/// the taper; a drug that must not stop at once needs one.
fn ends_in_time(switch: &Switch, from: &Order, taper: &[TaperStep], context: &Context) -> Result<(), Error> {
    let (until, start) = (switch.overlap_until, switch.to.start_on);
    if until < start {
        return Err(Error::OverlapBeforeStart);
    }
    let tapered_on = taper.last().map(|step| step.on);
    if tapered_on.is_none() && must_taper(row(context, &from.drug)?.taper) {
        return Err(Error::TaperFirst);
    }
    if let Some(on) = tapered_on.filter(|on| *on > until) {
        return Err(Error::OverlapBeforeTaperEnd { tapered_on: on });
    }
    let most_days = context.rules.limits().overlap_days;
    let longest: Day = Instant::start_of(start).plus_days(i64::from(most_days)).day();
    if until > longest && tapered_on.is_none_or(|on| until > on) {
        return Err(Error::OverlapTooLong { most_days });
    }
    Ok(())
}
