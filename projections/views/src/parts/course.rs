//! How long what was handed out lasts, and how an order ends.

use concord_domain::chart::{Cause, Correction, Event, NewOrder, Supply, TaperStep, TitrationStep};
use concord_kernel::{Day, EpisodeId, Instant, OrderId};
use concord_knowledge::{DrugId, Milligrams, Regimen};
use concord_projection::ViewError;
use serde::{Deserialize, Serialize};

use super::OrderState;

/// Supply and taper of an order that has not ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// The order.
    pub order: OrderId,
    /// The stay that it was written in.
    pub episode: EpisodeId,
    /// The formulary row.
    pub drug: DrugId,
    /// The day it starts.
    pub start_on: Day,
    /// Until when what was handed out, refills included, lasts.
    pub supply_until: Instant,
    supplied_at: Instant,
    /// The steps of a taper that are still to come.
    pub taper: Vec<TaperStep>,
    /// The steps of a titration that are still to come.
    pub titration: Vec<TitrationStep>,
    /// What takes its place, if something does.
    pub switch: Option<Switching>,
    /// The last day on which something short-term is to be taken.
    pub use_until: Option<Day>,
}

/// What takes the place of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switching {
    /// The order that begins.
    pub to: OrderId,
    /// The last day on which both are taken.
    pub overlap_until: Day,
}

impl Course {
    pub(super) fn new(order: &NewOrder) -> Self {
        let supplied_at = Instant::start_of(order.start_on);
        Self {
            order: order.order,
            episode: order.episode.id,
            drug: order.drug.clone(),
            start_on: order.start_on,
            supply_until: lasts_until(supplied_at, order.supply),
            supplied_at,
            taper: Vec::new(),
            titration: Vec::new(),
            switch: None,
            use_until: None,
        }
    }

    /// How the order stands when it is not held.
    pub(super) const fn state(&self) -> OrderState {
        if !self.taper.is_empty() {
            OrderState::Tapering
        } else if self.switch.is_some() {
            OrderState::Switching
        } else if !self.titration.is_empty() {
            OrderState::Titrating
        } else {
            OrderState::Active
        }
    }

    /// What was agreed last counts.
    pub(super) fn tapers(&mut self, steps: &[TaperStep]) {
        self.taper = steps.to_vec();
        self.titration.clear();
    }

    pub(super) fn titrates(&mut self, steps: &[TitrationStep]) {
        self.titration = steps.to_vec();
        self.taper.clear();
    }

    pub(super) fn gives_way(&mut self, to: OrderId, overlap_until: Day) {
        self.titration.clear();
        self.switch = Some(Switching { to, overlap_until });
    }

    /// A step of a titration raises the dose, so nothing takes the order's place any more.
    pub(super) fn step_up(&mut self) {
        self.titration.drain(..1.min(self.titration.len()));
        self.taper.clear();
        self.switch = None;
    }

    /// Only their own steps keep a taper and a titration; a step that was taken is no longer to come.
    pub(super) fn adjust(&mut self, from: Regimen, to: Regimen, cause: &Cause) {
        if *cause == Cause::PlannedTitration {
            return self.step_up();
        }
        self.titration.clear();
        if to.route != from.route || to.rise_from(&from) != Milligrams::ZERO {
            self.switch = None;
        }
        if *cause == Cause::PlannedTaper {
            let taken = self.taper.iter().position(|step| step.regimen == to).map_or(0, |at| at + 1);
            self.taper.drain(..taken);
        } else {
            self.taper.clear();
        }
    }

    /// What was to take its place has ended.
    pub(super) fn keeps_its_place_from(&mut self, ended: OrderId) {
        self.switch = self.switch.filter(|switch| switch.to != ended);
    }

    pub(super) fn renew(&mut self, at: Instant, supply: Supply) {
        self.supplied_at = at;
        self.supply_until = lasts_until(at, supply);
    }

