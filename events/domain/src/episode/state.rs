//! The state of a stay, folded from its events.

use concord_kernel::{EpisodeId, Instant, ProgramId};
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
}

/// The stay that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stay {
    pub(super) id: EpisodeId,
    admitted_at: Instant,
}

impl Episode {
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
        }
    }

    /// Whether the identifier has ever named a stay in this program.
    pub(super) fn has_used(&self, episode: EpisodeId) -> bool {
        self.open.is_some_and(|stay| stay.id == episode) || self.ended.contains(&episode)
    }

    /// What other streams may know of it.
    pub(crate) fn facts(&self) -> EpisodeFacts {
        EpisodeFacts {
            open: self.open.map(|stay| stay.id),
            stage: self.stage,
            program: self.program.clone(),
            admitted_at: self.open.map(|stay| stay.admitted_at),
            ended: self.ended.clone(),
            past: self.past.clone(),
        }
    }
}
