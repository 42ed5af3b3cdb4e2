//! The program's orders, and what justified each change of them.

use concord_domain::chart::{Cause, Correction, Event, MedicationRef, NewOrder, StopReason, TitrationBasis};
use concord_kernel::{Day, Instant, OrderId, ProgramId, Text};
use concord_knowledge::{ConditionId, DrugId, IngredientId, Regimen};
use concord_projection::{Fact, ViewError};
use serde::{Deserialize, Serialize};

use super::Course;

/// Ended orders that a chart keeps; older ones are in the course.
const ENDED_KEPT: usize = 12;

/// How an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// It is taken.
    Active,
    /// It is interrupted.
    Held,
    /// It is taken, less and less.
    Tapering,
    /// It is taken, step by step more, as agreed.
    Titrating,
    /// Another takes its place; both are taken for a while.
    Switching,
}

/// What changed on an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It began.
    Started {
        /// How much.
        to: Regimen,
    },
    /// Another dose.
    Adjusted {
        /// How much before.
        from: Regimen,
        /// How much from then on.
        to: Regimen,
        /// What it rests on.
        cause: Cause,
    },
    /// Interrupted.
    Held,
    /// Taken up again.
    Resumed,
    /// To be tapered off.
    TaperPlanned,
    /// To be raised step by step.
    TitrationPlanned,
    /// A step of that was taken.
    StepTaken {
        /// How much before.
        from: Regimen,
        /// How much from then on.
        to: Regimen,
        /// What it rests on.
        rests_on: TitrationBasis,
    },
    /// That was given up.
    TitrationCancelled,
    /// Another takes its place.
    Switched {
        /// The order that begins.
        to: OrderId,
        /// The last day on which both are taken.
        overlap_until: Day,
    },
    /// Something written was put right.
    Corrected,
}

/// A change of an order with what justified it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// When it took effect.
    pub at: Instant,
    /// Its place in the ledger.
    pub position: u64,
    /// What changed.
    pub kind: ChangeKind,
    /// Why, in words; absent where none are asked for.
    pub why: Option<Text>,
}

impl Change {
    fn of(fact: &Fact, at: Instant, kind: ChangeKind, why: Option<&Text>) -> Self {
        Self { at, position: fact.position, kind, why: why.cloned() }
    }
}

/// An order that has not ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// What is taken, how long it lasts and how it ends.
    pub course: Course,
    /// The program it belongs to.
    pub program: ProgramId,
    /// The substances in it.
    pub ingredients: Vec<IngredientId>,
    /// What it is for.
    pub indication: ConditionId,
    /// Why this drug.
    pub reason: Text,
    /// How much now.
    pub regimen: Regimen,
    /// How it stands.
    pub state: OrderState,
    /// The latest changes, oldest first.
    pub changes: Vec<Change>,
}

/// An order that has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EndedOrder {
    /// Its identifier.
    pub order: OrderId,
    /// The formulary row.
    pub drug: DrugId,
    /// What it was for.
    pub indication: ConditionId,
    /// The day it started.
    pub start_on: Day,
    /// When it ended.
    pub stopped_at: Instant,
    /// Why.
    pub reason: StopReason,
    /// Whether it was found that it was never taken.
    pub never_taken: bool,
}

/// The program's orders.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Orders {
    /// Those that have not ended, in the order of prescribing.
    pub open: Vec<Order>,
    /// The latest ended ones, oldest first.
    pub ended: Vec<EndedOrder>,
}

impl Orders {
    fn find(&mut self, order: OrderId) -> Result<&mut Order, ViewError> {
        self.open.iter_mut().find(|known| known.course.order == order).ok_or(ViewError::Unknown("order"))
    }

    /// Takes in one more event; each order keeps the latest `kept` changes, the older ones are in the course.
    pub(crate) fn fold(&mut self, fact: &Fact, event: &Event, kept: usize) -> Result<(), ViewError> {
        let change = |at: &Instant, kind, why: Option<&Text>| Change::of(fact, *at, kind, why);
        match event {
            Event::MedicationPrescribed { order, ingredients, at, .. } => {
                let started = change(at, ChangeKind::Started { to: order.regimen }, Some(&order.reason));
                self.open.push(Order::new(order, ingredients, started));
            }
            Event::DoseAdjusted { order, from, to, cause, note, at, .. } => {
                let kind = ChangeKind::Adjusted { from: *from, to: *to, cause: cause.clone() };
                self.find(*order)?.adjust(*to, cause, change(at, kind, Some(note)), kept);
            }
            Event::MedicationHeld { order, reason, at, .. } => {
                let held = change(at, ChangeKind::Held, Some(reason));
                let order = self.find(*order)?;
                order.course.titration.clear();
                order.turn(OrderState::Held, held, kept);
            }
            Event::MedicationResumed { order, at, .. } => {
                let order = self.find(*order)?;
                let state = order.course.state();
                order.turn(state, change(at, ChangeKind::Resumed, None), kept);
            }
            Event::TaperPlanned { .. }
            | Event::TitrationPlanned { .. }
            | Event::TitrationStepTaken { .. }
            | Event::TitrationCancelled { .. }
            | Event::MedicationSwitched { .. } => self.agreed(fact, event, kept)?,
            Event::MedicationStopped { order, reason, at, .. } => self.stop(*order, *reason, *at)?,
            Event::MedicationRenewed { order, supply, at, .. } => {
                self.find(*order)?.course.renew(*at, *supply);
            }
            Event::OrderCorrected { order, correction, reason, .. } => {
                let note = change(&fact.effective_at, ChangeKind::Corrected, Some(reason));
                self.find(*order)?.correct(correction, note, kept);
            }
            Event::NeverTakenRecorded { medication: MedicationRef::Order(order), .. } => {
                self.never_taken(*order);
            }
            Event::NeverTakenRecorded { medication: MedicationRef::Outside(_), .. }
            | Event::LastDoseRecorded { .. }
            | Event::CharacteristicsRecorded { .. }
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
            | Event::MedicationsReconciled { .. }
            | Event::SafetyChecked { .. }
            | Event::SupplyAllotted { .. }
            | Event::UseLimited { .. }
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
            | Event::InteractionResolved { .. } => {}
        }
        Ok(())
    }

