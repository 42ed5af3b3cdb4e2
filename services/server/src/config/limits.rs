//! `[limits]`.

use std::num::NonZeroU32;

use concord_api::Rate;
use serde::Deserialize;

/// Bounds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    pub(crate) state_cache_bytes: u64,
    pub(crate) attempts: u32,
    pub(crate) drain_seconds: u64,
    pub(crate) calls_per_second: u32,
    pub(crate) calls_burst: u32,
    pub(crate) service_calls_per_second: u32,
    pub(crate) service_calls_burst: u32,
    pub(crate) attempts_per_second: u32,
    pub(crate) attempts_burst: u32,
    pub(crate) streams_per_caller: usize,
}

/// Nothing is bounded by 0.
fn rate(per_second: u32, burst: u32) -> Option<Rate> {
    let per_second = NonZeroU32::new(per_second)?;
    Some(Rate { per_second, burst: NonZeroU32::new(burst).map_or(per_second, |burst| burst.max(per_second)) })
}

impl Limits {
    /// What the API takes at once and of each caller.
    pub(crate) fn api(&self) -> concord_api::Limits {
        concord_api::Limits {
            person: rate(self.calls_per_second, self.calls_burst),
            service: rate(self.service_calls_per_second, self.service_calls_burst),
            strangers: rate(self.attempts_per_second, self.attempts_burst),
            streams_per_caller: self.streams_per_caller,
            ..concord_api::Limits::default()
        }
    }
}
