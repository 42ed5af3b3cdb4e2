//! Injections that act for weeks.

use concord_domain::Command as AnyCommand;
use concord_domain::chart::{
    Command, InjectionPlace, InjectionSite, LateDecision, Lot, NewInjection, Side, ToldInjection,
    TolerabilityBasis,
};
use concord_kernel::PersonId;
use concord_knowledge::Milligrams;
use concord_knowledge::injection::SiteRegion;
use concord_proto::concord::chart::v1 as pb;

use super::orders::order;
use super::outside::source;
use super::safety::acknowledgements;
use crate::Invalid;
use crate::field::{choice, instant, optional_id, required, text};

pub(super) fn give_injection(request: pb::GiveInjectionRequest) -> Result<AnyCommand, Invalid> {
    let pb::GiveInjectionRequest { header: _, order_id, dose_mg, site, lot, observer_id, acknowledgements } =
        request;
    Ok(AnyCommand::Chart(Command::GiveInjection(Box::new(NewInjection {
        order: order(&order_id)?,
        dose: dose(dose_mg)?,
        site: self::site(site)?,
        lot: self::lot(&lot)?,
        observer: optional_id("observer_id", &observer_id, PersonId::new)?,
        acknowledgements: self::acknowledgements(acknowledgements)?,
    }))))
}

pub(super) fn record_injection_given(
    request: pb::RecordInjectionGivenRequest,
) -> Result<AnyCommand, Invalid> {
    use pb::record_injection_given_request::Place;
    let pb::RecordInjectionGivenRequest { header: _, order_id, dose_mg, given_at, place } = request;
    let place = match required("place", place)? {
        Place::Here(here) => injected_here(&here).map_err(|invalid| invalid.within("here"))?,
        Place::Elsewhere(told) => InjectionPlace::Elsewhere { source: source("elsewhere", told)? },
    };
    Ok(AnyCommand::Chart(Command::RecordInjection(Box::new(ToldInjection {
        order: order(&order_id)?,
        dose: dose(dose_mg)?,
        given_at: instant("given_at", given_at)?,
        place,
    }))))
}

fn injected_here(here: &pb::InjectedHere) -> Result<InjectionPlace, Invalid> {
    let pb::InjectedHere { site, lot, observer_id } = here;
    Ok(InjectionPlace::Here {
        site: self::site(*site)?,
        lot: self::lot(lot)?,
        observer: optional_id("observer_id", observer_id, PersonId::new)?,
    })
}

pub(super) fn decide_late_injection(request: pb::DecideLateInjectionRequest) -> Result<AnyCommand, Invalid> {
    let pb::DecideLateInjectionRequest { header: _, order_id, decision, reason } = request;
    Ok(AnyCommand::Chart(Command::DecideLateInjection {
        order: order(&order_id)?,
        decision: choice("decision", decision, |decision| match decision {
            pb::LateDecision::Unspecified => None,
            pb::LateDecision::AsRuled => Some(LateDecision::AsRuled),
            pb::LateDecision::AsOrdered => Some(LateDecision::AsOrdered),
        })?,
        reason: text("reason", &reason)?,
    }))
}

pub(super) fn attest_tolerability(request: pb::AttestTolerabilityRequest) -> Result<AnyCommand, Invalid> {
    let pb::AttestTolerabilityRequest { header: _, order_id, basis, note } = request;
    Ok(AnyCommand::Chart(Command::AttestTolerability {
        order: order(&order_id)?,
        basis: choice("basis", basis, |basis| match basis {
            pb::TolerabilityBasis::Unspecified => None,
            pb::TolerabilityBasis::TakenBefore => Some(TolerabilityBasis::TakenBefore),
            pb::TolerabilityBasis::InjectedBefore => Some(TolerabilityBasis::InjectedBefore),
            pb::TolerabilityBasis::TestDose => Some(TolerabilityBasis::TestDose),
            pb::TolerabilityBasis::OutsideRecord => Some(TolerabilityBasis::OutsideRecord),
        })?,
        note: text("note", &note)?,
    }))
}

pub(super) fn record_injection_overdue(
    request: pb::RecordInjectionOverdueRequest,
) -> Result<AnyCommand, Invalid> {
    let pb::RecordInjectionOverdueRequest { header: _, order_id } = request;
    Ok(AnyCommand::Chart(Command::RecordInjectionOverdue { order: order(&order_id)? }))
}

pub(super) fn review_injection(request: pb::ReviewInjectionRequest) -> Result<AnyCommand, Invalid> {
    let pb::ReviewInjectionRequest { header: _, order_id, given_at, outcome } = request;
    Ok(AnyCommand::Chart(Command::ReviewInjection {
        order: order(&order_id)?,
        given_at: instant("given_at", given_at)?,
        outcome: text("outcome", &outcome)?,
    }))
}

fn dose(mg: f64) -> Result<Milligrams, Invalid> {
    Milligrams::parse(mg).map_err(|_| Invalid::new("dose_mg", "must be 0 to 100,000 mg in whole micrograms"))
}

fn lot(text: &str) -> Result<Lot, Invalid> {
    Lot::parse(text).map_err(|_| Invalid::new("lot", "must have 1 to 40 visible ASCII characters"))
}

fn site(site: Option<pb::InjectionSite>) -> Result<InjectionSite, Invalid> {
    let pb::InjectionSite { region, side } = required("site", site)?;
    let fields = || {
        Ok(InjectionSite {
            region: choice("region", region, |region| match region {
                pb::InjectionRegion::Unspecified => None,
                pb::InjectionRegion::Deltoid => Some(SiteRegion::Deltoid),
                pb::InjectionRegion::Gluteal => Some(SiteRegion::Gluteal),
                pb::InjectionRegion::Abdomen => Some(SiteRegion::Abdomen),
                pb::InjectionRegion::Thigh => Some(SiteRegion::Thigh),
                pb::InjectionRegion::Buttock => Some(SiteRegion::Buttock),
                pb::InjectionRegion::UpperArm => Some(SiteRegion::UpperArm),
            })?,
            side: choice("side", side, |side| match side {
                pb::BodySide::Unspecified => None,
                pb::BodySide::Left => Some(Side::Left),
                pb::BodySide::Right => Some(Side::Right),
            })?,
        })
    };
    fields().map_err(|invalid: Invalid| invalid.within("site"))
}
