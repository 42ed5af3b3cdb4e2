//! Visits that were missed one after the other, and outreach that nobody did.

use concord_domain::adherence::{Event, OutreachCause};
use concord_domain::follow_up::{Event as VisitEvent, VisitKind};
use concord_kernel::{EpisodeId, Instant, StreamRef, VisitId};
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

use super::Ring;
use crate::parts::{Outreach, Stays};

/// A run of missed visits for which nobody is to reach out yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Run {
    episode: EpisodeId,
    visit: VisitId,
    at: Instant,
}

/// What is to be begun, and what has begun.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Outreaches {
    runs: Vec<Run>,
    open: Outreach,
}

impl Outreaches {
    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.open.is_empty()
    }

    pub(super) fn visit(&mut self, stays: &Stays, fact: &Fact, event: &VisitEvent) {
        self.open.visit(event);
        let Some(episode) = stay_of(stays, fact) else { return };
        if let Some(visit) = missed_in_a_row(fact, event) {
            self.runs.retain(|run| run.episode != episode);
            if !self.is_open() {
                self.runs.push(Run { episode, visit, at: fact.recorded_at });
            }
        } else if let VisitEvent::VisitCompleted { kind: VisitKind::Medication, .. } = event {
            self.runs.retain(|run| run.episode != episode);
        }
    }

    pub(super) fn fold(&mut self, event: &Event) {
        self.open.fold(event);
        // One talk answers for every stay.
        if let Event::OutreachDue { .. } = event {
            self.runs.clear();
        }
    }

    pub(super) fn stay_closed(&mut self, episode: EpisodeId) {
        self.runs.retain(|run| run.episode != episode);
        self.open.stay_closed();
    }

    fn is_open(&self) -> bool {
        self.open.iter().any(|open| open.because == OutreachCause::MissedVisits)
    }

    pub(super) fn each(&self, stays: &Stays, show: &mut impl FnMut(Instant, Ring)) {
        if self.is_empty() {
            return;
        }
        for (episode, _) in stays.open() {
            for run in self.runs.iter().filter(|run| run.episode == episode.id) {
                show(run.at, Ring::Outreach { episode: episode.clone(), visit: run.visit });
            }
        }
        let Some((episode, _)) = stays.open().next() else { return };
        for open in self.open.iter().filter(|open| !open.breached) {
            let (episode, because, act_by) = (episode.clone(), open.because, open.act_by);
            show(act_by, Ring::OutreachBreach { episode, because, act_by });
        }
    }
}

/// The last of so many missed medication visits that the rule holds.
pub(super) fn missed_in_a_row(fact: &Fact, event: &VisitEvent) -> Option<VisitId> {
    let most = fact.rules.now().deadlines().missed_visits;
    match event {
        VisitEvent::VisitMissed { visit, kind: VisitKind::Medication, in_a_row } if *in_a_row >= most => {
            Some(*visit)
        }
        VisitEvent::VisitMissed { .. }
        | VisitEvent::VisitScheduled { .. }
        | VisitEvent::VisitCompleted { .. }
        | VisitEvent::CadenceChanged { .. } => None,
    }
}

/// The open stay whose visits a fact is about.
pub(super) fn stay_of(stays: &Stays, fact: &Fact) -> Option<EpisodeId> {
    let of = |episode: EpisodeId| StreamRef::follow_up(fact.patient, episode) == fact.stream;
    stays.open().map(|(episode, _)| episode.id).find(|episode| of(*episode))
}
