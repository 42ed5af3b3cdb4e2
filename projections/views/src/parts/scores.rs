//! How a patient's scores run, and which risks they raised.

use concord_domain::scales::{Event, RiskLevel};
use concord_kernel::{Instant, ScaleId, Text};
use concord_knowledge::scale::ScaleKind;
use serde::{Deserialize, Serialize};

/// The run of one scale; for craving, of one substance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    /// Which scale.
    pub scale: ScaleKind,
    /// For craving: which substance.
    pub substance: Option<Text>,
    /// The first total.
    pub baseline: u16,
    /// The total before the last one.
    pub previous: Option<u16>,
    /// The latest total by the time it was answered.
    pub last: u16,
    /// Its severity band's stored name.
    pub band: Option<String>,
    /// Half of the baseline or less.
    pub response: Option<bool>,
    /// Below the remission cut-off.
    pub remission: Option<bool>,
    /// When the last one was answered.
    pub taken_at: Instant,
}

/// Which way a score has gone since baseline, by more than chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrendDirection {
    /// Lower by a meaningful amount.
    Better,
    /// No meaningful change.
    Same,
    /// Higher by a meaningful amount.
    Worse,
}

impl Trend {
    /// The least change that means something. PHQ-9: 5 points, GAD-7: 4 points (manuals of the scales); craving: 20
    /// of 100 mm (program rule); the C-SSRS screener is no sum, any change counts.
    pub const fn meaningful(scale: ScaleKind) -> u16 {
        match scale {
            ScaleKind::Phq9 => 5,
            ScaleKind::Gad7 => 4,
            ScaleKind::Craving => 20,
            ScaleKind::Cssrs => 1,
            // PCL-5: 10 points (VA National Center for PTSD).
            ScaleKind::Pcl5 => 10,
            // A moment or a screen, which is compared with no baseline; of the others no source names a least change.
            ScaleKind::Cows
            | ScaleKind::CiwaAr
            | ScaleKind::Sows
            | ScaleKind::AuditC
            | ScaleKind::Dast10
            | ScaleKind::Ymrs
            | ScaleKind::Aims
            | ScaleKind::Mars5
            | ScaleKind::Naranjo => u16::MAX,
        }
    }

    /// Which way it has gone since baseline.
    pub const fn direction(&self) -> TrendDirection {
        let change = Self::meaningful(self.scale);
        if self.last >= self.baseline.saturating_add(change) {
            TrendDirection::Worse
        } else if self.baseline >= self.last.saturating_add(change) {
            TrendDirection::Better
        } else {
            TrendDirection::Same
        }
    }
}

/// The runs of all scales, in the order of their first answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scores(Vec<Trend>);

impl Scores {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Trend> {
        self.0.iter()
    }

    /// The run of a scale; for craving, the worst one.
    pub fn of(&self, scale: ScaleKind) -> Option<&Trend> {
        self.0.iter().filter(|trend| trend.scale == scale).max_by_key(|trend| trend.last)
    }

    pub(crate) fn fold(&mut self, event: &Event) {
        match event {
            Event::ScaleScored {
                scale,
                total: Some(total),
                band,
                baseline,
                response,
                remission,
                taken_at,
                substance,
                ..
            } => {
                let same = |known: &&mut Trend| known.scale == *scale && known.substance == *substance;
                let Some(known) = self.0.iter_mut().find(same) else {
                    self.0.push(Trend {
                        scale: *scale,
                        substance: substance.clone(),
                        baseline: baseline.unwrap_or(*total),
                        previous: None,
                        last: *total,
                        band: band.clone(),
                        response: *response,
                        remission: *remission,
                        taken_at: *taken_at,
                    });
                    return;
                };
                // An answer that was recorded late is history, not news.
                if *taken_at >= known.taken_at {
                    known.previous = Some(known.last);
                    known.last = *total;
                    known.band.clone_from(band);
                    known.response = *response;
                    known.remission = *remission;
                    known.taken_at = *taken_at;
                }
            }
            Event::ScaleScored { total: None, .. }
            | Event::ScoreWorsened { .. }
            | Event::RiskRaised { .. }
            | Event::RiskResolved { .. } => {}
        }
    }
}

/// A risk that nobody has dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenRisk {
    /// The administration that raised it.
    pub id: ScaleId,
    /// Which scale.
    pub scale: ScaleKind,
    /// How urgent.
    pub level: RiskLevel,
    /// When it was raised.
    pub raised_at: Instant,
    /// Until when somebody must have acted.
    pub act_by: Instant,
}

/// The risks that nobody has dealt with, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Risks(Vec<OpenRisk>);

impl Risks {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &OpenRisk> {
        self.0.iter()
    }

    /// The most urgent.
    pub fn worst(&self) -> Option<RiskLevel> {
        self.0.iter().map(|risk| risk.level).max()
    }

    pub(crate) fn fold(&mut self, event: &Event) {
        match event {
            Event::RiskRaised { id, scale, level, raised_at, act_by, .. } => {
                self.0.retain(|known| known.id != *id);
                self.0.push(OpenRisk {
                    id: *id,
                    scale: *scale,
                    level: *level,
                    raised_at: *raised_at,
                    act_by: *act_by,
                });
            }
            Event::RiskResolved { id, .. } => self.0.retain(|known| known.id != *id),
            Event::ScaleScored { .. } | Event::ScoreWorsened { .. } => {}
        }
    }
}
