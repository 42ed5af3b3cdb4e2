//! Sets what is looked up when somebody asks: sizes, positions, states.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use concord_api::Door;
use concord_executor::Executor;
use concord_kernel::{LedgerId, TenantId};
use concord_ledger::{DataFolder, Ledger};
use concord_projection::{Projections, Status};
use concord_relay as relay;
use concord_telemetry::{as_f64, metric};

use super::probe::{Probe, state};
use crate::open::{Opened, VIEWS};
use crate::posts::Standing;

/// What SQLite adds to the name of a file for its write-ahead log.
const WAL: &str = "-wal";

/// Every state that a view may be in.
const STATES: [&str; 6] = ["live", "building", "retrying", "stalled", "paused", "stopped"];

/// What is looked at of a tenant.
pub(crate) struct Watched {
    tenant: TenantId,
    ledger: Arc<dyn Ledger>,
    executor: Executor,
    views: Option<Projections>,
    /// What publishes its log, where this process does.
    pub(crate) relay: Option<relay::Watch>,
}

/// Looks at everything that is measured by looking.
pub(crate) struct Collector {
    tenants: Vec<Watched>,
    posts: Vec<Standing>,
    door: Door,
    data: PathBuf,
    probe: Arc<Probe>,
    process: metrics_process::Collector,
}

impl Collector {
    /// Looks at `tenants`, whose files are in `data`.
    pub(crate) fn new(
        roles: &[&'static str],
        tenants: Vec<Watched>,
        posts: Vec<Standing>,
        door: Door,
        data: &Path,
        probe: Arc<Probe>,
    ) -> Self {
        metric::BUILD.of([env!("CARGO_PKG_VERSION")]).set(1.0);
        for role in roles {
            metric::ROLE.of([role]).set(1.0);
        }
        let process = metrics_process::Collector::default();
        Self { tenants, posts, door, data: data.to_owned(), probe, process }
    }

    /// Sets every gauge to what is so now.
    pub(crate) async fn collect(&self) {
        self.process.collect();
        metric::READY.of([]).set(flag(self.probe.is_ready().await.is_well()));
        let usage = self.door.usage();
        metric::CALLS_IN_FLIGHT.of([]).set(count(usage.calls));
        metric::CALLS_LIMIT.of([]).set(count(usage.calls_limit));
        metric::WATCHERS.of([]).set(count(usage.watchers));
        metric::WATCHERS_LIMIT.of([]).set(count(usage.watchers_limit));
        self.disk();
        for Standing { ledger, duty, post } in &self.posts {
            metric::LEASE_HELD.of([ledger.tenant.as_str(), duty.as_str()]).set(flag(post.held().is_some()));
        }
        for watched in &self.tenants {
            watched.ledger();
            watched.states();
            watched.views();
            watched.relay().await;
            self.files(&watched.tenant);
        }
    }

    fn disk(&self) {
        // What cannot be looked up stays as it was; the log of a full disk says enough.
        if let Ok(disk) = rustix::fs::statvfs(&self.data) {
            metric::DISK_FREE_BYTES.of([]).set(as_f64(disk.f_bavail.saturating_mul(disk.f_frsize)));
            metric::DISK_BYTES.of([]).set(as_f64(disk.f_blocks.saturating_mul(disk.f_frsize)));
        }
    }

    fn files(&self, tenant: &TenantId) {
        let ledger = DataFolder::file(&self.data, &LedgerId::clinical(tenant.clone()));
        let views = self.data.join(tenant.as_str()).join(VIEWS);
        for (name, path) in [("ledger", ledger), ("views", views)] {
            let mut log = path.clone().into_os_string();
            log.push(WAL);
            let log_name = format!("{name}_wal");
            for (name, path) in [(name, path.as_path()), (log_name.as_str(), Path::new(&log))] {
                if let Ok(file) = std::fs::metadata(path) {
                    metric::STORE_BYTES.of([tenant.as_str(), name]).set(as_f64(file.len()));
                }
            }
        }
    }
}

impl Watched {
    /// What is looked at of `tenant`.
    pub(crate) fn of(tenant: &TenantId, opened: &Opened) -> Self {
        let Opened { ledger, looks: _, executor, views, keys: _ } = opened;
        Self {
            tenant: tenant.clone(),
            ledger: Arc::clone(ledger),
            executor: executor.clone(),
            views: views.clone(),
            relay: None,
        }
    }

    fn ledger(&self) {
        let tenant = self.tenant.as_str();
        let position = self.ledger.watch().borrow().position;
        metric::LEDGER_POSITION.of([tenant]).set(as_f64(position));
        metric::LEDGER_WRITER.of([tenant]).set(flag(self.ledger.has_writer()));
        metric::LEDGER_WAITING.of([tenant]).set(count(self.ledger.waiting()));
    }

    fn states(&self) {
        let (tenant, size) = (self.tenant.as_str(), self.executor.cache_size());
        metric::STATE_CACHE_BYTES.of([tenant]).set(as_f64(size.bytes));
        metric::STATE_CACHE_LIMIT_BYTES.of([tenant]).set(as_f64(size.limit));
        metric::STATE_CACHE_STREAMS.of([tenant]).set(count(size.streams));
    }

    fn views(&self) {
        if let Some(views) = &self.views {
            for status in views.statuses() {
                self.view(views, &status);
            }
        }
    }

    async fn relay(&self) {
        let Some(relay) = &self.relay else { return };
        // A ledger that cannot be read is told of by itself.
        if let Ok(lag) = relay.lag().await {
            metric::RELAY_LAG_EVENTS.of([self.tenant.as_str()]).set(as_f64(lag.events));
            metric::RELAY_LAG_SECONDS.of([self.tenant.as_str()]).set(lag.age);
        }
    }

    fn view(&self, views: &Projections, status: &Status) {
        let of = [self.tenant.as_str(), status.view.name];
        let lag = views.lag(status);
        metric::VIEW_POSITION.of(of).set(as_f64(status.token.position));
        metric::VIEW_LAG_EVENTS.of(of).set(as_f64(lag.events));
        metric::VIEW_LAG_SECONDS.of(of).set(lag.age);
        let now = state(&status.state);
        for name in STATES {
            metric::VIEW_STATE.of([of[0], of[1], name]).set(flag(name == now));
        }
        let rebuild = status.rebuild.as_ref();
        metric::VIEW_REBUILD_POSITION.of(of).set(rebuild.map_or(0.0, |build| as_f64(build.position)));
        let remaining = rebuild.and_then(|build| build.remaining).unwrap_or_default();
        metric::VIEW_REBUILD_SECONDS.of(of).set(remaining);
    }
}

fn count(number: usize) -> f64 {
    as_f64(u64::try_from(number).unwrap_or(u64::MAX))
}

const fn flag(well: bool) -> f64 {
    if well { 1.0 } else { 0.0 }
}
