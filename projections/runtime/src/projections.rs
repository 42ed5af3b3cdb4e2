//! The door: start the views of a tenant, ask how they are, wait for them, rebuild them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use concord_kernel::{Clock, Token};
use concord_lease::Post;
use concord_ledger::Ledger;
use tokio::sync::{mpsc, oneshot, watch};

use crate::end::Order;
use crate::lead::{Lead, Terms};
use crate::runner;
use crate::shared::{Registered, Shared};
use crate::{
    Faults, Halt, Instance, Lag, Options, Reader, State, Status, StoreError, View, ViewId, ViewStore,
    WaitError,
};

/// Orders of operators that may wait for the runner.
const ORDERS: usize = 16;

/// The views of one tenant, before they start.
pub struct Setup {
    ledger: Arc<dyn Ledger>,
    store: Arc<dyn ViewStore>,
    clock: Arc<dyn Clock>,
    options: Options,
    faults: Option<Arc<dyn Faults>>,
    lead: Lead,
    views: Vec<Registered>,
}

/// The running views of one tenant. Cheap to clone; the views stop with [`Projections::shutdown`] or when the last
/// clone is dropped.
#[derive(Clone)]
pub struct Projections {
    shared: Arc<Shared>,
    orders: mpsc::Sender<Order>,
    running: Arc<Running>,
}

struct Running {
    stop: watch::Sender<bool>,
    thread: Mutex<Option<JoinHandle<Halt>>>,
}

/// Why an operator's order was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// Nobody knows such a view.
    #[error("no such view")]
    UnknownView,
    /// The runner has ended.
    #[error("the runner has ended")]
    Ended,
    /// Another process keeps the views: it must be asked.
    #[error("another process keeps the views")]
    Elsewhere,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Setup {
    /// Says which ledger is followed and where rows live.
    pub fn new(
        ledger: Arc<dyn Ledger>,
        store: Arc<dyn ViewStore>,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Self {
        Self { ledger, store, clock, options, faults: None, lead: Lead::Alone, views: Vec::new() }
    }

    /// Adds a view.
    #[must_use]
    pub fn with<V: View>(mut self) -> Self {
        debug_assert!(self.views.iter().all(|view| view.id.name != V::NAME), "a view is added once");
        let epoch = self.ledger.watch().borrow().epoch;
        self.views.push(Registered::of::<V>(self.clock.now(), epoch));
        self
    }

    /// Writes only while `post` holds its lease, and follows what another process writes while it does not. A runner that is
    /// refused gives the lease up and follows; one that ends for good resigns the post, so that another takes over.
    #[must_use]
    pub fn led_by(mut self, post: Post) -> Self {
        self.lead = Lead::While(post);
        self
    }

    /// Never writes: follows what another process writes.
    #[must_use]
    pub fn following(mut self) -> Self {
        self.lead = Lead::Never;
        self
    }

    /// Has `faults` watch the runner; for crash tests.
    #[must_use]
    pub fn watched_by(mut self, faults: Arc<dyn Faults>) -> Self {
        self.faults = Some(faults);
        self
    }

    /// Starts the runner on threads of its own; must be called within a tokio runtime with time, which drives the
    /// ledger's reads.
    ///
    /// # Errors
    ///
    /// The operating system has no thread left.
    pub fn start(self) -> std::io::Result<Projections> {
        let Self { ledger, store, clock, options, faults, lead, views } = self;
        let resigning = lead.post();
        let shared = Arc::new(Shared::new(ledger, store, clock, options, faults, views));
        let (orders, queue) = mpsc::channel(ORDERS);
        let (stop, stopped) = watch::channel(false);
        let runtime = tokio::runtime::Handle::current();
        let work = {
            let shared = shared.clone();
            move || {
                let run = || runtime.block_on(runner::run(shared.clone(), Terms::of(lead), queue, stopped));
                catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
                    // Nobody keeps the rows up any more: who asks or waits must hear it.
                    tracing::error!("the thread that folds for the views broke off; they stop");
                    shared.everywhere(&State::Stopped(Halt::Broken));
                    resigning.iter().for_each(Post::resign);
                    Halt::Broken
                })
            }
        };
        let thread = thread::Builder::new().name("views-fold".into()).spawn(work)?;
        let running = Arc::new(Running { stop, thread: Mutex::new(Some(thread)) });
        Ok(Projections { shared, orders, running })
    }
}

impl Projections {
    /// How every view is doing.
    pub fn statuses(&self) -> Vec<Status> {
        self.shared.views.iter().map(|view| view.status.borrow().clone()).collect()
    }

    /// Follows one view: changes whenever rows are written or its state changes.
    pub fn watch(&self, view: &str) -> Option<watch::Receiver<Status>> {
        self.shared.view(view).map(|view| view.status.subscribe())
    }

