//! What must still hold where an order goes on: its stay, and what the patient has said. See [`crate::going_on`].

use concord_kernel::{OrderId, PrescriptionId};
use concord_knowledge::Drug;

use super::super::state::Order;
use super::super::{Chart, Command, Correction, Error, Supply};
use crate::going_on::{Bridge, consented, supplied_on};
use crate::{Context, EpisodeRef};

/// A rise or a resumption asks for what a new order asks for: the stay is open and not paused, and the patient has not
/// declined.
pub(super) fn of_the_drug(order: &Order, drug: &Drug, context: &Context) -> Result<(), Error> {
    let stay = context.facts.episode.as_ref();
    if !stay.is_some_and(|stay| stay.is_active(&order.episode)) {
        return Err(Error::EpisodeNotActive);
    }
    Ok(consented(drug, context)?)
}

/// A supply that an order hands out, see [`supplied_on`]. Tells whether it bridges the time after the stay.
pub(super) fn of_the_supply(
    order: &Order,
    drug: &Drug,
    supply: Supply,
    context: &Context,
) -> Result<bool, Error> {
    let bridging = supplied_on(&order.continuing(), drug, supply, context.now, context)?;
    if bridging && order.bridge != Bridge::None { Err(Error::AlreadyBridged) } else { Ok(bridging) }
}

/// Whether `supply` lasts longer than that of the order, with all its fills.
pub(super) fn is_more(supply: Supply, order: &Order) -> bool {
    let lasts = |supply: Supply| u32::from(supply.days) * (u32::from(supply.refills) + 1);
    lasts(supply) > lasts(order.supply)
}

impl Chart {
    /// The stay of an order and the prescriptions that share what it last handed out.
    pub(crate) fn shared(&self, order: OrderId) -> Option<(&EpisodeRef, &[PrescriptionId])> {
        self.orders.get(&order).map(|open| (&open.episode, open.allotted.as_slice()))
    }

    /// The other prescriptions that a command depends on.
    pub(crate) fn prescriptions_read_by(&self, command: &Command) -> impl Iterator<Item = PrescriptionId> {
        let asked = if let Command::AllotSupply { order, prescription } = command {
            Some((*order, *prescription))
        } else {
            None
        };
        let sharing = asked.and_then(|(order, asks)| Some((self.orders.get(&order)?, asks)));
        let others =
            sharing.map(|(open, asks)| open.allotted.iter().copied().filter(move |other| *other != asks));
        others.into_iter().flatten()
    }

    /// The stay whose state and plan a command depends on, for one that gives more of an order that stands.
    pub(crate) fn stay_read_by(&self, command: &Command) -> Option<&EpisodeRef> {
        let more = |order, asks: &dyn Fn(&Order) -> bool| {
            self.orders.get(order).filter(|open| asks(open)).map(|open| &open.episode)
        };
        match command {
            Command::Resume { order, .. }
            | Command::Renew { order, .. }
            | Command::PlanTitration { order, .. }
            | Command::AdvanceTitration { order, .. }
            | Command::AllotSupply { order, .. } => more(order, &|_| true),
            Command::GiveInjection(new) => more(&new.order, &|_| true),
            Command::RecordInjection(told) => more(&told.order, &|_| true),
            Command::AdjustDose { order, regimen, .. } => more(order, &|open| open.asks_for_more(regimen)),
            Command::Correct { order, correction: Correction::Supply(supply), .. } => {
                more(order, &|open| is_more(*supply, open))
            }
            Command::RecordCharacteristics { .. }
            | Command::ConfirmNoKnownAllergies
            | Command::RecordAllergy { .. }
            | Command::RefuteAllergy { .. }
            | Command::RecordCondition { .. }
            | Command::ResolveCondition { .. }
            | Command::RecordResult { .. }
            | Command::RecordPdmpCheck { .. }
            | Command::ReviewResult { .. }
            | Command::WaiveTest { .. }
            | Command::RecordOutsideMedication { .. }
            | Command::EndOutsideMedication { .. }
            | Command::RecordLastDose { .. }
            | Command::RecordNeverTaken { .. }
            | Command::Reconcile { .. }
            | Command::CheckSafety { .. }
            | Command::AcknowledgeBoxedWarning { .. }
            | Command::OverrideInteraction { .. }
            | Command::CosignOverride { .. }
            | Command::ResolveInteraction { .. }
            | Command::Prescribe(_)
            | Command::Hold { .. }
            | Command::PlanTaper { .. }
            | Command::CancelTitration { .. }
            | Command::Switch(_)
            | Command::Stop { .. }
            | Command::DecideLateInjection { .. }
            | Command::AttestTolerability { .. }
            | Command::RecordInjectionOverdue { .. }
            | Command::ReviewInjection { .. }
            | Command::AssessResponse { .. }
            | Command::Correct { .. }
            | Command::BreachResult { .. } => None,
        }
    }
}
