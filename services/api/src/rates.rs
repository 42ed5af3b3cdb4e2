//! How often callers may call, and how much they may hold open.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use concord_access::Identity;
use concord_kernel::{PersonId, Role, TenantId};
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::{Failure, Limits};

/// Callers, or addresses, that are remembered at once. What has not called for so long that it may call at its full
/// rate is forgotten when there are more.
const MOST_REMEMBERED: usize = 65_536;

/// How often somebody may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// In the long run, a second.
    pub per_second: NonZeroU32,
    /// At once, after a while without.
    pub burst: NonZeroU32,
}

/// One caller: the same person in two tenants is two.
type Caller = (TenantId, PersonId);

type Keyed<K> = RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock>;

/// Counts what callers do, against [`Limits`].
pub(crate) struct Rates {
    people: Option<Keyed<Caller>>,
    services: Option<Keyed<Caller>>,
    strangers: Option<Keyed<IpAddr>>,
    clock: DefaultClock,
    streams: Arc<Streams>,
}

fn keyed<K: Clone + Eq + std::hash::Hash>(rate: Option<Rate>) -> Option<Keyed<K>> {
    rate.map(|Rate { per_second, burst }| {
        RateLimiter::keyed(Quota::per_second(per_second).allow_burst(burst))
    })
}

impl Rates {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            people: keyed(limits.person),
            services: keyed(limits.service),
            strangers: keyed(limits.strangers),
            clock: DefaultClock::default(),
            streams: Arc::new(Streams { open: Mutex::default(), most: limits.streams_per_caller }),
        }
    }

    /// Counts a call, or a command of a stream.
    pub(crate) fn call(&self, caller: &Identity) -> Result<(), Failure> {
        let limiter = if caller.actor.role == Role::Service { &self.services } else { &self.people };
        let Some(limiter) = limiter else { return Ok(()) };
        let counted = limiter.check_key(&(caller.tenant.clone(), caller.actor.id));
        counted.map_err(|until| Failure::RateLimited { wait: until.wait_time_from(self.clock.now()) })
    }

    /// Counts an attempt to come in from `address` with a credential that is not known yet, or with none, before
    /// anything is computed over it.
    pub(crate) fn stranger(&self, address: Option<IpAddr>) -> Result<(), Failure> {
        self.forget();
        let (Some(limiter), Some(address)) = (&self.strangers, address) else { return Ok(()) };
        let full = || limiter.len() >= MOST_REMEMBERED;
        if full() {
            limiter.retain_recent();
        }
        // More addresses than can be told apart: none of them is let in for the first time.
        if full() {
            return Err(Failure::TooManyAttempts { wait: Duration::from_secs(1) });
        }
        let came = limiter.check_key(&address);
        came.map_err(|until| Failure::TooManyAttempts { wait: until.wait_time_from(self.clock.now()) })
    }

    /// Callers have proven themselves, so there are not many; those of long ago need not be kept.
    fn forget(&self) {
        for limiter in [&self.people, &self.services].into_iter().flatten() {
            if limiter.len() >= MOST_REMEMBERED {
                limiter.retain_recent();
            }
        }
    }

    /// Takes one of the caller's places for streams, until it is dropped.
    pub(crate) fn stream(&self, caller: &Identity) -> Result<OpenStream, Failure> {
        let caller = (caller.tenant.clone(), caller.actor.id);
        let mut open = self.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(caller.clone()).or_default();
        if *count >= self.streams.most {
            return Err(Failure::TooManyStreams);
        }
        *count += 1;
        Ok(OpenStream { streams: Arc::clone(&self.streams), caller })
    }
}

/// How many streams each caller holds open. One is opened seldom, so a lock is enough.
struct Streams {
    open: Mutex<HashMap<Caller, usize>>,
    most: usize,
}

/// A stream that a caller holds open.
pub(crate) struct OpenStream {
    streams: Arc<Streams>,
    caller: Caller,
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.caller);
            }
        }
    }
}
