//! The refusals of injections.

use concord_kernel::Day;
use concord_knowledge::Finding;

/// Why an injection, or a decision about one, is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InjectionError {
    /// The order is of nothing that is injected for weeks.
    #[error("the order is not of a long-acting injection")]
    NotInjected,
    /// No dose of the drug is on record, and nobody has said that it is tolerated.
    #[error("nothing shows that the drug is tolerated")]
    TolerabilityUnknown,
    /// The label asks for no such evidence.
    #[error("the injection asks for no evidence of tolerability")]
    TolerabilityNotAsked,
    /// Too soon after the one before.
    #[error("the injection before it still acts")]
    TooEarly {
        /// The first day on which it may be given.
        earliest: Day,
    },
    /// So late that a prescriber decides first.
    #[error("the injection is late, and a prescriber decides first how it goes on")]
    Late {
        /// The rule that holds, in the form of a finding.
        findings: Vec<Finding>,
    },
    /// Another dose than the one that is next.
    #[error("the dose is not the one that is next")]
    DoseNotOrdered,
    /// The drug is needed in another form for a while, and is not ordered in one.
    #[error("the drug is not taken in another form beside it")]
    OverlapMissing,
    /// The label names other sites.
    #[error("the injection does not go there")]
    SiteNotOffered,
    /// One of that day is on record.
    #[error("an injection of that day is on record")]
    OnRecord,
    /// The order has ended.
    #[error("the order has been stopped")]
    AfterTheOrder,
    /// It was given too long ago to be recorded.
    #[error("an injection is recorded within {most_days} days")]
    TooLongAgo {
        /// The limit.
        most_days: i64,
    },
    /// No rule asks for a decision.
    #[error("no injection is so late that a prescriber decides")]
    NotLate,
    /// Its last day has not passed.
    #[error("the last day of the injection has not passed")]
    NotOverdue {
        /// The last day.
        until: Day,
    },
    /// Nothing stood against it, or somebody has looked at that.
    #[error("no such injection waits for a review")]
    NotToReview,
}

impl InjectionError {
    /// The stable name of the reason and what would help.
    pub(in crate::chart) const fn explained(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotInjected => ("NOT_INJECTED", "name an order of a long-acting injection"),
            Self::TolerabilityUnknown => (
                "TOLERABILITY_UNKNOWN",
                "record the medication that shows it, or have a prescriber attest how it is known",
            ),
            Self::TolerabilityNotAsked => ("TOLERABILITY_NOT_ASKED", "nothing is needed for this drug"),
            Self::TooEarly { .. } => ("INJECTION_TOO_EARLY", "wait until the fewest days have passed"),
            Self::Late { .. } => (
                "INJECTION_LATE",
                "have a prescriber decide whether it is given as the rule says or as it is ordered",
            ),
            Self::DoseNotOrdered => (
                "INJECTION_DOSE_NOT_ORDERED",
                "give the dose of the order or, while it is begun, of its plan; or have the order changed",
            ),
            Self::OverlapMissing => (
                "OVERLAP_MISSING",
                "have the drug ordered by mouth for as long as the label asks for, or record that it is taken",
            ),
            Self::SiteNotOffered => ("SITE_NOT_OFFERED", "choose a site that the label names"),
            Self::OnRecord => ("INJECTION_ON_RECORD", "nothing is needed; it is recorded once"),
            Self::AfterTheOrder => {
                ("INJECTION_AFTER_THE_ORDER", "record when the last dose of the order was given")
            }
            Self::TooLongAgo { .. } => {
                ("INJECTION_TOO_LONG_AGO", "record it as an outside medication with its last dose")
            }
            Self::NotLate => ("INJECTION_NOT_LATE", "give the injection, or wait for its day"),
            Self::NotOverdue { .. } => ("INJECTION_NOT_OVERDUE", "wait until its last day has passed"),
            Self::NotToReview => {
                ("INJECTION_NOT_TO_REVIEW", "name an injection that was given against a rule")
            }
        }
    }

    /// The rule that stands against it, if it is one about late injections.
    pub(in crate::chart) fn findings(&self) -> &[Finding] {
        if let Self::Late { findings } = self { findings } else { &[] }
    }
}
