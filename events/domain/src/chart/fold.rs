//! How each event changes a medication chart.

use concord_kernel::{Instant, OrderId, OutsideMedicationId, PersonId, Text};
use concord_knowledge::safety::Allergy;
use concord_knowledge::trial::Doses;
use concord_knowledge::{FindingKey, IngredientId, LabId};

use super::decide::today_anywhere;
use super::state::{
    AllergyStatus, Assessed, Characteristics, Condition, CriticalResult, Ended, Known, KnownAllergy,
    Measured, Order, Outside, Override, Switching, Titration, UseLimit, same_words,
};
use super::{Cause, Chart, Event, Judged, MedicationRef, NewOrder, ResponseAssessment};
use crate::going_on::Bridge;

/// Longer than any washout in the tables (35 days) and than any depot acts (monthly injections, weeks of tail):
/// after that, an ended medication is forgotten.
pub(super) const LONGEST_WASHOUT_DAYS: i64 = 180;

/// Overrides older than this are forgotten; they count for much less, see `decide::overrides`.
const OVERRIDES_KEPT_DAYS: i64 = 30;

impl Chart {
    /// Takes in one more event.
    #[expect(clippy::too_many_lines, reason = "a table: one arm a kind of event")]
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::CharacteristicsRecorded { born_on, sex, may_become_pregnant } => {
                self.characteristics = Some(Characteristics { born_on, sex, may_become_pregnant });
            }
            Event::NoKnownAllergiesConfirmed => self.allergies = AllergyStatus::NoneKnown,
            Event::AllergyRecorded { substance, ingredient, reaction: _, severity, kind } => {
                self.allergies.record(substance, Allergy { ingredient, severity, kind });
            }
            Event::AllergyRefuted { substance, reason: _ } => self.allergies.refute(&substance),
            Event::ConditionRecorded { name, condition, onset_on: _ } => {
                self.conditions.retain(|known| !same_words(&known.name, &name));
                self.conditions.push(Condition { name, condition });
            }
            Event::ConditionResolved { name } => {
                self.conditions.retain(|known| !same_words(&known.name, &name));
            }
            Event::ResultRecorded { lab, value, taken_at, last_dose_at: _ } => {
                self.measured(lab, Measured { value, taken_at });
            }
            Event::CriticalResultFlagged { lab, taken_at, acknowledge_by, .. } => {
                self.critical.push(CriticalResult { lab, taken_at, acknowledge_by, breached: false });
            }
            Event::CriticalResultBreached { lab, taken_at, .. } => {
                self.acknowledged_by_nobody(&lab, taken_at);
            }
            Event::ResultReviewed { lab, taken_at, .. } => {
                self.critical.retain(|known| known.lab != lab || known.taken_at != taken_at);
            }
            Event::OutsideMedicationRecorded { medication, reported, ingredients, complete, depot_days } => {
                let regimen = reported.regimen;
                let first_day = reported.started_on.map(|day| today_anywhere(Instant::start_of(day)));
                let last_dose_at = None;
                let outside = Outside { ingredients, complete, regimen, first_day, last_dose_at, depot_days };
                self.outside.insert(medication, outside);
            }
            Event::OutsideMedicationEnded { medication, last_dose_at, reason: _ } => {
                self.outside_ended(medication, last_dose_at);
            }
            Event::LastDoseRecorded { medication, at } => self.last_dose(medication, at),
            Event::NeverTakenRecorded { medication, reason: _ } => {
                self.ended.retain(|ended| ended.medication != medication);
            }
            // What is no longer taken, or newly found, is said by events of its own; a test that is left out refuses nothing.
            Event::MedicationsReconciled { .. }
            | Event::SafetyChecked { .. }
            | Event::MonitoringWaived { .. } => {}
            Event::InteractionDetected { finding, .. } => self.know(finding, true),
            Event::InteractionResolved { finding, resolution: _ } => self.know(finding, false),
            Event::PdmpChecked { check, note: _ } => {
                let known = self.pdmp.entry(check.state).or_insert(check);
                if known.checked_at <= check.checked_at {
                    *known = check;
                }
            }
            Event::BoxedWarningAcknowledged { drug } => {
                self.warned.insert(drug);
            }
            Event::InteractionOverridden { finding, by, at, .. } => self.overridden(finding, by, at),
            Event::OverrideCosigned { finding, by: _, at } => self.cosigned(&finding, at),
            event @ (Event::InjectionGiven(_)
            | Event::LateInjectionDecided { .. }
            | Event::TolerabilityAttested { .. }
            | Event::InjectionOverdue { .. }
            | Event::InjectionReviewed { .. }) => self.depots.fold(event),
            Event::ResponseAssessed(assessed) => self.assessed(&assessed),
            event @ (Event::MedicationPrescribed { .. }
            | Event::DoseAdjusted { .. }
            | Event::MedicationHeld { .. }
            | Event::MedicationResumed { .. }
            | Event::TaperPlanned { .. }
            | Event::TitrationPlanned { .. }
            | Event::TitrationStepTaken { .. }
            | Event::TitrationCancelled { .. }
            | Event::MedicationSwitched { .. }
            | Event::MedicationStopped { .. }
            | Event::MedicationRenewed { .. }
            | Event::OrderCorrected { .. }
            | Event::SupplyAllotted { .. }
            | Event::UseLimited { .. }) => self.fold_order(event),
        }
    }

    /// Takes in an event about an order.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`fold` hands over the events of orders only, without wildcard"
    )]
    fn fold_order(&mut self, event: Event) {
        match event {
            Event::MedicationPrescribed { order, judged, ingredients, at, policy: _ } => {
                self.prescribed(*order, judged, ingredients, at);
            }
            Event::DoseAdjusted { order, to, cause, judged, at, .. } => {
                self.judged(order, judged);
                self.dose_changed(order, at, |open| open.adjust(to, &cause, at));
            }
            Event::MedicationHeld { order, reason: _, at } => {
                self.dose_changed(order, at, |open| open.hold(at));
            }
            Event::MedicationResumed { order, judged, at, .. } => {
                self.judged(order, judged);
                self.dose_changed(order, at, |open| open.resume(at));
            }
            Event::TaperPlanned { order, steps, reason: _ } => self.change(order, |open| open.tapers(steps)),
            Event::TitrationPlanned { order, steps, schedule, judged, .. } => {
                let titration = Titration { steps, schedule, answered: judged.answered.clone() };
                self.judged(order, judged);
                self.change(order, |open| open.titrates(titration));
            }
            Event::TitrationStepTaken { order, to, judged, at, .. } => {
                self.judged(order, judged);
                self.dose_changed(order, at, |open| open.adjust(to, &Cause::PlannedTitration, at));
            }
            Event::TitrationCancelled { order, reason: _ } => {
                self.change(order, |open| open.titration = None);
            }
            Event::MedicationSwitched { from, to, overlap_until, .. } => {
                self.change(from, |open| {
                    open.titration = None;
                    open.switch = Some(Switching { to, until: overlap_until });
                });
            }
            Event::MedicationStopped { order, last_dose_at, at, .. } => self.stopped(order, last_dose_at, at),
            Event::MedicationRenewed {
                order, supply, modality, legal_basis, bridging, judged, at, ..
            } => {
                self.judged(order, judged);
                self.change(order, |open| {
                    open.renew(supply, modality, legal_basis, at);
                    open.allotted.clear();
                    if bridging {
                        open.bridge = Bridge::Renewed;
                    }
                });
            }
            Event::OrderCorrected { order, correction, .. } => {
                self.change(order, |open| open.correct(correction));
            }
            Event::UseLimited { order, rule, until, reason, .. } => {
                let limit = UseLimit { rule, until, answered: reason.is_some() };
                self.change(order, |open| open.use_limit = Some(limit));
            }
            Event::SupplyAllotted { order, prescription, bridging, .. } => {
                self.change(order, |open| open.allot(prescription, bridging));
            }
            _ => debug_assert!(false, "an event that is not about an order"),
        }
    }

    fn change(&mut self, id: OrderId, change: impl FnOnce(&mut Order)) {
        if let Some(order) = self.orders.get_mut(&id) {
            change(order);
        }
    }

    fn dose_changed(&mut self, id: OrderId, at: Instant, change: impl FnOnce(&mut Order)) {
        self.change(id, change);
        self.last_dose_change_at = Some(at);
    }

    fn acknowledged_by_nobody(&mut self, lab: &LabId, taken_at: Instant) {
        for known in self.critical.iter_mut().filter(|known| known.lab == *lab) {
            known.breached |= known.taken_at == taken_at;
        }
    }

    fn assessed(&mut self, assessment: &ResponseAssessment) {
        let ResponseAssessment { trial, decision, again_on, at, .. } = assessment;
        let (outcome, decision, again_on, at) = (trial.outcome, *decision, *again_on, *at);
        let assessed = Assessed { outcome, decision, again_on, at };
        self.change(assessment.order, |open| open.assessed = Some(assessed));
    }

    fn measured(&mut self, lab: LabId, measured: Measured) {
        let latest = self.results.entry(lab).or_insert(measured);
        if measured.taken_at >= latest.taken_at {
            *latest = measured;
        }
    }

    fn overridden(&mut self, key: FindingKey, by: PersonId, at: Instant) {
        let oldest = at.plus_days(-OVERRIDES_KEPT_DAYS);
        self.overrides.retain(|given| given.key != key && given.at >= oldest);
        self.overrides.push(Override { key, by, at, cosigned_at: None });
    }

    fn cosigned(&mut self, key: &FindingKey, at: Instant) {
        if let Some(given) = self.overrides.iter_mut().find(|given| given.key == *key) {
            given.cosigned_at = Some(at);
        }
    }

    fn prescribed(&mut self, new: NewOrder, judged: Judged, ingredients: Vec<IngredientId>, at: Instant) {
        self.last_dose_change_at = Some(at);
        let id = new.order;
        let mut doses = Doses::default();
        doses.from(new.start_on, new.regimen.daily());
        let order = Order {
            episode: new.episode,
            drug: new.drug,
            ingredients,
            regimen: new.regimen,
            indication: new.indication,
            reason: new.reason,
            supply: new.supply,
            ordered_at: at,
            supplied_at: at,
            start_on: new.start_on,
            dose_since: at.max(Instant::start_of(new.start_on)),
            held_at: None,
            last_dose_at: None,
            modality: new.modality,
            legal_basis: new.legal_basis,
            answered: Vec::new(),
            taper: Vec::new(),
            titration: None,
            switch: None,
            bridge: Bridge::None,
            allotted: Vec::new(),
            use_limit: None,
            doses,
            assessed: None,
        };
        self.orders.insert(id, order);
        self.judged(id, judged);
    }

    fn stopped(&mut self, id: OrderId, last_dose_at: Option<Instant>, at: Instant) {
        self.last_dose_change_at = Some(at);
        self.stopped_orders.insert(id);
        let Some(order) = self.orders.remove(&id) else { return };
        // What was to take another's place does not any more.
        for other in self.orders.values_mut() {
            other.switch = other.switch.filter(|switch| switch.to != id);
        }
        self.forget(&order.ingredients);
        self.depots.stopped(id);
        // What somebody told of a drug that is still taken is not its last dose: more may have followed. Of what is
        // injected, each dose is on record.
        let injected = self.depots.last_by(id).max(order.last_dose_at.filter(|_| self.is_depot(id)));
        let last_known = injected.or_else(|| order.last_dose_if_held());
        let last_dose_at = if injected.is_some() { last_dose_at.max(injected) } else { last_dose_at };
        let first_day = order.first_day();
        if last_dose_at.is_none() && order.never_taken_by(at) {
            return;
        }
        self.end(
            Ended {
                medication: MedicationRef::Order(id),
                drug: Some(order.drug),
                ingredients: order.ingredients,
                complete: true,
                regimen: Some(order.regimen),
                first_day: Some(first_day),
                last_dose_at: last_dose_at.or(last_known),
                depot_days: None,
            },
            Some(at),
        );
    }

    fn outside_ended(&mut self, id: OutsideMedicationId, last_dose_at: Option<Instant>) {
        self.ended_outside.insert(id);
        let Some(outside) = self.outside.remove(&id) else { return };
        self.forget(&outside.ingredients);
        self.end(
            Ended {
                medication: MedicationRef::Outside(id),
                drug: None,
                ingredients: outside.ingredients,
                complete: outside.complete,
                regimen: outside.regimen,
                first_day: outside.first_day,
                // A dose that somebody told of while it was taken was not its last: more may have followed.
                last_dose_at,
                depot_days: outside.depot_days,
            },
            last_dose_at,
        );
    }

    /// Whether an injection by that order is on record.
    fn is_depot(&self, order: OrderId) -> bool {
        self.depots.last_by(order).is_some()
    }

    /// Keeps an ended medication while it may act, and forgets those that no longer can at `at`.
    fn end(&mut self, ended: Ended, at: Option<Instant>) {
        self.ended.push(ended);
        if let Some(oldest) = at.map(|at| at.plus_days(-LONGEST_WASHOUT_DAYS)) {
            self.ended.retain(|ended| ended.last_dose_at.is_none_or(|last| last >= oldest));
        }
    }

    fn last_dose(&mut self, medication: MedicationRef, at: Instant) {
        let taken = match medication {
            MedicationRef::Order(id) => self.orders.get_mut(&id).map(|order| &mut order.last_dose_at),
            MedicationRef::Outside(id) => self.outside.get_mut(&id).map(|outside| &mut outside.last_dose_at),
        };
        let taken = taken.or_else(|| {
            let ended = self.ended.iter_mut().find(|ended| ended.medication == medication);
            ended.map(|ended| &mut ended.last_dose_at)
        });
        if let Some(taken) = taken {
            *taken = Some(at);
        }
    }

    /// What a prescriber judged is known, and not raised again by itself.
    fn judged(&mut self, order: OrderId, judged: Judged) {
        self.change(order, |open| open.answer(judged.answered));
        for key in judged.findings {
            if self.place_of(&key).is_err() {
                self.know(key, false);
            }
        }
    }

    fn know(&mut self, key: FindingKey, open: bool) {
        match self.place_of(&key) {
            Ok(place) => self.findings[place].open = open,
            Err(place) => self.findings.insert(place, Known { key, open }),
        }
    }

    fn place_of(&self, key: &FindingKey) -> Result<usize, usize> {
        self.findings.binary_search_by(|known| known.key.cmp(key))
    }

    /// A medication has ended: what was settled about its substances would be news if it came back.
    fn forget(&mut self, ingredients: &[IngredientId]) {
        self.findings.retain(|known| known.open || !known.key.about.iter().any(|i| ingredients.contains(i)));
    }
}

impl AllergyStatus {
    fn record(&mut self, substance: Text, allergy: Allergy) {
        if !matches!(self, Self::Known(_)) {
            *self = Self::Known(Vec::new());
        }
        if let Self::Known(known) = self {
            let same = |k: &KnownAllergy| {
                k.allergy.ingredient == allergy.ingredient && same_words(&k.substance, &substance)
            };
            known.retain(|k| !same(k));
            known.push(KnownAllergy { substance, allergy });
        }
    }

    fn refute(&mut self, substance: &Text) {
        if let Self::Known(known) = self {
            known.retain(|k| !same_words(&k.substance, substance));
        }
    }
}

impl Titration {
    /// What is still to come after the next step; nothing when it was the last.
    pub(super) fn step_taken(mut self) -> Option<Self> {
        self.steps.drain(..1.min(self.steps.len()));
        (!self.steps.is_empty()).then_some(self)
    }
}
