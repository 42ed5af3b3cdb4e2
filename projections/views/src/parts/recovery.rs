//! How a patient's recovery goes, and what it waits for.

use concord_domain::recovery::{Event, Setting};
use concord_kernel::{DrugScreenId, InductionId, Instant, OverdoseId, RelapseId};
use concord_knowledge::{ScreenClassId, SubstanceId};
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

use super::DueKind;
use super::due::Open;

/// The latest reports of use that a row keeps.
const USES_KEPT: usize = 8;

/// The latest screens that a row keeps.
const SCREENS_KEPT: usize = 6;

/// Relapses and overdoses that a row keeps; those that wait for a review stay longer.
const SETBACKS_KEPT: usize = 8;

/// A substance that was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Use {
    /// What.
    pub substance: SubstanceId,
    /// When last.
    pub used_at: Instant,
    /// Whether somebody told it who is not on the care team.
    pub not_on_care_team: bool,
}

/// A drug screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Screen {
    /// Its identifier.
    pub screen: DrugScreenId,
    /// When the sample was taken.
    pub collected_at: Instant,
    /// What was not expected of what is taken.
    pub unexpected: Vec<ScreenClassId>,
    /// Until when that is confirmed; absent when nothing needs to be.
    pub confirm_by: Option<Instant>,
}

/// What kind of setback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetbackKind {
    /// A relapse.
    Relapse(RelapseId),
    /// An overdose.
    Overdose(OverdoseId),
}

/// A relapse or an overdose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setback {
    /// Which.
    pub kind: SetbackKind,
    /// When.
    pub at: Instant,
    /// Until when a prescriber looks at the medication; absent once one did.
    pub review_by: Option<Instant>,
    /// Whether somebody told it who is not on the care team.
    pub not_on_care_team: bool,
}

/// An induction that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenInduction {
    /// Its identifier.
    pub induction: InductionId,
    /// Where and how.
    pub setting: Setting,
    /// Until when the first dose may be given, once it was cleared.
    pub cleared_until: Option<Instant>,
    /// Whether a dose was watched.
    pub begun: bool,
    /// When a first dose was given that was not cleared.
    pub uncleared_at: Option<Instant>,
    /// Until when it is to be completed.
    pub complete_by: Instant,
}

/// How naloxone stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Naloxone {
    /// Nobody has offered it, or not since the last overdose.
    #[default]
    NotOffered,
    /// It was handed out.
    Provided,
    /// It was declined.
    Declined {
        /// Until when it is offered again.
        offer_again_by: Instant,
    },
}

/// How a recovery goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recovery {
    /// The latest reports of use, oldest first.
    pub uses: Vec<Use>,
    /// The latest screens by the time of the sample, oldest first.
    pub screens: Vec<Screen>,
    /// Relapses and overdoses, oldest first.
    pub setbacks: Vec<Setback>,
    /// The induction that goes on.
    pub induction: Option<OpenInduction>,
    /// How naloxone stands.
    pub naloxone: Naloxone,
    /// Since when naloxone is needed: an induction began, or an overdose was told.
    pub naloxone_needed_since: Option<Instant>,
    /// Until when the next sample is taken; absent when none was asked for.
    pub next_screen_by: Option<Instant>,
}

impl Recovery {
    /// Shows everything that is due whether or not a stay goes on: what concerns safety.
    pub(super) fn each_urgent<'a>(&'a self, show: &mut impl FnMut(Open<'a>)) {
        for setback in &self.setbacks {
            let Some(by) = setback.review_by else { continue };
            let (kind, id) = match setback.kind {
                SetbackKind::Relapse(id) => (DueKind::RelapseReview, id.uuid()),
                SetbackKind::Overdose(id) => (DueKind::OverdoseReview, id.uuid()),
            };
            show(Open::about(kind, by, id, None));
        }
        if let Some((open, at)) = self.induction.and_then(|open| Some((open, open.uncleared_at?))) {
            show(Open::about(DueKind::UnclearedDose, at, open.induction.uuid(), None));
        }
    }

    /// Shows what is due while a stay goes on.
    pub(super) fn each_routine<'a>(&'a self, show: &mut impl FnMut(Open<'a>)) {
        if let Some(open) = self.induction {
            show(Open::about(DueKind::Induction, open.complete_by, open.induction.uuid(), None));
        }
        let offer = match (self.naloxone, self.naloxone_needed_since) {
            (Naloxone::NotOffered, needed) => needed,
            (Naloxone::Declined { offer_again_by }, _) => Some(offer_again_by),
            (Naloxone::Provided, _) => None,
        };
        if let Some(at) = offer {
            show(Open::one(DueKind::NaloxoneOffer, at));
        }
        if let Some(at) = self.next_screen_by {
            show(Open::one(DueKind::DrugScreen, at));
        }
        for screen in &self.screens {
            if let Some(by) = screen.confirm_by {
                show(Open::about(DueKind::ScreenConfirmation, by, screen.screen.uuid(), None));
            }
        }
    }

