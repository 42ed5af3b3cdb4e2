//! The texts of the tables.

use std::borrow::Cow;
use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::fault::{Fault, LoadError};
use super::table::Table;
use crate::RulesetVersion;

/// The day on which the tables were last published, for people. What tells two publications apart is the digest.
const PUBLISHED: &str = "2026-11-26";

/// Bytes of the digest that a version shows.
const DIGEST_BYTES: usize = 6;

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
    "consent_rules.csv",
    "coordination.csv",
    "critical_values.csv",
    "deadlines.csv",
    "dose_limits.csv",
    "drug_screens.csv",
    "drugs.csv",
    "duplicates.csv",
    "duration_limits.csv",
    "escalation.csv",
    "induction_rules.csv",
    "ingredients.csv",
    "injections.csv",
    "interactions.csv",
    "lab_rules.csv",
    "labs.csv",
    "late_injections.csv",
    "level_timing.csv",
    "limits.csv",
    "missed_doses.csv",
    "missing_rules.csv",
    "monitoring.csv",
    "outreach.csv",
    "policies.csv",
    "products.csv",
    "recovery_limits.csv",
    "red_flags.csv",
    "scales.csv",
    "special_rules.csv",
    "substance_use_medications.csv",
    "substances.csv",
    "symptoms.csv",
    "titrations.csv",
    "trials.csv",
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

    /// The name of these tables in events: the day, and a digest of everything they say. A table that was changed can
    /// never go by the name that it had before.
    pub fn version(&self) -> RulesetVersion {
        let digest = hex::encode(&self.digest()[..DIGEST_BYTES]);
        RulesetVersion::parse(&format!("{PUBLISHED}.{digest}")).expect("digits, hyphens and a point")
    }

    /// SHA-256 of everything that the tables say.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for (name, text) in &self.0 {
            // Each piece with its length, so that none can be moved into the next; lines, so that no platform's way
            // to end them counts.
            for piece in std::iter::once(*name).chain(text.lines()) {
                hash.update(u64::try_from(piece.len()).unwrap_or(u64::MAX).to_be_bytes());
                hash.update(piece.as_bytes());
            }
        }
        hash.finalize().into()
    }

    /// Each table's name and text, in the order of the names.
    pub fn tables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, text)| (*name, text.as_ref()))
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
