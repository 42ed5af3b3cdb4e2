//! Months, and periods of whole months.

use std::fmt;
use std::str::FromStr;

use concord_kernel::{Day, Instant};
use serde::{Deserialize, Serialize};

/// Months in a year.
const YEAR: u16 = 12;

/// The years that may be asked about.
const YEARS: std::ops::RangeInclusive<u16> = 1900..=5000;

/// A month of the UTC calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Month(u16);

/// The text is no month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a month as YYYY-MM")]
pub struct NotAMonth;

/// Why two months are no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// It ends before it begins.
    #[error("the period ends before it begins")]
    Backwards,
    /// It has more months than are asked for at once.
    #[error("the period has more than {} months", Period::MOST_MONTHS)]
    TooLong,
}

impl Month {
    /// The month of a day.
    pub fn of(day: Day) -> Self {
        let year = u16::try_from(day.year()).unwrap_or(0);
        Self(year * YEAR + u16::try_from(day.month() - 1).unwrap_or(0))
    }

    /// The one after it.
    const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Its first moment.
    fn begins(self) -> Instant {
        let (year, month) = (self.0 / YEAR, self.0 % YEAR + 1);
        let first = Day::new(i16::try_from(year).unwrap_or(0), i8::try_from(month).unwrap_or(1), 1);
        first.map_or_else(|_| Instant::start_of(Day::MAX), Instant::start_of)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / YEAR, self.0 % YEAR + 1)
    }
}

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let (year, month) = text.split_once('-').ok_or(NotAMonth)?;
        let digits = |part: &str, many: usize| {
            let plain = part.len() == many && part.bytes().all(|byte| byte.is_ascii_digit());
            if plain { part.parse::<u16>().map_err(|_| NotAMonth) } else { Err(NotAMonth) }
        };
        let (year, month) = (digits(year, 4)?, digits(month, 2)?);
        if YEARS.contains(&year) && (1..=YEAR).contains(&month) {
            Ok(Self(year * YEAR + month - 1))
        } else {
            Err(NotAMonth)
        }
    }
}

/// Some months, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    first: Month,
    last: Month,
}

impl Period {
    /// The most months that are asked for at once.
    pub const MOST_MONTHS: u16 = 24;

    /// From the beginning of one month to the end of another.
    ///
    /// # Errors
    ///
    /// See [`PeriodError`].
    pub fn new(first: Month, last: Month) -> Result<Self, PeriodError> {
        match last.0.checked_sub(first.0) {
            None => Err(PeriodError::Backwards),
            Some(months) if months >= Self::MOST_MONTHS => Err(PeriodError::TooLong),
            Some(_) => Ok(Self { first, last }),
        }
    }

    /// Its first moment.
    pub fn begins(self) -> Instant {
        self.first.begins()
    }

    /// The first moment after it.
    pub fn ends(self) -> Instant {
        self.last.next().begins()
    }

    pub(super) fn holds(self, at: Instant) -> bool {
        (self.begins()..self.ends()).contains(&at)
    }

    pub(super) fn has(self, month: Month) -> bool {
        (self.first..=self.last).contains(&month)
    }
}
