//! What is counted, timed and traced of every call.
//!
//! A call is known by its path in the contract; whatever else somebody asks for is counted together, so that strangers
//! make no series. What it was answered is read from the answer, so that refusals of every layer are counted alike.

use std::collections::HashMap;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;

use concord_proto::FILE_DESCRIPTOR_SET;
use concord_proto::concord::common::v1::ErrorReason;
use concord_telemetry::{TraceParent, is_on, metric, trace};
use futures::future::Either;
use metrics::{Counter, Histogram};
use prost::Message;
use prost_types::FileDescriptorSet;
use tonic::codegen::http::{HeaderMap, Request, Response};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tower::{Layer, Service};
use tracing::{Instrument, Span};

use crate::Failure;
use crate::status::{REASON_PREFIX, classify, name_of};

/// What a call is answered that has its answer.
const OK: &str = "OK";
/// What is counted of a call that its caller gave up.
const CANCELLED: &str = "CANCELLED";
/// What is counted of a status without a reason of ours: that of a service of the tools, or of a call nobody knows.
const WITHOUT_REASON: &str = "OTHER";
/// The calls of everything that is not in the contract: health, reflection, and what nobody knows.
const OTHER_CALLS: &str = "other";
/// Where a caller says in which trace it calls.
const TRACEPARENT: &str = "traceparent";

/// What the service answers when it fails or has no room. Counted from 0, since what appears with its first value has not
/// risen for whoever watches.
const FAILURES: [ErrorReason; 9] = [
    ErrorReason::StoreUnavailable,
    ErrorReason::LooksUnavailable,
    ErrorReason::DataLoss,
    ErrorReason::Internal,
    ErrorReason::ViewBehind,
    ErrorReason::DeadlineExceeded,
    ErrorReason::RulesetUnusable,
    ErrorReason::Overloaded,
    ErrorReason::TooManyCalls,
];

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Outcome {
    /// OK or the reason.
    name: &'static str,
    /// Whether the service is at fault.
    failed: bool,
}

impl Outcome {
    const WELL: Self = Self { name: OK, failed: false };

    fn of(code: Code, name: &'static str) -> Self {
        let failed = matches!(
            code,
            Code::Unavailable | Code::Internal | Code::DataLoss | Code::Unknown | Code::DeadlineExceeded
        );
        Self { name, failed }
    }

    /// Counts it where it is a failure.
    fn count_failure(self) {
        if FAILURES.iter().any(|reason| name_of(*reason) == self.name) {
            metric::FAILURES.of([self.name]).increment(1);
        }
    }

    /// What the headers of an answer say: a call that is refused as a whole has its status there.
    fn read(headers: &HeaderMap) -> Self {
        if !headers.contains_key(Status::GRPC_STATUS) {
            return Self::WELL;
        }
        let Some(status) = Status::from_header_map(headers) else { return Self::WELL };
        if status.code() == Code::Ok {
            return Self::WELL;
        }
        let info = status.get_details_error_info();
        let reason = info.and_then(|info| {
            ErrorReason::from_str_name(&format!("{REASON_PREFIX}{}", info.reason)).map(name_of)
        });
        Self::of(status.code(), reason.unwrap_or(WITHOUT_REASON))
    }
}

/// One call of the contract.
struct Rpc {
    service: String,
    method: String,
    name: String,
    /// Made with the first call: most of the contract is not called in a process, and nobody reads empty series.
    measures: OnceLock<(Histogram, Counter)>,
}

impl Rpc {
    fn new(service: &str, method: &str) -> Self {
        let name =
            if service == OTHER_CALLS { OTHER_CALLS.to_owned() } else { format!("{service}/{method}") };
        Self { measures: OnceLock::new(), service: service.to_owned(), method: method.to_owned(), name }
    }

    /// How long calls take, and how many were answered.
    fn measures(&self) -> &(Histogram, Counter) {
        let make = || (metric::CALL_SECONDS.of([&self.name]), metric::CALLS.of([&self.name, OK]));
        self.measures.get_or_init(make)
    }
}

/// Every call of the contract, by its path.
struct Calls {
    known: HashMap<String, Arc<Rpc>>,
    other: Arc<Rpc>,
}

impl Calls {
    fn of_the_contract() -> Self {
        let set = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).expect("the build wrote the descriptor set");
        let mut known = HashMap::new();
        for file in &set.file {
            for service in &file.service {
                let name = format!("{}.{}", file.package(), service.name());
                for method in &service.method {
                    let rpc = Arc::new(Rpc::new(&name, method.name()));
                    known.insert(format!("/{name}/{}", method.name()), rpc);
                }
            }
        }
        Self { known, other: Arc::new(Rpc::new(OTHER_CALLS, OTHER_CALLS)) }
    }

    fn get(&self, path: &str) -> Arc<Rpc> {
        Arc::clone(self.known.get(path).unwrap_or(&self.other))
    }
}

