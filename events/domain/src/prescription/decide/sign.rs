//! Reading ready and signing.

use std::time::Duration;

use concord_kernel::Schedule;
use concord_knowledge::Drug;

use super::super::factors::{enough, fresh};
use super::super::state::{Drafted, days_after};
use super::super::{Error, Event, Factor, MessageKind, Resting, VisitRef, message_id};
use super::draft::{may_be_prescribed, taken};
use super::goes_on::{Handed, goes_on, set_aside};
use crate::chart::{LegalBasis, OrderModality, PdmpCheck};
use crate::follow_up::Modality;
use crate::law::{Controlled, basis, supplied, valid_days};
use crate::share::total_days;
use crate::{Context, PrescribableFacts};

/// What a draft rests on.
pub(super) struct Ordered<'a> {
    order: &'a PrescribableFacts,
    pub(super) drug: &'a Drug,
    /// Whether it would be the bridge after the stay, and the chart does not know yet.
    bridging: bool,
}

/// The order that a draft hands out, when it is still as it was drafted, was judged lately and may go on: the safety check
/// of the chart speaks for what is sent.
pub(super) fn still_ordered<'a>(drafted: &Drafted, context: &'a Context) -> Result<Ordered<'a>, Error> {
    let order = taken(drafted.contents.order, context)?;
    if order.drug != drafted.contents.drug || order.regimen != drafted.contents.regimen {
        return Err(Error::OrderChanged);
    }
    if drafted.contents.series_days > total_days(order.supply) {
        return Err(Error::SupplyBeyondOrder);
    }
    let most_days = context.rules.prescription_policy(context.now.day()).judged_days;
    if context.now > order.supplied_at.plus_days(i64::from(most_days)) {
        return Err(Error::OrderJudgedTooLongAgo { most_days });
    }
    let drug = context.rules.drug(&order.drug).ok_or(Error::UnknownDrug)?;
    may_be_prescribed(drug, order)?;
    let bridging = goes_on(&handed(drafted), order, drug, context)?;
    Ok(Ordered { order, drug, bridging })
}

fn handed(drafted: &Drafted) -> Handed {
    let Drafted { prescription, contents, .. } = drafted;
    let (order, supply) = (contents.order, contents.supply);
    Handed { prescription: *prescription, order, supply, from: drafted.from() }
}

pub(super) fn sign(
    drafted: &Drafted,
    factors: &[Factor],
    visit: Option<VisitRef>,
    context: &Context,
) -> Result<Event, Error> {
    let Ordered { order, drug, bridging } = still_ordered(drafted, context)?;
    let contents = &drafted.contents;
    supplied(contents.supply, drug, context)?;
    fresh(factors, context)?;
    let resting = match drug.schedule {
        None => None,
        Some(schedule) => {
            if !context.actor.credentials.schedules.contains(&schedule) {
                return Err(Error::ScheduleNotCovered { schedule });
            }
            entitled(schedule, context)?;
            enough(factors)?;
            Some(resting(drafted, order, drug, visit, context)?)
        }
    };
    // Last: what could not be signed at all takes nothing of the supply.
    set_aside(&handed(drafted), order, bridging)?;
    let issued_on = context.now.day();
    // Of a series, each is issued today and filled later: it stands from its own day on.
    let from = if drug.schedule == Some(Schedule::II) {
        issued_on.max(contents.earliest_fill_on.unwrap_or(issued_on))
    } else {
        issued_on
    };
    Ok(Event::PrescriptionSigned {
        order: contents.order,
        by: context.actor.id,
        issued_on,
        expires_on: days_after(from, valid_days(drug, context)),
        message: message_id(context.patient, drafted.prescription, MessageKind::New),
        factors: factors.to_vec(),
        resting,
    })
}

/// Whether two people let the prescriber sign controlled substances of that schedule, and nobody has taken it back.
/// Source: 21 CFR 1311.120(b)(2): both saying that it may be signed and signing are kept to them.
pub(super) fn entitled(schedule: Schedule, context: &Context) -> Result<(), Error> {
    let rights = context.facts.signing_rights.as_ref().ok_or(Error::FactsMissing)?;
    let right = rights.get(&context.actor.id);
    let covers = right.is_some_and(|right| right.covers(schedule, context.now.day()));
    if covers { Ok(()) } else { Err(Error::NoSigningRight { schedule }) }
}

/// What a controlled substance rests on: how they met, the law that allows it that way today, and what the state's
/// monitoring program held.
fn resting(
    drafted: &Drafted,
    order: &PrescribableFacts,
    drug: &Drug,
    visit: Option<VisitRef>,
    context: &Context,
) -> Result<Resting, Error> {
    let contents = &drafted.contents;
    let (modality, seen_in_person) = met(order, visit, context)?;
    let controlled = Controlled { drug, indication: &order.indication, modality, supply: contents.supply };
    let found = basis(&controlled, seen_in_person, context)?.ok_or(Error::LegalBasisNotInForce)?;
    let (pdmp, pdmp_policy) = looked_into(drafted, context)?;
    Ok(Resting {
        modality,
        visit: visit.map(|visit| visit.visit),
        legal_basis: found.legal_basis,
        policy: found.policy,
        pdmp,
        pdmp_policy,
    })
}

/// How prescriber and patient met, and whether they have ever met in person. A visit says so itself; without one, only
/// an order that was written in person does.
fn met(
    order: &PrescribableFacts,
    visit: Option<VisitRef>,
    context: &Context,
) -> Result<(OrderModality, bool), Error> {
    let attested = order.legal_basis == Some(LegalBasis::InPersonEvaluation);
    let Some(named) = visit else {
        let in_person = attested && order.modality == OrderModality::InPerson;
        return if in_person { Ok((OrderModality::InPerson, true)) } else { Err(Error::VisitRequired) };
    };
    let visits = context.facts.visits.as_ref().ok_or(Error::FactsMissing)?;
    let (at, modality) = visits.medication.get(&named.visit).copied().ok_or(Error::VisitNotHeld)?;
    let most_days = context.rules.prescription_policy(context.now.day()).judged_days;
    if context.now > at.plus_days(i64::from(most_days)) {
        return Err(Error::VisitTooLongAgo { most_days });
    }
    let modality = match modality {
        Modality::InPerson => OrderModality::InPerson,
        Modality::AudioVideo => OrderModality::AudioVideo,
        Modality::Audio => OrderModality::Audio,
    };
    Ok((modality, attested || visits.seen_in_person()))
}

/// The latest look into the monitoring program of the state where the patient is.
fn looked_into(
    drafted: &Drafted,
    context: &Context,
) -> Result<(PdmpCheck, concord_knowledge::PolicyId), Error> {
    let chart = context.facts.chart.as_ref().ok_or(Error::FactsMissing)?;
    let state = drafted.contents.state;
    let check = chart.pdmp.get(&state).ok_or(Error::PdmpMissing)?;
    // A rule that is not in force asks for nothing; that none is, is a table without its row.
    let today = context.now.day();
    let (policy, most_hours) = context.rules.pdmp_max_age(state.as_str(), today).ok_or(Error::PdmpMissing)?;
    let until = check.checked_at.plus(Duration::from_hours(u64::from(most_hours)));
    if until < context.now { Err(Error::PdmpTooOld { most_hours }) } else { Ok((*check, policy)) }
}
