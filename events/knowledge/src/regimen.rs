//! How much of a drug, how often, by which route.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of drug in milligrams, exact to a microgram, at most 100,000 mg; never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Milligrams(u64);

/// The amount is not a number, negative, above 100,000 mg, or finer than a microgram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a dose is 0 to 100,000 mg in whole micrograms")]
pub struct InvalidDose;

const MICROGRAMS_PER_MILLIGRAM: f64 = 1_000.0;
const MOST_MILLIGRAMS: f64 = 100_000.0;

impl Milligrams {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Reads an amount in milligrams.
    ///
    /// # Errors
    ///
    /// [`InvalidDose`] when a bound is broken.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounds are checked above")]
    pub fn parse(mg: f64) -> Result<Self, InvalidDose> {
        if !(0.0..=MOST_MILLIGRAMS).contains(&mg) {
            return Err(InvalidDose);
        }
        let micrograms = mg * MICROGRAMS_PER_MILLIGRAM;
        let whole = micrograms.round();
        if (micrograms - whole).abs() > 1e-6 { Err(InvalidDose) } else { Ok(Self(whole as u64)) }
    }

    /// Takes whole micrograms, for arithmetic whose operands were checked.
    pub const fn from_micrograms(micrograms: u64) -> Self {
        Self(micrograms)
    }

    /// Whole micrograms.
    pub const fn micrograms(self) -> u64 {
        self.0
    }

    /// The amount in milligrams.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    pub fn mg(self) -> f64 {
        self.0 as f64 / MICROGRAMS_PER_MILLIGRAM
    }
}

impl TryFrom<f64> for Milligrams {
    type Error = InvalidDose;
    fn try_from(mg: f64) -> Result<Self, InvalidDose> {
        Self::parse(mg)
    }
}

impl From<Milligrams> for f64 {
    fn from(dose: Milligrams) -> Self {
        dose.mg()
    }
}

impl fmt::Display for Milligrams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} mg", self.mg())
    }
}

/// How often a dose is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// Once a day.
    Daily,
    /// Once a day before sleep.
    AtBedtime,
    /// Twice a day.
    TwiceDaily,
    /// Three times a day.
    ThreeTimesDaily,
    /// Four times a day.
    FourTimesDaily,
    /// Every second day.
    EveryOtherDay,
    /// Every so many days, 2 to 90: depot injections, patches.
    EveryDays(u8),
    /// When needed, at most so many times a day, 1 to 12.
    AsNeeded(u8),
}

impl Frequency {
    /// The most that a day can hold of a dose taken this often; an interval longer than a day counts whole, so
    /// that a maximum for one dose is not thinned out over the interval.
    pub const fn most_a_day(self) -> u64 {
        match self {
            Self::Daily | Self::AtBedtime | Self::EveryOtherDay | Self::EveryDays(_) => 1,
            Self::TwiceDaily => 2,
            Self::ThreeTimesDaily => 3,
            Self::FourTimesDaily => 4,
            Self::AsNeeded(times) => times as u64,
        }
    }

    /// Days from one dose to the next, at least one.
    pub const fn every_days(self) -> u64 {
        match self {
            Self::Daily
            | Self::AtBedtime
            | Self::TwiceDaily
            | Self::ThreeTimesDaily
            | Self::FourTimesDaily
            | Self::AsNeeded(_)
            | Self::EveryDays(0) => 1,
            Self::EveryOtherDay => 2,
            Self::EveryDays(days) => days as u64,
        }
    }
}

/// By which way a drug enters the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// Swallowed.
    Oral,
    /// Under the tongue or in the cheek.
    Sublingual,
    /// Into muscle.
    Intramuscular,
    /// Under the skin.
    Subcutaneous,
    /// Through the skin.
    Transdermal,
    /// Into the nose.
    Nasal,
    /// Breathed in.
    Inhaled,
    /// On the skin.
    Topical,
}

/// A dose with its frequency and route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Regimen {
    /// Amount of one dose. For a combination, the amount of its first ingredient.
    #[serde(rename = "dose_mg")]
    pub dose: Milligrams,
    /// How often.
    pub frequency: Frequency,
    /// Which way.
    pub route: Route,
}

impl Regimen {
    /// The most of the drug that one day can hold.
    pub const fn daily(&self) -> Milligrams {
        Milligrams(self.dose.0.saturating_mul(self.frequency.most_a_day()))
    }

    /// What a day holds on average over the interval between doses, to the microgram below.
    pub const fn average_daily(&self) -> Milligrams {
        Milligrams(self.daily().0 / self.frequency.every_days())
    }

    /// By how much a day holds more than with `before`: a larger dose counts, and the same dose more often.
    pub fn rise_from(&self, before: &Self) -> Milligrams {
        let at_once = self.daily().0.saturating_sub(before.daily().0);
        let on_average = self.average_daily().0.saturating_sub(before.average_daily().0);
        Milligrams(at_once.max(on_average))
    }

    /// Whether a day holds less than with `before`, by the dose or by the interval, and by neither more.
    pub fn falls_from(&self, before: &Self) -> bool {
        let less = self.daily() < before.daily() || self.average_daily() < before.average_daily();
        less && self.rise_from(before) == Milligrams::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doses_are_exact_and_bounded() {
        assert_eq!(Milligrams::parse(0.125).unwrap().micrograms(), 125);
        assert_eq!(Milligrams::parse(12.5).unwrap().to_string(), "12.5 mg");
        for bad in [-1.0, f64::NAN, f64::INFINITY, 100_000.1, 0.0001] {
            assert_eq!(Milligrams::parse(bad), Err(InvalidDose), "{bad}");
        }
    }

    #[test]
    fn the_same_dose_more_often_is_a_rise_and_less_often_a_fall() {
        let every =
            |frequency| Regimen { dose: Milligrams::parse(25.0).unwrap(), frequency, route: Route::Oral };
        let (daily, other) = (every(Frequency::Daily), every(Frequency::EveryOtherDay));
        assert_eq!(daily.rise_from(&other), Milligrams::parse(12.5).unwrap());
        assert_eq!(other.rise_from(&daily), Milligrams::ZERO);
        assert!(other.falls_from(&daily) && !daily.falls_from(&other) && !daily.falls_from(&daily));
        assert!(every(Frequency::EveryDays(28)).falls_from(&every(Frequency::EveryDays(14))));
    }

    #[test]
    fn a_day_holds_every_dose_of_it() {
        let regimen = Regimen {
            dose: Milligrams::parse(0.25).unwrap(),
            frequency: Frequency::TwiceDaily,
            route: Route::Oral,
        };
        assert_eq!(regimen.daily(), Milligrams::parse(0.5).unwrap());
    }
}
