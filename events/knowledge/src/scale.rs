//! Symptom scales: what they are, what a set of answers means.

mod score;
#[cfg(test)]
mod tests;
mod withdrawal;

use serde::{Deserialize, Serialize};

pub use score::{Change, Flag, RiskLevel, ScaleError, Score};

/// A symptom scale. The stored name is never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScaleKind {
    /// Patient Health Questionnaire, 9 items 0 to 3, total 0 to 27. LOINC 44249-1.
    Phq9,
    /// Generalized Anxiety Disorder scale, 7 items 0 to 3, total 0 to 21. LOINC 69737-5.
    Gad7,
    /// Columbia screener: 6 yes/no items (1/0) and, seventh, whether behaviour was within 3 months. LOINC 93373-9.
    Cssrs,
    /// Craving, one item 0 to 100 mm.
    Craving,
    /// Clinical Opiate Withdrawal Scale, 11 items, total 0 to 48. Not every number is offered for every item.
    Cows,
    /// Clinical Institute Withdrawal Assessment for Alcohol, revised: 10 items, total 0 to 67.
    CiwaAr,
    /// Subjective Opiate Withdrawal Scale, 16 items 0 to 4, total 0 to 64; the patient answers.
    Sows,
}

impl ScaleKind {
    /// Every scale.
    pub const ALL: [Self; 7] =
        [Self::Phq9, Self::Gad7, Self::Cssrs, Self::Craving, Self::Cows, Self::CiwaAr, Self::Sows];

    /// How many answers it takes.
    pub const fn items(self) -> usize {
        match self {
            Self::Phq9 => 9,
            Self::Gad7 | Self::Cssrs => 7,
            Self::Craving => 1,
            Self::Cows => withdrawal::COWS.len(),
            Self::CiwaAr => withdrawal::CIWA_AR_ITEMS,
            Self::Sows => withdrawal::SOWS_ITEMS,
        }
    }

    /// The highest answer to an item, counted from 0.
    pub fn highest_answer(self, item: usize) -> u8 {
        match self {
            Self::Phq9 | Self::Gad7 => 3,
            Self::Cssrs => 1,
            Self::Craving => 100,
            Self::Cows => withdrawal::COWS.get(item).and_then(|offers| offers.last()).copied().unwrap_or(0),
            Self::CiwaAr if item + 1 == withdrawal::CIWA_AR_ITEMS => withdrawal::CIWA_AR_ORIENTATION,
            Self::CiwaAr => withdrawal::CIWA_AR_HIGHEST,
            Self::Sows => withdrawal::SOWS_HIGHEST,
        }
    }

    /// Whether an item, counted from 0, offers that answer.
    pub fn offers(self, item: usize, answer: u8) -> bool {
        match self {
            Self::Cows => withdrawal::COWS.get(item).is_some_and(|offers| offers.contains(&answer)),
            Self::Phq9 | Self::Gad7 | Self::Cssrs | Self::Craving | Self::CiwaAr | Self::Sows => {
                answer <= self.highest_answer(item)
            }
        }
    }

    /// Whether it measures withdrawal: a moment, which is compared with no baseline.
    pub const fn is_of_withdrawal(self) -> bool {
        matches!(self, Self::Cows | Self::CiwaAr | Self::Sows)
    }

    /// How many answers may be missing while the total is still estimated from the others.
    pub const fn missing_allowed(self) -> usize {
        match self {
            Self::Phq9 | Self::Gad7 => 2,
            Self::Cssrs | Self::Craving | Self::Cows | Self::CiwaAr | Self::Sows => 0,
        }
    }

    /// LOINC code of the panel; craving and the withdrawal scales have none.
    pub const fn loinc_panel(self) -> Option<&'static str> {
        match self {
            Self::Phq9 => Some("44249-1"),
            Self::Gad7 => Some("69737-5"),
            Self::Cssrs => Some("93373-9"),
            Self::Craving | Self::Cows | Self::CiwaAr | Self::Sows => None,
        }
    }

    /// LOINC code of the total, where there is one.
    pub const fn loinc_total(self) -> Option<&'static str> {
        match self {
            Self::Phq9 => Some("44261-6"),
            Self::Gad7 => Some("70274-6"),
            Self::Cssrs | Self::Craving | Self::Cows | Self::CiwaAr | Self::Sows => None,
        }
    }

    /// LOINC codes of the items in order, where they are known.
    pub const fn loinc_items(self) -> &'static [&'static str] {
        match self {
            Self::Phq9 => &[
                "44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3",
                "44260-8",
            ],
            Self::Gad7 | Self::Cssrs | Self::Craving | Self::Cows | Self::CiwaAr | Self::Sows => &[],
        }
    }

    /// The total below which symptoms count as gone, where the scale has one.
    pub const fn remission_below(self) -> Option<u16> {
        match self {
            Self::Phq9 | Self::Gad7 => Some(5),
            Self::Cssrs | Self::Craving | Self::Cows | Self::CiwaAr | Self::Sows => None,
        }
    }

    /// The smallest change of the total that means something, where the scale has one.
    pub const fn meaningful_change(self) -> Option<u16> {
        match self {
            Self::Phq9 => Some(5),
            Self::Gad7 => Some(4),
            Self::Cssrs | Self::Craving | Self::Cows | Self::CiwaAr | Self::Sows => None,
        }
    }
}

/// A range of totals with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Band {
    pub(crate) kind: ScaleKind,
    pub(crate) lowest: u16,
    pub(crate) highest: u16,
    pub(crate) name: String,
}

/// All bands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bands(Vec<Band>);

impl Bands {
    pub(crate) fn push(&mut self, band: Band) {
        self.0.push(band);
    }

    pub(crate) fn last(&self, kind: ScaleKind) -> Option<&Band> {
        self.0.iter().rfind(|band| band.kind == kind)
    }

    pub(crate) fn name(&self, kind: ScaleKind, total: u16) -> Option<&str> {
        let fits = |band: &&Band| band.kind == kind && (band.lowest..=band.highest).contains(&total);
        self.0.iter().find(fits).map(|band| band.name.as_str())
    }
}
