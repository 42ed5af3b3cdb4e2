//! Symptom scales: what they are, what a set of answers means.

mod score;
#[cfg(test)]
mod tests;

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
}

impl ScaleKind {
    /// Every scale.
    pub const ALL: [Self; 4] = [Self::Phq9, Self::Gad7, Self::Cssrs, Self::Craving];

    /// How many answers it takes.
    pub const fn items(self) -> usize {
        match self {
            Self::Phq9 => 9,
            Self::Gad7 | Self::Cssrs => 7,
            Self::Craving => 1,
        }
    }

    /// The highest answer to an item.
    pub const fn highest_answer(self) -> u8 {
        match self {
            Self::Phq9 | Self::Gad7 => 3,
            Self::Cssrs => 1,
            Self::Craving => 100,
        }
    }

    /// How many answers may be missing while the total is still estimated from the others.
    pub const fn missing_allowed(self) -> usize {
        match self {
            Self::Phq9 | Self::Gad7 => 2,
            Self::Cssrs | Self::Craving => 0,
        }
    }

    /// LOINC code of the panel; craving has none.
    pub const fn loinc_panel(self) -> Option<&'static str> {
        match self {
            Self::Phq9 => Some("44249-1"),
            Self::Gad7 => Some("69737-5"),
            Self::Cssrs => Some("93373-9"),
            Self::Craving => None,
        }
    }

    /// LOINC code of the total, where there is one.
    pub const fn loinc_total(self) -> Option<&'static str> {
        match self {
            Self::Phq9 => Some("44261-6"),
            Self::Gad7 => Some("70274-6"),
            Self::Cssrs | Self::Craving => None,
        }
    }

    /// LOINC codes of the items in order, where they are known.
    pub const fn loinc_items(self) -> &'static [&'static str] {
        match self {
            Self::Phq9 => &[
                "44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3",
                "44260-8",
            ],
            Self::Gad7 | Self::Cssrs | Self::Craving => &[],
        }
    }

    /// The total below which symptoms count as gone, where the scale has one.
    pub const fn remission_below(self) -> Option<u16> {
        match self {
            Self::Phq9 | Self::Gad7 => Some(5),
            Self::Cssrs | Self::Craving => None,
        }
    }

    /// The smallest change of the total that means something, where the scale has one.
    pub const fn meaningful_change(self) -> Option<u16> {
        match self {
            Self::Phq9 => Some(5),
            Self::Gad7 => Some(4),
            Self::Cssrs | Self::Craving => None,
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