    pub(crate) fn fold(&mut self, fact: &Fact, event: &Event) {
        match event {
            Event::InductionStarted { .. }
            | Event::FirstDoseCleared { .. }
            | Event::DoseAdministered { .. }
            | Event::InductionCompleted { .. }
            | Event::InductionAbandoned { .. } => self.inducts(fact, event),
            Event::SubstanceUseReported { substance, used_at, not_on_care_team, .. } => {
                let (substance, used_at, not_on_care_team) = (substance.clone(), *used_at, *not_on_care_team);
                let place = self.uses.partition_point(|known| known.used_at <= used_at);
                self.uses.insert(place, Use { substance, used_at, not_on_care_team });
                if self.uses.len() > USES_KEPT {
                    self.uses.remove(0);
                }
            }
            Event::RelapseRecorded { relapse, at, review_by, .. } => {
                self.setback(SetbackKind::Relapse(*relapse), *at, *review_by, false);
            }
            Event::OverdoseReported { overdose, at, review_by, not_on_care_team, .. } => {
                self.setback(SetbackKind::Overdose(*overdose), *at, *review_by, *not_on_care_team);
                self.naloxone = Naloxone::NotOffered;
                self.naloxone_needed_since = Some(fact.recorded_at);
            }
            Event::RelapseReviewed { relapse, .. } => self.reviewed(SetbackKind::Relapse(*relapse)),
            Event::OverdoseReviewed { overdose, .. } => self.reviewed(SetbackKind::Overdose(*overdose)),
            Event::DrugScreenResulted { screen, collected_at, unexpected, confirm_by, next_by, .. } => {
                self.screened(Screen {
                    screen: *screen,
                    collected_at: *collected_at,
                    unexpected: unexpected.clone(),
                    confirm_by: *confirm_by,
                });
                self.next_screen_by = self.next_screen_by.max(Some(*next_by));
            }
            Event::NaloxoneProvided { .. } => self.naloxone = Naloxone::Provided,
            Event::NaloxoneDeclined { offer_again_by, .. } => {
                self.naloxone = Naloxone::Declined { offer_again_by: *offer_again_by };
            }
            Event::NaloxoneChallenged { .. }
            | Event::OutsideMethadoneRecorded { .. }
            | Event::RetentionMeasured { .. } => {}
        }
    }

    fn inducts(&mut self, fact: &Fact, event: &Event) {
        match event {
            Event::InductionStarted { induction, setting, complete_by, .. } => {
                self.induction = Some(OpenInduction {
                    induction: *induction,
                    setting: *setting,
                    cleared_until: None,
                    begun: false,
                    uncleared_at: None,
                    complete_by: *complete_by,
                });
                self.naloxone_needed_since = self.naloxone_needed_since.or(Some(fact.recorded_at));
                self.next_screen_by = self.next_screen_by.or(Some(*complete_by));
            }
            Event::FirstDoseCleared { until, .. } => {
                if let Some(open) = &mut self.induction {
                    open.cleared_until = Some(*until);
                }
            }
            Event::DoseAdministered { induction, cleared, given_at, .. } => {
                if let Some(open) = self.induction.as_mut().filter(|open| Some(open.induction) == *induction)
                {
                    open.begun = true;
                    open.uncleared_at = open.uncleared_at.or((*cleared == Some(false)).then_some(*given_at));
                }
            }
            Event::InductionCompleted { .. } | Event::InductionAbandoned { .. } => self.induction = None,
            Event::SubstanceUseReported { .. }
            | Event::RelapseRecorded { .. }
            | Event::RelapseReviewed { .. }
            | Event::DrugScreenResulted { .. }
            | Event::OverdoseReported { .. }
            | Event::OverdoseReviewed { .. }
            | Event::NaloxoneProvided { .. }
            | Event::NaloxoneDeclined { .. }
            | Event::NaloxoneChallenged { .. }
            | Event::OutsideMethadoneRecorded { .. }
            | Event::RetentionMeasured { .. } => {}
        }
    }

    fn setback(&mut self, kind: SetbackKind, at: Instant, review_by: Instant, not_on_care_team: bool) {
        self.setbacks.push(Setback { kind, at, review_by: Some(review_by), not_on_care_team });
        self.make_room();
    }

    fn reviewed(&mut self, kind: SetbackKind) {
        for known in self.setbacks.iter_mut().filter(|known| known.kind == kind) {
            known.review_by = None;
        }
        self.make_room();
    }

    /// What was reviewed makes room for what was not.
    fn make_room(&mut self) {
        if self.setbacks.len() > SETBACKS_KEPT
            && let Some(old) = self.setbacks.iter().position(|known| known.review_by.is_none())
        {
            self.setbacks.remove(old);
        }
    }

    /// A later sample settles what an earlier one left open: it was tested again.
    fn screened(&mut self, screen: Screen) {
        for known in self.screens.iter_mut().filter(|known| known.collected_at <= screen.collected_at) {
            known.confirm_by = None;
        }
        let place = self.screens.partition_point(|known| known.collected_at <= screen.collected_at);
        self.screens.insert(place, screen);
        if self.screens.len() > SCREENS_KEPT {
            self.screens.remove(0);
        }
    }
}
