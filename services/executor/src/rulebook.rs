//! The rules in force, as the ledger's own stream of rules says.
//!
//! A command holds the book open from before it is decided until its append is answered, and who writes rules holds it
//! alone, from before their decision until the book is read again. So everything in the log after a publication was decided by
//! what was published, and nobody has to read a stream for it. Where several processes share a ledger, another one may
//! publish meanwhile: how far the stream had been read is a condition of every append, and the book is read again when it
//! does not hold.

use std::sync::Arc;

use concord_domain::DomainEvent;
use concord_domain::ruleset::{Archive, Edition};
use concord_kernel::{Instant, StreamRef};
use concord_knowledge::{Files, Ruleset};
use concord_ledger::{Condition, Expected, Ledger};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::ExecuteError;
use crate::load::PAGE;

/// What is known of the rules of one ledger.
pub(crate) struct Rulebook {
    base: &'static Ruleset,
    held: RwLock<Held>,
}

/// What a reading of the stream gave.
enum Held {
    /// Nobody has read it, or nobody knows what was written last.
    Unread,
    /// The published rules, in the order of publication, and the version of the stream that says so.
    Read { published: Vec<Published>, version: u64 },
    /// Something is published that this program cannot judge by, with the version of the stream that says so.
    Unusable { why: Arc<str>, version: u64 },
}

struct Published {
    edition: Edition,
    rules: &'static Ruleset,
}

/// The rules that a command is decided by.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) rules: &'static Ruleset,
    /// How far the stream of rules must be; absent for commands about rules, which append to it.
    version: Option<u64>,
}

impl Rules {
    /// What must hold for the decision to be by the rules in force.
    pub(crate) fn condition(self) -> Option<Condition> {
        let expected = Expected::Exact(self.version?);
        Some(Condition { stream: StreamRef::ruleset(), expected })
    }
}

/// The book while nobody writes in it.
pub(crate) struct Open<'b> {
    base: &'static Ruleset,
    held: RwLockReadGuard<'b, Held>,
}

/// The book while somebody writes in it.
pub(crate) struct Writing<'b>(RwLockWriteGuard<'b, Held>);

impl Rulebook {
    /// A book in which `base` stands until something else is published.
    pub(crate) fn new(base: &'static Ruleset) -> Self {
        Self { base, held: RwLock::new(Held::Unread) }
    }

    /// Opens the book, and reads it first where nobody has.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or holds what this program cannot judge by: nothing may be decided then.
    pub(crate) async fn open(&self, ledger: &dyn Ledger, now: Instant) -> Result<Open<'_>, ExecuteError> {
        loop {
            let held = self.held.read().await;
            match &*held {
                Held::Read { .. } => return Ok(Open { base: self.base, held }),
                Held::Unusable { why, version } => {
                    // Somebody may have published what can be used.
                    if ledger.read_stream(StreamRef::ruleset(), *version, 1).await?.is_empty() {
                        return Err(ExecuteError::RulesUnusable(Arc::clone(why)));
                    }
                    drop(held);
                }
                Held::Unread => drop(held),
            }
            let mut held = self.held.write().await;
            if !matches!(*held, Held::Read { .. }) {
                *held = read(ledger, now).await?;
            }
        }
    }

    /// Takes the book for oneself: waits until every decision that was begun by it is in the log.
    pub(crate) async fn write(&self) -> Writing<'_> {
        let mut held = self.held.write().await;
        // Whatever happens now, it is read again before anybody decides by it.
        *held = Held::Unread;
        Writing(held)
    }

    /// The rules that commands about rules are decided by: they do not depend on any that were published.
    pub(crate) const fn base(&self) -> Rules {
        Rules { rules: self.base, version: None }
    }

    /// Takes note that somebody else has written since `rules` were read.
    pub(crate) async fn forget(&self, rules: Rules) {
        let mut held = self.held.write().await;
        let same = matches!(&*held, Held::Read { version, .. } if Some(*version) == rules.version);
        if same {
            *held = Held::Unread;
        }
    }
}

impl Open<'_> {
    /// The rules in force at `now`.
    pub(crate) fn rules(&self, now: Instant) -> Rules {
        let Held::Read { published, version } = &*self.held else {
            return Rules { rules: self.base, version: Some(0) };
        };
        let begun = published.iter().rev().find(|published| published.edition.has_begun(now));
        Rules { rules: begun.map_or(self.base, |published| published.rules), version: Some(*version) }
    }
}

impl Writing<'_> {
    /// Reads what stands now; what cannot be read is left for whoever opens the book next.
    pub(crate) async fn read_again(mut self, ledger: &dyn Ledger, now: Instant) {
        if let Ok(held) = read(ledger, now).await {
            *self.0 = held;
        }
    }
}

/// Every edition of the ledger's rules.
pub(crate) async fn archive(ledger: &dyn Ledger) -> Result<Archive, ExecuteError> {
    Ok(archive_with_version(ledger).await?.0)
}

async fn archive_with_version(ledger: &dyn Ledger) -> Result<(Archive, u64), ExecuteError> {
    let mut archive = Archive::default();
    let mut version = 0;
    loop {
        let page = ledger.read_stream(StreamRef::ruleset(), version, PAGE).await?;
        let last = page.len() < PAGE;
        for entry in page {
            version = entry.version;
            if let DomainEvent::Ruleset(event) = DomainEvent::decode(entry.stream.kind, &entry.payload)? {
                archive.fold(event);
            }
        }
        if last {
            return Ok((archive, version));
        }
    }
}

async fn read(ledger: &dyn Ledger, now: Instant) -> Result<Held, ExecuteError> {
    let (archive, version) = archive_with_version(ledger).await?;
    let base = Files::embedded();
    let mut published = Vec::new();
    for edition in archive.current(now) {
        match edition.rules(&base) {
            Ok(rules) => published.push(Published { edition: without_tables(edition), rules }),
            Err(why) => {
                tracing::error!(error = &why as &dyn std::error::Error, "published rules cannot be used");
                return Ok(Held::Unusable { why: Arc::from(why.to_string()), version });
            }
        }
    }
    Ok(Held::Read { published, version })
}

/// Its tables are in the rules that were made of them.
fn without_tables(edition: &Edition) -> Edition {
    let mut edition = edition.clone();
    edition.tables.clear();
    edition.rows.clear();
    edition
}
