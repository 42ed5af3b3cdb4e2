//! What the scale tables make of a form: the one place where scores ask them.

use concord_knowledge::Ruleset;
use concord_knowledge::scale::{self, Flag, ScaleError, ScaleKind};

use super::{Error, RiskLevel};

/// What a form says by itself.
pub(super) struct Score {
    pub(super) total: Option<u16>,
    pub(super) band: Option<String>,
    /// How urgent the answers are, when they call for action.
    pub(super) risk: Option<RiskLevel>,
}

/// Scores a form. One that says nothing without the answers that are missing is refused: no risk may be overlooked
/// because nobody asked.
pub(super) fn score(rules: &Ruleset, kind: ScaleKind, items: &[Option<u8>]) -> Result<Score, Error> {
    let score = kind.score(items).map_err(|refused| match refused {
        ScaleError::ItemCount { expected, .. } => Error::ItemCount { expected },
        ScaleError::OutOfRange { item, highest } => Error::ItemOutOfRange { item, highest },
        ScaleError::NotOffered { item } => Error::AnswerNotOffered { item },
    })?;
    let band = match kind {
        ScaleKind::Phq9 | ScaleKind::Gad7 => score.total.and_then(|total| rules.band(kind, total)),
        ScaleKind::Craving
        | ScaleKind::Cows
        | ScaleKind::CiwaAr
        | ScaleKind::Sows
        | ScaleKind::Pcl5
        | ScaleKind::AuditC
        | ScaleKind::Dast10
        | ScaleKind::Ymrs
        | ScaleKind::Mars5
        | ScaleKind::Naranjo => rules.band(kind, score.total.ok_or(Error::Unanswered)?),
        ScaleKind::Cssrs => Some(level_name(score.risk.ok_or(Error::Unanswered)?)),
        ScaleKind::Aims => Some(movements(score.dyskinesia.ok_or(Error::Unanswered)?)),
    };
    let risk = score.flags.into_iter().map(urgency).max().or_else(|| withdrawal(rules, kind, score.total));
    Ok(Score { total: score.total, band: band.map(str::to_owned), risk })
}

/// Severe withdrawal that a clinician saw is for more than this program can do, at once. Source: ASAM AWM 2020; the worst
/// band of the scale.
fn withdrawal(rules: &Ruleset, kind: ScaleKind, total: Option<u16>) -> Option<RiskLevel> {
    let seen = kind.is_of_withdrawal() && kind.is_seen();
    let severe = total.is_some_and(|total| rules.is_worst_band(kind, total));
    (seen && severe).then_some(RiskLevel::High)
}

/// Whether half or less of the baseline is left.
pub(super) fn response(kind: ScaleKind, baseline: u16, total: u16) -> bool {
    kind.change(baseline, total).response
}

/// Whether symptoms count as gone, where the scale says so.
pub(super) fn remission(kind: ScaleKind, total: u16) -> Option<bool> {
    kind.remission_below().map(|below| total < below)
}

const fn urgency(flag: Flag) -> RiskLevel {
    match flag {
        Flag::RiskHigh => RiskLevel::High,
        Flag::RiskModerate | Flag::SuicidalThoughts => RiskLevel::Moderate,
        Flag::Craving => RiskLevel::Low,
    }
}

/// What the movements of an AIMS are, in the words of its published criteria.
const fn movements(dyskinesia: bool) -> &'static str {
    if dyskinesia { "probable tardive dyskinesia" } else { "below threshold" }
}

const fn level_name(level: scale::RiskLevel) -> &'static str {
    match level {
        scale::RiskLevel::Low => "low",
        scale::RiskLevel::Moderate => "moderate",
        scale::RiskLevel::High => "high",
    }
}
