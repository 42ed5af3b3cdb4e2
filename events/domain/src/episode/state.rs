//! The state of a stay, folded from its events.

use std::collections::BTreeMap;

use concord_kernel::{EpisodeId, Instant, OrderId, ProgramId};
use serde::{Deserialize, Serialize};

use super::{Event, Phase, Stage};
use crate::{EpisodeFacts, PastStay};

/// What the events of a stay say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Episode {
    pub(super) program: Option<ProgramId>,
    pub(super) stage: Stage,
    pub(super) open: Option<Stay>,
    /// Stays that have ended, oldest first.
    pub(super) ended: Vec<EpisodeId>,
    /// The same with their times.
    past: Vec<PastStay>,
    /// What the end of a stay has left to be decided.
    #[serde(default)]
    pub(super) bridging: BTreeMap<EpisodeId, Bridging>,
}

/// What is to be decided about medication after a stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Bridging {
    pub(super) orders: Vec<OrderId>,
    pub(super) naloxone: bool,
    pub(super) admitted_at: Option<Instant>,
    pub(super) closed_at: Instant,
    pub(super) decide_by: Instant,
    pub(super) breached: bool,
}

/// The stay that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stay {
    pub(super) id: EpisodeId,
    pub(super) admitted_at: Instant,
}

impl Episode {
    /// The stay that goes on.
    pub(crate) fn open_stay(&self) -> Option<EpisodeId> {
        self.open.map(|stay| stay.id)
    }

    /// Takes in one more event.
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::PatientReferred { program, .. } => {
                self.program = Some(program);
                self.stage = Stage::Referred;
            }
            Event::CandidateScreened { candidate, .. } => {
                self.stage = if candidate { Stage::Candidate } else { Stage::NotACandidate };
            }
            Event::PatientWaitlisted { .. } => self.stage = Stage::Waitlisted,
            Event::EpisodeOpened { episode, admitted_at, .. } => {
                self.open = Some(Stay { id: episode, admitted_at });
                self.stage = Stage::Open(Phase::Assessing);
            }
            Event::EpisodePhaseChanged { to, .. } => self.stage = Stage::Open(to),
            Event::EpisodePaused { .. } => {
                if let Stage::Open(phase) = self.stage {
                    self.stage = Stage::Paused(phase);
                }
            }
            Event::EpisodeResumed { .. } => {
                if let Stage::Paused(phase) = self.stage {
                    self.stage = Stage::Open(phase);
                }
            }
            Event::EpisodeClosed { episode, at, .. } => {
                if let Some(Stay { admitted_at, .. }) = self.open.take() {
                    self.past.push(PastStay { episode, admitted_at, closed_at: at });
                }
                self.ended.push(episode);
                self.stage = Stage::Closed;
            }
            Event::BridgingDue { episode, orders, naloxone, decide_by } => {
                let stay = self.past.iter().rev().find(|stay| stay.episode == episode);
                let (admitted_at, closed_at) =
                    (stay.map(|stay| stay.admitted_at), stay.and_then(|stay| stay.closed_at));
                let closed_at = closed_at.unwrap_or(decide_by);
                let due = Bridging { orders, naloxone, admitted_at, closed_at, decide_by, breached: false };
                self.bridging.insert(episode, due);
            }
            Event::BridgingDecided { episode, .. } => {
                self.bridging.remove(&episode);
            }
            Event::BridgingBreached { episode, .. } => {
                if let Some(due) = self.bridging.get_mut(&episode) {
                    due.breached = true;
                }
            }
        }
    }

    /// Whether the identifier has ever named a stay in this program.
    pub(super) fn has_used(&self, episode: EpisodeId) -> bool {
        self.open.is_some_and(|stay| stay.id == episode) || self.ended.contains(&episode)
    }

    /// What other streams may know of it.
    pub(crate) fn facts(&self) -> EpisodeFacts {
        EpisodeFacts {
            open: self.open_stay(),
            stage: self.stage,
            program: self.program.clone(),
            admitted_at: self.open.map(|stay| stay.admitted_at),
            ended: self.ended.clone(),
            past: self.past.clone(),
        }
    }
}
