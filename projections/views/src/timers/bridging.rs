//! Stays that have ended without a decision about medication after them.

use concord_domain::EpisodeRef;
use concord_domain::episode::Event;
use concord_kernel::Instant;
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

use super::Ring;
use crate::parts::Stays;

/// Those whose lateness is not on record either.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Bridging(Vec<(EpisodeRef, Instant)>);

impl Bridging {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn fold(&mut self, stays: &Stays, fact: &Fact, event: &Event) {
        if let Event::BridgingDue { episode, decide_by, .. } = event {
            let program = stays.program_of(fact.stream.id).cloned();
            self.0.extend(program.map(|program| (EpisodeRef { program, id: *episode }, *decide_by)));
        } else if let Event::BridgingDecided { episode, .. } | Event::BridgingBreached { episode, .. } = event
        {
            self.0.retain(|(known, _)| known.id != *episode);
        }
    }

    pub(super) fn each(&self, show: &mut impl FnMut(Instant, Ring)) {
        for (episode, decide_by) in &self.0 {
            show(*decide_by, Ring::Bridging { episode: episode.clone() });
        }
    }
}