    /// How far a view is behind the ledger.
    pub fn lag(&self, status: &Status) -> Lag {
        let head = self.shared.ledger.watch().borrow().position;
        let events = head.saturating_sub(status.token.position);
        let age =
            if events == 0 { Duration::ZERO } else { self.shared.clock.now().since(status.complete_as_of) };
        Lag { events, age }
    }

    /// Whether every view goes on: neither paused nor stopped.
    pub fn healthy(&self) -> bool {
        self.shared.views.iter().all(|view| match view.status.borrow().state {
            State::Live | State::Building => true,
            State::Retrying | State::Stalled | State::Paused(_) | State::Stopped(_) => false,
        })
    }

    /// Waits until a view's rows hold everything up to `token`, `limit` at most.
    ///
    /// # Errors
    ///
    /// See [`WaitError`].
    pub async fn wait_for(&self, view: ViewId, token: Token, limit: Duration) -> Result<(), WaitError> {
        let mut status = self.watch(view.name).ok_or(WaitError::UnknownView)?;
        if settled(&status.borrow(), token).is_none() {
            self.shared.want(token.position);
        }
        let reached = tokio::time::timeout(limit, status.wait_for(|status| settled(status, token).is_some()));
        match reached.await {
            Ok(Ok(status)) => settled(&status, token).unwrap_or(Err(WaitError::Stopped)),
            Ok(Err(_)) => Err(WaitError::Stopped),
            Err(_) => {
                let position = self.watch(view.name).map_or(0, |status| status.borrow().token.position);
                Err(WaitError::Behind { position, wanted: token.position })
            }
        }
    }

    /// Answers questions from the rows.
    pub fn reader(&self) -> Reader {
        Reader::new(self.shared.clone())
    }

    /// Builds a view anew beside the rows that answer; it takes their place once it is level with the ledger. Asked
    /// again while it builds, it names the same build. Progress is in [`Status::rebuild`].
    ///
    /// # Errors
    ///
    /// See [`OrderError`].
    pub async fn rebuild(&self, view: &str) -> Result<Instance, OrderError> {
        let view = self.index(view)?;
        self.order(|reply| Order::Rebuild { view, reply }).await?
    }

    /// Lets a paused view try the fact again that it stopped before.
    ///
    /// # Errors
    ///
    /// See [`OrderError`].
    pub async fn retry(&self, view: &str) -> Result<(), OrderError> {
        let view = self.index(view)?;
        self.order(|reply| Order::Retry { view, reply }).await?
    }

    /// Removes the builds of a view that were replaced; says how many there were.
    ///
    /// # Errors
    ///
    /// See [`OrderError`].
    pub async fn drop_retired(&self, view: &str) -> Result<usize, OrderError> {
        let name = self.shared.views[self.index(view)?].id.name;
        let store = self.shared.store.clone();
        let dropped = tokio::task::spawn_blocking(move || store.drop_retired(name)).await;
        Ok(dropped.map_err(|_| OrderError::Ended)??)
    }

    /// Stops after the batch in flight; says why the runner ended.
    pub async fn shutdown(self) -> Halt {
        self.running.stop.send_replace(true);
        let thread = self.running.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return Halt::Shutdown };
        let joined = tokio::task::spawn_blocking(move || thread.join()).await;
        match joined {
            Ok(Ok(halt)) => halt,
            Ok(Err(_)) | Err(_) => Halt::Broken,
        }
    }

    async fn order<T>(&self, order: impl FnOnce(oneshot::Sender<T>) -> Order) -> Result<T, OrderError> {
        let (reply, answer) = oneshot::channel();
        self.orders.send(order(reply)).await.map_err(|_| OrderError::Ended)?;
        tokio::select! {
            biased;
            answered = answer => answered.map_err(|_| OrderError::Ended),
            // What is sent in the moment in which the runner ends may be left lying: nobody takes it and nobody drops it.
            () = self.orders.closed() => Err(OrderError::Ended),
        }
    }

    fn index(&self, view: &str) -> Result<usize, OrderError> {
        let at = self.shared.views.iter().position(|known| known.id.name == view);
        at.ok_or(OrderError::UnknownView)
    }
}

/// What a status says to somebody who waits for `token`; `None`: wait on.
fn settled(status: &Status, token: Token) -> Option<Result<(), WaitError>> {
    if status.token.epoch != token.epoch {
        return Some(Err(WaitError::EpochChanged { now: status.token.epoch }));
    }
    if status.token.position >= token.position && status.state != State::Building {
        return Some(Ok(()));
    }
    match status.state {
        State::Live | State::Building | State::Retrying | State::Stalled => None,
        State::Paused(_) | State::Stopped(_) => Some(Err(WaitError::Stopped)),
    }
}
