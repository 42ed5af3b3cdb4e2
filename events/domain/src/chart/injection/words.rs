//! The terms of injections.

use std::fmt;

use concord_kernel::{Day, Instant, OrderId, PersonId};
use concord_knowledge::injection::SiteRegion;
use concord_knowledge::{DrugId, Milligrams, RuleId};
use serde::{Deserialize, Serialize};

use super::Objection;
use crate::chart::{Acknowledgement, InformationSource, Judged};

/// Which side of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The patient's left.
    Left,
    /// The patient's right.
    Right,
}

/// Where an injection went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct InjectionSite {
    /// Which part of the body.
    pub region: SiteRegion,
    /// On which side.
    pub side: Side,
}

/// The manufacturer's lot number: 1 to 40 visible ASCII characters.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lot(String);

/// The text is no lot number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a lot number has 1 to 40 visible ASCII characters")]
pub struct InvalidLot;

impl Lot {
    /// The most characters of a lot number.
    const MOST: usize = 40;

    /// Reads a lot number.
    ///
    /// # Errors
    ///
    /// [`InvalidLot`] when it is empty, too long, or has other characters.
    pub fn parse(text: &str) -> Result<Self, InvalidLot> {
        let fits = (1..=Self::MOST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidLot) }
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Lot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lot(..)")
    }
}

impl TryFrom<String> for Lot {
    type Error = InvalidLot;

    fn try_from(text: String) -> Result<Self, InvalidLot> {
        Self::parse(&text)
    }
}

impl From<Lot> for String {
    fn from(lot: Lot) -> Self {
        lot.0
    }
}

/// Where an injection was given, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InjectionPlace {
    /// In the program.
    Here {
        /// Into what.
        site: InjectionSite,
        /// The lot.
        lot: Lot,
        /// Who watched beside the one who gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        observer: Option<PersonId>,
    },
    /// Somewhere else.
    Elsewhere {
        /// Who told of it.
        source: InformationSource,
    },
}

/// An injection that is about to be given.
#[derive(Clone, Debug, PartialEq)]
pub struct NewInjection {
    /// By which order.
    pub order: OrderId,
    /// How much.
    pub dose: Milligrams,
    /// Into what.
    pub site: InjectionSite,
    /// The lot.
    pub lot: Lot,
    /// Who watches beside the one who gives it.
    pub observer: Option<PersonId>,
    /// A prescriber's answers to findings that ask for one.
    pub acknowledgements: Vec<Acknowledgement>,
}

/// An injection that was given, as it is told.
#[derive(Clone, Debug, PartialEq)]
pub struct ToldInjection {
    /// By which order.
    pub order: OrderId,
    /// How much.
    pub dose: Milligrams,
    /// When.
    pub given_at: Instant,
    /// Where.
    pub place: InjectionPlace,
}

/// Where a course of injections stands in a plan: the loading, or what a rule about late injections asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanStep {
    /// The row that holds the plan.
    pub rule: RuleId,
    /// Which injection of it, from 0.
    pub step: u16,
    /// The day of its first injection.
    pub began_on: Day,
}

/// When the next injection is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextInjection {
    /// The day.
    pub on: Day,
    /// The first day on which it may be given.
    pub from: Day,
    /// The last day on which it is in time.
    pub until: Day,
    /// Which injection of a plan it is; absent: the one that is ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanStep>,
}

/// An injection that was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GivenInjection {
    /// By which order.
    pub order: OrderId,
    /// The formulary row.
    pub drug: DrugId,
    /// How much.
    #[serde(rename = "dose_mg")]
    pub dose: Milligrams,
    /// When.
    pub at: Instant,
    /// The same as a calendar day, from which intervals count.
    pub on: Day,
    /// Where.
    pub place: InjectionPlace,
    /// Who gave it or, for one that was given before it was recorded, who recorded it.
    pub by: PersonId,
    /// Which of the present course it is, from 1.
    pub given: u16,
    /// Days that it covers, its own day included: up to the one on which another is due after it.
    pub covers_days: u16,
    /// When the next one is due. One that was given before the last one that is on record moves nothing.
    pub next: NextInjection,
    /// What stood against it when it was given; empty for one that was judged before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<Objection>,
    /// Until when a prescriber looks at what stood against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_by: Option<Instant>,
    /// Answers to findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acknowledgements: Vec<Acknowledgement>,
    /// By which rules it was judged, with every finding about it.
    pub judged: Judged,
}

/// What a prescriber decides about a late injection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateDecision {
    /// As the rule about late injections says: with the drug by mouth, closer together, begun anew, after assessment.
    AsRuled,
    /// The injection that is ordered, as if it were not late.
    AsOrdered,
}

/// What shows that a patient tolerates a drug of which no dose is on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TolerabilityBasis {
    /// It was taken by mouth or through the mucosa before.
    TakenBefore,
    /// It was injected before.
    InjectedBefore,
    /// A test dose was given and watched.
    TestDose,
    /// Another program or hospital says so.
    OutsideRecord,
}
