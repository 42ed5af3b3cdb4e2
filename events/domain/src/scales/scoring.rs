//! What the scale tables make of a form: the one place where scores ask them.

use concord_knowledge::scale::ScaleKind;

use super::{Error, RiskLevel};

/// What a form says by itself.
pub(super) struct Score {
    pub(super) total: Option<u16>,
    pub(super) band: Option<&'static str>,
    /// How urgent the answers are, when they call for action.
    pub(super) risk: Option<RiskLevel>,
}

const PHQ9_SELF_HARM: usize = 8;
const MOST_MISSING: usize = 2;

pub(super) fn score(scale: ScaleKind, items: &[Option<u8>]) -> Result<Score, Error> {
    let (count, highest) = match scale {
        ScaleKind::Phq9 => (9, 3),
        ScaleKind::Gad7 => (7, 3),
        ScaleKind::Cssrs => (7, 1),
        ScaleKind::Craving => (1, 100),
    };
    if items.len() != count {
        return Err(Error::ItemCount { expected: count });
    }
    if let Some(item) = items.iter().position(|answer| answer.is_some_and(|value| value > highest)) {
        return Err(Error::ItemOutOfRange { item: item + 1, highest });
    }
    match scale {
        ScaleKind::Phq9 | ScaleKind::Gad7 => {
            let answered: Vec<u16> = items.iter().flatten().map(|value| u16::from(*value)).collect();
            let missing = count - answered.len();
            let total =
                (missing <= MOST_MISSING).then(|| prorated(answered.iter().sum(), answered.len(), count));
            let self_harm = scale == ScaleKind::Phq9 && items[PHQ9_SELF_HARM].is_some_and(|value| value >= 1);
            Ok(Score {
                total,
                band: total.map(|total| band(scale, total)),
                risk: self_harm.then_some(RiskLevel::Moderate),
            })
        }
        ScaleKind::Cssrs => columbia(items),
        ScaleKind::Craving => {
            let total = items[0].map(u16::from).ok_or(Error::Unanswered)?;
            Ok(Score { total: Some(total), band: None, risk: (total >= 50).then_some(RiskLevel::Low) })
        }
    }
}

fn prorated(sum: u16, answered: usize, count: usize) -> u16 {
    let (answered, count) = (answered as u16, count as u16);
    (sum * count * 2 + answered) / (answered * 2)
}

fn band(scale: ScaleKind, total: u16) -> &'static str {
    match (scale, total) {
        (_, 0..=4) => "none",
        (_, 5..=9) => "mild",
        (_, 10..=14) => "moderate",
        (ScaleKind::Phq9, 15..=19) => "moderately_severe",
        (_, _) => "severe",
    }
}

/// High is high whatever is missing; anything less needs every question that the screener asks on its way there.
fn columbia(items: &[Option<u8>]) -> Result<Score, Error> {
    let answer = |question: usize| items[question - 1].map(|value| value == 1);
    let yes = |question| answer(question) == Some(true);
    let level = if yes(4) || yes(5) || yes(7) {
        RiskLevel::High
    } else if yes(3) || yes(6) {
        RiskLevel::Moderate
    } else {
        RiskLevel::Low
    };
    let asked = [(1, true), (2, true), (3, yes(2)), (4, yes(2)), (5, yes(2)), (6, true), (7, yes(6))];
    let unanswered = asked.into_iter().any(|(question, asked)| asked && answer(question).is_none());
    if unanswered && level < RiskLevel::High {
        return Err(Error::Unanswered);
    }
    let band = match level {
        RiskLevel::Low => "low",
        RiskLevel::Moderate => "moderate",
        RiskLevel::High => "high",
    };
    Ok(Score { total: None, band: Some(band), risk: (level > RiskLevel::Low).then_some(level) })
}

pub(super) fn response(scale: ScaleKind, baseline: u16, total: u16) -> Option<bool> {
    (scale != ScaleKind::Cssrs).then_some(total * 2 <= baseline)
}

pub(super) fn remission(scale: ScaleKind, total: u16) -> Option<bool> {
    matches!(scale, ScaleKind::Phq9 | ScaleKind::Gad7).then_some(total < 5)
}

pub(super) const fn highest_total(scale: ScaleKind) -> u16 {
    match scale {
        ScaleKind::Phq9 => 27,
        ScaleKind::Gad7 => 21,
        ScaleKind::Cssrs => 0,
        ScaleKind::Craving => 100,
    }
}
