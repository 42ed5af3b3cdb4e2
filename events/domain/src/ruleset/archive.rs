//! Everything that was ever proposed and published, with its rows: what explains a verdict of any day.

use std::collections::BTreeMap;

use concord_kernel::{Day, Instant, PersonId, Role, Text};
use concord_knowledge::program::Signed;
use concord_knowledge::{Files, NotKept, Ruleset, RulesetVersion};

use super::decide::{composed, names};
use super::{Error, Event, Signature};

/// Every ruleset of the stream, in the order in which they were proposed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Archive {
    editions: Vec<Edition>,
}

/// One proposal and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Edition {
    /// Its name in events.
    pub ruleset: RulesetVersion,
    /// SHA-256 of everything that it says, in hexadecimal.
    pub digest: String,
    /// The tables under the program's rows.
    pub base: RulesetVersion,
    /// The day from which it was to hold.
    pub valid_from: Option<Day>,
    /// What for.
    pub reason: Text,
    /// Who proposed it.
    pub by: PersonId,
    /// In which role.
    pub role: Role,
    /// The program's rows by table.
    pub rows: BTreeMap<String, String>,
    /// All tables, once it is published.
    pub tables: BTreeMap<String, String>,
    /// Who has signed.
    pub signatures: Vec<Signature>,
    /// What became of it.
    pub status: Status,
}

/// What became of a proposal.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// It waits for signatures.
    Proposed,
    /// Two have signed.
    Published {
        /// From when decisions are judged by it.
        in_force_from: Instant,
        /// The day that stands on its rows.
        reviewed_on: Day,
    },
    /// It was turned down, or taken back.
    Rejected {
        /// Who did.
        by: PersonId,
        /// Why.
        reason: Text,
    },
}

/// A published ruleset that this program cannot judge by.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Unusable {
    /// Its tables cannot be read, or too many are kept.
    #[error("ruleset {ruleset} cannot be read: {cause}")]
    Unread {
        /// Which.
        ruleset: RulesetVersion,
        /// Why.
        cause: NotKept,
    },
    /// The program's rows do not fit the tables of this build any more.
    #[error(
        "ruleset {ruleset} was published over {base} and does not fit the tables of this program: {cause}"
    )]
    Misfit {
        /// Which.
        ruleset: RulesetVersion,
        /// The tables that it was made for.
        base: RulesetVersion,
        /// Why.
        cause: Error,
    },
}

impl Archive {
    /// Takes in one more event.
    pub fn fold(&mut self, event: Event) {
        if let Event::RulesetProposed { ruleset, digest, base, valid_from, reason, by, role } = event {
            self.editions.push(Edition {
                ruleset,
                digest,
                base,
                valid_from,
                reason,
                by,
                role,
                rows: BTreeMap::new(),
                tables: BTreeMap::new(),
                signatures: Vec::new(),
                status: Status::Proposed,
            });
        } else if let Some(last) = self.editions.last_mut() {
            // One proposal at a time: what follows is about the last.
            last.fold(event);
        }
    }

    /// Each ruleset, in the order in which they were proposed.
    pub fn editions(&self) -> impl Iterator<Item = &Edition> {
        self.editions.iter()
    }

    /// The latest of that name.
    pub fn named(&self, ruleset: &RulesetVersion) -> Option<&Edition> {
        self.editions.iter().rev().find(|edition| edition.ruleset == *ruleset)
    }

    /// Those by which something may still be decided from `now` on, in the order of publication: the one in force, and
    /// those whose day is still to come and that no later publication goes before.
    pub fn current(&self, now: Instant) -> Vec<&Edition> {
        let published = |edition: &&Edition| edition.in_force_from().is_some();
        let mut published: Vec<&Edition> = self.editions.iter().filter(published).collect();
        let begun = published.iter().rposition(|edition| edition.has_begun(now)).unwrap_or(0);
        published.drain(..begun);
        published
    }
}

impl Edition {
    fn fold(&mut self, event: Event) {
        match event {
            Event::RulesetProposed { .. } => {}
            Event::RulesetRowsProposed { table, text, .. } => {
                self.rows.entry(table).or_default().push_str(&text);
            }
            Event::RulesetSigned { signature, .. } => self.signatures.push(signature),
            Event::RulesetTablePublished { table, text, .. } => {
                self.tables.entry(table).or_default().push_str(&text);
            }
            Event::RulesetPublished { in_force_from, reviewed_on, .. } => {
                self.status = Status::Published { in_force_from, reviewed_on };
            }
            Event::RulesetRejected { by, reason, .. } => self.status = Status::Rejected { by, reason },
        }
    }

    /// From when decisions are judged by it, once it is published.
    pub const fn in_force_from(&self) -> Option<Instant> {
        match self.status {
            Status::Published { in_force_from, .. } => Some(in_force_from),
            Status::Proposed | Status::Rejected { .. } => None,
        }
    }

    /// Whether decisions at `now` may be judged by it, once it is published. What holds from its publication does so by
    /// its place in the log: a clock that was set back takes nothing away again.
    pub fn has_begun(&self, now: Instant) -> bool {
        self.in_force_from().is_some_and(|from| {
            let waits = self.valid_from.map(Instant::start_of) == Some(from);
            !waits || from <= now
        })
    }

    /// The same without its tables and rows, which are in the rules that were made of them.
    #[must_use]
    pub fn without_tables(&self) -> Self {
        let mut edition = self.clone();
        edition.tables.clear();
        edition.rows.clear();
        edition
    }

    /// All tables: those that were published, else the program's rows over `base`.
    ///
    /// # Errors
    ///
    /// When the rows do not fit `base`.
    pub fn whole(&self, base: &Files) -> Result<BTreeMap<String, String>, Error> {
        if !self.tables.is_empty() {
            return Ok(self.tables.clone());
        }
        self.over(base)
    }

    /// The program's rows over `base`, unsigned.
    ///
    /// # Errors
    ///
    /// When the rows do not fit `base`.
    pub fn over(&self, base: &Files) -> Result<BTreeMap<String, String>, Error> {
        let files = composed(&self.rows, base)?.files(None);
        Ok(files.tables().map(|(name, text)| (name.to_owned(), text.to_owned())).collect())
    }

    /// The rules to judge by, on a program whose own tables are `base`.
    ///
    /// Over the tables that it was made for, they are what was published, under the name that was published. Over others
    /// the program's rows are put anew, so that neither what the program tightened nor what the newer tables tighten is
    /// lost; nobody has signed them together, and so they have a name of their own.
    ///
    /// # Errors
    ///
    /// [`Unusable`]; nothing may be decided then.
    pub fn rules(&self, base: &Files) -> Result<&'static Ruleset, Unusable> {
        let unread = |cause| Unusable::Unread { ruleset: self.ruleset.clone(), cause };
        if self.base == base.version() {
            let files =
                self.tables.iter().fold(base.clone(), |files, (table, text)| files.with(table, text.clone()));
            return Ruleset::lasting(&self.ruleset, &files).map_err(unread);
        }
        let misfit = |cause| {
            let (ruleset, base) = (self.ruleset.clone(), self.base.clone());
            Unusable::Misfit { ruleset, base, cause }
        };
        let composed = composed(&self.rows, base).map_err(misfit)?;
        let Status::Published { in_force_from, reviewed_on } = self.status else {
            return Err(misfit(Error::NotProposed));
        };
        let by = names(&self.signatures);
        let files = composed.files(Some(Signed { by: &by, on: reviewed_on }));
        Ruleset::lasting(&composed.version(in_force_from.day()), &files).map_err(unread)
    }
}
