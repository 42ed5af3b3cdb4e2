//! Follows views that another process keeps: how far they are, and which build answers.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use concord_kernel::Token;

use crate::end::{End, Order};
use crate::lead::Terms;
use crate::shared::{Registered, Shared};
use crate::store::{Standing, StoredCheckpoint};
use crate::{Halt, Instance, OrderError, Progress, Stage, State, StoreError, ViewId};

/// Where something was, and since when.
#[derive(Clone, Copy)]
struct Mark {
    position: u64,
    since: Instant,
}

/// One process's look at what others do.
pub(crate) struct Follower<'a> {
    shared: &'a Shared,
    /// When the build that answers last moved, by view.
    moved: HashMap<&'static str, Mark>,
    /// Where a build aside was when it was first seen.
    begun: HashMap<Instance, Mark>,
    /// Whether the last look has found anything new.
    news: bool,
}

impl<'a> Follower<'a> {
    pub(crate) fn new(shared: &'a Shared) -> Self {
        Self { shared, moved: HashMap::new(), begun: HashMap::new(), news: false }
    }

    /// Follows until this process is to write, or is asked to stop.
    pub(crate) async fn run(
        mut self,
        terms: &mut Terms,
        orders: &mut mpsc::Receiver<Order>,
        stop: &mut watch::Receiver<bool>,
    ) -> End {
        let options = self.shared.options;
        let mut heads = self.shared.ledger.watch();
        let mut wanted = self.shared.wanted.subscribe();
        let mut pause = options.follow;
        loop {
            if *stop.borrow() {
                return End::Halt(Halt::Shutdown);
            }
            if terms.now().is_some() {
                return End::Turn;
            }
            heads.borrow_and_update();
            wanted.borrow_and_update();
            self.news = false;
            let level = match self.look().await {
                Ok(level) => level,
                Err(error) => {
                    self.away(&error);
                    false
                }
            };
            // What does not move is looked at less and less often.
            pause = if self.news { options.follow } else { (pause * 2).min(options.poll) };
            tokio::select! {
                () = terms.changed() => {}
                // An error says that nobody holds this runner any more, as below.
                changed = stop.changed() => if changed.is_err() { return End::Halt(Halt::Shutdown) },
                order = orders.recv() => match order {
                    Some(order) => self.take(order),
                    None => return End::Halt(Halt::Shutdown),
                },
                // What is new is looked for soon again, though it takes its writer a moment.
                Ok(()) = heads.changed(), if level => pause = options.follow / 2,
                Ok(()) = wanted.changed() => pause = options.follow / 2,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Looks at every view; whether all are level with the ledger.
    async fn look(&mut self) -> Result<bool, StoreError> {
        let asked_at = self.shared.clock.now();
        // From the ledger itself: what this process was told of is older than what others write.
        let head = self.shared.ledger.head().await;
        let head = head.map_err(|error| StoreError::Unavailable(Box::new(error)))?.token;
        let standing = self.shared.store.standing()?;
        let mut level = true;
        for view in &self.shared.views {
            level &= self.learn(view, &standing, head, asked_at);
        }
        Ok(level)
    }

    /// Tells how one view is; whether it is level.
    fn learn(
        &mut self,
        view: &Registered,
        standing: &[Standing],
        head: Token,
        asked_at: concord_kernel::Instant,
    ) -> bool {
        let newest = |stage| newest(view.id, standing, stage, head);
        let (active, building) = (newest(Stage::Active), newest(Stage::Building));
        // First who answers, then how far it is: whoever waits for the second asks the first.
        self.shared.answered_by(view.id.name, active.map(|build| instance(view.id, build)));
        let rebuild = building.map(|build| self.progress(instance(view.id, build), build.token, head));
        let position = active.map_or(0, |build| build.token.position);
        let stalled = active.is_some() && self.stalled(view.id.name, position, head);
        let level = position >= head.position && active.is_some() && building.is_none();
        view.status.send_if_modified(|status| {
            let mut now = status.clone();
            now.rebuild = rebuild;
            now.token = active.or(building).map_or(Token { position: 0, ..head }, |build| build.token);
            now.state = match active {
                None => State::Building,
                Some(_) if stalled => State::Stalled,
                Some(_) => State::Live,
            };
            if active.is_some() && position >= head.position {
                now.complete_as_of = asked_at;
            }
            let moved = now != *status;
            // What is new about a view that stands still is only its time; nobody has to be woken for that.
            let news = moved && !(level && only_later(&now, status));
            *status = now;
            self.news |= news;
            news
        });
        level
    }

    /// Whether the build that answers has stood still for long though the ledger is ahead.
    fn stalled(&mut self, view: &'static str, position: u64, head: Token) -> bool {
        let now = Instant::now();
        let mark = self.moved.entry(view).or_insert(Mark { position, since: now });
        if mark.position != position || position >= head.position {
            *mark = Mark { position, since: now };
        }
        now - mark.since > self.shared.options.stall
    }

    fn progress(&mut self, build: Instance, at: Token, head: Token) -> Progress {
        let now = Instant::now();
        let seen = *self.begun.entry(build).or_insert(Mark { position: at.position, since: now });
        Progress::since(seen.position, now - seen.since, at.position, head.position)
    }

    fn away(&self, error: &StoreError) {
        let known = |view: &Registered| view.status.borrow().state == State::Retrying;
        if !self.shared.views.iter().all(known) {
            tracing::warn!(%error, cause = ?std::error::Error::source(error), "views that others keep cannot be followed");
        }
        self.shared.everywhere(&State::Retrying);
    }

    /// A rebuild is begun, which the one who writes then finds; the rest is not for this process to do.
    fn take(&self, order: Order) {
        // Whoever asked may have gone.
        match order {
            Order::Rebuild { view, reply } => {
                let _ = reply.send(self.begin(&self.shared.views[view]));
            }
            Order::Retry { reply, .. } => {
                let _ = reply.send(Err(OrderError::Elsewhere));
            }
        }
    }

    fn begin(&self, view: &Registered) -> Result<Instance, OrderError> {
        let epoch = self.shared.ledger.watch().borrow().epoch;
        let standing = self.shared.store.standing()?;
        let head = *self.shared.ledger.watch().borrow();
        let building = newest(view.id, &standing, Stage::Building, head);
        let (build, position) = if let Some(building) = building {
            (instance(view.id, building), building.token.position)
        } else {
            let begun = self.shared.store.begin(view.id, view.layout, Stage::Building, epoch)?;
            (begun.instance, begun.token.position)
        };
        // Whoever asked must not find that nothing is being built.
        let progress = Progress::since(position, Duration::ZERO, position, head.position);
        view.status.send_modify(|status| status.rebuild = Some(progress));
        Ok(build)
    }
}

/// Whether all that is different is until when a status is known to be complete.
fn only_later(now: &crate::Status, before: &crate::Status) -> bool {
    let at = before.complete_as_of;
    crate::Status { complete_as_of: at, ..now.clone() } == *before
}

/// The newest build of a view at a stage, in the present history.
fn newest(view: ViewId, standing: &[Standing], stage: Stage, head: Token) -> Option<StoredCheckpoint> {
    let builds = standing.iter().filter(|one| one.view == view.name && one.version == view.version);
    let builds = builds.map(|one| one.checkpoint).filter(|build| build.stage == stage);
    builds.filter(|build| build.token.epoch == head.epoch).max_by_key(|build| build.generation)
}

const fn instance(view: ViewId, build: StoredCheckpoint) -> Instance {
    Instance { view, generation: build.generation }
}
