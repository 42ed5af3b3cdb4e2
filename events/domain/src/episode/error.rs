//! The refusals of a stay.

use concord_kernel::Role;

use super::{Criterion, Exclusion, Phase};
use crate::Explain;

/// Why a stay refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The role may not do this to a stay.
    #[error("a {role} may not do this to a stay")]
    RoleNotPermitted {
        /// The role of the actor.
        role: Role,
    },
    /// Nobody has referred the patient to this program.
    #[error("the patient has not been referred to this program")]
    NotReferred,
    /// A referral is under way already.
    #[error("the patient has been referred already")]
    AlreadyReferred,
    /// The birth date lies in the future.
    #[error("the day of birth is in the future")]
    BornInFuture,
    /// Nobody has screened the patient since the referral.
    #[error("the patient has not been screened")]
    NotScreened,
    /// The referral has been screened.
    #[error("the referral has been screened already")]
    AlreadyScreened,
    /// A screening says nothing about any criterion.
    #[error("no candidate criterion is answered")]
    NoCriterionAnswered,
    /// A criterion is answered twice.
    #[error("candidate criterion {criterion:?} is answered twice")]
    CriterionRepeated {
        /// Which.
        criterion: Criterion,
    },
    /// An exclusion is named twice.
    #[error("exclusion {exclusion:?} is named twice")]
    ExclusionRepeated {
        /// Which.
        exclusion: Exclusion,
    },
    /// Medication management does not suit the patient now.
    #[error("the screening found no candidate")]
    NotACandidate,
    /// A place is being kept.
    #[error("a place is being kept already")]
    AlreadyWaitlisted,
    /// The identifier has named a stay before.
    #[error("the episode identifier has been used")]
    EpisodeUsed,
    /// The admission lies further back than a stay lasts.
    #[error("the admission lies more than {most_days} days back")]
    AdmittedTooLongAgo {
        /// How far back it may lie.
        most_days: i64,
    },
    /// A stay is open; a patient has one at a time in a program.
    #[error("a stay in this program is open")]
    StayOpen,
    /// The last stay has ended.
    #[error("the stay has ended")]
    StayClosed,
    /// No stay has begun.
    #[error("the patient has not been admitted")]
    NotAdmitted,
    /// The stay is interrupted.
    #[error("the stay is paused")]
    StayPaused,
    /// The stay is not interrupted.
    #[error("the stay is not paused")]
    NotPaused,
    /// The stay is in that phase already.
    #[error("the stay is in phase {phase:?} already")]
    SamePhase {
        /// Which.
        phase: Phase,
    },
    /// One phase does not lead to the other.
    #[error("phase {from:?} does not lead to {to:?}")]
    PhaseNotReachable {
        /// Where the stay is.
        from: Phase,
        /// Where it was to go.
        to: Phase,
    },
    /// Orders that must not stop abruptly are open and nothing is said about them.
    #[error("{orders} open orders must not stop abruptly")]
    MedicationPlanRequired {
        /// How many.
        orders: usize,
    },
    /// The medication chart was not looked at, so nobody knows what would stop.
    #[error("the medication chart was not read")]
    ChartNotRead,
    /// The recovery record was not looked at, so nobody knows whether naloxone was offered.
    #[error("the recovery record was not read")]
    RecoveryNotRead,
    /// Nothing is left to be decided about medication after that stay.
    #[error("nothing is to be decided about medication after the stay")]
    BridgingNotDue,
    /// The order was not open when the stay ended.
    #[error("an order was not open when the stay ended")]
    BridgingOrderNotAsked,
    /// An order is named twice.
    #[error("an order is named twice")]
    BridgingOrderRepeated,
    /// Orders that were open are not named.
    #[error("{orders} orders that were open are not decided")]
    BridgingOrderMissing {
        /// How many.
        orders: usize,
    },
    /// The supply does not last that long.
    #[error("the supply does not last {days} days from the end of the stay")]
    BridgingSupplyTooShort {
        /// The least days.
        days: i64,
    },
    /// No taper of the order is agreed.
    #[error("no taper of the order is agreed")]
    BridgingNotTapered,
    /// The order is still open.
    #[error("the order has not ended")]
    BridgingOrderOpen,
    /// The drug must not stop at once.
    #[error("the drug must not stop abruptly")]
    BridgingAbruptStop,
    /// Naloxone was not offered in the stay or since.
    #[error("naloxone has not been offered")]
    BridgingNaloxone,
    /// Only the service says that a deadline has passed.
    #[error("only a timer records a breach")]
    NotATimer,
    /// The deadline has not passed.
    #[error("the deadline has not passed")]
    DeadlineNotPassed,
    /// The breach is on record.
    #[error("the breach has been recorded already")]
    AlreadyBreached,
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ROLE_NOT_PERMITTED",
            Self::NotReferred => "NOT_REFERRED",
            Self::AlreadyReferred => "ALREADY_REFERRED",
            Self::BornInFuture => "BORN_IN_FUTURE",
            Self::NotScreened => "NOT_SCREENED",
            Self::AlreadyScreened => "ALREADY_SCREENED",
            Self::NoCriterionAnswered => "NO_CRITERION_ANSWERED",
            Self::CriterionRepeated { .. } => "CRITERION_REPEATED",
            Self::ExclusionRepeated { .. } => "EXCLUSION_REPEATED",
            Self::NotACandidate => "NOT_A_CANDIDATE",
            Self::AlreadyWaitlisted => "ALREADY_WAITLISTED",
            Self::EpisodeUsed => "EPISODE_ID_USED",
            Self::AdmittedTooLongAgo { .. } => "ADMITTED_TOO_LONG_AGO",
            Self::StayOpen => "EPISODE_OPEN",
            Self::StayClosed => "EPISODE_CLOSED",
            Self::NotAdmitted => "NOT_ADMITTED",
            Self::StayPaused => "EPISODE_PAUSED",
            Self::NotPaused => "EPISODE_NOT_PAUSED",
            Self::SamePhase { .. } => "SAME_PHASE",
            Self::PhaseNotReachable { .. } => "PHASE_NOT_REACHABLE",
            Self::MedicationPlanRequired { .. } => "MEDICATION_PLAN_REQUIRED",
            Self::ChartNotRead | Self::RecoveryNotRead => "FACTS_MISSING",
            Self::BridgingNotDue => "BRIDGING_NOT_DUE",
            Self::BridgingOrderNotAsked => "BRIDGING_ORDER_NOT_ASKED",
            Self::BridgingOrderRepeated => "BRIDGING_ORDER_REPEATED",
            Self::BridgingOrderMissing { .. } => "BRIDGING_ORDER_MISSING",
            Self::BridgingSupplyTooShort { .. } => "BRIDGING_SUPPLY_TOO_SHORT",
            Self::BridgingNotTapered => "BRIDGING_NOT_TAPERED",
            Self::BridgingOrderOpen => "BRIDGING_ORDER_OPEN",
            Self::BridgingAbruptStop => "BRIDGING_ABRUPT_STOP",
            Self::BridgingNaloxone => "BRIDGING_NALOXONE_NOT_OFFERED",
            Self::NotATimer => "NOT_A_TIMER",
            Self::DeadlineNotPassed => "DEADLINE_NOT_PASSED",
            Self::AlreadyBreached => "ALREADY_BREACHED",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ask somebody of the care team whose role permits it",
            Self::NotReferred => "record a referral to this program first",
            Self::AlreadyReferred => "go on with the referral that is under way",
            Self::BornInFuture => "correct the day of birth",
            Self::NotScreened => "have a licensed evaluator screen the patient first",
            Self::AlreadyScreened => "go on from the screening on record; a new referral allows a new one",
            Self::NoCriterionAnswered => "answer at least one candidate criterion with its evidence",
            Self::CriterionRepeated { .. } => "answer each criterion once",
            Self::ExclusionRepeated { .. } => "name each exclusion once",
            Self::NotACandidate => "refer to a level of care that suits, or refer and screen again later",
            Self::AlreadyWaitlisted => "admit the patient when a place is free",
            Self::EpisodeUsed => "use a fresh identifier for the new stay",
            Self::AdmittedTooLongAgo { .. } => "correct the day of admission",
            Self::StayOpen => "go on with the open stay, or discharge from it first",
            Self::StayClosed => "refer the patient again; a readmission is a new stay",
            Self::NotAdmitted => "admit the patient first",
            Self::StayPaused => "resume the stay first",
            Self::NotPaused => "the stay goes on; there is nothing to resume",
            Self::SamePhase { .. } => "name another phase",
            Self::PhaseNotReachable { .. } => "move through the phases in their order",
            Self::MedicationPlanRequired { .. } => {
                "say what happens to these medications: taper, bridging supply, who goes on prescribing"
            }
            Self::ChartNotRead | Self::RecoveryNotRead => {
                "send the command again; if it happens again, report it"
            }
            Self::BridgingNotDue => "nothing is needed: it was decided, or nothing was open",
            Self::BridgingOrderNotAsked => "name only orders that were open when the stay ended",
            Self::BridgingOrderRepeated => "name each order once",
            Self::BridgingOrderMissing { .. } => "decide about every order that was open when the stay ended",
            Self::BridgingSupplyTooShort { .. } => {
                "renew the order as a bridging supply, or decide otherwise"
            }
            Self::BridgingNotTapered => "plan the taper on the chart first",
            Self::BridgingOrderOpen => "stop the order on the chart first, or decide otherwise",
            Self::BridgingAbruptStop => "taper it, supply it, or say who goes on with it",
            Self::BridgingNaloxone => "offer naloxone and record the answer first",
            Self::NotATimer => "nothing is needed: the program watches its deadlines itself",
            Self::DeadlineNotPassed => "wait until the deadline has passed",
            Self::AlreadyBreached => "nothing is needed: a breach is recorded once",
        }
    }
}
