//! Whether medication is indicated, stay by stay.

use concord_domain::EpisodeRef;
use concord_domain::assessment::Event;
use concord_kernel::{EpisodeId, Instant};
use concord_knowledge::ConditionId;
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

/// What the assessment of a stay has led to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Indication {
    /// The stay.
    pub episode: EpisodeId,
    /// Its program, once the assessment has begun.
    pub of: Option<EpisodeRef>,
    /// When it was signed and waits for a decision.
    pub waiting_since: Option<Instant>,
    /// What was decided last.
    pub verdict: Option<Verdict>,
}

/// A decision about medication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether medication is indicated.
    pub indicated: bool,
    /// Diagnoses that it rests on.
    pub diagnoses: Vec<ConditionId>,
    /// When.
    pub at: Instant,
}

/// The assessments of all stays, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Indications(Vec<Indication>);

impl Indications {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Indication> {
        self.0.iter()
    }

    /// The latest.
    pub fn latest(&self) -> Option<&Indication> {
        self.0.last()
    }

    pub(crate) fn fold(&mut self, fact: &Fact, event: &Event) {
        let episode = EpisodeId::new(fact.stream.id);
        let known = self.0.iter().position(|known| known.episode == episode);
        let at = known.unwrap_or_else(|| {
            self.0.push(Indication { episode, of: None, waiting_since: None, verdict: None });
            self.0.len() - 1
        });
        let known = &mut self.0[at];
        let decided = |indicated, diagnoses: &[ConditionId]| {
            Some(Verdict { indicated, diagnoses: diagnoses.to_vec(), at: fact.effective_at })
        };
        match event {
            Event::AssessmentStarted { episode } => known.of = Some(episode.clone()),
            Event::AssessmentSectionRecorded { .. } => {}
            Event::AssessmentCompleted => known.waiting_since = Some(fact.effective_at),
            Event::MedicationIndicated { diagnoses, .. } => {
                known.waiting_since = None;
                known.verdict = decided(true, diagnoses);
            }
            Event::MedicationNotIndicated { diagnoses, .. } => {
                known.waiting_since = None;
                known.verdict = decided(false, diagnoses);
            }
            // An indication stands until it is decided anew.
            Event::AssessmentReopened { .. } => known.waiting_since = None,
        }
    }
}
