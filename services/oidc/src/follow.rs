//! Keeps the keys up to date.

use std::sync::Arc;
use std::time::Duration;

use concord_access::IssuerKeys;
use concord_kernel::{Clock, Instant};
use tokio::sync::Notify;

use crate::{FetchError, Fetches, Source};

/// How often an issuer is asked though nothing calls for it: so long a key that it took back may still be believed.
const ASKED_EVERY: Duration = Duration::from_mins(5);

/// How often a file is read again.
const READ_EVERY: Duration = Duration::from_secs(10);

/// When an issuer that could not be reached is asked again.
const AGAIN_AFTER: Duration = Duration::from_secs(15);

/// Fetches the keys for as long as it runs.
pub struct Follower {
    source: Source,
    fetches: Fetches,
    keys: IssuerKeys,
    wanted: Arc<Notify>,
    clock: Arc<dyn Clock>,
}

/// The keys at `source`, none of them known yet, and what fetches them; `clock` tells how old they are.
pub fn follow(source: Source, fetches: Fetches, clock: Arc<dyn Clock>) -> (IssuerKeys, Follower) {
    let wanted = Arc::new(Notify::new());
    let asks = Arc::clone(&wanted);
    let keys = IssuerKeys::unknown(move || asks.notify_one());
    (keys.clone(), Follower { source, fetches, keys, wanted, clock })
}

impl Follower {
    /// Fetches the keys once; says when.
    ///
    /// # Errors
    ///
    /// See [`FetchError`]; what was held before is held still.
    pub async fn fetch(&self) -> Result<Instant, FetchError> {
        // Before the question: the answer is at least as new.
        let now = self.clock.now();
        match self.fetches.read(&self.source).await {
            Ok(keys) => {
                self.keys.replace(keys, now);
                Ok(now)
            }
            Err(error) => {
                self.keys.failed();
                Err(error)
            }
        }
    }

    /// Whether the source is on this machine, so that a failure is nobody else's.
    pub const fn reads_a_file(&self) -> bool {
        matches!(self.source, Source::File(_))
    }

    /// Fetches the keys again and again, and at once when one is wanted that is not among them; tells each time when it did.
    /// Never ends.
    pub async fn run(self, told: impl Fn(Instant) + Send) {
        let usual = if self.reads_a_file() { READ_EVERY } else { ASKED_EVERY };
        let mut pause = usual;
        loop {
            let _either = tokio::time::timeout(pause, self.wanted.notified()).await;
            pause = match self.fetch().await {
                Ok(at) => {
                    told(at);
                    usual
                }
                Err(error) => {
                    tracing::warn!(
                        source = %self.source,
                        error = &error as &dyn std::error::Error,
                        "the issuer's keys cannot be read; those that are known are relied on for a while"
                    );
                    AGAIN_AFTER
                }
            };
        }
    }
}
