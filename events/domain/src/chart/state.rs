//! The state of a medication chart: what its decisions need, and no more.

use std::collections::{BTreeMap, BTreeSet};

use concord_kernel::{Day, Instant, OrderId, OutsideMedicationId, PersonId, Phi, PrescriptionId, Text};
use concord_knowledge::safety::Allergy;
use concord_knowledge::trial::{Doses, Outcome};
use concord_knowledge::{ConditionId, DrugId, FindingKey, IngredientId, LabId, Regimen, RuleId, Ruleset};
use serde::{Deserialize, Serialize};

use super::injection::Depots;
use super::{
    Answered, LegalBasis, MedicationRef, OrderModality, PdmpCheck, ResponseDecision, Sex, Supply, TaperStep,
    TitrationStep,
};
use crate::going_on::{Bridge, Continuing};
use crate::law::OPIOID_USE_DISORDER;
use crate::{ChartFacts, EpisodeRef, OrderFacts, PrescribableFacts, UsState};

/// The class of what is taken for it.
const OPIOID_USE_DISORDER_DRUGS: &str = "moud";

/// What the events of a medication chart say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    pub(super) characteristics: Option<Characteristics>,
    pub(super) allergies: AllergyStatus,
    pub(super) conditions: Vec<Condition>,
    pub(super) results: BTreeMap<LabId, Measured>,
    /// Critical results that nobody has acknowledged.
    pub(super) critical: Vec<CriticalResult>,
    /// Orders that are being taken, held or tapered.
    pub(super) orders: BTreeMap<OrderId, Order>,
    /// Outside medications that are being taken.
    pub(super) outside: BTreeMap<OutsideMedicationId, Outside>,
    /// Medications that ended and may still act; see [`super::fold::LONGEST_WASHOUT_DAYS`].
    pub(super) ended: Vec<Ended>,
    /// Identifiers of orders that ended, never to be used again.
    pub(super) stopped_orders: BTreeSet<OrderId>,
    /// Identifiers of outside medications that ended, never to be used again.
    pub(super) ended_outside: BTreeSet<OutsideMedicationId>,
    /// Drugs whose boxed warning was explained.
    pub(super) warned: BTreeSet<DrugId>,
    /// Findings that somebody knows of, sorted by key.
    pub(super) findings: Vec<Known>,
    /// Overrides that are waiting for a second clinician or may be relied on.
    pub(super) overrides: Vec<Override>,
    pub(super) last_dose_change_at: Option<Instant>,
    /// The latest look into each state's prescription drug monitoring program.
    #[serde(default)]
    pub(super) pdmp: BTreeMap<UsState, PdmpCheck>,
    /// Injections that act for weeks.
    #[serde(default)]
    pub(super) depots: Depots,
}

/// What safety rules ask of every patient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Characteristics {
    pub(super) born_on: Phi<Day>,
    pub(super) sex: Sex,
    pub(super) may_become_pregnant: Option<bool>,
}

/// Whether anybody asked for allergies, and what they heard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AllergyStatus {
    /// Nobody has asked yet.
    #[default]
    Unknown,
    /// Asked; there are none.
    NoneKnown,
    /// Asked; these. Empty once every one was refuted.
    Known(Vec<KnownAllergy>),
}

/// One allergy by the words it was recorded with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct KnownAllergy {
    pub(super) substance: Text,
    pub(super) allergy: Allergy,
}

/// One condition by the words it was recorded with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Condition {
    pub(super) name: Text,
    pub(super) condition: Option<ConditionId>,
}

/// The latest result of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Measured {
    pub(super) value: f64,
    pub(super) taken_at: Instant,
}

/// A critical result that nobody has acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CriticalResult {
    pub(super) lab: LabId,
    pub(super) taken_at: Instant,
    pub(super) acknowledge_by: Instant,
    /// Whether it is on record that nobody did so in time.
    #[serde(default)]
    pub(super) breached: bool,
}

