//! The state of a recovery, folded from its events.

use std::collections::{BTreeMap, BTreeSet};

use concord_kernel::{DrugScreenId, EpisodeId, InductionId, Instant, OverdoseId, RelapseId, SubstanceUseId};
use concord_knowledge::SubstanceId;
use concord_knowledge::recovery::OpioidExposure;
use concord_knowledge::safety;
use serde::{Deserialize, Serialize};

use super::{Checkpoint, Event, Setting};
use crate::RecoveryFacts;

/// What the events of a recovery say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recovery {
    /// Every induction there was; the one that goes on is `open`.
    pub(super) inductions: BTreeSet<InductionId>,
    pub(super) open: Option<Induction>,
    pub(super) uses: BTreeSet<SubstanceUseId>,
    /// When each substance was last used, as far as anybody told.
    pub(super) last_use: BTreeMap<SubstanceId, Instant>,
    pub(super) relapses: BTreeMap<RelapseId, Relapse>,
    pub(super) screens: BTreeSet<DrugScreenId>,
    /// The latest two samples by the time they were taken, older first.
    pub(super) latest_screens: Vec<Screen>,
    /// The latest sample that says whether there are opioids.
    pub(super) opioids: Option<Evidence>,
    pub(super) overdoses: BTreeMap<OverdoseId, Review>,
    pub(super) challenge: Option<Evidence>,
    /// Whether naloxone was offered since the last overdose.
    pub(super) naloxone_offered: bool,
    /// When that was, as far as it is on record.
    #[serde(default)]
    pub(super) naloxone_offered_at: Option<Instant>,
    /// The latest dose from an opioid treatment program.
    pub(super) methadone_at: Option<Instant>,
    pub(super) measured: BTreeSet<(EpisodeId, Checkpoint)>,
}

/// An induction that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Induction {
    pub(super) id: InductionId,
    pub(super) setting: Setting,
    pub(super) exposure: OpioidExposure,
    /// When the opioid was last used; unknown counts as when the induction was planned.
    pub(super) last_use_at: Instant,
    /// Until when the first dose is cleared, if it is.
    pub(super) cleared_until: Option<Instant>,
    /// Whether a dose was watched.
    pub(super) begun: bool,
}

/// What a prescriber has yet to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Review {
    pub(super) by: Instant,
    pub(super) done: bool,
}

/// A relapse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Relapse {
    pub(super) at: Instant,
    pub(super) review: Review,
}

/// Whether a sample was as expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Screen {
    pub(super) collected_at: Instant,
    pub(super) expected: bool,
}

/// What a test found, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Whether it found what it looked for.
    pub found: bool,
    /// When the sample was taken or the test done.
    pub at: Instant,
}

/// How many screens decide how soon the next one comes.
pub(super) const SCREENS: usize = 2;

impl Recovery {
    /// Takes in one more event.
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::InductionStarted { induction, setting, exposure, last_use_at, at, .. } => {
                self.inductions.insert(induction);
                let last_use_at = last_use_at.unwrap_or(at);
                self.open = Some(Induction {
                    id: induction,
                    setting,
                    exposure,
                    last_use_at,
                    cleared_until: None,
                    begun: false,
                });
            }
            Event::FirstDoseCleared { until, .. } => {
                if let Some(open) = &mut self.open {
                    open.cleared_until = Some(until);
                }
            }
            Event::DoseAdministered { induction, .. } => {
                if let Some(open) = self.open.as_mut().filter(|open| Some(open.id) == induction) {
                    open.begun = true;
                }
            }
            Event::InductionCompleted { .. } | Event::InductionAbandoned { .. } => self.open = None,
            Event::SubstanceUseReported { report, substance, used_at, .. } => {
                self.uses.insert(report);
                let last = self.last_use.entry(substance).or_insert(used_at);
                *last = used_at.max(*last);
            }
            Event::RelapseRecorded { relapse, at, review_by, .. } => {
                let review = Review { by: review_by, done: false };
                self.relapses.insert(relapse, Relapse { at, review });
            }
            Event::RelapseReviewed { relapse, .. } => {
                if let Some(relapse) = self.relapses.get_mut(&relapse) {
                    relapse.review.done = true;
                }
            }
            Event::DrugScreenResulted { screen, collected_at, unexpected, opioids, .. } => {
                self.screens.insert(screen);
                self.screened(Screen { collected_at, expected: unexpected.is_empty() });
                if let Some(found) = opioids {
                    keep_latest(&mut self.opioids, Evidence { found, at: collected_at });
                }
            }
            Event::OverdoseReported { overdose, review_by, .. } => {
                self.overdoses.insert(overdose, Review { by: review_by, done: false });
                (self.naloxone_offered, self.naloxone_offered_at) = (false, None);
            }
            Event::OverdoseReviewed { overdose, .. } => {
                if let Some(overdose) = self.overdoses.get_mut(&overdose) {
                    overdose.done = true;
                }
            }
            Event::NaloxoneProvided { at, .. } | Event::NaloxoneDeclined { at, .. } => {
                (self.naloxone_offered, self.naloxone_offered_at) = (true, self.naloxone_offered_at.max(at));
            }
            Event::NaloxoneChallenged { at, reacted } => {
                keep_latest(&mut self.challenge, Evidence { found: reacted, at });
            }
            Event::OutsideMethadoneRecorded { given_at, .. } => {
                self.methadone_at = self.methadone_at.max(Some(given_at));
            }
            Event::RetentionMeasured { episode, checkpoint, .. } => {
                self.measured.insert((episode.id, checkpoint));
            }
        }
    }

    fn screened(&mut self, screen: Screen) {
        let place = self.latest_screens.partition_point(|known| known.collected_at <= screen.collected_at);
        self.latest_screens.insert(place, screen);
        if self.latest_screens.len() > SCREENS {
            self.latest_screens.remove(0);
        }
    }

    /// What other streams may know of it.
    pub(crate) fn facts(&self) -> RecoveryFacts {
        RecoveryFacts {
            induction: self.open.map(|open| match open.setting {
                Setting::Clinic | Setting::Home => safety::Induction::AfterWithdrawal,
                Setting::LowDose => safety::Induction::LowDose,
            }),
            last_use: self.last_use.clone(),
            methadone_at: self.methadone_at,
            opioids: self.opioids,
            challenge: self.challenge,
            naloxone_offered_at: self.naloxone_offered_at,
        }
    }
}

/// Of two tests the later one counts; of two at once, the one that found something.
fn keep_latest(known: &mut Option<Evidence>, new: Evidence) {
    if known.is_none_or(|known| (new.at, new.found) >= (known.at, known.found)) {
        *known = Some(new);
    }
}