    fn never_taken(&mut self, order: OrderId) {
        if let Some(ended) = self.ended.iter_mut().find(|ended| ended.order == order) {
            ended.never_taken = true;
        }
    }

    /// What was agreed about an order beforehand, and what was done of it.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`fold` hands over what was agreed only, without wildcard"
    )]
    fn agreed(&mut self, fact: &Fact, event: &Event, kept: usize) -> Result<(), ViewError> {
        let change = |at: &Instant, kind, why: Option<&Text>| Change::of(fact, *at, kind, why);
        match event {
            Event::TaperPlanned { order, steps, reason, .. } => {
                let order = self.find(*order)?;
                order.course.tapers(steps);
                order.go_on(change(&fact.effective_at, ChangeKind::TaperPlanned, Some(reason)), kept);
            }
            Event::TitrationPlanned { order, steps, reason, at, .. } => {
                let order = self.find(*order)?;
                order.course.titrates(steps);
                order.go_on(change(at, ChangeKind::TitrationPlanned, Some(reason)), kept);
            }
            Event::TitrationStepTaken { order, from, to, rests_on, note, at, .. } => {
                let kind = ChangeKind::StepTaken { from: *from, to: *to, rests_on: rests_on.clone() };
                let order = self.find(*order)?;
                order.regimen = *to;
                order.course.step_up();
                order.go_on(change(at, kind, Some(note)), kept);
            }
            Event::TitrationCancelled { order, reason, .. } => {
                let order = self.find(*order)?;
                order.course.titration.clear();
                order.go_on(change(&fact.effective_at, ChangeKind::TitrationCancelled, Some(reason)), kept);
            }
            Event::MedicationSwitched { from, to, overlap_until, reason, at, .. } => {
                let kind = ChangeKind::Switched { to: *to, overlap_until: *overlap_until };
                let order = self.find(*from)?;
                order.course.gives_way(*to, *overlap_until);
                order.go_on(change(at, kind, Some(reason)), kept);
            }
            _ => {}
        }
        Ok(())
    }

    fn stop(&mut self, order: OrderId, reason: StopReason, at: Instant) -> Result<(), ViewError> {
        let place = self.open.iter().position(|known| known.course.order == order);
        let stopped = self.open.remove(place.ok_or(ViewError::Unknown("order"))?);
        self.ended.push(EndedOrder {
            order,
            drug: stopped.course.drug,
            indication: stopped.indication,
            start_on: stopped.course.start_on,
            stopped_at: at,
            reason,
            never_taken: false,
        });
        if self.ended.len() > ENDED_KEPT {
            self.ended.remove(0);
        }
        for other in &mut self.open {
            other.course.keeps_its_place_from(order);
            if other.state == OrderState::Switching {
                other.state = other.course.state();
            }
        }
        Ok(())
    }
}

impl Order {
    fn new(order: &NewOrder, ingredients: &[IngredientId], started: Change) -> Self {
        Self {
            course: Course::new(order),
            program: order.episode.program.clone(),
            ingredients: ingredients.to_vec(),
            indication: order.indication.clone(),
            reason: order.reason.clone(),
            regimen: order.regimen,
            state: OrderState::Active,
            changes: vec![started],
        }
    }

    fn turn(&mut self, state: OrderState, change: Change, kept: usize) {
        self.state = state;
        self.changes.push(change);
        let surplus = self.changes.len().saturating_sub(kept);
        self.changes.drain(..surplus);
    }

    fn adjust(&mut self, to: Regimen, cause: &Cause, change: Change, kept: usize) {
        self.course.adjust(self.regimen, to, cause);
        self.regimen = to;
        self.go_on(change, kept);
    }

    /// How it stands follows from its course, but for a hold.
    fn go_on(&mut self, change: Change, kept: usize) {
        let state = if self.state == OrderState::Held { OrderState::Held } else { self.course.state() };
        self.turn(state, change, kept);
    }

    fn correct(&mut self, correction: &Correction, change: Change, kept: usize) {
        if let Correction::Reason(reason) = correction {
            self.reason = reason.clone();
        }
        self.course.correct(correction);
        self.turn(self.state, change, kept);
    }
}