    pub(super) fn correct(&mut self, correction: &Correction) {
        match correction {
            Correction::Supply(supply) => self.renew(self.supplied_at, *supply),
            Correction::Reason(_) => {}
            Correction::StartOn(day) => {
                let (was, is) = (Instant::start_of(self.start_on), Instant::start_of(*day));
                if self.supplied_at == was {
                    self.supplied_at = is;
                    self.supply_until = self.supply_until.plus_days(is.days_since(was));
                }
                self.start_on = *day;
            }
        }
    }
}

/// A first fill and every refill, one after the other.
fn lasts_until(from: Instant, supply: Supply) -> Instant {
    from.plus_days(i64::from(supply.days) * (i64::from(supply.refills) + 1))
}

/// The courses of all orders that have not ended, in the order of prescribing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Courses(Vec<Course>);

impl Courses {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Course> {
        self.0.iter()
    }

    fn find(&mut self, order: OrderId) -> Result<&mut Course, ViewError> {
        self.0.iter_mut().find(|known| known.order == order).ok_or(ViewError::Unknown("order"))
    }

    pub(crate) fn fold(&mut self, event: &Event) -> Result<(), ViewError> {
        match event {
            Event::MedicationPrescribed { order, .. } => self.0.push(Course::new(order)),
            Event::DoseAdjusted { order, from, to, cause, .. } => {
                self.find(*order)?.adjust(*from, *to, cause);
            }
            Event::TaperPlanned { order, steps, .. } => self.find(*order)?.tapers(steps),
            Event::TitrationPlanned { order, steps, .. } => self.find(*order)?.titrates(steps),
            Event::TitrationStepTaken { order, .. } => self.find(*order)?.step_up(),
            // An interruption ends a titration.
            Event::TitrationCancelled { order, .. } | Event::MedicationHeld { order, .. } => {
                self.find(*order)?.titration.clear();
            }
            Event::MedicationSwitched { from, to, overlap_until, .. } => {
                self.find(*from)?.gives_way(*to, *overlap_until);
            }
            Event::MedicationStopped { order, .. } => {
                self.find(*order)?;
                self.0.retain(|known| known.order != *order);
                self.0.iter_mut().for_each(|other| other.keeps_its_place_from(*order));
            }
            Event::MedicationRenewed { order, supply, at, .. } => self.find(*order)?.renew(*at, *supply),
            Event::OrderCorrected { order, correction, .. } => self.find(*order)?.correct(correction),
            Event::UseLimited { order, until, .. } => self.find(*order)?.use_until = Some(*until),
            Event::CharacteristicsRecorded { .. }
            | Event::NoKnownAllergiesConfirmed
            | Event::AllergyRecorded { .. }
            | Event::AllergyRefuted { .. }
            | Event::ConditionRecorded { .. }
            | Event::ConditionResolved { .. }
            | Event::ResultRecorded { .. }
            | Event::CriticalResultFlagged { .. }
            | Event::CriticalResultBreached { .. }
            | Event::ResultReviewed { .. }
            | Event::MonitoringWaived { .. }
            | Event::OutsideMedicationRecorded { .. }
            | Event::OutsideMedicationEnded { .. }
            | Event::LastDoseRecorded { .. }
            | Event::NeverTakenRecorded { .. }
            | Event::MedicationsReconciled { .. }
            | Event::SafetyChecked { .. }
            | Event::SupplyAllotted { .. }
            | Event::InteractionDetected { .. }
            | Event::InjectionGiven(_)
            | Event::LateInjectionDecided { .. }
            | Event::TolerabilityAttested { .. }
            | Event::InjectionOverdue { .. }
            | Event::InjectionReviewed { .. }
            | Event::ResponseAssessed(_)
            | Event::BoxedWarningAcknowledged { .. }
            | Event::PdmpChecked { .. }
            | Event::InteractionOverridden { .. }
            | Event::OverrideCosigned { .. }
            | Event::InteractionResolved { .. }
            | Event::MedicationResumed { .. } => {}
        }
        Ok(())
    }
}
