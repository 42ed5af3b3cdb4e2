//! Who a patient is.

use concord_domain::{chart, episode};
use concord_kernel::{Day, Phi, Text};
use serde::{Deserialize, Serialize};

/// Who a patient is, as last told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Legal name.
    pub name: Option<Phi<Text>>,
    /// Day of birth.
    pub born_on: Option<Phi<Day>>,
}

impl Identity {
    /// The name, to answer somebody who may see it; empty when nobody told it.
    pub fn name(&self) -> &str {
        self.name.as_ref().map_or("", |name| name.expose().expose())
    }

    pub(crate) fn episode(&mut self, event: &episode::Event) {
        use episode::Event;
        match event {
            Event::PatientReferred { name, born_on, .. } => {
                self.name = Some(name.clone());
                self.born_on = Some(born_on.clone());
            }
            Event::CandidateScreened { .. }
            | Event::PatientWaitlisted { .. }
            | Event::EpisodeOpened { .. }
            | Event::EpisodePhaseChanged { .. }
            | Event::EpisodePaused { .. }
            | Event::EpisodeResumed { .. }
            | Event::EpisodeClosed { .. }
            | Event::BridgingDue { .. }
            | Event::BridgingDecided { .. }
            | Event::BridgingBreached { .. } => {}
        }
    }

    /// The chart may be told better than the referral.
    pub(crate) fn characteristics(&mut self, event: &chart::Event) {
        if let chart::Event::CharacteristicsRecorded { born_on, .. } = event {
            self.born_on = Some(born_on.clone());
        }
    }
}
