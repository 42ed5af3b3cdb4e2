//! What must still hold where an order goes on: its stay, and what the patient has said.
//!
//! The stay is the one that the order was written in. A new stay has an assessment of its own, so what goes on in it is
//! ordered in it. Lower, held, stopped and tapered is always possible.

use concord_knowledge::Drug;

use super::super::state::Order;
use super::super::{Chart, Command, Correction, Error, Supply};
use super::consent;
use crate::{Context, EpisodeRef};

/// A rise or a resumption asks for what a new order asks for: the stay is open and not paused, and the patient has not
/// declined.
pub(super) fn of_the_drug(order: &Order, drug: &Drug, context: &Context) -> Result<(), Error> {
    let stay = context.facts.episode.as_ref();
    if !stay.is_some_and(|stay| stay.is_active(&order.episode)) {
        return Err(Error::EpisodeNotActive);
    }
    consent::stands(drug, context)
}

/// A supply goes on while the stay is open, also while it is paused: nobody runs out of it on leave. Who declined, or has
/// left, gets what a taper that is under way needs; who has left without one gets one bridge to whoever prescribes
/// on. Tells whether it is that bridge.
pub(super) fn of_the_supply(
    order: &Order,
    drug: &Drug,
    supply: Supply,
    context: &Context,
) -> Result<bool, Error> {
    let stay = context.facts.episode.as_ref().ok_or(Error::EpisodeNotActive)?;
    let open = stay.is_open(&order.episode);
    let consent = consent::stands(drug, context);
    if open && consent.is_ok() {
        return Ok(false);
    }
    if let Some(end) = order.taper.last().filter(|_| order.tapers_at(context.now)) {
        let within = supply.refills == 0 && context.now.plus_days(i64::from(supply.days)).day() <= end.on;
        return if within { Ok(false) } else { Err(Error::SupplyBeyondTaper { until: end.on }) };
    }
    consent?;
    let most_days = context.rules.limits().bridge_days;
    if supply.refills > 0 || supply.days > most_days {
        return Err(Error::BridgeTooLong { most_days });
    }
    if order.bridged { Err(Error::AlreadyBridged) } else { Ok(true) }
}

/// Whether `supply` lasts longer than that of the order, with all its fills.
pub(super) fn is_more(supply: Supply, order: &Order) -> bool {
    let lasts = |supply: Supply| u32::from(supply.days) * (u32::from(supply.refills) + 1);
    lasts(supply) > lasts(order.supply)
}

impl Chart {
    /// The stay whose state and plan a command depends on, for one that gives more of an order that stands.
    pub(crate) fn stay_read_by(&self, command: &Command) -> Option<&EpisodeRef> {
        let more = |order, asks: &dyn Fn(&Order) -> bool| {
            self.orders.get(order).filter(|open| asks(open)).map(|open| &open.episode)
        };
        match command {
            Command::Resume { order, .. }
            | Command::Renew { order, .. }
            | Command::PlanTitration { order, .. }
            | Command::AdvanceTitration { order, .. } => more(order, &|_| true),
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
            | Command::Correct { .. } => None,
        }
    }
}
