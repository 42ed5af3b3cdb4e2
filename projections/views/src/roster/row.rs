//! What a roster knows of a patient in one program.

use concord_domain::episode::{Disposition, Event};
use concord_domain::recovery;
use concord_kernel::{EpisodeId, Instant, PatientId};
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

use crate::parts::{Identity, Stay};

/// Ended stays that a row keeps; older ones are in the course.
const PAST_KEPT: usize = 20;

/// A stay that has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PastStay {
    /// The stay.
    pub episode: EpisodeId,
    /// When it began.
    pub admitted_at: Option<Instant>,
    /// When it ended.
    pub closed_at: Instant,
    /// How.
    pub disposition: Disposition,
}

/// One patient in one program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Whom it is about.
    pub patient: PatientId,
    /// Who they are.
    pub identity: Identity,
    /// When they were first referred.
    pub referred_at: Instant,
    /// Where they stand.
    pub stay: Stay,
    /// Stays that have ended, oldest first.
    pub past: Vec<PastStay>,
    /// Who stayed until when: every checkpoint of the latest stay that was measured.
    pub retention: Vec<Retention>,
}

/// Whether a stay went on at a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// The stay.
    pub episode: EpisodeId,
    /// Days after admission.
    pub days: u16,
    /// Whether it went on.
    pub retained: bool,
    /// Whether the program had an open order then.
    pub on_medication: bool,
}

impl Row {
    pub(super) fn measured(&mut self, event: &recovery::Event) {
        if let recovery::Event::RetentionMeasured { episode, checkpoint, retained, on_medication, .. } = event
        {
            self.retention.retain(|known| known.episode == episode.id);
            self.retention.push(Retention {
                episode: episode.id,
                days: checkpoint.days(),
                retained: *retained,
                on_medication: *on_medication,
            });
        }
    }

    pub(super) fn new(fact: &Fact) -> Self {
        Self {
            patient: fact.patient,
            identity: Identity::default(),
            referred_at: fact.effective_at,
            stay: Stay::unknown(fact),
            past: Vec::new(),
            retention: Vec::new(),
        }
    }

    pub(super) fn fold(&mut self, fact: &Fact, event: &Event) {
        self.identity.episode(event);
        if let Event::EpisodeClosed { episode, disposition, .. } = event {
            self.past.push(PastStay {
                episode: *episode,
                admitted_at: self.stay.admitted_at,
                closed_at: fact.effective_at,
                disposition: *disposition,
            });
            let surplus = self.past.len().saturating_sub(PAST_KEPT);
            self.past.drain(..surplus);
        }
        self.stay.fold(fact, event);
    }
}
