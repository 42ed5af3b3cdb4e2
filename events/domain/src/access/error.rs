//! The refusals of emergency access.

use crate::Explain;

/// Why a command about emergency access is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The glass is broken to treat, and for nothing else.
    #[error("the glass is broken for treatment or in an emergency only")]
    NotToTreat,
    /// The identifier names another time.
    #[error("the identifier belongs to another time that the glass was broken")]
    GlassIdTaken,
    /// The person reaches the record already.
    #[error("the glass is broken for this person already")]
    AlreadyBroken,
    /// Somebody must look first at what was done.
    #[error("the glass was broken {most} times and nobody has reviewed it")]
    TooManyUnreviewed {
        /// The most there may be.
        most: usize,
    },
    /// There is no such broken glass, or it lasts no longer.
    #[error("the glass is not broken")]
    NotBroken,
    /// Nobody reviews what they did themselves.
    #[error("who broke the glass does not review it")]
    ReviewOfOneself,
    /// There is a review.
    #[error("it is reviewed already")]
    AlreadyReviewed,
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::NotToTreat => "GLASS_NOT_TO_TREAT",
            Self::GlassIdTaken => "GLASS_ID_TAKEN",
            Self::AlreadyBroken => "GLASS_ALREADY_BROKEN",
            Self::TooManyUnreviewed { .. } => "GLASS_UNREVIEWED",
            Self::NotBroken => "GLASS_NOT_BROKEN",
            Self::ReviewOfOneself => "REVIEW_OF_ONESELF",
            Self::AlreadyReviewed => "GLASS_REVIEWED",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::NotToTreat => "name treatment or emergency as the purpose, where it is one",
            Self::GlassIdTaken => "choose another identifier",
            Self::AlreadyBroken => "go on: the record can be reached until the time that was named",
            Self::TooManyUnreviewed { .. } => "ask the privacy officer to review what was done",
            Self::NotBroken => "break the glass, with a reason",
            Self::ReviewOfOneself => "ask another privacy officer",
            Self::AlreadyReviewed => "nothing is left to do",
        }
    }
}
