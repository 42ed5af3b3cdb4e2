//! What is kept of one stay.

use concord_domain::episode::Disposition;
use concord_kernel::{Day, EpisodeId, Instant, ProgramId};
use serde::{Deserialize, Serialize};

use super::{Month, Tally};

/// Months of one stay that are kept, the latest ones: three years, longer than any stay of an intensive outpatient program.
const MONTHS_KEPT: usize = 36;

/// The latest answer to a scale in a stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scored {
    /// When it was answered.
    pub taken_at: Instant,
    /// The first total, which it is compared with; absent when it is the first.
    pub baseline: Option<u16>,
    /// Half of the baseline or less; absent when it is the first.
    pub response: Option<bool>,
    /// Below the remission cut-off.
    pub remission: Option<bool>,
}

/// One stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stay {
    /// Which.
    pub episode: EpisodeId,
    /// In which program.
    pub program: ProgramId,
    /// When the client was referred to it; absent for a stay that followed another without one.
    pub referred_at: Option<Instant>,
    /// When it began.
    pub admitted_at: Instant,
    /// When it ended and how; absent while it is open.
    pub closed: Option<(Instant, Disposition)>,
    /// When the assessment was signed first.
    pub evaluated_at: Option<Instant>,
    /// When medications from outside were compared first.
    pub reconciled_at: Option<Instant>,
    /// The latest PHQ-9.
    pub phq9: Option<Scored>,
    /// The latest GAD-7.
    pub gad7: Option<Scored>,
    /// What happened month by month, in the order of months; months without anything are left out.
    pub months: Vec<Tally>,
    /// Whether months before those were forgotten.
    pub forgot: bool,
}

impl Stay {
    pub(super) const fn began(
        episode: EpisodeId,
        program: ProgramId,
        referred_at: Option<Instant>,
        admitted_at: Instant,
    ) -> Self {
        Self {
            episode,
            program,
            referred_at,
            admitted_at,
            closed: None,
            evaluated_at: None,
            reconciled_at: None,
            phq9: None,
            gad7: None,
            months: Vec::new(),
            forgot: false,
        }
    }

    /// When it ended; absent while it is open.
    pub fn closed_at(&self) -> Option<Instant> {
        self.closed.map(|(at, _)| at)
    }

    /// Whether it went on at that moment: who leaves at that very moment has stayed until then.
    pub fn goes_on_at(&self, at: Instant) -> bool {
        self.closed_at().is_none_or(|closed| closed >= at)
    }

    /// Whether it was open on that day, its first and last day included.
    pub(super) fn covers(&self, day: Day) -> bool {
        self.admitted_at.day() <= day && self.closed_at().is_none_or(|closed| closed.day() >= day)
    }

    pub(super) fn month(&mut self, day: Day) -> Option<&mut Tally> {
        let month = Month::of(day);
        let at = self.months.partition_point(|known| known.month < month);
        if self.months.get(at).is_none_or(|known| known.month != month) {
            if self.forgot && at == 0 {
                return None;
            }
            self.months.insert(at, Tally::of(month));
        }
        if self.months.len() > MONTHS_KEPT {
            self.months.remove(0);
            self.forgot = true;
            return self.months.get_mut(at.checked_sub(1)?);
        }
        self.months.get_mut(at)
    }

    /// An answer that was recorded late is history, not news.
    pub(super) fn scored(kept: &mut Option<Scored>, score: Scored) {
        if kept.is_none_or(|known| known.taken_at <= score.taken_at) {
            *kept = Some(score);
        }
    }
}
