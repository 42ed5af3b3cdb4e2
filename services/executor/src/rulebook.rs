//! The rules in force, as the ledger's own stream of rules says.
//!
//! A command holds the book open from before it is decided until its append is answered, and who writes rules holds it
//! alone, from before their decision until the book is read again. So everything in the log after a publication was decided by
//! what was published, and nobody has to read or to compare a stream for it. It rests on one process having the ledger's
//! folder, and on one queue before the writer: what was handed over before a publication comes before it.

use std::sync::Arc;

use concord_domain::DomainEvent;
use concord_domain::ruleset::{Archive, Edition};
use concord_kernel::{Instant, StreamRef};
use concord_knowledge::{Files, Ruleset};
use concord_ledger::Ledger;
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
    /// The published rules, in the order of publication.
    Read(Vec<Published>),
    /// Something is published that this program cannot judge by.
    Unusable(Arc<str>),
}

struct Published {
    edition: Edition,
    rules: &'static Ruleset,
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
                Held::Read(_) => return Ok(Open { base: self.base, held }),
                Held::Unusable(why) => return Err(ExecuteError::RulesUnusable(Arc::clone(why))),
                Held::Unread => drop(held),
            }
            let mut held = self.held.write().await;
            if matches!(*held, Held::Unread) {
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
    pub(crate) const fn base(&self) -> &'static Ruleset {
        self.base
    }
}

impl Open<'_> {
    /// The rules in force at `now`.
    pub(crate) fn at(&self, now: Instant) -> &'static Ruleset {
        let Held::Read(published) = &*self.held else { return self.base };
        let begun = published.iter().rev().find(|published| published.edition.has_begun(now));
        begun.map_or(self.base, |published| published.rules)
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
            return Ok(archive);
        }
    }
}

async fn read(ledger: &dyn Ledger, now: Instant) -> Result<Held, ExecuteError> {
    let archive = archive(ledger).await?;
    let base = Files::embedded();
    let mut published = Vec::new();
    for edition in archive.current(now) {
        match edition.rules(&base) {
            Ok(rules) => published.push(Published { edition: without_tables(edition), rules }),
            Err(why) => {
                tracing::error!(error = &why as &dyn std::error::Error, "published rules cannot be used");
                return Ok(Held::Unusable(Arc::from(why.to_string())));
            }
        }
    }
    Ok(Held::Read(published))
}

/// Its tables are in the rules that were made of them.
fn without_tables(edition: &Edition) -> Edition {
    let mut edition = edition.clone();
    edition.tables.clear();
    edition.rows.clear();
    edition
}
