//! Supplies, and what the law asks of controlled substances: one reading of it, for orders and for prescriptions.

use concord_knowledge::policy::{Encounter, Ground, RemoteOrder, Telemedicine};
use concord_knowledge::{ConditionId, Drug, PolicyId};

use crate::Context;
use crate::chart::{LegalBasis, OrderModality, Supply};

/// The longest that one fill may last.
const MOST_DAYS: u16 = 365;

/// The most fills after the first, for drugs that no schedule limits.
const MOST_REFILLS: u8 = 11;

/// A month of a law, for supplies: the shorter reading.
const DAYS_A_MONTH: u32 = 30;

/// A condition of the knowledge tables: what the telemedicine rules ask about, and what naloxone is offered for.
pub(crate) const OPIOID_USE_DISORDER: &str = "opioid-use-disorder";

/// What only an opioid treatment program dispenses for opioid use disorder. Source: 21 USC 823(h); 21 CFR 1306.07(a).
const METHADONE: &str = "methadone";

/// What stands against a supply or against a controlled substance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unlawful {
    /// It is no supply.
    SupplyOutOfRange,
    /// More than the schedule or the basis allows.
    SupplyBeyondSchedule,
    /// Nothing is said to allow it.
    LegalBasisMissing,
    /// What is said to allow it does not, or nothing does.
    LegalBasisNotInForce,
}

/// Whether it is a supply at all, and one that the drug's schedule allows. Source: 21 CFR 1306.12, 1306.22: no fill
/// after so many months from the day of issue.
pub(crate) fn supplied(supply: Supply, drug: &Drug, context: &Context) -> Result<(), Unlawful> {
    if supply.days == 0 || supply.days > MOST_DAYS || supply.refills > MOST_REFILLS {
        return Err(Unlawful::SupplyOutOfRange);
    }
    let limit = context.rules.refill_limit(drug.schedule, context.now.day());
    let last_fill_after_days = u32::from(supply.refills) * u32::from(supply.days);
    let too_many = limit.refills.is_some_and(|most| u16::from(supply.refills) > most);
    let too_late = limit.months.is_some_and(|months| last_fill_after_days > u32::from(months) * DAYS_A_MONTH);
    if too_many || too_late { Err(Unlawful::SupplyBeyondSchedule) } else { Ok(()) }
}

/// Days after its issue on which a prescription of the drug is filled for the last time.
pub(crate) fn valid_days(drug: &Drug, context: &Context) -> i64 {
    let today = context.now.day();
    let by_program = context.rules.prescription_policy(today).validity_days;
    let by_law = context.rules.refill_limit(drug.schedule, today).months;
    let by_law = by_law.map(|months| i64::from(months) * i64::from(DAYS_A_MONTH));
    by_law.unwrap_or(i64::MAX).min(i64::from(by_program))
}

/// Whether it is methadone for opioid use disorder, which nobody prescribes.
pub(crate) fn only_dispensed(drug: &Drug, indication: &ConditionId) -> bool {
    let methadone = drug.ingredients.iter().any(|ingredient| ingredient.as_str() == METHADONE);
    methadone && indication.as_str() == OPIOID_USE_DISORDER
}

/// A controlled substance as it is ordered, renewed or prescribed.
pub(crate) struct Controlled<'a> {
    pub(crate) drug: &'a Drug,
    pub(crate) indication: &'a ConditionId,
    pub(crate) modality: OrderModality,
    pub(crate) supply: Supply,
}

/// What a controlled order rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Basis {
    pub(crate) legal_basis: LegalBasis,
    pub(crate) policy: PolicyId,
}

/// The law that allows it this way today; nothing for what is not controlled.
pub(crate) fn basis(
    order: &Controlled<'_>,
    seen_in_person: bool,
    context: &Context,
) -> Result<Option<Basis>, Unlawful> {
    let (drug, day, remote) = (order.drug, context.now.day(), order.remote(seen_in_person));
    read(context.rules.telemedicine_allows(drug.schedule, &drug.ingredients, remote, day), order.supply)
}

/// Whether the law allows it this way today on the basis that is `stated`, and by which row. It must be one that
/// holds, not only any: it is what an inspector will read.
pub(crate) fn lawful(
    order: &Controlled<'_>,
    stated: Option<LegalBasis>,
    context: &Context,
) -> Result<Option<PolicyId>, Unlawful> {
    let (drug, day) = (order.drug, context.now.day());
    if drug.schedule.is_none() {
        return Ok(None);
    }
    let stated = stated.ok_or(Unlawful::LegalBasisMissing)?;
    let ground = match stated {
        LegalBasis::InPersonEvaluation => Ground::InPerson,
        LegalBasis::TelemedicineFlexibility => Ground::Flexibility,
        LegalBasis::BuprenorphineTelemedicine => Ground::Buprenorphine,
    };
    let remote = order.remote(stated == LegalBasis::InPersonEvaluation);
    let answer = context.rules.telemedicine_rests_on(ground, drug.schedule, &drug.ingredients, remote, day);
    Ok(read(answer, order.supply)?.map(|basis| basis.policy))
}

impl Controlled<'_> {
    fn remote(&self, seen_in_person: bool) -> RemoteOrder {
        RemoteOrder {
            encounter: match self.modality {
                OrderModality::InPerson => Encounter::InPerson,
                OrderModality::AudioVideo => Encounter::AudioVideo,
                OrderModality::Audio => Encounter::AudioOnly,
            },
            for_opioid_use_disorder: self.indication.as_str() == OPIOID_USE_DISORDER,
            seen_in_person,
        }
    }
}

fn read(answer: Telemedicine, supply: Supply) -> Result<Option<Basis>, Unlawful> {
    let (ground, policy, months) = match answer {
        Telemedicine::NotControlled => return Ok(None),
        Telemedicine::InPersonFirst => return Err(Unlawful::LegalBasisNotInForce),
        Telemedicine::Allowed { ground, policy, months } => (ground, policy, months),
    };
    let total_days = (u32::from(supply.refills) + 1) * u32::from(supply.days);
    if months.is_some_and(|months| total_days > u32::from(months) * DAYS_A_MONTH) {
        return Err(Unlawful::SupplyBeyondSchedule);
    }
    let legal_basis = match ground {
        Ground::InPerson => LegalBasis::InPersonEvaluation,
        Ground::Flexibility => LegalBasis::TelemedicineFlexibility,
        Ground::Buprenorphine => LegalBasis::BuprenorphineTelemedicine,
    };
    Ok(Some(Basis { legal_basis, policy }))
}
