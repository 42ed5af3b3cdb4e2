//! Names of rows in the knowledge tables.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The name is empty, longer than 80 characters, or has others than `a-z 0-9 - . _`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to 80 characters of a-z, 0-9, '-', '.' and '_'")]
pub struct InvalidName;

const NAME_MAX: usize = 80;

fn checked(text: &str) -> Result<Arc<str>, InvalidName> {
    let plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'_');
    if !text.is_empty() && text.len() <= NAME_MAX && text.as_bytes().iter().all(plain) {
        Ok(Arc::from(text))
    } else {
        Err(InvalidName)
    }
}

struct NameVisitor;

impl de::Visitor<'_> for NameVisitor {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Arc<str>, E> {
        checked(text).map_err(E::custom)
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks the form; whether a row of that name exists is the ruleset's to say.
            ///
            /// # Errors
            ///
            /// [`InvalidName`] when the form is broken.
            pub fn parse(text: &str) -> Result<Self, InvalidName> {
                checked(text).map(Self)
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(NameVisitor).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

names! {
    /// A medical condition that a rule knows, such as `seizure-disorder`.
    ConditionId,
    /// A row of the formulary, such as `buprenorphine-naloxone-sl`.
    DrugId,
    /// A substance that acts, such as `sertraline`; interactions are decided on these.
    IngredientId,
    /// A laboratory or bedside result that a rule knows, such as `qtc`.
    LabId,
    /// A row of law or program policy with the days on which it holds, such as `telemedicine.in-person`.
    PolicyId,
    /// A warning sign that calls for action at once, such as `rash-with-fever`.
    RedFlagId,
    /// One rule of the ruleset, such as `ddi.lithium.nsaid`.
    RuleId,
    /// One published set of rules, such as `2026-11-26.5b1f0c9e27aa`.
    RulesetVersion,
    /// A class that a drug screen looks for, such as `fentanyl`.
    ScreenClassId,
    /// A substance that people use, such as `heroin`.
    SubstanceId,
    /// A side effect by its plain name, such as `nausea`.
    SymptomId,
}
