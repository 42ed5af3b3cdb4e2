//! Ledgers with a history, in few words.

use std::sync::Arc;

use bytes::Bytes;
use concord_audit::note::{KeyKind, SigningKey};
use concord_audit::{CheckpointStore, Log, Recorded, Signer, SignerOptions, SqliteCheckpoints, key_name};
use concord_kernel::{
    CommandId, Instant, LedgerId, ManualClock, PatientId, SeededIds, StreamKind, StreamRef, TenantId,
};
use concord_ledger::merkle::Hash;
use concord_ledger::{Append, Expected, Filter, Ledger, MemoryLedger, NO_LEAF, NewEvent};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const LEDGER: &str = "riverbend/clinical";

pub(crate) fn noon() -> Instant {
    Instant::parse("2026-03-02T12:00:00Z").unwrap()
}

pub(crate) fn ledger_id() -> LedgerId {
    LedgerId::clinical(TenantId::parse("riverbend").unwrap())
}

pub(crate) fn memory() -> Arc<dyn Ledger> {
    let clock = Arc::new(ManualClock::starting_at(noon()));
    Arc::new(MemoryLedger::new(ledger_id(), clock, Arc::new(SeededIds::new(1))))
}

pub(crate) fn signing_key() -> SigningKey {
    SigningKey::from_seed(&key_name(&ledger_id()), KeyKind::Log, &[7; 32]).unwrap()
}

pub(crate) fn patient(number: u128) -> PatientId {
    PatientId::new(Uuid::from_u128(number))
}

/// Event number `number`, about patient `about`, in one of their two streams.
pub(crate) fn append(number: u64, about: u128) -> Append {
    let kind = if number.is_multiple_of(3) { StreamKind::Scales } else { StreamKind::CareTeam };
    Append {
        command: CommandId::new(Uuid::from_u128(u128::from(number) + 1)),
        request_hash: [1; 32],
        stream: StreamRef { kind, id: patient(about).uuid() },
        expected: Expected::Any,
        conditions: Vec::new(),
        events: vec![NewEvent {
            event_type: "SomethingHappened",
            event_version: 1,
            payload: Bytes::from(format!("{{\"number\":{number},\"note\":\"“quoted”\\n\"}}")),
        }],
        metadata: Bytes::from(format!("{{\"patient\":\"{}\",\"number\":{number}}}", patient(about))),
        reply: Bytes::new(),
    }
}

/// Adds events up to `to`, of five patients in turn.
pub(crate) async fn fill(ledger: &dyn Ledger, to: u64) {
    for number in ledger.head().await.unwrap().token.position..to {
        ledger.append(append(number, u128::from(number % 5))).await.unwrap();
    }
}

/// Every event with its leaf hash, as whoever reads the log gets them.
pub(crate) async fn events(ledger: &dyn Ledger) -> Vec<(Recorded, Hash)> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let page = ledger.read(after, &Filter::default(), 500).await.unwrap();
        if page.through == after {
            return all;
        }
        after = page.through;
        all.extend(page.entries.iter().map(|entry| (Recorded::of(entry).unwrap(), entry.leaf_hash)));
    }
}

/// Computes every hash anew, as somebody does who alters events and knows how the log is made.
pub(crate) fn rehash(events: &mut [(Recorded, Hash)]) {
    let mut ends = std::collections::HashMap::new();
    for (event, leaf) in events {
        let stream = event.stream().unwrap();
        let previous = ends.get(&stream).copied().unwrap_or(NO_LEAF);
        *leaf = event.leaf(LEDGER, previous, &mut Vec::new()).unwrap();
        ends.insert(stream, *leaf);
    }
}

/// A store in a folder that goes away with it.
pub(crate) fn store() -> (Arc<dyn CheckpointStore>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteCheckpoints::open(&folder.path().join("checkpoints.db")).unwrap();
    (Arc::new(store), folder)
}

pub(crate) fn log(ledger: &Arc<dyn Ledger>, store: &Arc<dyn CheckpointStore>) -> Arc<Log> {
    Arc::new(Log::new(Arc::clone(ledger), Arc::clone(store), signing_key().public().clone()))
}

pub(crate) fn signer(ledger: &Arc<dyn Ledger>, store: &Arc<dyn CheckpointStore>) -> Signer {
    let clock = Arc::new(ManualClock::starting_at(noon()));
    Signer::new(log(ledger, store), signing_key(), clock, SignerOptions::default())
}
