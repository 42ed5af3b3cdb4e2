//! What may be asked of a stay.

use concord_kernel::{Day, EpisodeId, Phi, Text};
use serde::{Deserialize, Serialize};

use super::{BridgingLine, Criterion, Disposition, Exclusion, Interruption, Phase};

/// A request to change a patient's stays in one program.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Send somebody to the program.
    Refer {
        /// Legal name.
        name: Phi<Text>,
        /// Day of birth.
        born_on: Phi<Day>,
        /// Who sends, in words.
        referred_by: Text,
        /// Why.
        reason: Text,
        /// Whether the program is a 42 CFR Part 2 program; unknown counts as yes.
        part2: bool,
    },
    /// Judge whether medication management suits them.
    Screen {
        /// Each candidate criterion that was looked at.
        criteria: Vec<CriterionAnswer>,
        /// What speaks against it now.
        exclusions: Vec<Exclusion>,
    },
    /// Keep a place for a candidate.
    Waitlist {
        /// Why not now.
        reason: Text,
    },
    /// Take a candidate in.
    Admit {
        /// The new stay; must never have been used.
        episode: EpisodeId,
    },
    /// Move on within the stay.
    ChangePhase {
        /// Where to.
        to: Phase,
        /// Why.
        reason: Text,
    },
    /// Interrupt the stay.
    Pause {
        /// What interrupts it.
        because: Interruption,
    },
    /// Go on after an interruption.
    Resume,
    /// End the stay.
    Discharge {
        /// How it ends.
        disposition: Disposition,
        /// What was decided about medication after discharge: bridging supply, who goes on prescribing. Wanted
        /// when open orders must not stop abruptly.
        medication_plan: Option<Text>,
    },
    /// Decide what happens to each medication after a stay that has ended.
    DecideBridging {
        /// The stay.
        episode: EpisodeId,
        /// One line for each order that was open when it ended.
        lines: Vec<BridgingLine>,
        /// Who goes on prescribing, and what the patient was told.
        note: Text,
    },
    /// Say that nobody has done so in time.
    BreachBridging {
        /// The stay.
        episode: EpisodeId,
    },
}

impl Command {
    /// Whether the medication chart bears on it: what is taken must not stop unnoticed.
    pub const fn needs_chart(&self) -> bool {
        matches!(self, Self::Discharge { .. } | Self::DecideBridging { .. })
    }

    /// Whether a stay is over with it.
    pub const fn ends_the_stay(&self) -> bool {
        matches!(self, Self::Discharge { .. })
    }

    /// Whether it asks if naloxone was offered.
    pub const fn needs_recovery(&self) -> bool {
        matches!(self, Self::Discharge { .. } | Self::DecideBridging { .. })
    }
}

/// One candidate criterion as it was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionAnswer {
    /// Which.
    pub criterion: Criterion,
    /// Whether it is met.
    pub met: bool,
    /// What shows it.
    pub evidence: Text,
}
