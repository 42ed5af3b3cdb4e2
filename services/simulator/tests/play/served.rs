//! A service over a real socket, on an empty ledger.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use concord_access::{Authenticator, LocalTokens};
use concord_api::{Api, ApiParts, Limits, Tenant, Tenants};
use concord_client::Client;
use concord_executor::{Executor, ExecutorOptions};
use concord_kernel::{Clock, IdSource, LedgerId, ManualClock, SeededIds, TenantId};
use concord_knowledge::Ruleset;
use concord_ledger::{Ledger, MemoryLedger, SqliteLedger, SqliteOptions};
use concord_looks::Looks;
use concord_projection::{Options, Setup, SqliteStore};
use concord_simulator::{Cohort, Remote};
use tokio::net::TcpListener;

const KEY: [u8; 32] = [7; 32];

fn tenant() -> TenantId {
    TenantId::parse("demo").unwrap()
}

/// Whether the views are built beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Views {
    /// All of them.
    Built,
    /// None: nobody looks at a list.
    Left,
}

/// Serves an empty ledger in `folder`; what is drawn follows from `seed`.
pub(crate) async fn serve(
    folder: &Path,
    seed: u64,
    clock: Arc<ManualClock>,
    views: Views,
) -> (SocketAddr, Arc<dyn Ledger>) {
    let ids: Arc<dyn IdSource> = Arc::new(SeededIds::new(seed));
    let shared: Arc<dyn Clock> = clock;
    let ledger: Arc<dyn Ledger> = Arc::new(
        SqliteLedger::open(
            &folder.join("ledger.db"),
            LedgerId::clinical(tenant()),
            Arc::clone(&shared),
            ids,
            SqliteOptions::default(),
        )
        .unwrap(),
    );
    let options = ExecutorOptions::default();
    let executor = Executor::new(Arc::clone(&ledger), Arc::clone(&shared), Ruleset::embedded(), options);
    let views = (views == Views::Built).then(|| {
        let store = Arc::new(SqliteStore::open(&folder.join("views.db")).unwrap());
        let setup = Setup::new(Arc::clone(&ledger), store, Arc::clone(&shared), Options::default());
        concord_views::all(setup).start().unwrap()
    });
    let (id, ids) = (LedgerId::access(tenant()), Arc::new(SeededIds::new(seed)));
    let access = MemoryLedger::new(id, Arc::clone(&shared), Arc::clone(&ids) as _);
    let looks = Looks::new(Arc::new(access), Arc::clone(&shared), ids, concord_looks::Limits::default());
    let tenant =
        (tenant(), Tenant { executor, ledger: Arc::clone(&ledger), looks, views, proofs: None, feeds: None });
    let tenants = Tenants::new([tenant]);
    let authenticator = Authenticator::new(LocalTokens::new(&KEY).unwrap());
    // A machine that is busy with other things is no reason to give up.
    let limits = Limits { deadline: Duration::from_mins(10), ..Limits::default() };
    let parts = ApiParts {
        authenticator,
        policies: concord_access::Policies::embedded(),
        clock: shared,
        tenants,
        limits,
    };
    let (health, _) = tonic_health::server::health_reporter();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(Api::new(parts, health).serve(listener, std::future::pending()));
    (address, ledger)
}

/// Everybody of a cohort, over one connection.
pub(crate) async fn gateway(cohort: &Cohort, address: SocketAddr) -> Remote {
    let tokens = LocalTokens::new(&KEY).unwrap();
    let token = tokens.sign(&tenant(), &cohort.staff.nurse.actor(), cohort.start, LocalTokens::LONGEST);
    let client = Client::connect(format!("http://{address}"), &token).await.unwrap();
    Remote::new(client, move |actor, now| tokens.sign(&tenant(), actor, now, Duration::from_hours(12)))
}
