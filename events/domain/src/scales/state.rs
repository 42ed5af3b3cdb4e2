//! The state of the scores, folded from its events.

use std::collections::{BTreeMap, BTreeSet};

use concord_kernel::{Instant, ScaleId, Text};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::trial::Totals;
use serde::{Deserialize, Serialize};

use super::{Event, RiskLevel};
use crate::ScaleFacts;

/// What the events of the scores say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scales {
    /// Administrations; no identifier is used twice.
    pub(super) used: BTreeSet<ScaleId>,
    /// Series that have a total, in the order in which they began.
    series: Vec<Series>,
    /// The C-SSRS that was answered last.
    last_cssrs: Option<Columbia>,
    /// Risks by the administration that raised them.
    pub(super) risks: BTreeMap<ScaleId, Risk>,
    risk_raised_at: Option<Instant>,
    /// The latest total of each withdrawal scale.
    withdrawal: BTreeMap<ScaleKind, Withdrawal>,
    /// The latest totals of PHQ-9, older first.
    #[serde(default)]
    recent: Vec<Recent>,
    /// The last administration that was found worse.
    #[serde(default)]
    worsened: Option<ScaleId>,
    /// The totals of each scale that is about no substance, withdrawal and suicide apart.
    #[serde(default)]
    totals: BTreeMap<ScaleKind, Totals>,
}

/// A total, to tell whether the next one is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Recent {
    taken_at: Instant,
    total: u16,
}

/// A total of a withdrawal scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// The total.
    pub total: u16,
    /// When it was scored.
    pub taken_at: Instant,
}

/// Totals that are compared with each other: of one scale and, for craving, one substance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Series {
    scale: ScaleKind,
    substance: Option<Text>,
    baseline: u16,
    /// The two that were answered last after the baseline, older first.
    latest: Vec<Latest>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Latest {
    taken_at: Instant,
    responds: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Columbia {
    id: ScaleId,
    taken_at: Instant,
    above_low: bool,
}

/// A risk that was raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Risk {
    level: RiskLevel,
    pub(super) resolved: bool,
}

/// The number of scores that must agree before they count.
const LATEST: usize = 2;

/// The number of totals that the next one may be compared with, at most.
const RECENT: usize = 4;

