//! What the runner and everybody who asks it share.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use concord_kernel::{Clock, Instant, Token};
use concord_lease::Fence;
use concord_ledger::Ledger;
use tokio::sync::watch;
use uuid::Uuid;

use crate::end::End;
use crate::fold::{Fold, Folder};
use crate::runner::Session;
use crate::sink::Sink;
use crate::source::Source;
use crate::store::{Layout, StoredCheckpoint};
use crate::track::{Member, Track};
use crate::{
    Checkpoint, CrashPoint, Fault, Faults, Halt, Instance, Options, Progress, Stage, State, Status,
    StoreError, View, ViewId, ViewStore,
};

type MakeFold = fn(Instance, Arc<dyn ViewStore>, u64) -> Box<dyn Fold>;

/// A view by its name.
pub(crate) struct Registered {
    pub(crate) id: ViewId,
    pub(crate) layout: Layout,
    make: MakeFold,
    pub(crate) status: watch::Sender<Status>,
}

impl Registered {
    pub(crate) fn of<V: View>(now: Instant, epoch: Uuid) -> Self {
        let id = ViewId::of::<V>();
        let token = Token { epoch, position: 0 };
        let status = Status { view: id, token, complete_as_of: now, state: State::Building, rebuild: None };
        Self {
            id,
            layout: if V::INSERT_ONLY { Layout::Added } else { Layout::Kept },
            make: |instance, store, bytes| Box::new(Folder::<V>::new(instance, store, bytes)),
            status: watch::Sender::new(status),
        }
    }
}

pub(crate) struct Shared {
    /// Of the ledger.
    pub(crate) name: String,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) store: Arc<dyn ViewStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) options: Options,
    faults: Option<Arc<dyn Faults>>,
    pub(crate) views: Vec<Registered>,
    /// The last position that somebody waits for, or waited.
    pub(crate) wanted: watch::Sender<u64>,
    /// Which build of each view answers.
    answering: RwLock<HashMap<&'static str, Instance>>,
}

impl Shared {
    pub(crate) fn new(
        ledger: Arc<dyn Ledger>,
        store: Arc<dyn ViewStore>,
        clock: Arc<dyn Clock>,
        options: Options,
        faults: Option<Arc<dyn Faults>>,
        views: Vec<Registered>,
    ) -> Self {
        let wanted = watch::Sender::new(0);
        let name = ledger.id().to_string();
        Self { name, ledger, store, clock, options, faults, views, wanted, answering: RwLock::default() }
    }

    pub(crate) fn reached(&self, point: CrashPoint) {
        if let Some(faults) = &self.faults {
            faults.reached(point);
        }
    }

    /// Lets the runner know that somebody waits for what the ledger has up to `position`. What is not there yet cannot
    /// be hurried.
    pub(crate) fn want(&self, position: u64) {
        let position = position.min(self.ledger.watch().borrow().position);
        self.wanted.send_if_modified(|wanted| {
            let later = position > *wanted;
            *wanted = position.max(*wanted);
            later
        });
    }

    pub(crate) fn view(&self, name: &str) -> Option<&Registered> {
        self.views.iter().find(|view| view.id.name == name)
    }

    pub(crate) fn answering(&self, name: &str) -> Option<Instance> {
        self.answering.read().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }

    /// Which build of a view answers by what is stored.
    pub(crate) fn look_for(&self, name: &str) -> Result<Option<Instance>, StoreError> {
        let Some(view) = self.view(name) else { return Ok(None) };
        let epoch = self.ledger.watch().borrow().epoch;
        let answers = |(version, stored): &(u32, StoredCheckpoint)| {
            *version == view.id.version && stored.stage == Stage::Active && stored.token.epoch == epoch
        };
        let found = self.store.checkpoints(name)?.into_iter().find(answers);
        Ok(found.map(|(_, stored)| Instance { view: view.id, generation: stored.generation }))
    }

