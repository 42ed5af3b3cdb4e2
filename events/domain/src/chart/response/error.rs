//! The refusals about trials.

/// Why an answer to a trial, or what rests on one, is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// No row says what a trial of the drug for its purpose is.
    #[error("no rule says what a trial of the drug for its purpose is")]
    NoTrial,
    /// Waiting ends today, earlier, or too late.
    #[error("waiting ends on a day to come within {most_days} days")]
    WaitOutOfRange {
        /// The most days.
        most_days: i64,
    },
    /// It is to end for want of response, and no prescriber has found that in a trial.
    #[error("no adequate trial of the order was found to have failed")]
    NotAssessed,
}

impl ResponseError {
    /// The stable name of the reason and what would help.
    pub(in crate::chart) const fn explained(self) -> (&'static str, &'static str) {
        match self {
            Self::NoTrial => ("NO_TRIAL", "review the medication as a whole instead"),
            Self::WaitOutOfRange { .. } => ("WAIT_OUT_OF_RANGE", "name a day within the limit"),
            Self::NotAssessed => (
                "RESPONSE_NOT_ASSESSED",
                "assess the response first and decide to stop or switch, or name another reason",
            ),
        }
    }
}