/// An order that has not ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Order {
    /// The stay that it was written in.
    pub(super) episode: EpisodeRef,
    pub(super) drug: DrugId,
    pub(super) ingredients: Vec<IngredientId>,
    pub(super) regimen: Regimen,
    pub(super) indication: ConditionId,
    pub(super) reason: Text,
    pub(super) supply: Supply,
    pub(super) ordered_at: Instant,
    /// When it was last judged for being handed out: as it was written, or renewed.
    pub(super) supplied_at: Instant,
    pub(super) start_on: Day,
    /// Since when this regimen; the start for a dose that never changed.
    pub(super) dose_since: Instant,
    pub(super) held_at: Option<Instant>,
    /// The last dose that somebody told of; forgotten when a change shows that it is taken on.
    pub(super) last_dose_at: Option<Instant>,
    /// How prescriber and patient met for what was handed out last.
    pub(super) modality: OrderModality,
    /// What allowed it, for a controlled substance.
    pub(super) legal_basis: Option<LegalBasis>,
    /// Findings that a prescriber answered on this order, with what each asked for then.
    pub(super) answered: Vec<Answered>,
    /// The agreed way off, in order of days; empty when there is none.
    pub(super) taper: Vec<TaperStep>,
    /// The agreed way up, while steps of it are to come.
    pub(super) titration: Option<Titration>,
    /// What takes its place, and until when both are taken.
    pub(super) switch: Option<Switching>,
    /// What has bridged the time after its stay ended.
    pub(super) bridge: Bridge,
    /// Until when its use is limited, for what is short-term.
    pub(super) use_limit: Option<UseLimit>,
    /// Prescriptions that share what was last handed out, in the order in which they came.
    pub(super) allotted: Vec<PrescriptionId>,
    /// Which doses it had, and since when.
    pub(super) doses: Doses,
    /// What a prescriber last decided about its trial.
    pub(super) assessed: Option<Assessed>,
}

/// Until when use of something short-term is limited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UseLimit {
    /// By which rule.
    pub(super) rule: RuleId,
    /// The last day.
    pub(super) until: Day,
    /// Whether it is the day of an answer, past the limit of the rule.
    pub(super) answered: bool,
}

/// What a prescriber decided about a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Assessed {
    pub(super) outcome: Outcome,
    pub(super) decision: ResponseDecision,
    pub(super) again_on: Day,
    pub(super) at: Instant,
}

/// How a dose rises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Titration {
    /// The steps to come, in order of days; at least one.
    pub(super) steps: Vec<TitrationStep>,
    /// The schedule that they keep, for a drug that has one.
    pub(super) schedule: Option<RuleId>,
    /// Findings that were answered with the plan, at its highest step.
    pub(super) answered: Vec<Answered>,
}

/// What takes the place of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Switching {
    pub(super) to: OrderId,
    /// The last day on which both are taken.
    pub(super) until: Day,
}

/// An outside medication that is being taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Outside {
    pub(super) ingredients: Vec<IngredientId>,
    pub(super) complete: bool,
    pub(super) regimen: Option<Regimen>,
    /// The first day it can have been taken, if somebody told since when it is.
    pub(super) first_day: Option<Day>,
    pub(super) last_dose_at: Option<Instant>,
    /// Days that one dose goes on acting, where its name says that it is a depot.
    #[serde(default)]
    pub(super) depot_days: Option<u16>,
}

/// A medication that ended and may still act.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Ended {
    pub(super) medication: MedicationRef,
    pub(super) drug: Option<DrugId>,
    pub(super) ingredients: Vec<IngredientId>,
    /// Whether all of it was recognised; what was not may have been anything.
    pub(super) complete: bool,
    pub(super) regimen: Option<Regimen>,
    /// The first day it can have been taken, if known.
    pub(super) first_day: Option<Day>,
    /// Unknown counts as now, until somebody finds out.
    pub(super) last_dose_at: Option<Instant>,
    /// Days that one dose goes on acting, for an outside depot.
    #[serde(default)]
    pub(super) depot_days: Option<u16>,
}

/// A finding that somebody knows of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) key: FindingKey,
    /// Whether somebody has yet to say what was done. One that a prescriber judged or that was resolved is not
    /// raised again until a medication it speaks about has ended.
    pub(super) open: bool,
}

/// An override, with or without its second clinician.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Override {
    pub(super) key: FindingKey,
    pub(super) by: PersonId,
    pub(super) at: Instant,
    pub(super) cosigned_at: Option<Instant>,
}

impl Chart {
    /// Whether an order of that identifier was ever written.
    pub(super) fn knows_order(&self, order: OrderId) -> bool {
        self.orders.contains_key(&order) || self.stopped_orders.contains(&order)
    }

    /// Whether an outside medication of that identifier was ever recorded.
    pub(super) fn knows_outside(&self, medication: OutsideMedicationId) -> bool {
        self.outside.contains_key(&medication) || self.ended_outside.contains(&medication)
    }

    /// What is known of a finding.
    pub(super) fn known(&self, key: &FindingKey) -> Option<&Known> {
        let place = self.findings.binary_search_by(|known| known.key.cmp(key)).ok()?;
        self.findings.get(place)
    }

