//! The state of an assessment, folded from its events.

use std::collections::BTreeSet;

use concord_knowledge::ConditionId;
use serde::{Deserialize, Serialize};

use super::{Event, Section};
use crate::{EpisodeRef, IndicationFacts};

/// What the events of an assessment say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    pub(super) standing: Standing,
    episode: Option<EpisodeRef>,
    /// Sections that are written; what they say is in the events.
    pub(super) written: BTreeSet<Section>,
    indicated: Option<bool>,
    diagnoses: Vec<ConditionId>,
}

/// How far an assessment is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Standing {
    /// Nobody has begun it.
    #[default]
    NotStarted,
    /// It is being written.
    Open,
    /// It is signed; the decision is still to come.
    Completed,
    /// It is signed and decided.
    Decided,
}

impl Assessment {
    /// Takes in one more event.
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::AssessmentStarted { episode } => {
                self.episode = Some(episode);
                self.standing = Standing::Open;
            }
            Event::AssessmentSectionRecorded { section, .. } => {
                self.written.insert(section);
            }
            Event::AssessmentCompleted => self.standing = Standing::Completed,
            Event::MedicationIndicated { diagnoses, .. } => self.decided(true, diagnoses),
            Event::MedicationNotIndicated { diagnoses, .. } => self.decided(false, diagnoses),
            Event::AssessmentReopened { .. } => self.standing = Standing::Open,
        }
    }

    fn decided(&mut self, indicated: bool, diagnoses: Vec<ConditionId>) {
        self.standing = Standing::Decided;
        self.indicated = Some(indicated);
        self.diagnoses = diagnoses;
    }

    /// What other streams may know of it.
    pub(crate) fn facts(&self) -> IndicationFacts {
        IndicationFacts { indicated: self.indicated, diagnoses: self.diagnoses.clone() }
    }
}
