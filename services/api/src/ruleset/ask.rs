//! Which rulesets there are, and what they say.

use std::collections::BTreeMap;

use concord_domain::ruleset::{Archive, Edition};
use concord_executor::{ExecuteError, Executor};
use concord_knowledge::{Files, Ruleset, RulesetVersion};

use crate::Failure;

/// The rulesets of a tenant.
pub(super) struct Rulesets {
    pub(super) archive: Archive,
    /// By which a command would be judged now.
    pub(super) current: &'static Ruleset,
    /// The tables of the service.
    own: Files,
}

impl Rulesets {
    pub(super) async fn of(executor: &Executor) -> Result<Self, Failure> {
        let (archive, current) = (executor.rulesets().await?, executor.rules().await?);
        Ok(Self { archive, current, own: Files::embedded() })
    }

    /// The name of the service's tables.
    pub(super) fn own(&self) -> RulesetVersion {
        self.own.version()
    }

    /// The publication that is in force under its own name.
    pub(super) fn published(&self) -> Option<&Edition> {
        self.archive.named(self.current.version())
    }

    /// The tables of the ruleset of that name.
    pub(super) fn tables(&self, ruleset: &RulesetVersion) -> Result<BTreeMap<String, String>, Failure> {
        if *ruleset == self.own() {
            return Ok(self.own.tables().map(|(name, text)| (name.to_owned(), text.to_owned())).collect());
        }
        if let Some(edition) = self.archive.named(ruleset) {
            return edition.whole(&self.own).map_err(misfit);
        }
        let edition = self.composed(ruleset).ok_or(Failure::NotFound)?;
        edition.over(&self.own).map_err(misfit)
    }

    /// The program's rows in the ruleset of that name.
    pub(super) fn program_rows(&self, ruleset: &RulesetVersion) -> BTreeMap<String, String> {
        let edition = self.archive.named(ruleset).or_else(|| self.composed(ruleset));
        edition.map_or_else(BTreeMap::new, |edition| edition.rows.clone())
    }

    /// The publication whose rows lie over newer tables than those that were signed, under a name that nobody published.
    fn composed(&self, ruleset: &RulesetVersion) -> Option<&Edition> {
        self.archive.editions().find(|edition| {
            edition.in_force_from().is_some()
                && edition.rules(&self.own).is_ok_and(|rules| rules.version() == ruleset)
        })
    }
}

fn misfit(error: concord_domain::ruleset::Error) -> Failure {
    ExecuteError::Refused(error.into()).into()
}
