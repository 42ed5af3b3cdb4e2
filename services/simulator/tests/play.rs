//! A cohort played over a real server: a socket, the API, the ledger, the views.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a test that fails")]

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
use concord_ledger::{Filter, Ledger, SqliteLedger, SqliteOptions};
use concord_projection::{Options, Setup, SqliteStore};
use concord_simulator::{Cohort, Played, Remote, play};
use tokio::net::TcpListener;

const KEY: [u8; 32] = [7; 32];

fn tenant() -> TenantId {
    TenantId::parse("demo").unwrap()
}

async fn serve(folder: &Path, seed: u64, clock: Arc<ManualClock>) -> (SocketAddr, Arc<dyn Ledger>) {
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
    let store = Arc::new(SqliteStore::open(&folder.join("views.db")).unwrap());
    let setup = Setup::new(Arc::clone(&ledger), store, Arc::clone(&shared), Options::default());
    let views = Some(concord_views::all(setup).start().unwrap());
    let tenants = Tenants::new([(tenant(), Tenant { executor, ledger: Arc::clone(&ledger), views })]);
    let authenticator = Authenticator::new(LocalTokens::new(&KEY).unwrap());
    let parts = ApiParts { authenticator, clock: shared, tenants, limits: Limits::default() };
    let (health, _) = tonic_health::server::health_reporter();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(Api::new(parts, health).serve(listener, std::future::pending()));
    (address, ledger)
}

/// Plays a cohort on an empty ledger and tells what became of it, with every stored byte.
async fn history(seed: u64, clients: usize, days: u32) -> (Played, Vec<u8>, [u8; 32]) {
    let folder = tempfile::tempdir().unwrap();
    let cohort = Cohort::generate(seed, clients, days);
    let clock = Arc::new(ManualClock::starting_at(cohort.start));
    let (address, ledger) = serve(folder.path(), seed, Arc::clone(&clock)).await;
    let tokens = LocalTokens::new(&KEY).unwrap();
    let token = tokens.sign(&tenant(), &cohort.staff.nurse.actor(), cohort.start, LocalTokens::LONGEST);
    let client = Client::connect(format!("http://{address}"), &token).await.unwrap();
    let mut gateway =
        Remote::new(client, move |actor, now| tokens.sign(&tenant(), actor, now, Duration::from_hours(12)));
    let played = play(&cohort, &clock, &mut gateway, |_| {}).await.unwrap();
    assert_eq!(clock.now(), cohort.end());
    let head = ledger.head().await.unwrap();
    let mut bytes = Vec::new();
    let mut after = 0;
    while after < head.token.position {
        let page = ledger.read(after, &Filter::default(), 500).await.unwrap();
        after = page.entries.last().expect("positions are dense up to the head").position;
        for entry in &page.entries {
            bytes.extend_from_slice(format!("{entry:?}\n").as_bytes());
            bytes.extend_from_slice(&entry.payload);
            bytes.extend_from_slice(&entry.metadata);
        }
    }
    assert_eq!(played.head, head.token.position);
    (played, bytes, head.root)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_gives_the_same_history_byte_for_byte() {
    let (played, bytes, root) = history(7, 3, 30).await;
    println!("{played:#?}");
    let (again, same_bytes, same_root) = history(7, 3, 30).await;
    assert_eq!(played, again);
    assert_eq!(root, same_root);
    assert!(bytes == same_bytes, "the same root over other bytes");
    let (_, _, other) = history(8, 3, 30).await;
    assert_ne!(root, other);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_refused_by_a_clinical_rule_and_answered() {
    let (played, _, _) = history(42, 12, 90).await;
    println!("{played:#?}");
    assert!(played.accepted > 1_000, "{played:#?}");
    // A script that breaks the form or asks what a role may not do is wrong itself.
    let expected = [
        "UNSAFE",
        "VERSION_CONFLICT",
        "BOXED_WARNING_NOT_ACKNOWLEDGED",
        "SCHEDULE_NOT_COVERED",
        "NOT_STABLE",
        "CONSENT_TO_SHARE_REQUIRED",
        "FAMILY_NOT_PERMITTED",
        "WITHDRAWAL_TOO_MILD",
        "STEP_NOT_DUE",
    ];
    for reason in played.refusals.keys() {
        assert!(expected.contains(&reason.as_str()), "{reason}: {played:#?}");
    }
    for reason in expected {
        assert!(played.refusals.contains_key(reason), "{reason} never happened: {played:#?}");
    }
}
