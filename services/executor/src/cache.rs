//! Folded streams, kept within a bound.

use std::sync::Arc;

use concord_domain::State;
use concord_kernel::{StreamRef, TenantId};
use concord_telemetry::metric;
use metrics::Counter;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, Weighter};

/// A stream's state at a version.
#[derive(Clone, Debug)]
pub(crate) struct Folded {
    /// The events it is folded from.
    pub(crate) version: u64,
    /// What they say.
    pub(crate) state: State,
}

/// What a state takes besides what its events left in it: map entry, allocation, empty collections.
const BASE_BYTES: u64 = 512;

/// What a stream without events takes: map entry and allocation. Such streams are remembered as well, so that what reads
/// them, such as a report where nobody is on the care team, does not ask the ledger each time.
const UNBEGUN_BYTES: u64 = 256;

/// What an event leaves in a state: an identifier that must not be used again, a figure. Texts are not kept.
const EVENT_BYTES: u64 = 48;

/// What a state is expected to take, to size the cache's tables.
const TYPICAL_STATE_BYTES: u64 = 1_024;

#[derive(Clone)]
struct ByBytes;

impl Weighter<StreamRef, Arc<Folded>> for ByBytes {
    fn weight(&self, _: &StreamRef, folded: &Arc<Folded>) -> u64 {
        let base = if folded.version == 0 { UNBEGUN_BYTES } else { BASE_BYTES };
        base + EVENT_BYTES * folded.version
    }
}

/// Counts what is given up for others.
#[derive(Clone)]
struct Evictions(Counter);

impl Lifecycle<StreamRef, Arc<Folded>> for Evictions {
    type RequestState = ();

    fn on_evict(&self, (): &mut (), _: StreamRef, _: Arc<Folded>) {
        self.0.increment(1);
    }
}

/// How full the cache of folded streams is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheSize {
    /// What is in it, bytes, about.
    pub bytes: u64,
    /// What may be in it, bytes.
    pub limit: u64,
    /// Streams in it.
    pub streams: usize,
}

/// A bounded cache of folded streams.
pub(crate) struct StateCache(Cache<StreamRef, Arc<Folded>, ByBytes, DefaultHashBuilder, Evictions>);

impl StateCache {
    /// Keeps about `bytes` of the streams of `tenant`.
    pub(crate) fn new(bytes: u64, tenant: &TenantId) -> Self {
        let items = usize::try_from(bytes / TYPICAL_STATE_BYTES).unwrap_or(usize::MAX).max(1);
        let evictions = Evictions(metric::STATE_EVICTIONS.of([tenant.as_str()]));
        Self(Cache::with(items, bytes, ByBytes, DefaultHashBuilder::default(), evictions))
    }

    pub(crate) fn size(&self) -> CacheSize {
        CacheSize { bytes: self.0.weight(), limit: self.0.capacity(), streams: self.0.len() }
    }

    pub(crate) fn get(&self, stream: StreamRef) -> Option<Arc<Folded>> {
        self.0.get(&stream)
    }

    pub(crate) fn insert(&self, stream: StreamRef, folded: Arc<Folded>) {
        self.0.insert(stream, folded);
    }

    /// Takes a state out, if it is there.
    pub(crate) fn take(&self, stream: StreamRef) -> Option<Arc<Folded>> {
        self.0.remove(&stream).map(|(_, folded)| folded)
    }

    pub(crate) fn clear(&self) {
        self.0.clear();
    }

    pub(crate) fn forget(&self, stream: StreamRef) {
        self.0.remove(&stream);
    }
}
