//! What the end of a stay has left to be decided about medication.

use concord_domain::episode::Event;
use concord_kernel::{EpisodeId, Instant};
use serde::{Deserialize, Serialize};

use super::DueKind;
use super::due::Open;

/// Stays that have ended, until when it must be decided what happens to medication after each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Bridging(Vec<(EpisodeId, Instant)>);

impl Bridging {
    pub(super) fn fold(&mut self, event: &Event) {
        match event {
            Event::BridgingDue { episode, decide_by, .. } => self.0.push((*episode, *decide_by)),
            Event::BridgingDecided { episode, .. } => self.0.retain(|(known, _)| known != episode),
            // That nobody did it in time leaves it to be done.
            Event::BridgingBreached { .. }
            | Event::PatientReferred { .. }
            | Event::CandidateScreened { .. }
            | Event::PatientWaitlisted { .. }
            | Event::EpisodeOpened { .. }
            | Event::EpisodePhaseChanged { .. }
            | Event::EpisodePaused { .. }
            | Event::EpisodeResumed { .. }
            | Event::EpisodeClosed { .. } => {}
        }
    }

    /// Shows everything that is due; no stay needs to be open for it.
    pub(super) fn each<'a>(&'a self, show: &mut impl FnMut(Open<'a>)) {
        for (episode, decide_by) in &self.0 {
            show(Open::about(DueKind::DischargeBridging, *decide_by, episode.uuid(), None));
        }
    }
}
