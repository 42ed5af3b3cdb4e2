//! Who comes in, and how long they may stay.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use concord_access::{AuthError, Authenticator, Identity, Policies, Question};
use concord_kernel::{Clock, Instant, PatientId};
use concord_telemetry::trace;
use futures::stream::{self, Stream, StreamExt};
use prost::Name;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tonic::Status;
use tonic::metadata::MetadataMap;

use crate::arrival::Arrival;
use crate::limits::{DEADLINE_MARGIN, TOKEN_CHECK};
use crate::looking::{About, Call};
use crate::query::{Inquiry, Permitted};
use crate::rates::{OpenStream, Rates};
use crate::{Failure, Limits, Tenant, Tenants};

/// Lets callers in. Clones share everything.
#[derive(Clone)]
pub struct Door(Arc<Inner>);

struct Inner {
    authenticator: Arc<Authenticator>,
    policies: Arc<Policies>,
    clock: Arc<dyn Clock>,
    tenants: Tenants,
    limits: Limits,
    calls: Arc<Semaphore>,
    watchers: Arc<Semaphore>,
    rates: Rates,
    closing: watch::Sender<bool>,
    /// Uses of broken glass so far: each is a command of its own.
    uses: AtomicU64,
}

/// How many are inside, and how many may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Calls and streams in flight.
    pub calls: usize,
    /// How many may be.
    pub calls_limit: usize,
    /// Watchers and followers that are open.
    pub watchers: usize,
    /// How many may be.
    pub watchers_limit: usize,
}

/// A caller whose token was verified, with the tenant whose records they may reach. Their call is in flight until
/// this is dropped.
pub(crate) struct Caller {
    pub(crate) identity: Arc<Identity>,
    pub(crate) tenant: Arc<Tenant>,
    /// The policy by which they may ask what they ask; absent before that is known, and of commands.
    pub(crate) policy: Option<Arc<str>>,
    _call: OwnedSemaphorePermit,
}

/// A place for a watcher or follower.
pub(crate) struct Place {
    _all: OwnedSemaphorePermit,
    _own: OpenStream,
}

