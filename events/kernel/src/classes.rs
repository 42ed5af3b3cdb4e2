//! What kind of thing an event tells, so that consent can be held against it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What an event tells about a patient. The stored name is never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum DataClass {
    /// That somebody is a patient, their stays, visits and who cares for them. Presence in a program counts as
    /// information about substance use as well (42 CFR 2.13(c)).
    General,
    /// Medications, doses, prescriptions, adherence.
    Medication,
    /// Allergies, conditions, results, side effects.
    Clinical,
    /// Psychiatric assessment, scores, plans and what bears on them.
    MentalHealth,
    /// Substance use, its diagnosis and its treatment (42 CFR 2.11).
    SubstanceUse,
    /// Notes of counselling, which need a consent of their own (42 CFR 2.11, 2.31(b); 45 CFR 164.508(a)(2)).
    CounsellingNotes,
    /// How the record itself is run: consents, feeds, audits, rules. No consent covers it.
    Administration,
}

/// The text names no data class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a data class")]
pub struct UnknownDataClass;

impl DataClass {
    /// Every class.
    pub const ALL: [Self; 7] = [
        Self::General,
        Self::Medication,
        Self::Clinical,
        Self::MentalHealth,
        Self::SubstanceUse,
        Self::CounsellingNotes,
        Self::Administration,
    ];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Medication => "medication",
            Self::Clinical => "clinical",
            Self::MentalHealth => "mental_health",
            Self::SubstanceUse => "substance_use",
            Self::CounsellingNotes => "counselling_notes",
            Self::Administration => "administration",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for DataClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DataClass {
    type Err = UnknownDataClass;
    fn from_str(text: &str) -> Result<Self, UnknownDataClass> {
        Self::ALL.into_iter().find(|class| class.as_str() == text).ok_or(UnknownDataClass)
    }
}

/// A set of data classes, stored as a list of their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DataClasses(u8);

impl DataClasses {
    /// No class.
    pub const NONE: Self = Self(0);

    /// Every class: what is not known to be less.
    pub const ALL: Self = Self::of(&DataClass::ALL);

    /// The set of `classes`.
    pub const fn of(classes: &[DataClass]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < classes.len() {
            bits |= classes[at].bit();
            at += 1;
        }
        Self(bits)
    }

    /// Whether `class` is in it.
    pub const fn has(self, class: DataClass) -> bool {
        self.0 & class.bit() != 0
    }

    /// Whether it has no class.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether everything in it is in `other`.
    pub const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether it shares a class with `other`.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What is in either.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The classes, in the order of [`DataClass::ALL`].
    pub fn iter(self) -> impl Iterator<Item = DataClass> {
        DataClass::ALL.into_iter().filter(move |class| self.has(*class))
    }
}

impl FromIterator<DataClass> for DataClasses {
    fn from_iter<I: IntoIterator<Item = DataClass>>(classes: I) -> Self {
        classes.into_iter().fold(Self::NONE, |set, class| Self(set.0 | class.bit()))
    }
}

impl Serialize for DataClasses {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for DataClasses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> de::Visitor<'de> for Names {
            type Value = DataClasses;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of data classes")
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut names: A) -> Result<DataClasses, A::Error> {
                let mut set = DataClasses::NONE;
                while let Some(class) = names.next_element::<DataClass>()? {
                    set.0 |= class.bit();
                }
                Ok(set)
            }
        }
        deserializer.deserialize_seq(Names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_names_are_the_names() {
        for class in DataClass::ALL {
            assert_eq!(class.as_str().parse(), Ok(class));
            assert_eq!(serde_json::to_string(&class).unwrap(), format!("\"{class}\""));
        }
        assert_eq!("genomic".parse::<DataClass>(), Err(UnknownDataClass));
    }

    #[test]
    fn a_set_reads_back_and_knows_what_it_holds() {
        let some = DataClasses::of(&[DataClass::Medication, DataClass::SubstanceUse]);
        let stored = serde_json::to_string(&some).unwrap();
        assert_eq!(stored, r#"["medication","substance_use"]"#);
        assert_eq!(serde_json::from_str::<DataClasses>(&stored).unwrap(), some);
        assert!(some.within(DataClasses::ALL) && !DataClasses::ALL.within(some));
        assert!(some.has(DataClass::Medication) && !some.has(DataClass::General));
        assert!(
            DataClasses::NONE.is_empty() && DataClasses::NONE.within(some) && !DataClasses::NONE.meets(some)
        );
    }

    #[test]
    fn a_class_that_nobody_knows_is_refused_and_not_left_out() {
        assert!(serde_json::from_str::<DataClasses>(r#"["medication","genomic"]"#).is_err());
    }
}