    pub(crate) fn member(&self, view: usize, checkpoint: Checkpoint) -> Member {
        let make = self.views[view].make;
        let fold = make(checkpoint.instance, self.store.clone(), self.options.cache_bytes);
        Member { instance: checkpoint.instance, stage: checkpoint.stage, fold }
    }

    /// Begins a session from what is stored, written under `fence`.
    pub(crate) async fn session<'a>(
        &'a self,
        source: &'a Source,
        sink: &'a Sink,
        fence: Fence,
        rivals: bool,
    ) -> Result<Session<'a>, End> {
        self.store.claim(fence)?;
        if rivals {
            // Whoever wrote before may have known more of the ledger than this process was told. From here on nobody else
            // writes, so what is stored is not ahead of this.
            let head = self.ledger.head().await;
            head.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        }
        let head = *self.ledger.watch().borrow();
        let mut session = Session::new(self, source, sink, head.epoch);
        for (at, view) in self.views.iter().enumerate() {
            let builds = self.builds(view, head.epoch)?;
            self.begin_status(view, &builds, head.position);
            for checkpoint in builds {
                let position = checkpoint.token.position;
                if position > head.position {
                    tracing::error!(view = %view.id, position, head = head.position,
                        "rows are ahead of the ledger: it has lost events or is another one");
                    return Err(End::Halt(Halt::LedgerCorrupt));
                }
                let member = self.member(at, checkpoint);
                match session.tracks.iter_mut().find(|track| track.position == position) {
                    Some(track) => track.members.push(member),
                    None => session.tracks.push(Track::new(position, vec![member])),
                }
            }
        }
        session.tracks.sort_by_key(|track| std::cmp::Reverse(track.position));
        Ok(session)
    }

    /// Builds aside that somebody has begun, of the views of this program.
    pub(crate) fn begun(&self, epoch: Uuid) -> Result<Vec<(usize, Checkpoint)>, StoreError> {
        let mut begun = Vec::new();
        for standing in self.store.standing()? {
            let StoredCheckpoint { generation, stage, token } = standing.checkpoint;
            let named =
                |view: &Registered| view.id.name == standing.view && view.id.version == standing.version;
            let at = self.views.iter().position(named);
            if let Some(at) = at.filter(|_| stage == Stage::Building && token.epoch == epoch) {
                let instance = Instance { view: self.views[at].id, generation };
                begun.push((at, Checkpoint { instance, stage, token }));
            }
        }
        Ok(begun)
    }

    /// The builds of a view that go on in this history; begins one when there is none. Rows of another history
    /// answer nobody any more.
    fn builds(&self, registered: &Registered, epoch: Uuid) -> Result<Vec<Checkpoint>, StoreError> {
        let view = registered.id;
        let mut builds = Vec::new();
        let mut replaces_older = false;
        for (version, stored) in self.store.checkpoints(view.name)? {
            if stored.stage == Stage::Retired {
                continue;
            }
            let id = ViewId { version, ..view };
            let instance = Instance { view: id, generation: stored.generation };
            if stored.token.epoch != epoch {
                tracing::error!(view = %id, was = %stored.token.epoch, now = %epoch,
                    "rows are of another history of the ledger; they are retired and built anew");
                self.store.retire(instance)?;
                // What answered before must not answer with less until all of it is there again.
                replaces_older |= stored.stage == Stage::Active;
            } else if id == view {
                builds.push(Checkpoint { instance, stage: stored.stage, token: stored.token });
            } else {
                replaces_older |= stored.stage == Stage::Active;
            }
        }
        if builds.is_empty() {
            let stage = if replaces_older { Stage::Building } else { Stage::Active };
            builds.push(self.store.begin(view, registered.layout, stage, epoch)?);
        }
        Ok(builds)
    }

    /// Says which build of a view answers.
    pub(crate) fn answered_by(&self, view: &'static str, build: Option<Instance>) {
        let mut answering = self.answering.write().unwrap_or_else(PoisonError::into_inner);
        match build {
            Some(build) => answering.insert(view, build),
            None => answering.remove(view),
        };
    }

    fn begin_status(&self, view: &Registered, builds: &[Checkpoint], head: u64) {
        let active = builds.iter().find(|build| build.stage == Stage::Active);
        let aside = active.and(builds.iter().find(|build| build.stage == Stage::Building));
        self.answered_by(view.id.name, active.map(|build| build.instance));
        view.status.send_modify(|status| {
            // What has failed is only well again once it has done something, see `goes_on`.
            if status.state != State::Retrying {
                status.state = if active.is_some() { State::Live } else { State::Building };
            }
            status.rebuild = aside.map(|build| {
                let position = build.token.position;
                Progress::since(position, Duration::ZERO, position, head)
            });
            if let Some(build) = active.or(builds.first()) {
                status.token = build.token;
            }
        });
    }

    fn update(&self, member: &Member, change: impl FnOnce(&mut Status)) {
        if let Some(view) = self.view(member.instance.view.name) {
            view.status.send_modify(change);
        }
    }

    /// A build has done its work again after a failure of store or ledger.
    pub(crate) fn goes_on(&self, member: &Member) {
        let Some(view) = self.view(member.instance.view.name).filter(|_| !self.is_aside(member)) else {
            return;
        };
        view.status.send_if_modified(|status| {
            let failed = status.state == State::Retrying;
            if failed {
                status.state = if member.stage == Stage::Building { State::Building } else { State::Live };
            }
            failed
        });
    }

    /// The build that answers is at `token` now.
    pub(crate) fn moved(&self, member: &Member, token: Token, complete_as_of: Option<Instant>) {
        if member.stage == Stage::Active {
            self.update(member, |status| {
                status.token = token;
                status.complete_as_of = complete_as_of.unwrap_or(status.complete_as_of);
            });
        }
    }

    /// A build beside the one that answers is at `token` now.
    pub(crate) fn built(&self, member: &Member, token: Token, progress: Progress) {
        self.update(member, |status| {
            if status.state == State::Building {
                status.token = token;
            }
            status.rebuild = Some(progress);
        });
    }

    /// A build stopped before a fact. Its view has stopped only if no other build answers.
    pub(crate) fn paused(&self, member: &Member, fault: Fault, progress: Progress) {
        tracing::error!(view = %member.instance.view, generation = member.instance.generation,
            position = fault.position, reason = %fault.reason, "view is paused");
        let aside = self.is_aside(member);
        self.update(member, |status| {
            if member.stage == Stage::Building {
                status.rebuild =
                    Some(Progress { position: fault.position - 1, fault: Some(fault), ..progress });
            }
            if !aside {
                status.state = State::Paused(fault);
            }
        });
    }

    /// A paused build tries again.
    pub(crate) fn resumed(&self, member: &Member) {
        let aside = self.is_aside(member);
        self.update(member, |status| {
            if let (Stage::Building, Some(progress)) = (member.stage, &mut status.rebuild) {
                progress.fault = None;
            }
            if !aside {
                status.state = if member.stage == Stage::Building { State::Building } else { State::Live };
            }
        });
    }

    /// Whether another build of the same view answers.
    fn is_aside(&self, member: &Member) -> bool {
        self.answering(member.instance.view.name).is_some_and(|answering| answering != member.instance)
    }

    /// A build answers from now on.
    pub(crate) fn answers(&self, member: &Member, at: Token) {
        self.answered_by(member.instance.view.name, Some(member.instance));
        let now = self.clock.now();
        self.update(member, |status| {
            *status = Status {
                view: status.view,
                token: at,
                complete_as_of: now,
                state: State::Live,
                rebuild: None,
            };
        });
    }

    /// Says the same of every view; what is paused stays paused until a session begins.
    pub(crate) fn everywhere(&self, state: &State) {
        for view in &self.views {
            view.status.send_modify(|status| status.state = state.clone());
        }
    }
}
