//! The refusals of the scores.

use concord_kernel::Role;

use crate::Explain;

/// Why the scores refuse a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The role may not record this form, or not deal with risks.
    #[error("a {role} may not do this to the scores")]
    RoleNotPermitted {
        /// The role of the actor.
        role: Role,
    },
    /// The identifier has named an administration before.
    #[error("the identifier of the administration has been used")]
    ScaleUsed,
    /// The form has more or fewer items.
    #[error("the form has {expected} items")]
    ItemCount {
        /// How many it has.
        expected: usize,
    },
    /// An answer is higher than the form allows.
    #[error("item {item} is answered with 0 to {highest}")]
    ItemOutOfRange {
        /// Which, counted from 1.
        item: usize,
        /// The highest answer there is.
        highest: u8,
    },
    /// A number that the item does not offer, though it offers higher ones.
    #[error("item {item} does not offer that number")]
    AnswerNotOffered {
        /// Which, counted from 1.
        item: usize,
    },
    /// A clinician has to see what the form asks for.
    #[error("a clinician scores this form")]
    ClinicianScores,
    /// A form that says nothing without its answer is not answered.
    #[error("an item is not answered that the form cannot be judged without")]
    Unanswered,
    /// The total on the form is not the one that its items give.
    #[error("the total on the form is not the sum of its items")]
    TotalMismatch {
        /// The total of the items; absent when too many are missing.
        computed: Option<u16>,
    },
    /// The language has not the form of a BCP 47 tag.
    #[error("the language is no BCP 47 tag")]
    NotALanguage,
    /// The form would have been answered in the future.
    #[error("the form is answered in the future")]
    TakenInFuture,
    /// The form was answered long ago.
    #[error("the form was answered more than {most_days} days ago")]
    TakenTooLongAgo {
        /// The most days ago.
        most_days: i64,
    },
    /// Craving is of a substance, and a drug is suspected of a side effect.
    #[error("the form is about a substance or drug")]
    SubstanceRequired,
    /// The form asks for no substance.
    #[error("the form asks for no substance")]
    SubstanceNotAsked,
    /// The administration raised no risk.
    #[error("there is no such risk")]
    UnknownRisk,
    /// The risk was dealt with.
    #[error("the risk has been resolved already")]
    RiskAlreadyResolved,
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ROLE_NOT_PERMITTED",
            Self::ScaleUsed => "SCALE_ID_USED",
            Self::ItemCount { .. } => "SCALE_ITEM_COUNT",
            Self::ItemOutOfRange { .. } => "SCALE_ITEM_OUT_OF_RANGE",
            Self::AnswerNotOffered { .. } => "SCALE_ANSWER_NOT_OFFERED",
            Self::ClinicianScores => "SCALE_CLINICIAN_SCORES",
            Self::Unanswered => "SCALE_UNANSWERED",
            Self::TotalMismatch { .. } => "SCALE_TOTAL_MISMATCH",
            Self::NotALanguage => "LANGUAGE_INVALID",
            Self::TakenInFuture => "TAKEN_IN_FUTURE",
            Self::TakenTooLongAgo { .. } => "TAKEN_TOO_LONG_AGO",
            Self::SubstanceRequired => "SUBSTANCE_REQUIRED",
            Self::SubstanceNotAsked => "SUBSTANCE_NOT_ASKED",
            Self::UnknownRisk => "UNKNOWN_RISK",
            Self::RiskAlreadyResolved => "RISK_ALREADY_RESOLVED",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => {
                "a psychiatrist, PMHNP, therapist or nurse does this; patients record what they answered themselves"
            }
            Self::ScaleUsed => "use a fresh identifier for the new administration",
            Self::ItemCount { .. } => "give one answer an item, in the order of the form; leave out none",
            Self::ItemOutOfRange { .. } => "correct the answer",
            Self::AnswerNotOffered { .. } => "choose one of the numbers that the form offers for the item",
            Self::ClinicianScores => "have a clinician score it; at home the patient answers the SOWS",
            Self::Unanswered => "ask for the missing answer",
            Self::TotalMismatch { .. } => "compare the items with the form, or leave the total out",
            Self::NotALanguage => "name the language of the form as in en-US",
            Self::TakenInFuture => "correct the time at which the form was answered",
            Self::TakenTooLongAgo { .. } => "ask the patient again",
            Self::SubstanceRequired => "name the substance that is craved, or the drug that is suspected",
            Self::SubstanceNotAsked => "leave the substance out",
            Self::UnknownRisk => "name the administration that raised the risk",
            Self::RiskAlreadyResolved => "there is nothing left to resolve",
        }
    }
}