/// Has every call observed, when anybody measures or traces.
#[derive(Clone)]
pub(crate) struct Observe(Option<Arc<Calls>>);

impl Observe {
    pub(crate) fn new() -> Self {
        for reason in FAILURES {
            // Registered, and still 0.
            metric::FAILURES.of([name_of(reason)]).increment(0);
        }
        Self((is_on() || trace::is_on()).then(|| Arc::new(Calls::of_the_contract())))
    }
}

impl<S> Layer<S> for Observe {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Observed<S> {
        Observed { inner, calls: self.0.clone() }
    }
}

/// A service whose calls are observed.
#[derive(Clone)]
pub(crate) struct Observed<S> {
    inner: S,
    calls: Option<Arc<Calls>>,
}

type Answered<R, E> = Pin<Box<dyn Future<Output = Result<Response<R>, E>> + Send>>;

impl<S, B, R> Service<Request<B>> for Observed<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
    S::Error: 'static,
    R: 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Either<S::Future, Answered<R, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Some(calls) = &self.calls else { return Either::Left(self.inner.call(request)) };
        let rpc = calls.get(request.uri().path());
        let span = trace::call(&rpc.service, &rpc.method, parent(request.headers()));
        let running = Running { rpc, span: span.clone(), began: Instant::now(), outcome: None };
        let answer = self.inner.call(request).instrument(span);
        Either::Right(Box::pin(async move {
            let answer = answer.await;
            running.answered(answer.as_ref().ok().map(|answer| Outcome::read(answer.headers())));
            answer
        }))
    }
}

fn parent(headers: &HeaderMap) -> Option<TraceParent> {
    if !trace::is_on() {
        return None;
    }
    headers.get(TRACEPARENT)?.to_str().ok().and_then(|text| TraceParent::from_str(text).ok())
}

/// A call until its answer, or until its caller gives it up.
struct Running {
    rpc: Arc<Rpc>,
    span: Span,
    began: Instant,
    outcome: Option<Outcome>,
}

impl Running {
    /// Takes itself as a whole, so that a future that holds it counts when it is dropped, and not before.
    fn answered(mut self, outcome: Option<Outcome>) {
        self.outcome = outcome;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let outcome = self.outcome.unwrap_or(Outcome { name: CANCELLED, failed: false });
        trace::answered(&self.span, outcome.name, outcome.failed);
        let (seconds, well) = self.rpc.measures();
        seconds.record(self.began.elapsed());
        if outcome == Outcome::WELL {
            well.increment(1);
        } else {
            outcome.count_failure();
            metric::CALLS.of([&self.rpc.name, outcome.name]).increment(1);
        }
    }
}

/// A command of a stream until its answer.
pub(crate) struct StreamCommand {
    name: &'static str,
    began: Instant,
    pub(crate) span: Span,
}

impl StreamCommand {
    /// A command arrives on a stream whose call is traced as `stream`.
    pub(crate) fn begin(name: &'static str, tenant: &str, stream: Option<TraceParent>) -> Self {
        let span = trace::stream_command(name, stream);
        span.in_scope(|| trace::concerns(tenant));
        Self { name, began: Instant::now(), span }
    }

    /// It is answered.
    pub(crate) fn end(self, failure: Option<&Failure>) {
        let outcome = failure.map_or(Outcome::WELL, |failure| {
            let (code, reason) = classify(failure);
            Outcome::of(code, name_of(reason))
        });
        trace::answered(&self.span, outcome.name, outcome.failed);
        if is_on() {
            metric::STREAM_COMMANDS.of([self.name, outcome.name]).increment(1);
            outcome.count_failure();
            metric::STREAM_COMMAND_SECONDS.of([]).record(self.began.elapsed());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(status: Status) -> HeaderMap {
        let answer: Response<()> = status.into_http();
        answer.headers().clone()
    }

    #[test]
    fn an_answer_is_read_by_its_reason() {
        let read = |failure: Failure| Outcome::read(&headers(failure.into()));
        assert_eq!(read(Failure::NotFound), Outcome { name: "NOT_FOUND", failed: false });
        assert_eq!(read(Failure::ViewBehind), Outcome { name: "VIEW_BEHIND", failed: true });
        assert_eq!(Outcome::read(&HeaderMap::new()), Outcome::WELL);
    }

    #[test]
    fn a_status_that_is_not_ours_makes_no_series_of_its_own() {
        let foreign = headers(Status::unimplemented("somebody's name"));
        assert_eq!(Outcome::read(&foreign), Outcome { name: WITHOUT_REASON, failed: false });
    }

    #[test]
    fn calls_that_nobody_knows_are_counted_together() {
        let calls = Calls::of_the_contract();
        assert_eq!(calls.get("/concord.chart.v1.ChartService/AdjustDose").method, "AdjustDose");
        assert_eq!(calls.get("/made.up/Ada-Example").name, OTHER_CALLS);
    }
}
