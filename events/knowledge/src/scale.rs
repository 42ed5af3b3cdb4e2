//! Symptom scales: what they are, what a set of answers means.

mod causality;
mod movement;
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
    /// PTSD Checklist for DSM-5, 20 items 0 to 4, total 0 to 80.
    Pcl5,
    /// Alcohol Use Disorders Identification Test, the three items on consumption, 0 to 4, total 0 to 12. LOINC 72109-2.
    AuditC,
    /// Drug Abuse Screening Test, 10 yes/no items (1/0), total 0 to 10; a yes to the third counts nothing, a no counts one.
    Dast10,
    /// Young Mania Rating Scale, 11 items, total 0 to 60; a clinician scores it.
    Ymrs,
    /// Abnormal Involuntary Movement Scale, 12 items, of which the first seven make the total, 0 to 28; a clinician scores it.
    Aims,
    /// Medication Adherence Report Scale, 5 items 1 to 5, total 5 to 25; more is better. The patient answers.
    Mars5,
    /// Naranjo's scale of how likely a side effect comes from a drug: 10 questions, 0 not known or not done, 1 yes, 2 no. A no
    /// may take away; a total below 0 counts as 0, up to 13. A clinician scores it.
    Naranjo,
}

impl ScaleKind {
    /// Every scale.
    pub const ALL: [Self; 14] = [
        Self::Phq9,
        Self::Gad7,
        Self::Cssrs,
        Self::Craving,
        Self::Cows,
        Self::CiwaAr,
        Self::Sows,
        Self::Pcl5,
        Self::AuditC,
        Self::Dast10,
        Self::Ymrs,
        Self::Aims,
        Self::Mars5,
        Self::Naranjo,
    ];

    /// How many answers it takes.
    pub const fn items(self) -> usize {
        match self {
            Self::Phq9 => 9,
            Self::Gad7 | Self::Cssrs => 7,
            Self::Craving => 1,
            Self::Cows => withdrawal::COWS.len(),
            Self::CiwaAr => withdrawal::CIWA_AR_ITEMS,
            Self::Sows => withdrawal::SOWS_ITEMS,
            Self::Pcl5 => 20,
            Self::AuditC => 3,
            Self::Dast10 => 10,
            Self::Ymrs => 11,
            Self::Aims => movement::ITEMS,
            Self::Mars5 => 5,
            Self::Naranjo => causality::POINTS.len(),
        }
    }

    /// The highest answer to an item, counted from 0.
    pub fn highest_answer(self, item: usize) -> u8 {
        match self {
            Self::Phq9 | Self::Gad7 => 3,
            Self::Craving => 100,
            Self::Cows => withdrawal::COWS.get(item).and_then(|offers| offers.last()).copied().unwrap_or(0),
            Self::CiwaAr if item + 1 == withdrawal::CIWA_AR_ITEMS => withdrawal::CIWA_AR_ORIENTATION,
            Self::CiwaAr => withdrawal::CIWA_AR_HIGHEST,
            Self::Sows => withdrawal::SOWS_HIGHEST,
            Self::Ymrs if YMRS_DOUBLE.contains(&item) => 8,
            Self::Aims if item >= movement::RATED => 1,
            Self::Pcl5 | Self::AuditC | Self::Ymrs | Self::Aims => 4,
            Self::Cssrs | Self::Dast10 => 1,
            Self::Mars5 => 5,
            Self::Naranjo => causality::NO,
        }
    }

    /// Whether an item, counted from 0, offers that answer.
    pub fn offers(self, item: usize, answer: u8) -> bool {
        match self {
            Self::Cows => withdrawal::COWS.get(item).is_some_and(|offers| offers.contains(&answer)),
            Self::Phq9
            | Self::Gad7
            | Self::Cssrs
            | Self::Craving
            | Self::CiwaAr
            | Self::Sows
            | Self::Pcl5
            | Self::AuditC
            | Self::Dast10
            | Self::Ymrs
            | Self::Aims
            | Self::Naranjo => answer <= self.highest_answer(item),
            Self::Mars5 => (1..=self.highest_answer(item)).contains(&answer),
        }
    }

    /// How many of the items, from the first on, make the total.
    pub const fn items_of_total(self) -> usize {
        if matches!(self, Self::Aims) { movement::OF_TOTAL } else { self.items() }
    }

    /// What an answer to an item, counted from 0, adds to the total.
    pub(crate) fn points(self, item: usize, answer: u8) -> i8 {
        if self == Self::Naranjo {
            return causality::points(item, answer);
        }
        let reversed = self == Self::Dast10 && item == DAST_10_REVERSED;
        let points = if reversed { 1u8.saturating_sub(answer) } else { answer };
        i8::try_from(points).unwrap_or(i8::MAX)
    }

