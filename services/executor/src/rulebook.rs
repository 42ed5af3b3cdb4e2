//! The rules in force, as the ledger's own stream of rules says.
//!
//! Nobody reads a stream for each command: what was read once is remembered, and how far the stream had been read is a
//! condition of every append. So everything in the log after a publication was decided by what was published, whichever
//! process published it; whoever decided by what stood before does not get in, reads again and decides again.

use std::sync::{Arc, PoisonError, RwLock};

use concord_domain::DomainEvent;
use concord_domain::ruleset::{Archive, Edition};
use concord_kernel::{Instant, StreamRef};
use concord_knowledge::{Files, Ruleset};
use concord_ledger::{Condition, Expected, Ledger};
use tokio::sync::Mutex;

use crate::ExecuteError;
use crate::load::PAGE;

/// What is known of the rules of one ledger.
pub(crate) struct Rulebook {
    base: &'static Ruleset,
    held: RwLock<Held>,
    /// Held by whoever reads the stream: the others wait for what that gives instead of reading as well.
    reader: Mutex<()>,
}

/// What a reading of the stream gave.
enum Held {
    /// Nobody has read it, or somebody has written since.
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

impl Rulebook {
    /// A book in which `base` stands until something else is published.
    pub(crate) fn new(base: &'static Ruleset) -> Self {
        Self { base, held: RwLock::new(Held::Unread), reader: Mutex::new(()) }
    }

    /// The rules in force at `now`, as far as the stream has been read; it is read first where nobody has.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or holds what this program cannot judge by: nothing may be decided then.
    pub(crate) async fn rules(&self, ledger: &dyn Ledger, now: Instant) -> Result<Rules, ExecuteError> {
        if let Some(rules) = self.known(now) {
            return Ok(rules);
        }
        let _reading = self.reader.lock().await;
        if let Some(rules) = self.known(now) {
            return Ok(rules);
        }
        if let Some((why, version)) = self.unusable()
            // Somebody may have published what can be used.
            && ledger.read_stream(StreamRef::ruleset(), version, 1).await?.is_empty()
        {
            return Err(ExecuteError::RulesUnusable(why));
        }
        self.hold(read(ledger, now).await?);
        match self.known(now) {
            Some(rules) => Ok(rules),
            None => Err(self
                .unusable()
                .map_or(ExecuteError::Contended, |(why, _)| ExecuteError::RulesUnusable(why))),
        }
    }

    /// The rules that commands about rules are decided by: they do not depend on any that were published.
    pub(crate) const fn base(&self) -> Rules {
        Rules { rules: self.base, version: None }
    }

    /// Takes note that somebody has written since `rules` were read.
    pub(crate) fn forget(&self, rules: Rules) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let same = matches!(&*held, Held::Read { version, .. } if Some(*version) == rules.version);
        if same {
            *held = Held::Unread;
        }
    }

    fn known(&self, now: Instant) -> Option<Rules> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let Held::Read { published, version } = &*held else { return None };
        let begun = published.iter().rev().find(|published| published.edition.has_begun(now));
        let rules = begun.map_or(self.base, |published| published.rules);
        Some(Rules { rules, version: Some(*version) })
    }

    fn unusable(&self) -> Option<(Arc<str>, u64)> {
        match &*self.held.read().unwrap_or_else(PoisonError::into_inner) {
            Held::Unusable { why, version } => Some((Arc::clone(why), *version)),
            Held::Unread | Held::Read { .. } => None,
        }
    }

    fn hold(&self, read: Held) {
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = read;
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
            Ok(rules) => published.push(Published { edition: edition.without_tables(), rules }),
            Err(why) => {
                tracing::error!(error = &why as &dyn std::error::Error, "published rules cannot be used");
                return Ok(Held::Unusable { why: Arc::from(why.to_string()), version });
            }
        }
    }
    Ok(Held::Read { published, version })
}
