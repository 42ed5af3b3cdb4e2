//! The refusals of a recovery record.

use concord_kernel::{Day, Instant, Role};

use crate::Explain;

/// Why a recovery record refuses a command. Facts that people tell are refused for their form alone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The role may not do this.
    #[error("a {role} may not do this to a recovery record")]
    RoleNotPermitted {
        /// The role of the actor.
        role: Role,
    },
    /// The one who tells it is not on the patient's care team.
    #[error("only the patient, the care team and the program's staff tell of use; an overdose anybody may")]
    NotOnCareTeam,
    /// The stay is not this patient's open stay in this program, or it is paused.
    #[error("the stay is not open, or it is paused")]
    EpisodeNotActive,
    /// What happened would have happened in the future.
    #[error("the time is in the future")]
    InTheFuture,
    /// Injections are recorded on the chart.
    #[error("an injection is recorded on the medication chart")]
    RecordedAsInjection,
    /// The identifier has named another induction, report, relapse, screen or overdose.
    #[error("the identifier has been used before")]
    IdUsed,
    /// Another induction goes on.
    #[error("another induction goes on")]
    InductionOpen,
    /// There is no such induction, report, relapse, screen or overdose.
    #[error("nothing of that identifier is in this record")]
    NotRecorded,
    /// The induction has ended.
    #[error("the induction has ended")]
    InductionEnded,
    /// Nobody takes a first dose at home without instructions.
    #[error("an induction at home needs instructions that the patient has in hand")]
    InstructionsRequired,
    /// A low-dose start needs no clearance, and neither does a dose after the first.
    #[error("the dose needs no withdrawal: it is a low one, or not the first")]
    ClearanceNotNeeded,
    /// The opioid was used too lately.
    #[error("the opioid was used too lately for a first dose")]
    UsedTooLately {
        /// When it will have been long enough.
        earliest: Instant,
    },
    /// No withdrawal score is fresh enough.
    #[error("withdrawal has not been scored within {within_minutes} minutes")]
    WithdrawalNotScored {
        /// How fresh it must be.
        within_minutes: u16,
    },
    /// Withdrawal has not gone far enough.
    #[error("withdrawal is at {total}, and a first dose needs at least {at_least}")]
    WithdrawalTooMild {
        /// The latest total.
        total: u16,
        /// The least that is needed.
        at_least: u16,
    },
    /// Nobody saw a dose taken.
    #[error("no dose of the induction has been recorded")]
    NoDoseObserved,
    /// Nobody offered naloxone.
    #[error("naloxone has not been offered")]
    NaloxoneNotOffered,
    /// A dose of nothing.
    #[error("a dose is more than 0 mg")]
    NoDose,
    /// No such order was ever written.
    #[error("there is no such order on the chart")]
    UnknownOrder,
    /// The outside medication is not on the chart.
    #[error("there is no such outside medication on the chart")]
    UnknownMedication,
    /// The outside medication is another one.
    #[error("the outside medication holds no methadone")]
    NotMethadone,
    /// No such row of the table of substances or of drug screens.
    #[error("the table has no such row")]
    UnknownRow,
    /// A relapse rests on nothing.
    #[error("a relapse rests on a report of use or on what was told or seen")]
    RelapseWithoutBasis,
    /// A relapse rests on drug screens alone.
    #[error("a drug screen alone is no relapse")]
    ScreenAlone,
    /// A prescriber has looked at it.
    #[error("it has been reviewed already")]
    AlreadyReviewed,
    /// More substances, reports and screens than one report or relapse cites.
    #[error("at most {most} are cited at once")]
    TooManyCited {
        /// The most there may be.
        most: usize,
    },
    /// A screen looked for nothing.
    #[error("a screen names at least one class")]
    NoScreenLine,
    /// A class is named twice.
    #[error("a screen names each class once")]
    ScreenClassRepeated,
    /// Nothing was handed out.
    #[error("at least one kit is handed out")]
    NoKit,
    /// There is no such stay.
    #[error("there is no such stay of this patient in this program")]
    UnknownStay,
    /// The checkpoint has not come.
    #[error("the checkpoint is on {on}")]
    CheckpointToCome {
        /// The day on which it is.
        on: Day,
    },
    /// It was measured.
    #[error("retention has been measured at this checkpoint")]
    AlreadyMeasured,
    /// When the stay ended was not recorded.
    #[error("it is not known when the stay ended")]
    EndNotKnown,
    /// The decision was made without what it rests on.
    #[error("what the decision depends on was not looked up")]
    FactsMissing,
}