    /// The highest total.
    pub fn highest_total(self) -> u32 {
        if self == Self::Naranjo {
            return causality::HIGHEST;
        }
        (0..self.items_of_total()).map(|item| u32::from(self.highest_answer(item))).sum()
    }

    /// Whether half of the first total or less is a response: not of a moment, of a judgement, or where more is better.
    pub const fn falls_when_better(self) -> bool {
        !self.is_of_withdrawal() && !matches!(self, Self::Mars5 | Self::Naranjo)
    }

    /// Whether it is about something that is named with it: a substance that is craved, a drug that is suspected.
    pub const fn is_about_something(self) -> bool {
        matches!(self, Self::Craving | Self::Naranjo)
    }

    /// Whether what is scored must be seen or judged, such as pupils, tremor or movements: nobody scores it of themselves.
    pub const fn is_seen(self) -> bool {
        matches!(self, Self::Cows | Self::CiwaAr | Self::Ymrs | Self::Aims | Self::Naranjo)
    }

    /// Whether it measures withdrawal: a moment, which is compared with no baseline.
    pub const fn is_of_withdrawal(self) -> bool {
        matches!(self, Self::Cows | Self::CiwaAr | Self::Sows)
    }

    /// How many answers may be missing while the total is still estimated from the others.
    pub const fn missing_allowed(self) -> usize {
        match self {
            Self::Phq9 | Self::Gad7 => 2,
            Self::Cssrs
            | Self::Craving
            | Self::Cows
            | Self::CiwaAr
            | Self::Sows
            | Self::Pcl5
            | Self::AuditC
            | Self::Dast10
            | Self::Ymrs
            | Self::Aims
            | Self::Mars5
            | Self::Naranjo => 0,
        }
    }

    /// LOINC code of the panel, where one is known.
    pub const fn loinc_panel(self) -> Option<&'static str> {
        match self {
            Self::Phq9 => Some("44249-1"),
            Self::Gad7 => Some("69737-5"),
            Self::Cssrs => Some("93373-9"),
            Self::AuditC => Some("72109-2"),
            Self::Craving
            | Self::Cows
            | Self::CiwaAr
            | Self::Sows
            | Self::Pcl5
            | Self::Dast10
            | Self::Ymrs
            | Self::Aims
            | Self::Mars5
            | Self::Naranjo => None,
        }
    }

    /// LOINC code of the total, where there is one.
    pub const fn loinc_total(self) -> Option<&'static str> {
        match self {
            Self::Phq9 => Some("44261-6"),
            Self::Gad7 => Some("70274-6"),
            Self::AuditC => Some("75626-2"),
            Self::Dast10 => Some("82667-7"),
            Self::Cssrs
            | Self::Craving
            | Self::Cows
            | Self::CiwaAr
            | Self::Sows
            | Self::Pcl5
            | Self::Ymrs
            | Self::Aims
            | Self::Mars5
            | Self::Naranjo => None,
        }
    }

    /// LOINC codes of the items in order, where they are known.
    pub const fn loinc_items(self) -> &'static [&'static str] {
        match self {
            Self::Phq9 => &[
                "44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3",
                "44260-8",
            ],
            Self::Gad7
            | Self::Cssrs
            | Self::Craving
            | Self::Cows
            | Self::CiwaAr
            | Self::Sows
            | Self::Pcl5
            | Self::AuditC
            | Self::Dast10
            | Self::Ymrs
            | Self::Aims
            | Self::Mars5
            | Self::Naranjo => &[],
        }
    }

    /// The total below which symptoms count as gone, where the scale has one.
    pub const fn remission_below(self) -> Option<u16> {
        match self {
            Self::Phq9 | Self::Gad7 => Some(5),
            Self::Ymrs => Some(13),
            Self::Cssrs
            | Self::Craving
            | Self::Cows
            | Self::CiwaAr
            | Self::Sows
            | Self::Pcl5
            | Self::AuditC
            | Self::Dast10
            | Self::Aims
            | Self::Mars5
            | Self::Naranjo => None,
        }
    }

    /// The smallest change of the total that means something, where the scale has one.
    pub const fn meaningful_change(self) -> Option<u16> {
        match self {
            Self::Phq9 => Some(5),
            Self::Gad7 => Some(4),
            Self::Pcl5 => Some(10),
            Self::Cssrs
            | Self::Craving
            | Self::Cows
            | Self::CiwaAr
            | Self::Sows
            | Self::AuditC
            | Self::Dast10
            | Self::Ymrs
            | Self::Aims
            | Self::Mars5
            | Self::Naranjo => None,
        }
    }
}

/// Items of the YMRS, counted from 0, that count twice: irritability, speech, content, aggression. Source: Young 1978.
const YMRS_DOUBLE: [usize; 4] = [4, 5, 7, 8];

/// The item of the DAST-10, counted from 0, where a no tells of a problem: being able to stop. Source: Skinner 1982.
const DAST_10_REVERSED: usize = 2;

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
