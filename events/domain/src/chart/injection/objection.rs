//! What stands against an injection: it refuses one that is to be given, and is said of one that was.

use concord_kernel::Day;
use concord_knowledge::Finding;
use serde::{Deserialize, Serialize};

use super::InjectionError;
use crate::chart::Error;

/// What stood against an injection that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objection {
    /// The order was on hold.
    OrderHeld,
    /// The order had not begun.
    BeforeStart,
    /// The stay of the order was over.
    StayOver,
    /// The patient had declined, or had to agree first.
    NotConsented,
    /// Allergies were not asked for, or the boxed warning was not explained.
    NotPrepared,
    /// Nobody knew whether the drug is tolerated.
    TolerabilityUnknown,
    /// Too soon after the one before.
    TooEarly,
    /// So late that a prescriber decides first.
    Late,
    /// Another dose than the one that was next.
    DoseNotOrdered,
    /// The drug is not taken in another form beside it, as long as that is needed.
    OverlapMissing,
    /// Not into what the label names.
    SiteNotOffered,
    /// The safety check stood against it.
    Unsafe,
}

impl Objection {
    /// Whether it is about what the program asks for before it gives one: who was treated elsewhere began there.
    pub(super) const fn is_of_the_program(self) -> bool {
        match self {
            Self::BeforeStart
            | Self::StayOver
            | Self::NotPrepared
            | Self::TolerabilityUnknown
            | Self::OverlapMissing => true,
            Self::OrderHeld
            | Self::NotConsented
            | Self::TooEarly
            | Self::Late
            | Self::DoseNotOrdered
            | Self::SiteNotOffered
            | Self::Unsafe => false,
        }
    }
}

/// The same with what a caller is told.
#[derive(Debug)]
pub(super) enum Against {
    /// A rule that another command may meet as well.
    Chart(Objection, Error),
    /// Too soon.
    TooEarly(Day),
    /// Late, and by which rule.
    Late(Box<Finding>),
    /// Another dose.
    Dose,
    /// Not taken in another form as well.
    Overlap,
    /// Another site.
    Site,
    /// Nothing shows that it is tolerated.
    Tolerability,
}

impl Against {
    pub(super) const fn objection(&self) -> Objection {
        match self {
            Self::Chart(objection, _) => *objection,
            Self::TooEarly(_) => Objection::TooEarly,
            Self::Late(_) => Objection::Late,
            Self::Dose => Objection::DoseNotOrdered,
            Self::Overlap => Objection::OverlapMissing,
            Self::Site => Objection::SiteNotOffered,
            Self::Tolerability => Objection::TolerabilityUnknown,
        }
    }

    pub(super) fn refusal(self) -> Error {
        match self {
            Self::Chart(_, error) => error,
            Self::TooEarly(earliest) => InjectionError::TooEarly { earliest }.into(),
            Self::Late(finding) => InjectionError::Late { findings: vec![*finding] }.into(),
            Self::Dose => InjectionError::DoseNotOrdered.into(),
            Self::Overlap => InjectionError::OverlapMissing.into(),
            Self::Site => InjectionError::SiteNotOffered.into(),
            Self::Tolerability => InjectionError::TolerabilityUnknown.into(),
        }
    }
}
