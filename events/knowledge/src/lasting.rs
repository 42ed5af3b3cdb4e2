//! Rulesets that are kept for as long as the process runs.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::{Files, LoadError, Ruleset, RulesetVersion};

/// The most rulesets that a process keeps beside its own. Each is about a megabyte, and each took two people to publish.
const MOST: usize = 256;

/// Why a ruleset cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotKept {
    /// Its tables cannot be used.
    #[error(transparent)]
    Faulty(#[from] LoadError),
    /// The process keeps as many as it may.
    #[error("a process keeps at most {MOST} rulesets; restart it")]
    TooMany,
}

/// By name and by what they say: of one name, two tenants may have signed different rows.
type Kept = HashMap<(RulesetVersion, [u8; 32]), &'static Ruleset>;

impl Ruleset {
    /// Reads tables as [`Ruleset::load`] does, and keeps the result: decisions hold it while others are made by the next.
    /// The same tables are read once.
    ///
    /// # Errors
    ///
    /// [`NotKept`] when a table has a fault, or too many are kept.
    pub fn lasting(version: &RulesetVersion, files: &Files) -> Result<&'static Self, NotKept> {
        static KEPT: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);
        let name = (version.clone(), files.digest());
        let held = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rules) = held().get(&name) {
            return Ok(rules);
        }
        let rules = Self::load(version.clone(), files)?;
        let mut kept = held();
        if kept.len() >= MOST && !kept.contains_key(&name) {
            return Err(NotKept::TooMany);
        }
        Ok(kept.entry(name).or_insert_with(|| Box::leak(Box::new(rules))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_tables_under_the_same_name_are_kept_once() {
        let version = |name: &str| RulesetVersion::parse(name).unwrap();
        let files = Files::embedded();
        let one = Ruleset::lasting(&version("lasting.1"), &files).unwrap();
        assert!(std::ptr::eq(one, Ruleset::lasting(&version("lasting.1"), &files).unwrap()));
        assert!(!std::ptr::eq(one, Ruleset::lasting(&version("lasting.2"), &files).unwrap()));
        let broken = files.with("labs.csv", "id\n".to_owned());
        assert!(matches!(Ruleset::lasting(&version("lasting.3"), &broken), Err(NotKept::Faulty(_))));
    }
}
