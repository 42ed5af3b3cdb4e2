//! What becomes of one order, and what others may know of it.

use concord_kernel::{Day, Instant, PrescriptionId};
use concord_knowledge::{Milligrams, Regimen};

use super::decide::today_anywhere;
use super::state::{Order, Titration};
use super::{Answered, Cause, Correction, LegalBasis, OrderModality, Supply, TaperStep};
use crate::OrderFacts;
use crate::going_on::Bridge;

impl Order {
    /// Whether a regimen gives more of the drug, or gives it another way.
    pub(super) fn asks_for_more(&self, to: &Regimen) -> bool {
        to.route != self.regimen.route || to.rise_from(&self.regimen) != Milligrams::ZERO
    }

    /// The first day it can have been taken: when it was written, or its start where that was earlier.
    pub(super) fn first_day(&self) -> Day {
        today_anywhere(self.ordered_at).min(self.start_on)
    }

    /// What others may know of it.
    pub(super) fn facts(&self) -> OrderFacts {
        OrderFacts {
            drug: self.drug.clone(),
            regimen: self.regimen,
            start_on: self.start_on,
            first_day: self.first_day(),
            held: self.held_at.is_some(),
            injections: Vec::new(),
        }
    }

    /// Whether it ended before its first dose.
    pub(super) fn never_taken_by(&self, at: Instant) -> bool {
        self.last_dose_at.is_none() && at.day() < self.start_on
    }

    /// For a held order, the last dose that may have been taken: at the hold, or later as somebody told.
    pub(super) fn last_dose_if_held(&self) -> Option<Instant> {
        self.held_at.map(|held| self.last_dose_at.map_or(held, |last| last.max(held)))
    }

    /// A new dose shows that it is taken on; only their own steps keep a taper or a titration, and what rises does not
    /// give way.
    pub(super) fn adjust(&mut self, to: Regimen, cause: &Cause, at: Instant) {
        if self.asks_for_more(&to) {
            self.switch = None;
        }
        self.regimen = to;
        self.dose_since = at.max(Instant::start_of(self.start_on));
        if self.held_at.is_none() {
            self.doses.from(self.dose_since.day(), to.daily());
        }
        self.last_dose_at = None;
        if *cause != Cause::PlannedTaper {
            self.taper.clear();
        }
        let titration = self.titration.take().filter(|_| *cause == Cause::PlannedTitration);
        self.titration = titration.and_then(Titration::step_taken);
    }

    /// An interruption ends a titration: the days at each dose do not count through it.
    pub(super) fn hold(&mut self, at: Instant) {
        self.held_at = Some(at);
        self.titration = None;
        self.doses.from(at.day(), Milligrams::ZERO);
    }

    /// The days until the dose may rise count from here.
    pub(super) fn resume(&mut self, at: Instant) {
        self.held_at = None;
        self.last_dose_at = None;
        self.dose_since = self.dose_since.max(at);
        self.doses.from(at.day(), self.regimen.daily());
    }

    /// What was agreed last counts: a way down ends a way up.
    pub(super) fn tapers(&mut self, steps: Vec<TaperStep>) {
        self.taper = steps;
        self.titration = None;
    }

    /// And the other way round.
    pub(super) fn titrates(&mut self, titration: Titration) {
        self.taper.clear();
        self.titration = Some(titration);
    }

    /// The latest answer to a finding counts.
    pub(super) fn answer(&mut self, answered: Vec<Answered>) {
        self.answered.retain(|old| answered.iter().all(|new| new.finding != old.finding));
        self.answered.extend(answered);
    }

    pub(super) fn renew(
        &mut self,
        supply: Supply,
        modality: OrderModality,
        legal_basis: Option<LegalBasis>,
        at: Instant,
    ) {
        self.supply = supply;
        self.supplied_at = at;
        self.modality = modality;
        self.legal_basis = legal_basis;
        self.last_dose_at = None;
    }

    pub(super) fn allot(&mut self, prescription: PrescriptionId, bridging: bool) {
        if !self.allotted.contains(&prescription) {
            self.allotted.push(prescription);
        }
        if bridging {
            self.bridge = Bridge::Prescribed(prescription);
        }
    }

    pub(super) fn correct(&mut self, correction: Correction) {
        match correction {
            Correction::Supply(supply) => self.supply = supply,
            Correction::Reason(reason) => self.reason = reason,
            Correction::StartOn(day) => {
                if self.dose_since == self.ordered_at.max(Instant::start_of(self.start_on)) {
                    self.dose_since = self.ordered_at.max(Instant::start_of(day));
                }
                if self.doses.first() == Some(self.start_on) {
                    self.doses.begins_on(day);
                }
                self.start_on = day;
            }
        }
    }
}
