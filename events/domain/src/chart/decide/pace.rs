//! How fast a dose may rise: by the steps and days of the drug's row or, for a drug that has one, by its schedule.

use concord_kernel::Instant;
use concord_knowledge::{Drug, Milligrams, Regimen, TitrationSchedule};

use super::super::Error;
use super::days_between;

/// A dose that rises.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rise {
    pub(super) from: Regimen,
    pub(super) to: Regimen,
    /// Since when the lower one is taken.
    pub(super) since: Instant,
    /// When the higher one begins.
    pub(super) at: Instant,
}

impl Rise {
    /// By the row's step at most, and not sooner than the row's days after the last change.
    pub(super) fn keeps_the_row(&self, drug: &Drug) -> Result<(), Error> {
        let rise = self.to.rise_from(&self.from);
        if rise == Milligrams::ZERO {
            return Ok(());
        }
        if let Some(step) = drug.step
            && rise > step
        {
            return Err(Error::RiseTooLarge { at_most: step });
        }
        self.comes_after(drug.step_days)
    }

    /// Not above the schedule's next step, and not sooner than its days. Above its top, and for a drug without one, the
    /// row counts.
    pub(super) fn keeps_the_schedule(
        &self,
        schedule: Option<&TitrationSchedule>,
        drug: &Drug,
    ) -> Result<(), Error> {
        let Some(next) = schedule.and_then(|schedule| schedule.after(&self.from)) else {
            return self.keeps_the_row(drug);
        };
        if !next.holds(&self.to) {
            return Err(Error::BeyondSchedule { at_most: next.dose });
        }
        self.comes_after(next.after_days)
    }

    fn comes_after(&self, fewest_days: u16) -> Result<(), Error> {
        let fewest = i64::from(fewest_days);
        if days_between(self.since, self.at) < fewest {
            let earliest = Instant::start_of(self.since.day()).plus_days(fewest).day();
            return Err(Error::RiseTooSoon { earliest });
        }
        Ok(())
    }
}
