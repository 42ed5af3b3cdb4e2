//! Critical results that nobody has acknowledged.

use concord_domain::chart::Event;
use concord_kernel::Instant;
use concord_knowledge::LabId;
use serde::{Deserialize, Serialize};

use super::Ring;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Waiting {
    lab: LabId,
    taken_at: Instant,
    acknowledge_by: Instant,
}

/// Those whose lateness is not on record either.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Results(Vec<Waiting>);

impl Results {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn fold(&mut self, event: &Event) {
        if let Event::CriticalResultFlagged { lab, taken_at, acknowledge_by, .. } = event {
            let (lab, taken_at, acknowledge_by) = (lab.clone(), *taken_at, *acknowledge_by);
            self.0.push(Waiting { lab, taken_at, acknowledge_by });
        } else if let Event::ResultReviewed { lab, taken_at, .. }
        | Event::CriticalResultBreached { lab, taken_at, .. } = event
        {
            self.0.retain(|known| known.lab != *lab || known.taken_at != *taken_at);
        }
    }

    pub(super) fn each(&self, show: &mut impl FnMut(Instant, Ring)) {
        for Waiting { lab, taken_at, acknowledge_by } in &self.0 {
            show(*acknowledge_by, Ring::CriticalResult { lab: lab.clone(), taken_at: *taken_at });
        }
    }
}
