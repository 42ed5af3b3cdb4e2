//! Where a patient stands in each program.

use concord_domain::EpisodeRef;
use concord_domain::episode::{Event, Phase, Stage};
use concord_kernel::{EpisodeId, Instant, ProgramId};
use concord_projection::Fact;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A patient's place in one program: the latest stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stay {
    stream: Uuid,
    /// The program; absent only when the referral is missing.
    pub program: Option<ProgramId>,
    /// Where they stand.
    pub stage: Stage,
    /// Since when they stand there.
    pub since: Instant,
    /// The latest stay, once there was one.
    pub episode: Option<EpisodeId>,
    /// When it began.
    pub admitted_at: Option<Instant>,
}

/// A patient's places in all programs, in the order of referral.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stays(Vec<Stay>);

impl Stays {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Stay> {
        self.0.iter()
    }

    /// The one that counts most: an open one, else the last one.
    pub fn main(&self) -> Option<&Stay> {
        self.0.iter().find(|stay| stay.is_open()).or(self.0.last())
    }

    /// Whether any is open, interrupted or not.
    pub fn any_open(&self) -> bool {
        self.0.iter().any(Stay::is_open)
    }

    /// Whether that stay is open, interrupted or not.
    pub fn is_open(&self, episode: EpisodeId) -> bool {
        self.0.iter().any(|stay| stay.episode == Some(episode) && stay.is_open())
    }

    /// Whether the patient is still, or not yet, in care here: not every stay has ended.
    pub fn concerns_us(&self) -> bool {
        self.0.iter().any(|stay| !matches!(stay.stage, Stage::Closed | Stage::NotACandidate | Stage::Unknown))
    }

    /// The programs in which they are not closed.
    pub fn programs(&self) -> impl Iterator<Item = &ProgramId> {
        let current =
            self.0.iter().filter(|stay| !matches!(stay.stage, Stage::Closed | Stage::NotACandidate));
        current.filter_map(|stay| stay.program.as_ref())
    }

    /// Each stay that is open, by program and identifier, with whether it is not interrupted.
    pub(crate) fn open(&self) -> impl Iterator<Item = (EpisodeRef, bool)> {
        let named = |stay: &Stay| Some(EpisodeRef { program: stay.program.clone()?, id: stay.episode? });
        let open = self.0.iter().filter(|stay| stay.is_open());
        open.filter_map(move |stay| Some((named(stay)?, stay.stage.is_active())))
    }

    /// The program that a stream of stays is about.
    pub(crate) fn program_of(&self, stream: Uuid) -> Option<&ProgramId> {
        self.0.iter().find(|stay| stay.stream == stream).and_then(|stay| stay.program.as_ref())
    }

    pub(crate) fn fold(&mut self, fact: &Fact, event: &Event) {
        let known = self.0.iter().position(|stay| stay.stream == fact.stream.id);
        let at = known.unwrap_or_else(|| {
            self.0.push(Stay::unknown(fact));
            self.0.len() - 1
        });
        self.0[at].fold(fact, event);
    }
}

impl Stay {
    pub(crate) fn unknown(fact: &Fact) -> Self {
        Self {
            stream: fact.stream.id,
            program: None,
            stage: Stage::Unknown,
            since: fact.effective_at,
            episode: None,
            admitted_at: None,
        }
    }

    /// Whether a stay is open, interrupted or not.
    pub const fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Open(_) | Stage::Paused(_))
    }

    /// The phase of an open stay.
    pub const fn phase(&self) -> Option<Phase> {
        match self.stage {
            Stage::Open(phase) | Stage::Paused(phase) => Some(phase),
            Stage::Unknown
            | Stage::Referred
            | Stage::Candidate
            | Stage::NotACandidate
            | Stage::Waitlisted
            | Stage::Closed => None,
        }
    }

    pub(crate) fn fold(&mut self, fact: &Fact, event: &Event) {
        let phase = self.phase().unwrap_or(Phase::Assessing);
        let stage = match event {
            Event::PatientReferred { program, .. } => {
                self.program = Some(program.clone());
                Stage::Referred
            }
            Event::CandidateScreened { candidate: true, .. } => Stage::Candidate,
            Event::CandidateScreened { candidate: false, .. } => Stage::NotACandidate,
            Event::PatientWaitlisted { .. } => Stage::Waitlisted,
            Event::EpisodeOpened { episode, admitted_at, .. } => {
                self.episode = Some(*episode);
                self.admitted_at = Some(*admitted_at);
                Stage::Open(Phase::Assessing)
            }
            Event::EpisodePhaseChanged { to, .. } if matches!(self.stage, Stage::Paused(_)) => {
                Stage::Paused(*to)
            }
            Event::EpisodePhaseChanged { to, .. } => Stage::Open(*to),
            Event::EpisodePaused { .. } => Stage::Paused(phase),
            Event::EpisodeResumed { .. } => Stage::Open(phase),
            Event::EpisodeClosed { .. } => Stage::Closed,
            Event::BridgingDue { .. } | Event::BridgingDecided { .. } | Event::BridgingBreached { .. } => {
                self.stage
            }
        };
        if stage != self.stage {
            self.stage = stage;
            self.since = fact.effective_at;
        }
    }
}