impl Error {
    /// The stable reason, and what to do.
    const fn explained(&self) -> (&'static str, &'static str) {
        match self {
            Self::RoleNotPermitted { .. } => (
                "ROLE_NOT_PERMITTED",
                "prescribers plan inductions and review; nurses clear and watch doses and take samples; anybody reports",
            ),
            Self::NotOnCareTeam => (
                "NOT_ON_CARE_TEAM",
                "ask the program to take you into the care team; an overdose, or an emergency, anybody may tell of",
            ),
            Self::EpisodeNotActive => {
                ("EPISODE_NOT_ACTIVE", "admit the patient or resume the stay, and name the open stay")
            }
            Self::InTheFuture => ("IN_THE_FUTURE", "name a time that has passed"),
            Self::RecordedAsInjection => {
                ("RECORDED_AS_INJECTION", "record the injection on the medication chart")
            }
            Self::IdUsed => ("RECOVERY_ID_USED", "use a fresh identifier for what is new"),
            Self::InductionOpen => ("INDUCTION_OPEN", "complete or abandon the induction that goes on"),
            Self::NotRecorded => ("NOT_RECORDED", "record it first, or name one of this patient"),
            Self::InductionEnded => ("INDUCTION_ENDED", "start another induction"),
            Self::InstructionsRequired => (
                "INSTRUCTIONS_REQUIRED",
                "hand out instructions on waiting, doses and whom to call, and record them",
            ),
            Self::ClearanceNotNeeded => ("CLEARANCE_NOT_NEEDED", "give the dose that is ordered"),
            Self::UsedTooLately { .. } => {
                ("USED_TOO_LATELY", "wait, treat symptoms meanwhile, or plan a low-dose start")
            }
            Self::WithdrawalNotScored { .. } => {
                ("WITHDRAWAL_NOT_SCORED", "score withdrawal now: COWS in the clinic, COWS or SOWS at home")
            }
            Self::WithdrawalTooMild { .. } => {
                ("WITHDRAWAL_TOO_MILD", "wait, score withdrawal again, or plan a low-dose start")
            }
            Self::NoDoseObserved => ("NO_DOSE_OBSERVED", "record the doses that were watched"),
            Self::NaloxoneNotOffered => ("NALOXONE_NOT_OFFERED", "offer naloxone, and record what was said"),
            Self::NoDose => ("NO_DOSE", "correct the dose"),
            Self::UnknownOrder => ("UNKNOWN_ORDER", "name an order of this patient's chart"),
            Self::UnknownMedication => {
                ("UNKNOWN_MEDICATION", "record the methadone as an outside medication first")
            }
            Self::NotMethadone => ("NOT_METHADONE", "name the outside medication that is methadone"),
            Self::UnknownRow => {
                ("NOT_IN_TABLE", "name a row of the table; there is one for a substance that is not known")
            }
            Self::RelapseWithoutBasis => {
                ("RELAPSE_WITHOUT_BASIS", "cite a report of use, or say what was told or seen")
            }
            Self::ScreenAlone => (
                "SCREEN_ALONE",
                "talk with the patient about the result, and say what they told or what was seen",
            ),
            Self::AlreadyReviewed => ("ALREADY_REVIEWED", "nothing needs to be done"),
            Self::TooManyCited { .. } => ("TOO_MANY_CITED", "cite those that matter most"),
            Self::NoScreenLine => ("SCREEN_LINE_REQUIRED", "say what the sample was tested for"),
            Self::ScreenClassRepeated => ("SCREEN_CLASS_REPEATED", "name each class once"),
            Self::NoKit => ("NO_KIT", "hand out a kit, or record that it was declined and why"),
            Self::UnknownStay => ("UNKNOWN_STAY", "name a stay of this patient in this program"),
            Self::CheckpointToCome { .. } => ("CHECKPOINT_TO_COME", "measure on that day or later"),
            Self::AlreadyMeasured => ("RETENTION_MEASURED", "nothing needs to be done"),
            Self::EndNotKnown => ("STAY_END_NOT_KNOWN", "leave it unmeasured: the stay is too old to tell"),
            Self::FactsMissing => ("FACTS_MISSING", "send the command again; if it happens again, report it"),
        }
    }
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        self.explained().0
    }

    fn remedy(&self) -> &'static str {
        self.explained().1
    }
}