/// The answers of a call that has many, as they come.
pub(crate) type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl Door {
    /// Lets in whom `authenticator` knows, to the tenants that are served here, for what `policies` permit.
    pub fn new(
        authenticator: Authenticator,
        policies: Arc<Policies>,
        clock: Arc<dyn Clock>,
        tenants: Tenants,
        limits: Limits,
    ) -> Self {
        let (calls, watchers) = (Semaphore::new(limits.calls), Semaphore::new(limits.watchers));
        Self(Arc::new(Inner {
            authenticator: Arc::new(authenticator),
            policies,
            clock,
            tenants,
            rates: Rates::new(&limits),
            limits,
            calls: Arc::new(calls),
            watchers: Arc::new(watchers),
            closing: watch::Sender::new(false),
            uses: AtomicU64::new(0),
        }))
    }

    /// Ends what would go on for ever: watchers, followers, and streams of commands once what they began is answered.
    pub fn close(&self) {
        self.0.closing.send_replace(true);
    }

    /// How many are inside now.
    pub fn usage(&self) -> Usage {
        let Inner { limits, calls, watchers, .. } = &*self.0;
        Usage {
            calls: limits.calls.saturating_sub(calls.available_permits()),
            calls_limit: limits.calls,
            watchers: limits.watchers.saturating_sub(watchers.available_permits()),
            watchers_limit: limits.watchers,
        }
    }

    /// Waits until the service closes.
    pub(crate) fn closed(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut closing = self.0.closing.subscribe();
        async move {
            // It has closed as well when nobody is left who could say so.
            let _closed = closing.wait_for(|closed| *closed).await;
        }
    }

    /// Who knows the certificates of callers.
    pub(crate) fn authenticator(&self) -> Arc<Authenticator> {
        Arc::clone(&self.0.authenticator)
    }

    /// Says who is calling, when the service takes one more call.
    pub(crate) fn authenticate(&self, metadata: &MetadataMap) -> Result<Caller, Failure> {
        let identity = self.identify(bearer(metadata), &Arrival::current())?;
        self.0.rates.call(&identity)?;
        // A tenant that is not served here is told nothing else than a token from elsewhere.
        let tenant = self.0.tenants.get(&identity.tenant).ok_or(AuthError::Invalid)?;
        // After the token: what comes before waits for nothing, so strangers hold no place.
        trace::concerns(identity.tenant.as_str());
        let call = Arc::clone(&self.0.calls).try_acquire_owned().map_err(|_| Failure::Overloaded)?;
        Ok(Caller { identity, tenant, policy: None, _call: call })
    }

    /// Whom the token names, which may have come over the connection of a service; without one, whom the certificate names.
    fn identify(&self, bearer: Result<&str, AuthError>, arrival: &Arrival) -> Result<Arc<Identity>, Failure> {
        let now = self.0.clock.now();
        let certified = arrival.certificate.clone().transpose()?;
        if let Some(certified) = &certified {
            certified.lasts(now)?;
        }
        match (bearer, certified) {
            (Err(AuthError::Missing), Some(certified)) => Ok(certified),
            (Ok(bearer), certified) => {
                let identity = if let Some(recalled) = self.0.authenticator.recall(bearer, now) {
                    recalled?
                } else {
                    self.0.rates.stranger(arrival.address)?;
                    self.0.authenticator.open(bearer, now)?
                };
                certified.map_or(Ok(()), |certified| identity.came_with(&certified))?;
                Ok(identity)
            }
            (Err(error), _) => {
                self.0.rates.stranger(arrival.address)?;
                Err(error.into())
            }
        }
    }

    /// A number that this process gives once.
    pub(crate) fn next_use(&self) -> u64 {
        self.0.uses.fetch_add(1, Ordering::Relaxed)
    }

    /// What decides who may do what.
    pub(crate) fn policies(&self) -> Arc<Policies> {
        Arc::clone(&self.0.policies)
    }

    /// Says who is asking for `T`, when they may ask `question`, which is about no single patient. That they may not is on
    /// record before they are told.
    pub(crate) async fn admit<T: Name>(
        &self,
        metadata: &MetadataMap,
        question: Question,
    ) -> Result<Caller, Failure> {
        let mut caller = self.authenticate(metadata)?;
        match self.0.policies.permit_list(&caller.identity, question) {
            Ok(granted) => {
                caller.policy = Some(granted.policy);
                Ok(caller)
            }
            Err(denied) => Err(self.refused(&caller, Call::of::<T>(), About::default(), denied.into()).await),
        }
    }

    /// Insists that the caller may ask `question` about `patient` now. That they may not is on record before they are told, and
    /// so is that they may only through broken glass.
    pub(crate) async fn inquire<T: Name>(
        &self,
        metadata: &MetadataMap,
        caller: &mut Caller,
        question: Question,
        patient: PatientId,
    ) -> Result<About, Failure> {
        let about = About::patient(patient);
        let inquiry = Inquiry::new(self.policies(), caller, question, patient);
        match self.within(metadata, inquiry.on_record(self)).await {
            Ok(Permitted { glass, policy }) => {
                caller.policy = Some(policy);
                Ok(About { break_glass: glass.is_some(), ..about })
            }
            Err(failure) => Err(self.refused(caller, Call::of::<T>(), about, failure).await),
        }
    }

    /// Takes one more command of a caller's stream, while their credential lasts.
    pub(crate) fn command(&self, caller: &Caller) -> Result<(), Failure> {
        self.before(caller.identity.expires_at)?;
        self.0.rates.call(&caller.identity)
    }

    /// Takes one of the caller's places for streams of commands, until it is dropped.
    pub(crate) fn stream(&self, caller: &Caller) -> Result<OpenStream, Failure> {
        self.0.rates.stream(&caller.identity)
    }

    fn before(&self, end: Instant) -> Result<(), AuthError> {
        if self.0.clock.now() < end { Ok(()) } else { Err(AuthError::Expired) }
    }

    /// What `answers` tells until `end`, when the caller's token ends; then that it has expired, as the last answer.
    /// The answers are dropped then, which tells the task behind them that nobody listens any more.
    pub(crate) fn until<T: Send + 'static>(
        &self,
        end: Instant,
        answers: impl Stream<Item = Result<T, Status>> + Send + 'static,
    ) -> Answers<T> {
        let door = self.clone();
        Box::pin(stream::unfold(Some(Box::pin(answers)), move |answers| {
            let door = door.clone();
            async move {
                let mut answers = answers?;
                let next = tokio::select! {
                    biased;
                    () = door.past(end) => None,
                    next = answers.next() => Some(next?),
                };
                // What came as the token ended comes too late as well.
                match (next, door.before(end)) {
                    (Some(next), Ok(())) => Some((next, Some(answers))),
                    (_, ended) => {
                        let expired = ended.err().unwrap_or(AuthError::Expired);
                        Some((Err(Failure::from(expired).into()), None))
                    }
                }
            }
        }))
    }

    /// Waits until the clock is past `end`. It need not run like that of the machine, so it is looked at.
    async fn past(&self, end: Instant) {
        while self.before(end).is_ok() {
            tokio::time::sleep(TOKEN_CHECK).await;
        }
    }

    /// Largest message that is read.
    pub(crate) fn message_bytes(&self) -> usize {
        self.0.limits.message_bytes
    }

    /// The present instant.
    pub(crate) fn now(&self) -> Instant {
        self.0.clock.now()
    }

    /// Takes one of the places for watchers, and one of the caller's, until it is dropped.
    pub(crate) fn watch(&self, caller: &Caller) -> Result<Place, Failure> {
        let all = Arc::clone(&self.0.watchers).try_acquire_owned().map_err(|_| Failure::TooManyWatchers)?;
        Ok(Place { _all: all, _own: self.stream(caller)? })
    }

    /// Waits for `answer`, not past the longest time that a call may take.
    pub(crate) async fn at_most<T>(
        &self,
        answer: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::time::timeout(self.0.limits.deadline, answer).await.unwrap_or(Err(Failure::Deadline))
    }

    /// Waits for `answer`, not past the call's deadline.
    pub(crate) async fn within<T>(
        &self,
        metadata: &MetadataMap,
        answer: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let wanted = metadata.get("grpc-timeout").and_then(|value| value.to_str().ok()).and_then(duration);
        let longest = self.0.limits.deadline;
        let most =
            wanted.map_or(longest, |wanted| longest.min(wanted.saturating_sub(wanted / DEADLINE_MARGIN)));
        tokio::time::timeout(most, answer).await.unwrap_or(Err(Failure::Deadline))
    }
}

fn bearer(metadata: &MetadataMap) -> Result<&str, AuthError> {
    let header = metadata.get("authorization").ok_or(AuthError::Missing)?;
    let text = header.to_str().map_err(|_| AuthError::Invalid)?;
    let (scheme, token) = text.split_once(' ').ok_or(AuthError::Invalid)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim_start()) } else { Err(AuthError::Invalid) }
}

/// Reads `grpc-timeout`: at most 8 digits and a unit. Source: gRPC over HTTP/2, Requests, Timeout.
fn duration(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_hours(value)),
        "M" => Some(Duration::from_mins(value)),
        "S" => Some(Duration::from_secs(value)),
        "m" => Some(Duration::from_millis(value)),
        "u" => Some(Duration::from_micros(value)),
        "n" => Some(Duration::from_nanos(value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_digits_and_a_unit() {
        assert_eq!(duration("250m"), Some(Duration::from_millis(250)));
        assert_eq!(duration("99999999H"), Some(Duration::from_hours(99_999_999)));
        for bad in ["", "m", "1", "1x", "-1S", "123456789S", "1é"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }
}
