//! Whether medications help: the trial of each order, judged anew with every dose, score and measure of adherence.

use std::collections::BTreeMap;

use concord_domain::adherence::Event as AdherenceEvent;
use concord_domain::chart::{Correction, Event};
use concord_domain::scales::Event as ScaleEvent;
use concord_kernel::{Day, Instant, OrderId};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::trial::{Doses, Known, Missing, Outcome, Taken, Totals, Trial};
use concord_knowledge::{ConditionId, DrugId, Milligrams, Ruleset};
use serde::{Deserialize, Serialize};

use super::DueKind;
use super::due::Open;

/// Days from the score of a failed trial to the prescriber's decision. Program rule.
const DECIDE_DAYS: i64 = 7;

/// The trial of one order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// The order.
    pub order: OrderId,
    /// The formulary row.
    pub drug: DrugId,
    /// What it is taken for.
    pub purpose: ConditionId,
    /// What its trial comes to now.
    pub trial: Option<Trial>,
    doses: Doses,
    start_on: Day,
    daily: Milligrams,
    again_on: Option<Day>,
    taken: Option<Taken>,
}

/// The trials of orders that have not ended, where a rule says what a trial is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trials {
    orders: Vec<Tried>,
    totals: BTreeMap<ScaleKind, Totals>,
}

impl Trials {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Tried> {
        self.orders.iter()
    }

    /// That of an order.
    pub fn of(&self, order: OrderId) -> Option<&Trial> {
        self.orders.iter().find(|tried| tried.order == order)?.trial.as_ref()
    }

    /// Whether an event may change it.
    pub(crate) const fn concerns(event: &Event) -> bool {
        matches!(
            event,
            Event::MedicationPrescribed { .. }
                | Event::DoseAdjusted { .. }
                | Event::TitrationStepTaken { .. }
                | Event::MedicationHeld { .. }
                | Event::MedicationResumed { .. }
                | Event::MedicationStopped { .. }
                | Event::OrderCorrected { .. }
                | Event::ResponseAssessed(_)
        )
    }

    /// Takes in one more event of a chart.
    #[expect(clippy::wildcard_enum_match_arm, reason = "`concerns` names the events, without wildcard")]
    pub(crate) fn fold_chart(&mut self, event: &Event, rules: &Ruleset) {
        match event {
            Event::MedicationPrescribed { order, .. } => {
                if rules.trial(&order.drug, &order.indication).is_some() {
                    let mut doses = Doses::default();
                    doses.from(order.start_on, order.regimen.daily());
                    self.orders.push(Tried {
                        order: order.order,
                        drug: order.drug.clone(),
                        purpose: order.indication.clone(),
                        trial: None,
                        doses,
                        start_on: order.start_on,
                        daily: order.regimen.daily(),
                        again_on: None,
                        taken: None,
                    });
                }
            }
            Event::DoseAdjusted { order, to, at, .. } | Event::TitrationStepTaken { order, to, at, .. } => {
                self.change(*order, |tried| {
                    let held = tried.doses.last() == Milligrams::ZERO;
                    tried.daily = to.daily();
                    if !held {
                        tried.doses.from(at.day().max(tried.start_on), tried.daily);
                    }
                });
            }
            Event::MedicationHeld { order, at, .. } => {
                self.change(*order, |tried| tried.doses.from(at.day(), Milligrams::ZERO));
            }
            Event::MedicationResumed { order, at, .. } => {
                self.change(*order, |tried| tried.doses.from(at.day(), tried.daily));
            }
            Event::OrderCorrected { order, correction: Correction::StartOn(day), .. } => {
                self.change(*order, |tried| {
                    tried.doses.begins_on(*day);
                    tried.start_on = *day;
                });
            }
            Event::MedicationStopped { order, .. } => self.orders.retain(|tried| tried.order != *order),
            Event::ResponseAssessed(assessed) => {
                self.change(assessed.order, |tried| tried.again_on = Some(assessed.again_on));
            }
            _ => return,
        }
        self.follow(rules);
    }

    /// Takes in one more event of the scores.
    pub(crate) fn fold_scales(&mut self, event: &ScaleEvent, rules: &Ruleset) {
        if let ScaleEvent::ScaleScored { scale, total: Some(total), taken_at, substance: None, .. } = event {
            self.totals.entry(*scale).or_default().add(*taken_at, *total);
            self.follow(rules);
        }
    }

    /// Takes in one more event about adherence.
    pub(crate) fn fold_adherence(&mut self, event: &AdherenceEvent, rules: &Ruleset) {
        if let AdherenceEvent::AdherenceMeasured { lines, to, .. } = event {
            for line in lines {
                self.change(line.order, |tried| tried.taken = Some(line.taken(*to)));
            }
            self.follow(rules);
        }
    }

    fn change(&mut self, order: OrderId, change: impl FnOnce(&mut Tried)) {
        if let Some(tried) = self.orders.iter_mut().find(|tried| tried.order == order) {
            change(tried);
        }
    }

    /// Judges every trial by these rules.
    pub(crate) fn follow(&mut self, rules: &Ruleset) {
        let good = rules.limits().adherence_good_percent;
        for tried in &mut self.orders {
            let Some(rule) = rules.trial(&tried.drug, &tried.purpose) else { continue };
            let known = Known {
                doses: &tried.doses,
                totals: self.totals.get(&rule.scale),
                taken: tried.taken,
                not_before: tried.again_on,
            };
            tried.trial = rule.judge(&known, good);
        }
    }

    /// Shows what is due while a stay is open: a decision about a trial that failed, or a score that says whether it has.
    pub(super) fn each<'a>(&'a self, show: &mut impl FnMut(Open<'a>)) {
        for tried in &self.orders {
            let Some(trial) = &tried.trial else { continue };
            let (order, drug) = (tried.order.uuid(), Some(tried.drug.as_str()));
            let on = Instant::start_of(trial.due_on);
            match trial.outcome {
                Outcome::NoResponse | Outcome::PartialResponse | Outcome::AdherenceFirst => {
                    show(Open::about(DueKind::ResponseReview, on.plus_days(DECIDE_DAYS), order, drug));
                }
                Outcome::NotJudged if trial.missing == [Missing::NoScoreSince] => {
                    show(Open::about(DueKind::ResponseScore, on, order, drug));
                }
                // Nobody can measure a beginning that has passed: who has decided without it has decided.
                Outcome::NotJudged
                    if tried.again_on.is_some() && trial.missing.contains(&Missing::NoBaseline) => {}
                Outcome::NotJudged => show(Open::about(DueKind::ResponseUnknown, on, order, drug)),
                Outcome::Responds => {}
            }
        }
    }
}
