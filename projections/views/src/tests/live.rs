//! The live run over a ledger, with restarts at random places and a rebuild, against the plain fold.

use std::sync::Arc;
use std::time::Duration;

use concord_domain::DomainEvent;
use concord_domain::ruleset::InForce;
use concord_kernel::{
    CommandId, IdSource, LedgerId, ManualClock, PatientId, Role, SeededIds, StreamRef, TenantId, Token,
};
use concord_ledger::{Append, Expected, Filter, Ledger, MemoryLedger, NewEvent};
use concord_projection::{Fact, Options, Projections, Setup, SqliteStore, View, ViewId, ViewStore, tell};

use super::rules::{judged, published};
use super::{Dice, Model, Story, person, start};
use crate::{
    BrokenGlass, Caseload, Chart, Course, ProgramOutcomes, Reconciled, Roster, SigningRights, Timeline,
    Timers, Worklist,
};

const SOON: Duration = Duration::from_mins(1);

struct World {
    ledger: Arc<dyn Ledger>,
    store: Arc<dyn ViewStore>,
    clock: Arc<ManualClock>,
    ids: SeededIds,
    options: Options,
    _folder: tempfile::TempDir,
}

pub(super) fn check(seed: u64, patients: u64, batch: usize, cuts: &[usize]) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(run(&World::new(batch), seed, patients, cuts));
}

async fn run(world: &World, seed: u64, patients: u64, cuts: &[usize]) {
    let mut dice = Dice(seed);
    let mut stories: Vec<_> = (0..patients).map(|n| Story::new(n, &mut dice)).collect();
    let mut token = *world.ledger.watch().borrow();
    let mut published = 0;
    for (at, events) in cuts.iter().enumerate() {
        let views = world.start();
        for _ in 0..*events {
            let story = &mut stories[usize::try_from(dice.roll(patients)).unwrap()];
            token = world.append(story, &mut dice).await;
            if dice.roll(40) == 0 {
                published += 1;
                token = world.publish(published).await;
            }
        }
        if at % 2 == 0 {
            views.wait_for(ViewId::of::<Course>(), token, SOON).await.unwrap();
        }
        // Else the views stop wherever they are, perhaps in the middle of a batch.
        views.shutdown().await;
    }
    let facts = world.facts().await;
    let views = world.start();
    compare_all(&views, token, &facts).await;
    for view in [
        "caseload",
        "worklist",
        "chart",
        "reconciled",
        "roster",
        "course",
        "timers",
        "timeline",
        "outcomes",
        "broken_glass",
        "signing_rights",
    ] {
        views.rebuild(view).await.unwrap();
        let mut status = views.watch(view).unwrap();
        tokio::time::timeout(SOON, status.wait_for(|s| s.rebuild.is_none())).await.unwrap().unwrap();
    }
    compare_all(&views, token, &facts).await;
    views.shutdown().await;
}

async fn compare_all(views: &Projections, token: Token, facts: &[Fact]) {
    compare::<Caseload>(views, token, facts).await;
    compare::<Worklist>(views, token, facts).await;
    compare::<Chart>(views, token, facts).await;
    compare::<Reconciled>(views, token, facts).await;
    compare::<Roster>(views, token, facts).await;
    compare::<Course>(views, token, facts).await;
    compare::<Timers>(views, token, facts).await;
    compare::<Timeline>(views, token, facts).await;
    compare::<ProgramOutcomes>(views, token, facts).await;
    compare::<BrokenGlass>(views, token, facts).await;
    compare::<SigningRights>(views, token, facts).await;
}

async fn compare<V: View>(views: &Projections, token: Token, facts: &[Fact]) {
    views.wait_for(ViewId::of::<V>(), token, SOON).await.unwrap();
    let (model, reader) = (Model::<V>::of(facts), views.reader());
    for (key, row) in &model.rows {
        let stored = reader.row::<V>(*key).await.unwrap();
        assert!(stored.as_ref() == Some(row), "{} differs at {key:?}", V::NAME);
    }
    for (list, wanted) in model.lists() {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = reader.list::<V>(list.clone(), after.as_ref(), 3).await.unwrap();
            found.extend(page.items.into_iter().map(|listed| (listed.key, listed.item)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, wanted, "a list of {} differs", V::NAME);
    }
}

impl World {
    fn new(batch: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::starting_at(start()));
        let id = LedgerId::clinical(TenantId::parse("demo").unwrap());
        let ledger = Arc::new(MemoryLedger::new(id, clock.clone(), Arc::new(SeededIds::new(1))));
        let store = Arc::new(SqliteStore::open(&folder.path().join("views.db")).unwrap());
        // A cache that holds a few rows only, so that rows are read back as well.
        let options =
            Options { batch, cache_bytes: 20_000, poll: Duration::from_millis(50), ..Options::default() };
        Self { ledger, store, clock, ids: SeededIds::new(2), options, _folder: folder }
    }

    fn start(&self) -> Projections {
        let setup = Setup::new(self.ledger.clone(), self.store.clone(), self.clock.clone(), self.options);
        crate::all(setup).start().unwrap()
    }

    async fn append(&self, story: &mut Story, dice: &mut Dice) -> Token {
        let now = concord_kernel::Clock::now(&*self.clock).plus(Duration::from_mins(1));
        self.clock.advance_to(now);
        let event = story.next(now, dice);
        self.record(story.patient, story.stream(&event), &event).await
    }

    /// Publishes rules that are stricter than those before, every third for a day that comes.
    async fn publish(&self, times: u16) -> Token {
        let now = concord_kernel::Clock::now(&*self.clock);
        let every = 90_u16.saturating_sub(times * 7).max(20);
        let test = format!("own.sodium,sertraline,sodium,,30,14,,{every},Program rule,,");
        let reconcile = format!("reconcile.regular,{},Program rule,,", u32::from(every) * 8);
        let rows = [("monitoring.csv", test.as_str()), ("coordination.csv", reconcile.as_str())];
        let day = times.is_multiple_of(3).then(|| now.plus_days(1).day());
        let mut token = *self.ledger.watch().borrow();
        for event in published(&format!("2027-01-01.{times:012}"), &rows, now, day) {
            let event = DomainEvent::Ruleset(event);
            token = self.record(PatientId::NOBODY, StreamRef::ruleset(), &event).await;
        }
        token
    }

    async fn record(&self, patient: PatientId, stream: StreamRef, event: &DomainEvent) -> Token {
        let by = person(Role::Psychiatrist, 1);
        let metadata = serde_json::json!({
            "command": self.ids.next(), "patient": patient, "part2": true,
            "actor": {"id": by, "role": "psychiatrist"}, "purpose": "treatment",
        });
        let append = Append {
            command: CommandId::new(self.ids.next()),
            request_hash: [0; 32],
            stream,
            expected: Expected::Any,
            conditions: Vec::new(),
            events: vec![NewEvent {
                event_type: event.event_type(),
                event_version: event.event_version(),
                payload: event.encode().into(),
            }],
            metadata: metadata.to_string().into_bytes().into(),
            reply: Vec::new().into(),
        };
        self.ledger.append(append).await.unwrap().into_receipt().token
    }

    async fn facts(&self) -> Vec<Fact> {
        let page = self.ledger.read(0, &Filter::default(), 10_000).await.unwrap();
        let told = |entry| tell(entry, InForce::embedded()).unwrap();
        judged(page.entries.iter().map(told).collect())
    }
}
