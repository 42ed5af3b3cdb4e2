//! The stability rule: when visits may come less often. Source: program rule, after the ASAM and APA guidelines'
//! advice to see patients more often until doses and symptoms have settled.

use concord_kernel::Instant;
use serde::{Deserialize, Serialize};

use super::FollowUp;
use crate::{AdherenceFacts, Facts};

/// Days without any change of dose.
const SETTLED_DAYS: i64 = 28;

/// Least doses taken of doses due, in percent. Source: PQA, CMS (proportion of days covered of 0.80).
const LEAST_ADHERENCE_PERCENT: u8 = 80;

/// Fewest medication visits at the present cadence.
const FEWEST_VISITS: u32 = 2;

/// One of the things that must hold before visits come less often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// No dose changed for 28 days.
    DoseUnchanged,
    /// The last two scores of the primary scale show response or remission.
    ScoresRespond,
    /// No side effect of grade 2 (moderate) or more is open.
    NoSideEffect,
    /// At least 80 % of doses were taken, by the last medication visit that says so and by what was measured within the
    /// last 28 days; one of them is there.
    DosesTaken,
    /// No risk above low is open, and the last C-SSRS was low.
    NoRisk,
    /// Two medication visits took place at the present cadence.
    VisitsKept,
}

impl Condition {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DoseUnchanged => "dose_unchanged",
            Self::ScoresRespond => "scores_respond",
            Self::NoSideEffect => "no_side_effect",
            Self::DosesTaken => "doses_taken",
            Self::NoRisk => "no_risk",
            Self::VisitsKept => "visits_kept",
        }
    }
}

impl FollowUp {
    /// The conditions that do not hold at `now`; `None` when a stream that says so was not read.
    pub(super) fn unstable(&self, facts: &Facts, now: Instant) -> Option<Vec<Condition>> {
        let (chart, side_effects, scales) =
            (facts.chart.as_ref()?, facts.side_effects.as_ref()?, facts.scales.as_ref()?);
        let adherence = facts.adherence.as_ref()?;
        let checks = [
            (
                Condition::DoseUnchanged,
                chart.last_dose_change_at.is_none_or(|at| now.days_since(at) >= SETTLED_DAYS),
            ),
            (Condition::ScoresRespond, scales.last_two_respond == Some(true)),
            (Condition::NoSideEffect, side_effects.open_moderate_or_worse == 0),
            (
                Condition::DosesTaken,
                self.doses_taken(adherence, now).is_some_and(|percent| percent >= LEAST_ADHERENCE_PERCENT),
            ),
            (Condition::NoRisk, !scales.risk_open),
            (Condition::VisitsKept, self.completed_since_change >= FEWEST_VISITS),
        ];
        Some(checks.into_iter().filter(|(_, holds)| !holds).map(|(condition, _)| condition).collect())
    }

    /// The lower of what a visit was told and what was measured lately: neither talks the other away.
    fn doses_taken(&self, adherence: &AdherenceFacts, now: Instant) -> Option<u8> {
        let lately = adherence
            .measured
            .filter(|measured| now.days_since(Instant::start_of(measured.to)) <= SETTLED_DAYS);
        let measured = lately.and_then(|measured| measured.percent);
        [self.adherence_percent, measured].into_iter().flatten().min()
    }
}
