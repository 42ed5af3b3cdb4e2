//! What calls for a review of the medication, and reviews that are open.

use concord_domain::follow_up::{Event as VisitEvent, VisitKind};
use concord_domain::scales::Event as ScaleEvent;
use concord_domain::treatment_plan::{Event, ReviewCause, ReviewKind};
use concord_kernel::{EpisodeId, Instant, LifeChangeId};
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

use super::Ring;
use super::outreach::{missed_in_a_row, stay_of};
use crate::parts::Stays;

/// Something that calls for a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Call {
    episode: EpisodeId,
    because: ReviewCause,
    at: Instant,
}

/// What calls for a review, and reviews that the service opened and nobody has done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Reviews {
    calls: Vec<Call>,
    open: Vec<(LifeChangeId, ReviewKind)>,
}

impl Reviews {
    pub(super) fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.open.is_empty()
    }

    /// Of several stays the first that is open: who looks at the medication looks at all of it.
    pub(super) fn score(&mut self, stays: &Stays, fact: &Fact, event: &ScaleEvent) {
        let ScaleEvent::ScoreWorsened { id, .. } = event else { return };
        if let Some((episode, _)) = stays.open().next() {
            let because = ReviewCause::Worsening { score: *id };
            self.call(Call { episode: episode.id, because, at: fact.recorded_at });
        }
    }

    pub(super) fn visit(&mut self, stays: &Stays, fact: &Fact, event: &VisitEvent) {
        let Some(episode) = stay_of(stays, fact) else { return };
        if let Some(visit) = missed_in_a_row(fact, event) {
            self.call(Call { episode, because: ReviewCause::MissedVisits { visit }, at: fact.recorded_at });
        } else if let VisitEvent::VisitCompleted { kind: VisitKind::Medication, .. } = event {
            self.calls.retain(|call| call.because.kind() != ReviewKind::MissedVisits);
        }
    }

    pub(super) fn fold(&mut self, event: &Event) {
        if let Event::ReviewOpened { change, because, .. } = event {
            self.calls.retain(|call| call.because.kind() != because.kind());
            self.open.push((*change, because.kind()));
        } else if let Event::MedicationReviewed { considered, .. } = event {
            self.open.retain(|(change, _)| !considered.contains(change));
        }
    }

    /// With the stay goes its plan.
    pub(super) fn stay_closed(&mut self) {
        self.calls.clear();
        self.open.clear();
    }

    /// One review is open for a reason at a time; of several calls the last counts.
    fn call(&mut self, call: Call) {
        let kind = call.because.kind();
        self.calls.retain(|known| known.because.kind() != kind);
        if self.open.iter().all(|(_, open)| *open != kind) {
            self.calls.push(call);
        }
    }

    pub(super) fn each(&self, stays: &Stays, show: &mut impl FnMut(Instant, Ring)) {
        if self.calls.is_empty() {
            return;
        }
        for (episode, _) in stays.open() {
            for call in self.calls.iter().filter(|call| call.episode == episode.id) {
                show(call.at, Ring::Review { episode: episode.clone(), because: call.because });
            }
        }
    }
}
