//! Supplies, and what the law asks of controlled substances.

use concord_knowledge::policy::{Encounter, RemoteOrder, Telemedicine};
use concord_knowledge::{ConditionId, Drug};

use super::super::{Error, LegalBasis, OrderModality, Supply};
use crate::Context;

/// The longest that one fill may last.
const MOST_DAYS: u16 = 365;

/// The most fills after the first, for drugs that no schedule limits.
const MOST_REFILLS: u8 = 11;

/// A month of a law, for supplies: the shorter reading.
const DAYS_A_MONTH: u32 = 30;

/// What the telemedicine rules are asked about; conditions of the knowledge tables.
const OPIOID_USE_DISORDER: &str = "opioid-use-disorder";

/// The substance that the permanent telemedicine rule is about.
const BUPRENORPHINE: &str = "buprenorphine";

/// Whether it is a supply at all, and one that the drug's schedule allows. Source: 21 CFR 1306.12, 1306.22: no fill
/// after so many months from the day of issue.
pub(super) fn supplied(supply: Supply, drug: &Drug, context: &Context) -> Result<(), Error> {
    if supply.days == 0 || supply.days > MOST_DAYS || supply.refills > MOST_REFILLS {
        return Err(Error::SupplyOutOfRange);
    }
    let limit = context.rules.refill_limit(drug.schedule);
    let last_fill_after_days = u32::from(supply.refills) * u32::from(supply.days);
    let too_many = limit.refills.is_some_and(|most| u16::from(supply.refills) > most);
    let too_late = limit.months.is_some_and(|months| last_fill_after_days > u32::from(months) * DAYS_A_MONTH);
    if too_many || too_late { Err(Error::SupplyBeyondSchedule) } else { Ok(()) }
}

/// A controlled substance as it is ordered or renewed.
pub(super) struct Controlled<'a> {
    pub(super) drug: &'a Drug,
    pub(super) indication: &'a ConditionId,
    pub(super) modality: OrderModality,
    pub(super) legal_basis: Option<LegalBasis>,
    pub(super) supply: Supply,
}

/// Whether the law allows it this way today. The basis must be the one that holds, not only any: it is what an
/// inspector will read.
pub(super) fn lawful(order: &Controlled<'_>, context: &Context) -> Result<(), Error> {
    if order.drug.schedule.is_none() {
        return Ok(());
    }
    let basis = order.legal_basis.ok_or(Error::LegalBasisMissing)?;
    let remote = RemoteOrder {
        encounter: match order.modality {
            OrderModality::InPerson => Encounter::InPerson,
            OrderModality::AudioVideo => Encounter::AudioVideo,
            OrderModality::Audio => Encounter::AudioOnly,
        },
        for_opioid_use_disorder: order.indication.as_str() == OPIOID_USE_DISORDER,
        seen_in_person: basis == LegalBasis::InPersonEvaluation,
    };
    let drug = order.drug;
    let day = context.now.day();
    let answer = context.rules.telemedicine_allows(drug.schedule, &drug.ingredients, remote, day);
    let Telemedicine::Allowed { months, .. } = answer else {
        return Err(Error::LegalBasisNotInForce);
    };
    let holds = match basis {
        LegalBasis::InPersonEvaluation => true,
        // A limit in months is the permanent rule's: the flexibility has ended.
        LegalBasis::TelemedicineFlexibility => remote.encounter != Encounter::InPerson && months.is_none(),
        LegalBasis::BuprenorphineTelemedicine => {
            remote.encounter != Encounter::InPerson
                && remote.for_opioid_use_disorder
                && drug.ingredients.iter().any(|ingredient| ingredient.as_str() == BUPRENORPHINE)
        }
    };
    if !holds {
        return Err(Error::LegalBasisNotInForce);
    }
    let total_days = (u32::from(order.supply.refills) + 1) * u32::from(order.supply.days);
    if months.is_some_and(|months| total_days > u32::from(months) * DAYS_A_MONTH) {
        return Err(Error::SupplyBeyondSchedule);
    }
    Ok(())
}