    /// The latest override of a finding.
    pub(super) fn override_of(&self, key: &FindingKey) -> Option<&Override> {
        self.overrides.iter().find(|given| given.key == *key)
    }

    /// What others may know of an order.
    fn facts_of(&self, order: &Order) -> OrderFacts {
        OrderFacts { injections: self.depots.covered(&order.drug), ..order.facts() }
    }

    /// What other streams may know of it.
    pub(crate) fn facts(&self, rules: &Ruleset) -> ChartFacts {
        let must_taper = |order: &Order| rules.drug(&order.drug).is_some_and(|drug| must_taper(drug.taper));
        let mut known_orders: Vec<OrderId> =
            self.orders.keys().chain(&self.stopped_orders).copied().collect();
        known_orders.sort_unstable();
        ChartFacts {
            open_orders: self.orders.keys().copied().collect(),
            known_orders,
            no_abrupt_stop: self.orders.iter().filter(|(_, o)| must_taper(o)).map(|(id, _)| *id).collect(),
            ingredients: self
                .orders
                .iter()
                .filter(|(_, order)| order.held_at.is_none())
                .map(|(id, order)| (*id, order.ingredients.clone()))
                .collect(),
            outside: self.outside.iter().map(|(id, taken)| (*id, taken.ingredients.clone())).collect(),
            last_dose_change_at: self.last_dose_change_at,
            open_findings: self.findings.iter().filter(|f| f.open).map(|f| f.key.clone()).collect(),
            orders: self.orders.iter().map(|(id, order)| (*id, self.facts_of(order))).collect(),
            prescribable: self.orders.iter().map(|(id, order)| (*id, order.prescribable())).collect(),
            pdmp: self.pdmp.clone(),
            tapering: self.orders.iter().filter(|(_, o)| !o.taper.is_empty()).map(|(id, _)| *id).collect(),
            stays: self.orders.iter().map(|(id, order)| (*id, order.episode.id)).collect(),
            opioid_use_disorder: self.shows_opioid_use_disorder(rules),
        }
    }

    /// A condition, what an order is for, or a drug for it, here or outside.
    fn shows_opioid_use_disorder(&self, rules: &Ruleset) -> bool {
        let named = |condition: &ConditionId| condition.as_str() == OPIOID_USE_DISORDER;
        let treats =
            |of: &[IngredientId]| of.iter().any(|id| rules.ingredient_is(id, OPIOID_USE_DISORDER_DRUGS));
        self.conditions.iter().filter_map(|known| known.condition.as_ref()).any(named)
            || self.orders.values().any(|order| named(&order.indication) || treats(&order.ingredients))
            || self.outside.values().any(|outside| treats(&outside.ingredients))
    }
}

impl Order {
    fn prescribable(&self) -> PrescribableFacts {
        PrescribableFacts {
            drug: self.drug.clone(),
            regimen: self.regimen,
            indication: self.indication.clone(),
            supply: self.supply,
            supplied_at: self.supplied_at,
            held: self.held_at.is_some(),
            modality: self.modality,
            legal_basis: self.legal_basis,
            continuing: self.continuing(),
            allotted: self.allotted.clone(),
        }
    }

    /// What decides whether it may go on.
    pub(super) fn continuing(&self) -> Continuing {
        Continuing {
            episode: self.episode.clone(),
            daily: self.regimen.daily(),
            dose_since: self.dose_since,
            taper: self.taper_days(),
            bridge: self.bridge,
        }
    }

    /// First and last day of the agreed way off.
    pub(super) fn taper_days(&self) -> Option<(Day, Day)> {
        Some((self.taper.first()?.on, self.taper.last()?.on))
    }
}

/// Whether stopping at once may harm: taper codes T2 to T5. T1, T6 and T7 are
/// advice: the shortest length of a taper that is planned.
pub(super) const fn must_taper(taper: concord_knowledge::Taper) -> bool {
    use concord_knowledge::Taper;
    match taper {
        Taper::None | Taper::Weeks | Taper::TwoWeeks | Taper::FourWeeks => false,
        Taper::Slow | Taper::Seizure | Taper::Rebound | Taper::OpioidAgonist => true,
    }
}

/// Whether two texts name the same thing: case and spacing do not count.
pub(super) fn same_words(one: &Text, other: &Text) -> bool {
    fn words(text: &Text) -> impl Iterator<Item = String> + '_ {
        text.expose().split_whitespace().map(str::to_lowercase)
    }
    words(one).eq(words(other))
}
