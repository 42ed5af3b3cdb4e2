//! Setting a part of what an order hands out aside for a prescription that is about to be signed.
//!
//! Signatures are recorded in the streams of their prescriptions, and two of those never meet. They meet here: every
//! signature rests on this event, so of two that together would hand out too much, one is refused.

use concord_kernel::{OrderId, PrescriptionId};

use super::super::{Chart, Error, Event};
use super::{prescriber, row};
use crate::Context;
use crate::going_on::supplied_on;
use crate::share::{becomes_the_bridge, lasts_from, left_for};

/// The most prescriptions of one supply, void ones among them: each of them is read whenever another is signed.
pub(in super::super) const MOST_PRESCRIPTIONS: usize = 32;

impl Chart {
    pub(super) fn allot(
        &self,
        id: OrderId,
        prescription: PrescriptionId,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let order = self.taken(id)?;
        let drug = row(context, &order.drug)?;
        let asks = context.facts.prescriptions.get(&prescription);
        let asks = asks.filter(|asks| asks.ready && asks.order == id).ok_or(Error::PrescriptionNotReady)?;
        let left_days = left_for(prescription, order.supply, &order.allotted, context)?;
        if asks.days > left_days {
            return Err(Error::SupplyHandedOut { left_days });
        }
        let (continuing, from) = (order.continuing(), lasts_from(asks.from, context));
        let bridging = supplied_on(&continuing, drug, asks.supply, from, context)?
            && becomes_the_bridge(&continuing, prescription, context)?;
        let known = order.allotted.contains(&prescription);
        if known && !bridging {
            return Ok(Vec::new());
        }
        if !known && order.allotted.len() >= MOST_PRESCRIPTIONS {
            return Err(Error::TooManyPrescriptions { most: MOST_PRESCRIPTIONS });
        }
        Ok(vec![Event::SupplyAllotted {
            order: id,
            prescription,
            days: asks.days,
            bridging,
            at: context.now,
        }])
    }
}
