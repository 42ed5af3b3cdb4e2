//! Points in time, always UTC, always whole microseconds.

use std::fmt;
use std::time::Duration;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time: microseconds since 1970-01-01T00:00:00Z. Stored and shown as RFC 3339 in UTC; as a number in forms
/// that are not for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// The text or number is no point in time between the years -9999 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time")]
pub struct InvalidInstant;

/// A calendar day without time zone, as on a chart: birth date, start of a course.
pub type Day = Date;

const MICROS_PER_DAY: i64 = 86_400_000_000;

impl Instant {
    /// Takes microseconds since the Unix epoch.
    ///
    /// # Errors
    ///
    /// [`InvalidInstant`] when the calendar cannot show it.
    pub fn from_micros(micros: i64) -> Result<Self, InvalidInstant> {
        Timestamp::from_microsecond(micros).map(|_| Self(micros)).map_err(|_| InvalidInstant)
    }

    /// Reads RFC 3339 with any offset.
    ///
    /// # Errors
    ///
    /// [`InvalidInstant`] when the text is something else.
    pub fn parse(text: &str) -> Result<Self, InvalidInstant> {
        text.parse::<Timestamp>().map(Self::from).map_err(|_| InvalidInstant)
    }

    /// Midnight UTC at the start of `day`.
    pub fn start_of(day: Day) -> Self {
        let epoch = jiff::civil::date(1970, 1, 1);
        let days = i64::from((day - epoch).get_days());
        Self(days * MICROS_PER_DAY)
    }

    /// Microseconds since the Unix epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The UTC calendar day.
    pub fn day(self) -> Day {
        self.timestamp().to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    /// Whole days from `earlier` to `self`; negative when `earlier` is later.
    pub const fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).div_euclid(MICROS_PER_DAY)
    }

    /// This instant moved by whole days; stays at the calendar's edge instead of passing it.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        self.moved(days.saturating_mul(MICROS_PER_DAY))
    }

    /// This instant moved on by `duration`; stays at the calendar's edge instead of passing it.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        self.moved(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
    }

    /// Time from `earlier` to `self`; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    fn moved(self, micros: i64) -> Self {
        let edge = if micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
        let target = self.0.saturating_add(micros);
        if Timestamp::from_microsecond(target).is_ok() { Self(target) } else { Self(edge.as_microsecond()) }
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).expect("every constructor checked the range")
    }
}

impl From<Timestamp> for Instant {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_microsecond())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rfc3339;
        impl de::Visitor<'_> for Rfc3339 {
            type Value = Instant;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 time")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Instant, E> {
                Instant::parse(text).map_err(E::custom)
            }
        }
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Rfc3339)
        } else {
            let micros = i64::deserialize(deserializer)?;
            Self::from_micros(micros).map_err(de::Error::custom)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_value_agree() {
        let at = Instant::parse("2026-11-23T09:30:00.000001Z").unwrap();
        assert_eq!(at.to_string(), "2026-11-23T09:30:00.000001Z");
        assert_eq!(serde_json::from_str::<Instant>(&serde_json::to_string(&at).unwrap()).unwrap(), at);
        assert_eq!(Instant::parse("yesterday"), Err(InvalidInstant));
    }

    #[test]
    fn days_count_backwards_too() {
        let noon = Instant::parse("2026-03-01T12:00:00Z").unwrap();
        assert_eq!(noon.plus_days(14).days_since(noon), 14);
        assert_eq!(noon.days_since(noon.plus_days(14)), -14);
        assert_eq!(Instant::start_of(noon.day()).to_string(), "2026-03-01T00:00:00Z");
    }

    #[test]
    fn the_edge_of_the_calendar_holds() {
        let noon = Instant::parse("2026-03-01T12:00:00Z").unwrap();
        assert!(noon.plus_days(i64::MAX) > noon);
        assert!(noon.plus_days(i64::MIN) < noon);
        assert!(Instant::from_micros(i64::MAX).is_err());
    }
}
