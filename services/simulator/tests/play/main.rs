//! A cohort played over a real server: a socket, the API, the ledger, the views.

#![expect(clippy::unwrap_used, reason = "a fixture that fails is a test that fails")]

mod served;
mod whole;

use std::sync::Arc;

use concord_kernel::{Clock, ManualClock};
use concord_ledger::Filter;
use concord_simulator::{Cohort, Played, play};
use served::{Views, gateway, serve};

/// Plays a cohort on an empty ledger and tells what became of it, with every stored byte.
async fn history(seed: u64, clients: usize, days: u32) -> (Played, Vec<u8>, [u8; 32]) {
    let folder = tempfile::tempdir().unwrap();
    let cohort = Cohort::generate(seed, clients, days);
    let clock = Arc::new(ManualClock::starting_at(cohort.start));
    let (address, ledger) = serve(folder.path(), seed, Arc::clone(&clock), Views::Built).await;
    let mut gateway = gateway(&cohort, address).await;
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
        "CADENCE_ONE_STEP_AT_A_TIME",
        "VISIT_INTERVAL_TOO_LONG",
    ];
    for reason in played.refusals.keys() {
        assert!(expected.contains(&reason.as_str()), "{reason}: {played:#?}");
    }
    for reason in expected {
        assert!(played.refusals.contains_key(reason), "{reason} never happened: {played:#?}");
    }
}
