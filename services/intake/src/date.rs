//! FHIR dates: `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or a full time with an offset.

use concord_kernel::{Day, Instant};

use crate::Problem;
use crate::json::Node;
use crate::sink::Sink;

/// A date as precise as the source made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct When {
    /// The first day it may mean.
    pub(crate) first: Day,
    /// The last day it may mean.
    pub(crate) last: Day,
    /// The instant, when a time was given.
    at: Option<Instant>,
}

impl When {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if !text.is_ascii() {
            return None;
        }
        match text.len() {
            4 => {
                let year: i16 = number(text)?;
                Some(Self { first: Day::new(year, 1, 1).ok()?, last: Day::new(year, 12, 31).ok()?, at: None })
            }
            7 => {
                let (year, month) = text.split_once('-')?;
                let first = Day::new(number(year)?, number(month)?, 1).ok()?;
                Some(Self { first, last: first.last_of_month(), at: None })
            }
            10 => Self::day(text, None),
            _ => {
                let (day, _) = text.split_once('T')?;
                Self::day(day, Some(Instant::parse(text).ok()?))
            }
        }
    }

    fn day(text: &str, at: Option<Instant>) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        let day = Day::new(number(year)?, number(month)?, number(day)?).ok()?;
        Some(Self { first: day, last: day, at })
    }

    /// The day, when one is named.
    pub(crate) fn exact_day(&self) -> Option<Day> {
        (self.first == self.last).then_some(self.first)
    }

    /// The instant; midnight UTC when only the day is known.
    pub(crate) fn instant(&self) -> Option<Instant> {
        self.at.or_else(|| self.exact_day().map(Instant::start_of))
    }

    /// The latest instant it may mean.
    pub(crate) fn latest(&self) -> Instant {
        self.at.unwrap_or_else(|| Instant::start_of(self.last).plus_days(1))
    }
}

fn number<N: std::str::FromStr>(digits: &str) -> Option<N> {
    // `parse` alone would take a sign.
    if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// The date in element `name`; an issue when there is something that is no date.
pub(crate) fn when(node: &Node<'_>, name: &str, sink: &mut Sink) -> Option<When> {
    let element = node.get(name)?;
    let parsed = element.string().and_then(When::parse);
    if parsed.is_none() {
        sink.note(element.path(), Problem::NotADate);
    }
    parsed
}

/// The day in element `name`; an issue when there is a date without day.
pub(crate) fn day(node: &Node<'_>, name: &str, sink: &mut Sink) -> Option<Day> {
    let when = when(node, name, sink)?;
    let day = when.exact_day();
    if day.is_none() {
        sink.note(node.at(name), Problem::ImpreciseDate);
    }
    day
}
