//! Scoring.

use serde::{Deserialize, Serialize};

use super::{ScaleKind, movement};

/// Answers that the scale does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScaleError {
    /// Too many or too few answers; a missing answer is said as missing.
    #[error("the scale has {expected} items, not {given}")]
    ItemCount {
        /// How many there should be.
        expected: usize,
        /// How many there are.
        given: usize,
    },
    /// An answer that the item does not offer.
    #[error("item {item} takes 0 to {highest}")]
    OutOfRange {
        /// Its number, from 1.
        item: usize,
        /// The highest answer.
        highest: u8,
    },
    /// A number that the item does not offer, though it offers higher ones.
    #[error("item {item} does not offer that number")]
    NotOffered {
        /// Its number, from 1.
        item: usize,
    },
}

/// Something in the answers that calls for action whatever the total is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// PHQ-9 item 9 is 1 or more: a C-SSRS the same day.
    SuicidalThoughts,
    /// C-SSRS moderate: a clinician the same day.
    RiskModerate,
    /// C-SSRS high: at once, never left alone.
    RiskHigh,
    /// Craving 50 mm or more: contact.
    Craving,
}

/// Suicide risk by the C-SSRS screener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskLevel {
    /// Wish to be dead or thoughts without method, or none of all.
    Low,
    /// Thoughts with a method, or behaviour longer ago than 3 months.
    Moderate,
    /// Intent, a plan, or behaviour within 3 months.
    High,
}

/// What a set of answers means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// The scale.
    pub kind: ScaleKind,
    /// The total, estimated when few answers are missing; none when too many are, and none for the C-SSRS.
    pub total: Option<u16>,
    /// Whether the total is estimated from the answers that are there.
    pub prorated: bool,
    /// The risk level of a C-SSRS; none when answers are missing and those present do not decide it.
    pub risk: Option<RiskLevel>,
    /// Whether the movements of an AIMS are those of a probable tardive dyskinesia; none for the others, and when answers
    /// are missing and those present do not decide it.
    pub dyskinesia: Option<bool>,
    /// What calls for action, sorted.
    pub flags: Vec<Flag>,
}

/// How a total compares with the one at baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Half or less of the baseline is left.
    pub response: bool,
    /// The total is below the scale's remission threshold.
    pub remission: bool,
    /// The total rose by at least the scale's meaningful change.
    pub worsened: bool,
}

const CRAVING_CONTACT: u16 = 50;

impl ScaleKind {
    /// Checks and scores a set of answers; `None` is an answer that is missing.
    ///
    /// # Errors
    ///
    /// [`ScaleError`] when the number of items or an answer is not the scale's.
    pub fn score(self, items: &[Option<u8>]) -> Result<Score, ScaleError> {
        if items.len() != self.items() {
            return Err(ScaleError::ItemCount { expected: self.items(), given: items.len() });
        }
        for (at, answer) in items.iter().enumerate().filter_map(|(at, item)| Some((at, (*item)?))) {
            let (item, highest) = (at + 1, self.highest_answer(at));
            if answer > highest {
                return Err(ScaleError::OutOfRange { item, highest });
            }
            if !self.offers(at, answer) {
                return Err(ScaleError::NotOffered { item });
            }
        }
        let risk = if self == Self::Cssrs { risk(items) } else { None };
        let (total, prorated) = if self == Self::Cssrs { (None, false) } else { self.total(items) };
        let yes = |number: usize| items.get(number - 1).copied().flatten().is_some_and(|answer| answer > 0);
        let flag = match self {
            Self::Phq9 => yes(9).then_some(Flag::SuicidalThoughts),
            Self::Gad7
            | Self::Cows
            | Self::CiwaAr
            | Self::Sows
            | Self::Pcl5
            | Self::AuditC
            | Self::Dast10
            | Self::Ymrs
            | Self::Aims
            | Self::Mars5
            | Self::Naranjo => None,
            Self::Cssrs => match risk {
                Some(RiskLevel::High) => Some(Flag::RiskHigh),
                Some(RiskLevel::Moderate) => Some(Flag::RiskModerate),
                Some(RiskLevel::Low) | None => None,
            },
            Self::Craving => total.filter(|&mm| mm >= CRAVING_CONTACT).map(|_| Flag::Craving),
        };
        let dyskinesia = if self == Self::Aims { movement::dyskinesia(items) } else { None };
        Ok(Score { kind: self, total, prorated, risk, dyskinesia, flags: flag.into_iter().collect() })
    }

    fn total(self, items: &[Option<u8>]) -> (Option<u16>, bool) {
        let counted = &items[..self.items_of_total().min(items.len())];
        let points = |(at, answer): (usize, &Option<u8>)| Some(i16::from(self.points(at, (*answer)?)));
        let answered: Vec<i16> = counted.iter().enumerate().filter_map(points).collect();
        let missing = counted.len() - answered.len();
        if missing > self.missing_allowed() || answered.is_empty() {
            return (None, false);
        }
        // Answers may take away; less than nothing is nothing.
        let sum = u16::try_from(answered.iter().sum::<i16>()).unwrap_or(0);
        let (all, there) = (counted.len(), answered.len());
        // Rounded to the nearest whole number, halves up.
        let estimate = (usize::from(sum) * all * 2 + there) / (there * 2);
        (u16::try_from(estimate).ok(), missing > 0)
    }

    /// Compares a total with the one at baseline.
    pub fn change(self, baseline: u16, now: u16) -> Change {
        Change {
            response: baseline > 0 && u32::from(now) * 2 <= u32::from(baseline),
            remission: self.remission_below().is_some_and(|below| now < below),
            worsened: self.meaningful_change().is_some_and(|least| now >= baseline.saturating_add(least)),
        }
    }
}

/// High: item 4, item 5, or behaviour (6) within 3 months (7). Moderate: item 3, or behaviour before. Else low.
///
/// A missing answer never lowers the level: behaviour of unknown date counts as recent, and low is said only when
/// items 1 to 6 are all answered. The screener skips items 3 to 5 when item 2 is no; skipped is answered no.
fn risk(items: &[Option<u8>]) -> Option<RiskLevel> {
    let answer = |number: usize| items.get(number - 1).copied().flatten().map(|answer| answer > 0);
    let skipped = answer(2) == Some(false);
    let asked = |number: usize| answer(number).or(if skipped { Some(false) } else { None });
    let behaviour = answer(6);
    let recent = behaviour == Some(true) && answer(7) != Some(false);
    if asked(4) == Some(true) || asked(5) == Some(true) || recent {
        return Some(RiskLevel::High);
    }
    // An open question about intent, plan or behaviour might still be high.
    asked(4)?;
    asked(5)?;
    let behaviour = behaviour?;
    if asked(3) == Some(true) || behaviour {
        return Some(RiskLevel::Moderate);
    }
    asked(3)?;
    answer(1)?;
    Some(RiskLevel::Low)
}
