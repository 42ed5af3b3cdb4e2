//! What may have happened in a stay.

use concord_kernel::{Day, EpisodeId, Instant, OrderId, Phi, ProgramId, Text};
use serde::{Deserialize, Serialize};

use super::{BridgingLine, CriterionAnswer, Disposition, Exclusion, Interruption, Phase};

/// A fact about a patient's stays in one program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// Somebody was sent to the program.
    PatientReferred {
        /// The program.
        program: ProgramId,
        /// Legal name.
        name: Phi<Text>,
        /// Day of birth.
        born_on: Phi<Day>,
        /// Who sent, in words.
        referred_by: Text,
        /// Why.
        reason: Text,
        /// Whether the program is a 42 CFR Part 2 program.
        part2: bool,
    },
    /// It was judged whether medication management suits them.
    CandidateScreened {
        /// Each criterion that was looked at.
        criteria: Vec<CriterionAnswer>,
        /// What speaks against it now.
        exclusions: Vec<Exclusion>,
        /// The outcome: any criterion met and no exclusion.
        candidate: bool,
    },
    /// A place was kept.
    PatientWaitlisted {
        /// Why not at once.
        reason: Text,
    },
    /// The stay began.
    EpisodeOpened {
        /// The stay.
        episode: EpisodeId,
        /// The stay before it, on a readmission.
        previous: Option<EpisodeId>,
        /// When it began; may be before it was recorded.
        admitted_at: Instant,
    },
    /// The stay moved on.
    EpisodePhaseChanged {
        /// The stay.
        episode: EpisodeId,
        /// Where from.
        from: Phase,
        /// Where to.
        to: Phase,
        /// Why.
        reason: Text,
    },
    /// The stay was interrupted.
    EpisodePaused {
        /// The stay.
        episode: EpisodeId,
        /// What interrupts it.
        because: Interruption,
    },
    /// The stay went on.
    EpisodeResumed {
        /// The stay.
        episode: EpisodeId,
    },
    /// The stay ended.
    EpisodeClosed {
        /// The stay.
        episode: EpisodeId,
        /// How.
        disposition: Disposition,
        /// What was decided about medication after discharge.
        medication_plan: Option<Text>,
        /// When, clinically; absent in what was recorded before this was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Instant>,
    },
    /// A stay has ended, and it is to be decided what happens to medication after it.
    BridgingDue {
        /// The stay.
        episode: EpisodeId,
        /// The orders that were open.
        orders: Vec<OrderId>,
        /// Whether naloxone is to be offered as well.
        naloxone: bool,
        /// Until when.
        decide_by: Instant,
    },
    /// That was decided.
    BridgingDecided {
        /// The stay.
        episode: EpisodeId,
        /// What happens to each order.
        lines: Vec<BridgingLine>,
        /// Who goes on prescribing, and what the patient was told.
        note: Text,
        /// Whether it came after the deadline.
        late: bool,
    },
    /// The deadline passed without a decision.
    BridgingBreached {
        /// The stay.
        episode: EpisodeId,
        /// What the deadline was.
        decide_by: Instant,
    },
}
