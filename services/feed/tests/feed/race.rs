//! Consents are revoked while events are sent at full rate: nothing is decided after.
//!
//! `CONCORD_SOAK` says over how many seeds; `CONCORD_SEED` repeats one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use concord_domain::feed::PayloadChoice;
use concord_feed::{Begin, Message, Order, Told};
use concord_kernel::PatientId;
use concord_ledger::Filter;
use concord_looks::{Basis, DISCLOSED, Record, read_event};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

use crate::scene::{Scene, consent, patient, subscription};

/// Seeds without `CONCORD_SOAK`.
const SEEDS: u64 = 50;
const PATIENTS: u128 = 6;
const EVENTS: usize = 60;

/// A disclosure that was decided though its consent had been taken back.
#[derive(Debug)]
#[expect(dead_code, reason = "shown when the test fails")]
enum Violation {
    /// The step began after the revocation was acknowledged.
    SentAfter { patient: PatientId, revoked_at: u64 },
    /// What is on record says that it was decided by consents up to this position.
    DecidedAfter { consent: Uuid, revoked_at: u64, decided_at: u64 },
}

fn numbers(variable: &str) -> Option<u64> {
    std::env::var_os(variable).map(|text| text.to_str().unwrap().parse().expect("a number"))
}

/// Plays one seed and says what went wrong.
async fn played(seed: u64, order: Order) -> Vec<Violation> {
    let scene = Scene::in_memory(seed, order);
    let id = subscription(1);
    scene.opens(id, PayloadChoice::IdOnly).await;
    for n in 0..PATIENTS {
        scene.consents(patient(n), consent(n)).await;
    }
    let mut session = scene.subscribe(id, Begin::Acknowledged).await;
    let key = |message: &Message| match &message.told {
        Told::Event(event) => Some(event.subject),
        Told::ConsentEnded(_) => None,
    };
    let subjects: BTreeMap<Uuid, u128> = {
        let key = concord_feed::PartnerKeys::new([7; 32]);
        let key = key.of(&crate::scene::tenant(), &crate::scene::riverside());
        (0..PATIENTS).map(|n| (key.subject(patient(n)), n)).collect()
    };
    // What the clinic was told: which revocations are acknowledged, and where.
    let acknowledged = Arc::new(Mutex::new(BTreeMap::<u128, u64>::new()));
    let over = Arc::new(AtomicBool::new(false));
    // A task of its own, on another thread: it records while the partner is told.
    let clinic = tokio::spawn(clinic(scene.clone(), seed, Arc::clone(&acknowledged), Arc::clone(&over)));
    let mut found = Vec::new();
    loop {
        let (last, known) = (over.load(Ordering::SeqCst), acknowledged.lock().unwrap().clone());
        let step = session.step().await.unwrap();
        for subject in step.iter().flatten().filter_map(key) {
            let n = subjects[&subject];
            if let Some(revoked_at) = known.get(&n) {
                found.push(Violation::SentAfter { patient: patient(n), revoked_at: *revoked_at });
            }
        }
        if last && step.is_none() {
            break;
        }
        tokio::task::yield_now().await;
    }
    clinic.await.unwrap();
    let revoked = acknowledged.lock().unwrap().clone();
    found.extend(on_record(&scene, &revoked).await);
    found
}

/// Records events, and takes consents back in between.
async fn clinic(
    scene: Scene,
    seed: u64,
    acknowledged: Arc<Mutex<BTreeMap<u128, u64>>>,
    over: Arc<AtomicBool>,
) {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    for n in 0..EVENTS {
        scene.event(patient(dice.random_range(0..PATIENTS)), n).await;
        if dice.random_range(0..8) == 0 {
            let whose = dice.random_range(0..PATIENTS);
            let before = acknowledged.lock().unwrap().contains_key(&whose);
            if !before {
                let at = scene.revokes(patient(whose), consent(whose)).await.position;
                acknowledged.lock().unwrap().insert(whose, at);
            }
        }
        if dice.random_range(0..3) == 0 {
            tokio::task::yield_now().await;
        }
    }
    over.store(true, Ordering::SeqCst);
}

/// What the record of disclosures says was decided after a revocation.
async fn on_record(scene: &Scene, revoked: &BTreeMap<u128, u64>) -> Vec<Violation> {
    let revoked: BTreeMap<Uuid, u64> = revoked.iter().map(|(n, at)| (consent(*n).uuid(), *at)).collect();
    let filter = Filter { kinds: vec![], event_types: vec![DISCLOSED.to_owned()] };
    let page = scene.access.read(0, &filter, usize::MAX).await.unwrap();
    let mut found = Vec::new();
    for entry in &page.entries {
        for record in read_event(&entry.event_type, &entry.payload).unwrap() {
            let Record::Disclosure(line) = record else { continue };
            let Basis::Consent { consent, decided_at, .. } = line.basis else { continue };
            if let Some(revoked_at) = revoked.get(&consent).filter(|revoked_at| decided_at >= **revoked_at) {
                found.push(Violation::DecidedAfter { consent, revoked_at: *revoked_at, decided_at });
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_decided_after_a_revocation_is_acknowledged() {
    let seeds = match numbers("CONCORD_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..numbers("CONCORD_SOAK").unwrap_or(SEEDS),
    };
    for seed in seeds {
        let found = played(seed, Order::default()).await;
        assert!(found.is_empty(), "CONCORD_SEED={seed}: {found:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_sees_decisions_by_stale_consents() {
    for seed in 0..SEEDS {
        if !played(seed, Order::MutationStaleConsents).await.is_empty() {
            return;
        }
    }
    panic!("a feed that decides by stale consents was not seen");
}
