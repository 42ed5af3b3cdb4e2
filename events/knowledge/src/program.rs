//! Rules of a program: rows that add to the tables that stand or tighten them, and never loosen or remove.
//!
//! A program's files have the names and columns of our tables. [`ProgramRules::on`] puts them over the tables that
//! stand, proves every cross reference as it is proven for those, and refuses everything when one row is looser in one
//! column.

mod added;
mod change;
mod columns;
mod compare;
mod difference;
mod fault;
mod merge;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use concord_kernel::Day;
use sha2::{Digest, Sha256};

pub use change::{Change, ChangeKind, Column};
pub use difference::{Difference, DifferenceKind, difference};
pub use fault::{NotTaken, ProgramFault};
pub use merge::Signed;

use self::merge::Merged;
use crate::load::set::Vocabulary;
use crate::load::table::Table;
use crate::load::{Files, LoadError, ingredients};
use crate::{Ruleset, RulesetVersion};

/// Bytes of the digest that a version shows.
const DIGEST_BYTES: usize = 6;

/// The texts of a program's tables, by file name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgramRules(BTreeMap<&'static str, String>);

/// A program's rules over the tables that stand.
#[derive(Debug)]
pub struct Composed {
    /// What each row does, table by table.
    pub changes: Vec<Change>,
    /// SHA-256 of everything that the rules say together, and of which rows the program names.
    pub digest: [u8; 32],
    stands: Files,
    merged: Vec<Merged>,
}

impl ProgramRules {
    /// Takes tables by their file names, such as `drugs.csv`.
    ///
    /// # Errors
    ///
    /// [`ProgramFault`] when a name is that of no table, or there twice.
    pub fn new<'t>(tables: impl IntoIterator<Item = (&'t str, String)>) -> Result<Self, ProgramFault> {
        let mut all = BTreeMap::new();
        for (name, text) in tables {
            let fault =
                |what| ProgramFault { file: name.to_owned(), line: 1, column: None, what: Box::new(what) };
            let known = Files::NAMES.iter().copied().find(|known| *known == name);
            let known = known.ok_or_else(|| fault(NotTaken::UnknownTable))?;
            if all.insert(known, text).is_some() {
                return Err(fault(NotTaken::TableTwice));
            }
        }
        Ok(Self(all))
    }

    /// Each table's name and text.
    pub fn tables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, text)| (*name, text.as_str()))
    }

    /// Puts the rows over `stands`.
    ///
    /// # Errors
    ///
    /// The first row that is faulty or looser than what stands; nothing of the files is used then.
    pub fn on(&self, stands: &Files) -> Result<Composed, ProgramFault> {
        // Names of substances first: selectors of other tables may use what is added there.
        let words = self.words(stands)?;
        let (mut merged, mut changes) = (Vec::new(), Vec::new());
        for (name, text) in &self.0 {
            let standing = stands.table(name).map_err(own)?;
            let asked = Table::read(name, text).map_err(own)?;
            let (table, done) = merge::merge(&standing, &asked, &words)?;
            merged.push(table);
            changes.extend(done);
        }
        let digest = [0; 32];
        let mut composed = Composed { changes, digest, stands: stands.clone(), merged };
        if composed.changes.is_empty() {
            let file = self.0.keys().next().copied().unwrap_or("drugs.csv").to_owned();
            return Err(ProgramFault { file, line: 1, column: None, what: Box::new(NotTaken::Empty) });
        }
        let before = Ruleset::load(stands.version(), stands).map_err(own)?;
        let files = composed.files(None);
        let after = Ruleset::load(files.version(), &files).map_err(|error| composed.trace(&error))?;
        added::check(self, &composed.changes, stands, (&before, &after))?;
        composed.digest = composed.digested(&files);
        Ok(composed)
    }

    fn words(&self, stands: &Files) -> Result<Vocabulary, ProgramFault> {
        const SUBSTANCES: &str = "ingredients.csv";
        let standing = stands.table(SUBSTANCES).map_err(own)?;
        let Some(text) = self.0.get(SUBSTANCES) else {
            return Ok(ingredients::read(&standing).map_err(own)?.vocabulary);
        };
        let asked = Table::read(SUBSTANCES, text).map_err(own)?;
        // Substances have no selectors, so that they need no words themselves.
        let (merged, _) = merge::merge(&standing, &asked, &Vocabulary::default())?;
        let table = Table::read(SUBSTANCES, &merged.text(None)).map_err(|error| merged.trace(&error))?;
        Ok(ingredients::read(&table).map_err(|error| merged.trace(&error))?.vocabulary)
    }
}

impl Composed {
    /// The digest in hexadecimal.
    pub fn digest_text(&self) -> String {
        hex::encode(self.digest)
    }

    /// The name of these rules in events, when they take effect on `day`.
    pub fn version(&self, day: Day) -> RulesetVersion {
        let digest = hex::encode(&self.digest[..DIGEST_BYTES]);
        RulesetVersion::parse(&format!("{day}.{digest}")).expect("digits, hyphens and a point")
    }

    /// All tables; the program's rows bear `signed`, where somebody has.
    pub fn files(&self, signed: Option<Signed<'_>>) -> Files {
        self.merged
            .iter()
            .fold(self.stands.clone(), |files, table| files.with(table.file(), table.text(signed)))
    }

    fn digested(&self, files: &Files) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(files.digest());
        for Change { table, id, .. } in &self.changes {
            for piece in [*table, id.as_str()] {
                hash.update(u64::try_from(piece.len()).unwrap_or(u64::MAX).to_be_bytes());
                hash.update(piece.as_bytes());
            }
        }
        hash.finalize().into()
    }

    fn trace(&self, error: &LoadError) -> ProgramFault {
        let table = self.merged.iter().find(|table| table.file() == error.file);
        let first = || self.merged.first().map_or(error.file, Merged::file);
        table.map_or_else(|| merge::beside(first(), error), |table| table.trace(error))
    }
}

/// A fault in the place that it names.
fn own(error: LoadError) -> ProgramFault {
    let LoadError { file, line, fault } = error;
    let column = fault.column().map(str::to_owned);
    ProgramFault { file: file.to_owned(), line, column, what: Box::new(NotTaken::Faulty(fault)) }
}
