//! What the runner and everybody who asks it share.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use concord_kernel::{Clock, Instant, Token};
use concord_ledger::Ledger;
use tokio::sync::watch;
use uuid::Uuid;

use crate::fold::{Fold, Folder};
use crate::runner::{End, Session};
use crate::sink::Sink;
use crate::source::Source;
use crate::store::Layout;
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

    pub(crate) fn member(&self, view: usize, checkpoint: Checkpoint) -> Member {
        let make = self.views[view].make;
        let fold = make(checkpoint.instance, self.store.clone(), self.options.cache_bytes);
        Member { instance: checkpoint.instance, stage: checkpoint.stage, fold }
    }

    /// Begins a session from what is stored.
    pub(crate) fn session<'a>(&'a self, source: &'a Source, sink: &'a Sink) -> Result<Session<'a>, End> {
        let head = *self.ledger.watch().borrow();
        let mut session = Session::new(self, source, sink, head.epoch);
        for (at, view) in self.views.iter().enumerate() {
            let builds = self.builds(view, head.epoch)?;
            self.begin_status(view, &builds);
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

    fn begin_status(&self, view: &Registered, builds: &[Checkpoint]) {
        let active = builds.iter().find(|build| build.stage == Stage::Active);
        let mut answering = self.answering.write().unwrap_or_else(PoisonError::into_inner);
        match active {
            Some(build) => answering.insert(view.id.name, build.instance),
            None => answering.remove(view.id.name),
        };
        drop(answering);
        view.status.send_modify(|status| {
            // What has failed is only well again once it has done something, see `goes_on`.
            if status.state != State::Retrying {
                status.state = if active.is_some() { State::Live } else { State::Building };
            }
            status.rebuild = None;
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
        let mut answering = self.answering.write().unwrap_or_else(PoisonError::into_inner);
        answering.insert(member.instance.view.name, member.instance);
        drop(answering);
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
