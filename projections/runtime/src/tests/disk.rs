//! A ledger and its views in files, shared with other processes, and what must hold of them at every moment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use concord_domain::ruleset::InForce;
use concord_kernel::{CommandId, Instant, LedgerId, ManualClock, SeededIds, TenantId, Token};
use concord_ledger::{Filter, Ledger, SqliteLedger, SqliteOptions};
use uuid::Uuid;

use super::SOON;
use super::support::{Copycat, Log, Names, Row, append, joined, patient};
use crate::store::Range;
use crate::{
    Fact, Faults, Instance, Key, List, Options, Projections, Setup, SqliteStore, Stage, View, ViewId,
    ViewStore, codec, tell,
};

/// Patients whose care teams grow.
pub(super) const PATIENTS: u128 = 5;
/// Events that are written at once at most: few, so that a short history takes many transactions.
const WRITE_EVENTS: u64 = 64;
/// How long nobody tells of a new head: short, as other processes append.
const POLL: Duration = Duration::from_millis(20);
const MANY: usize = 100_000;

/// A ledger with its views, open.
pub(super) struct Disk {
    pub(super) ledger: Arc<dyn Ledger>,
    pub(super) store: Arc<SqliteStore>,
    commands: AtomicU64,
}

impl Disk {
    /// Opens both in `folder`; `faults` watch the store.
    pub(super) fn open(folder: &Path, faults: Option<Arc<dyn Faults>>) -> Self {
        let id = LedgerId::clinical(TenantId::parse("demo").unwrap());
        let ids = Arc::new(SeededIds::new(1));
        let path = folder.join("clinical.ledger");
        let ledger = SqliteLedger::open(&path, id, clock(), ids, SqliteOptions::default()).unwrap();
        let store = SqliteStore::open(&Self::views(folder)).unwrap();
        let store = match faults {
            Some(faults) => store.watched_by(faults),
            None => store,
        };
        Self { ledger: Arc::new(ledger), store: Arc::new(store), commands: AtomicU64::new(0) }
    }

    /// The file of the views.
    pub(super) fn views(folder: &Path) -> PathBuf {
        folder.join("views.db")
    }

    /// The views, not yet running, that write to `store`.
    pub(super) fn setup(&self, store: Arc<dyn ViewStore>) -> Setup {
        // Without rests between writes there are more moments to crash in.
        let pace = Duration::ZERO;
        let options =
            Options { batch: 16, write_events: WRITE_EVENTS, poll: POLL, pace, ..Options::default() };
        Setup::new(Arc::clone(&self.ledger), store, clock(), options)
            .with::<Names>()
            .with::<Copycat>()
            .with::<Log>()
    }

    pub(super) fn start(&self) -> Projections {
        self.setup(Arc::clone(&self.store) as _).start().unwrap()
    }

    /// Appends `count` events about the next patient, each with a name of its own.
    pub(super) async fn append(&self, count: usize) -> Token {
        let number = self.commands.fetch_add(1, Ordering::SeqCst);
        let command = Uuid::from_u64_pair(u64::from(std::process::id()) << 32 | 1, number);
        let name = |n: usize| joined(&format!("n{number}-{n}"));
        let events: Vec<_> = (0..count).map(name).collect();
        append(&*self.ledger, CommandId::new(command), patient(u128::from(number) % PATIENTS), &events).await
    }

    /// Waits until every view has everything and no build is under way.
    pub(super) async fn settle(&self, views: &Projections) {
        let head = self.head();
        for status in views.statuses() {
            views.wait_for(status.view, head, SOON).await.unwrap();
            let mut watched = views.watch(status.view.name).unwrap();
            let built = watched.wait_for(|status| status.rebuild.is_none());
            tokio::time::timeout(SOON, built).await.unwrap().unwrap();
        }
    }

    pub(super) fn head(&self) -> Token {
        *self.ledger.watch().borrow()
    }

    /// Where the build that answers is, by what is stored.
    pub(super) fn stored(&self, view: &str) -> u64 {
        let builds = self.store.checkpoints(view).unwrap();
        let active = builds.into_iter().find(|(_, stored)| stored.stage == Stage::Active);
        active.map_or(0, |(_, stored)| stored.token.position)
    }

