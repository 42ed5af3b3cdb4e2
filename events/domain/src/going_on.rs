//! What must still hold where a medication goes on: its stay, what the patient has said, and the doses that were missed.
//! One reading of it, for orders on the chart and for the prescriptions that hand them out.
//!
//! The stay is the one that the order was written in. A new stay has an assessment of its own, so what goes on in it is
//! ordered in it. Lower, held, stopped and tapered is always possible.

use concord_kernel::{Day, Instant, OrderId, PrescriptionId};
use concord_knowledge::{Drug, Milligrams};
use serde::{Deserialize, Serialize};

use crate::chart::Supply;
use crate::treatment_plan::Consent;
use crate::{Context, EpisodeRef, PlanFacts};

/// How soon the first step of a taper must come for it to count as under way. Program rule.
const TAPER_BEGINS_WITHIN_DAYS: i64 = 14;

/// What stands against going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lapse {
    /// A stream that the rule depends on was not looked at.
    FactsMissing,
    /// The stay of the order is not known here.
    EpisodeNotActive,
    /// The patient must have agreed, and nobody has written it down.
    ConsentRequired,
    /// The patient declined.
    ConsentDeclined,
    /// It lasts longer than the taper that is under way.
    SupplyBeyondTaper { until: Day },
    /// The stay has ended, and it is more than a bridge.
    BridgeTooLong { most_days: u16 },
    /// The stay has ended, and the time after it was bridged.
    AlreadyBridged,
    /// The drug was left out for longer than its dose is tolerated again.
    RestartNeeded { hours: u16 },
}

/// What has bridged the time after the stay of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bridge {
    /// Nothing.
    #[default]
    None,
    /// A supply on the chart; what is prescribed of it is part of the bridge.
    Renewed,
    /// A prescription of what the order handed out before the stay ended.
    Prescribed(PrescriptionId),
}

/// An order as far as it decides whether its medication may go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Continuing {
    /// The stay that it was written in.
    pub episode: EpisodeRef,
    /// How much is taken a day.
    pub daily: Milligrams,
    /// Since when.
    pub dose_since: Instant,
    /// First and last day of the agreed way off.
    pub taper: Option<(Day, Day)>,
    /// What has bridged the time after the stay.
    pub bridge: Bridge,
}

/// Whether an agreed way off between these days is under way or about to begin: a plan for some day, or one that has run
/// out, makes no difference yet or any more.
pub(crate) fn tapers_at((first, last): (Day, Day), now: Instant) -> bool {
    first <= now.plus_days(TAPER_BEGINS_WITHIN_DAYS).day() && last >= now.day()
}

/// A supply goes on while the stay is open, also while it is paused: nobody runs out of it on leave. Who declined, or has
/// left, gets what a taper that is under way needs; who has left without one gets one bridge to whoever prescribes
/// on. It lasts from `from` on. Tells whether it is a bridge.
pub(crate) fn supplied_on(
    order: &Continuing,
    drug: &Drug,
    supply: Supply,
    from: Instant,
    context: &Context,
) -> Result<bool, Lapse> {
    let stay = context.facts.episode.as_ref().ok_or(Lapse::EpisodeNotActive)?;
    let open = stay.is_open(&order.episode);
    let consent = consented(drug, context);
    if open && consent.is_ok() {
        return Ok(false);
    }
    if let Some((_, until)) = order.taper.filter(|days| tapers_at(*days, context.now)) {
        let within = supply.refills == 0 && from.plus_days(i64::from(supply.days)).day() <= until;
        return if within { Ok(false) } else { Err(Lapse::SupplyBeyondTaper { until }) };
    }
    consent?;
    let most_days = context.rules.limits().bridge_days;
    if supply.refills > 0 || supply.days > most_days {
        return Err(Lapse::BridgeTooLong { most_days });
    }
    Ok(true)
}

/// Nobody is given what they declined, and nobody a drug that must never be taken unknowing. Consent that nobody has
/// written down yet is no refusal: a first dose may not wait for a form. It is due instead, see the worklist.
pub(crate) fn consented(drug: &Drug, context: &Context) -> Result<(), Lapse> {
    // A plan that was not looked at is no consent.
    let plan = context.facts.plan.as_ref().ok_or(Lapse::ConsentRequired)?;
    match decided(plan, drug, context) {
        Some(Consent::Declined) => Err(Lapse::ConsentDeclined),
        None if context.rules.needs_consent(drug) => Err(Lapse::ConsentRequired),
        Some(Consent::Given) | None => Ok(()),
    }
}

/// What was decided about the drug; where nothing was, about its substances in another form. Of several forms, one that
/// was declined counts, and a combination that holds a declined substance is declined with it. Who agreed to a part has
/// not agreed to the whole.
fn decided(plan: &PlanFacts, drug: &Drug, context: &Context) -> Option<Consent> {
    let about_it = |(other, consent): (&_, &Consent)| {
        let other = context.rules.drug(other)?;
        let part = other.ingredients.iter().all(|one| drug.ingredients.contains(one));
        let whole = part && other.ingredients.len() == drug.ingredients.len();
        (whole || (part && *consent == Consent::Declined)).then_some(*consent)
    };
    plan.consents.get(&drug.id).copied().or_else(|| plan.consents.iter().filter_map(about_it).max())
}

/// A drug that was missed for longer than its dose is tolerated goes on at no more than its usual start, until a lower
/// dose shows that it was begun again.
pub(crate) fn not_missed_for_too_long(
    id: OrderId,
    order: &Continuing,
    drug: &Drug,
    context: &Context,
) -> Result<(), Lapse> {
    let adherence = context.facts.adherence.as_ref().ok_or(Lapse::FactsMissing)?;
    let begun_again = |found: &Instant| *found < order.dose_since;
    match adherence.restart_needed_since.get(&id) {
        Some(found) if order.daily > drug.start && !begun_again(found) => {
            Err(Lapse::RestartNeeded { hours: drug.restart_hours.unwrap_or_default() })
        }
        Some(_) | None => Ok(()),
    }
}
