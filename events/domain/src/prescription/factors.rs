//! What shows that somebody is who they say, at the moment when it matters.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Factor;
use crate::Context;

/// Kinds of factors that are shown for a controlled substance. Source: 21 CFR 1311.115(a).
const KINDS: usize = 2;

/// The most factors that are shown at once.
const MOST_FACTORS: usize = 3;

/// Why factors do not show who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotShown {
    /// Fewer kinds than it takes.
    #[error("a controlled substance is signed with {least} kinds of factors")]
    Missing {
        /// The least kinds.
        least: usize,
    },
    /// More factors than there are kinds.
    #[error("a signature shows at most {most} factors")]
    TooMany {
        /// The most there may be.
        most: usize,
    },
    /// A factor was verified too long ago.
    #[error("a factor was verified more than {most_minutes} minutes ago")]
    TooOld {
        /// The most minutes.
        most_minutes: u16,
    },
    /// It lies in the future.
    #[error("it lies in the future")]
    InTheFuture,
}

impl NotShown {
    /// The stable name of the reason and what would help.
    pub(crate) const fn explained(self) -> (&'static str, &'static str) {
        match self {
            Self::Missing { .. } => {
                ("FACTORS_MISSING", "authenticate with two of: something known, a biometric, a hard token")
            }
            Self::TooMany { .. } => ("TOO_MANY_FACTORS", "show each kind of factor once"),
            Self::TooOld { .. } => ("FACTOR_TOO_OLD", "authenticate again, then sign at once"),
            Self::InTheFuture => ("IN_THE_FUTURE", "name a time that has been"),
        }
    }
}

/// Whether each factor was verified just now, and not some time before.
pub(super) fn fresh(factors: &[Factor], context: &Context) -> Result<(), NotShown> {
    if factors.len() > MOST_FACTORS {
        return Err(NotShown::TooMany { most: MOST_FACTORS });
    }
    let most_minutes = context.rules.prescription_policy(context.now.day()).factor_minutes;
    let longest = Duration::from_mins(u64::from(most_minutes));
    for factor in factors {
        if factor.verified_at > context.now {
            return Err(NotShown::InTheFuture);
        }
        if factor.verified_at.plus(longest) < context.now {
            return Err(NotShown::TooOld { most_minutes });
        }
    }
    Ok(())
}

/// Whether they are of as many kinds as it takes.
pub(super) fn enough(factors: &[Factor]) -> Result<(), NotShown> {
    let kinds: BTreeSet<_> = factors.iter().map(|factor| factor.kind).collect();
    if kinds.len() < KINDS { Err(NotShown::Missing { least: KINDS }) } else { Ok(()) }
}

/// Whether fresh factors of two kinds are shown.
pub(crate) fn two_kinds(factors: &[Factor], context: &Context) -> Result<(), NotShown> {
    fresh(factors, context)?;
    enough(factors)
}