    /// What is wrong with the stored rows, in the light of the log: nothing, or a sentence. Whatever happened to those
    /// who wrote them, each build holds the fold of the log up to its checkpoint, every fact once.
    pub(super) async fn verdict(&self) -> Result<(), String> {
        let facts = self.facts().await;
        self.judge::<Names>(&facts)?;
        self.judge::<Copycat>(&facts)?;
        self.judge::<Log>(&facts)
    }

    /// The same, where every view must have everything.
    pub(super) async fn complete(&self) -> Result<(), String> {
        let head = self.head().position;
        let short = ["names", "copycat", "log"].iter().find(|view| self.stored(view) != head);
        match short {
            Some(view) => Err(format!("{view} is at {} of {head}", self.stored(view))),
            None => self.verdict().await,
        }
    }

    async fn facts(&self) -> Vec<Fact> {
        let (mut facts, mut after) = (Vec::new(), 0);
        loop {
            let page = self.ledger.read(after, &Filter::default(), 1_000).await.unwrap();
            facts.extend(page.entries.iter().map(|entry| tell(entry, InForce::embedded()).unwrap()));
            if page.through == after {
                return facts;
            }
            after = page.through;
        }
    }

    fn judge<V: View<Row = Row>>(&self, facts: &[Fact]) -> Result<(), String> {
        let builds = self.store.checkpoints(V::NAME).map_err(|error| error.to_string())?;
        let answering = builds.iter().filter(|(_, stored)| stored.stage == Stage::Active).count();
        if answering > 1 {
            return Err(format!("{answering} builds of {} answer", V::NAME));
        }
        for (version, stored) in builds {
            let view = ViewId { name: V::NAME, version };
            let instance = Instance { view, generation: stored.generation };
            let position = usize::try_from(stored.token.position).unwrap();
            let what = format!("build {} of {} at {position}", stored.generation, V::NAME);
            let held = facts.get(..position).ok_or_else(|| format!("{what} is ahead of the log"))?;
            let plain = plain::<V>(held);
            if self.rows::<V>(instance) != plain {
                return Err(format!("{what} is not the fold of the log"));
            }
            if self.list(instance) != list::<V>(&plain) {
                return Err(format!("{what} lists other rows than it holds"));
            }
        }
        Ok(())
    }

    fn rows<V: View<Row = Row>>(&self, instance: Instance) -> BTreeMap<Key, Row> {
        let stored = if V::INSERT_ONLY {
            let of = |n| {
                let (from, to) = (Key::entry(patient(n), 0), Key::entry(patient(n), u64::MAX));
                self.store.rows(instance, Range { from, to, descending: false }, MANY).unwrap()
            };
            (0..PATIENTS).flat_map(of).collect()
        } else {
            let keys: Vec<_> = (0..PATIENTS).map(|n| Key::patient(patient(n))).collect();
            self.store.load(instance, &keys).unwrap()
        };
        stored.into_iter().map(|row| (row.key, codec::decode(&row.doc).unwrap())).collect()
    }

    fn list(&self, instance: Instance) -> Vec<Key> {
        let entries = self.store.list(instance, &List::all(), None, MANY).unwrap();
        entries.into_iter().map(|entry| entry.key).collect()
    }
}

/// The rows by the plain fold, without batches, caches and stores.
fn plain<V: View>(facts: &[Fact]) -> BTreeMap<Key, V::Row> {
    let mut rows = BTreeMap::new();
    for fact in facts {
        for key in V::touches(fact) {
            let mut row = rows.remove(&key);
            V::apply(&mut row, &key, fact).unwrap();
            rows.extend(row.map(|row| (key, row)));
        }
    }
    rows
}

fn list<V: View>(rows: &BTreeMap<Key, V::Row>) -> Vec<Key> {
    let places = |(key, row)| V::lists(key, row).into_iter().map(|entry| (entry.sort, *key));
    let mut places: Vec<_> = rows.iter().flat_map(places).collect();
    places.sort();
    places.into_iter().map(|(_, key)| key).collect()
}

pub(super) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::starting_at(Instant::parse("2026-01-05T08:00:00Z").unwrap()))
}
