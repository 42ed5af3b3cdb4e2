//! The texts of the tables.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::fault::{Fault, LoadError};
use super::table::Table;

/// The texts of all tables, by file name.
#[derive(Clone, Debug)]
pub struct Files(BTreeMap<&'static str, Cow<'static, str>>);

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        impl Files {
            /// The name of every table.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// The tables that this program was built with.
            pub fn embedded() -> Self {
                Self(BTreeMap::from([
                    $(($name, Cow::Borrowed(include_str!(concat!("../../data/", $name))))),+
                ]))
            }
        }
    };
}

embedded!(
    "allergy_rules.csv",
    "boxed_warnings.csv",
    "condition_rules.csv",
    "conditions.csv",
    "critical_values.csv",
    "dose_limits.csv",
    "drugs.csv",
    "duplicates.csv",
    "escalation.csv",
    "ingredients.csv",
    "interactions.csv",
    "lab_rules.csv",
    "labs.csv",
    "level_timing.csv",
    "limits.csv",
    "missed_doses.csv",
    "missing_rules.csv",
    "monitoring.csv",
    "policies.csv",
    "red_flags.csv",
    "scales.csv",
    "special_rules.csv",
    "symptoms.csv",
);

impl Files {
    /// The same tables with another text for the one named `name`; an unknown name changes nothing.
    #[must_use]
    pub fn with(mut self, name: &str, text: String) -> Self {
        if let Some(held) = self.0.get_mut(name) {
            *held = Cow::Owned(text);
        }
        self
    }

    /// The text of the table named `name`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(AsRef::as_ref)
    }

    pub(crate) fn table(&self, name: &'static str) -> Result<Table, LoadError> {
        let text = self.text(name).ok_or(LoadError { file: name, line: 0, fault: Fault::MissingFile })?;
        Table::read(name, text)
    }
}