impl Scales {
    /// Takes in one more event.
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::ScaleScored { id, scale, total, response, remission, taken_at, substance, .. } => {
                self.used.insert(id);
                if scale == ScaleKind::Cssrs && self.last_cssrs.is_none_or(|last| last.taken_at <= taken_at) {
                    self.last_cssrs = Some(Columbia { id, taken_at, above_low: false });
                }
                if let Some(total) = total.filter(|_| scale.is_of_withdrawal()) {
                    self.withdraws(scale, Withdrawal { total, taken_at });
                } else if let Some(total) = total {
                    if scale == ScaleKind::Phq9 {
                        self.keep_recent(Recent { taken_at, total });
                    }
                    if substance.is_none() && scale != ScaleKind::Cssrs {
                        self.totals.entry(scale).or_default().add(taken_at, total);
                    }
                    let responds = response == Some(true) || remission == Some(true);
                    self.take_in(scale, substance, total, Latest { taken_at, responds });
                }
            }
            Event::ScoreWorsened { id, .. } => self.worsened = Some(id),
            Event::RiskRaised { id, level, raised_at, .. } => {
                self.risks.insert(id, Risk { level, resolved: false });
                if level > RiskLevel::Low {
                    self.risk_raised_at = self.risk_raised_at.max(Some(raised_at));
                    if let Some(last) = self.last_cssrs.as_mut().filter(|last| last.id == id) {
                        last.above_low = true;
                    }
                }
            }
            Event::RiskResolved { id, .. } => {
                if let Some(risk) = self.risks.get_mut(&id) {
                    risk.resolved = true;
                }
            }
        }
    }

    fn keep_recent(&mut self, new: Recent) {
        let place = self.recent.partition_point(|known| known.taken_at <= new.taken_at);
        self.recent.insert(place, new);
        if self.recent.len() > RECENT {
            self.recent.remove(0);
        }
    }

    /// The lowest of the latest `scores` totals of PHQ-9 before one that is taken at `taken_at`; nothing where that one is
    /// written down late, since it does not say how the patient is now.
    pub(super) fn lowest_before(&self, taken_at: Instant, scores: usize) -> Option<u16> {
        if self.recent.last().is_some_and(|last| last.taken_at > taken_at) {
            return None;
        }
        self.recent.iter().rev().take(scores).map(|recent| recent.total).min()
    }

    /// A score that was written down late is not the latest.
    fn withdraws(&mut self, scale: ScaleKind, scored: Withdrawal) {
        let latest = self.withdrawal.entry(scale).or_insert(scored);
        if scored.taken_at >= latest.taken_at {
            *latest = scored;
        }
    }

    fn take_in(&mut self, scale: ScaleKind, substance: Option<Text>, total: u16, latest: Latest) {
        let known = self.series.iter_mut().find(|known| known.is(scale, substance.as_ref()));
        let Some(series) = known else {
            self.series.push(Series { scale, substance, baseline: total, latest: Vec::new() });
            return;
        };
        let place = series.latest.partition_point(|earlier| earlier.taken_at <= latest.taken_at);
        series.latest.insert(place, latest);
        if series.latest.len() > LATEST {
            series.latest.remove(0);
        }
    }

    /// The first total of a scale and, where it is about one, a substance or drug.
    pub(super) fn baseline(&self, scale: ScaleKind, substance: Option<&Text>) -> Option<u16> {
        self.series.iter().find(|known| known.is(scale, substance)).map(|series| series.baseline)
    }

    /// Whether a C-SSRS was answered on that day or later.
    pub(super) fn asked_about_suicide_since(&self, taken_at: Instant) -> bool {
        self.last_cssrs.is_some_and(|last| last.taken_at.day() >= taken_at.day())
    }

    /// The scale that says most of how the patient is: of PHQ-9 and GAD-7 the one whose baseline was the larger
    /// part of what it can be, PHQ-9 where they are equal. Program rule.
    fn primary(&self) -> Option<&Series> {
        let of = |scale: ScaleKind| self.series.iter().find(|known| known.is(scale, None));
        let (mood, anxiety) = (of(ScaleKind::Phq9), of(ScaleKind::Gad7));
        match (mood, anxiety) {
            (Some(mood), Some(anxiety)) => {
                let part =
                    |series: &Series, of: &Series| u32::from(series.baseline) * of.scale.highest_total();
                Some(if part(anxiety, mood) > part(mood, anxiety) { anxiety } else { mood })
            }
            (mood, anxiety) => mood.or(anxiety),
        }
    }

    /// What other streams may know of it.
    pub(crate) fn facts(&self) -> ScaleFacts {
        let open = self.risks.values().any(|risk| !risk.resolved && risk.level > RiskLevel::Low);
        let last_two = self.primary().filter(|series| series.latest.len() == LATEST);
        ScaleFacts {
            last_two_respond: last_two.map(|series| series.latest.iter().all(|score| score.responds)),
            risk_open: open || self.last_cssrs.is_some_and(|last| last.above_low),
            risk_raised_at: self.risk_raised_at,
            withdrawal: self.withdrawal.clone(),
            administrations: self.used.iter().copied().collect(),
            worsened: self.worsened,
            totals: self.totals.clone(),
        }
    }
}

impl Series {
    /// Substances are compared without regard to case: they are typed by people.
    fn is(&self, scale: ScaleKind, substance: Option<&Text>) -> bool {
        let fold = |substance: &Text| substance.expose().to_lowercase();
        self.scale == scale && self.substance.as_ref().map(fold) == substance.map(fold)
    }
}
