//! Every span, from a call to the views that show it.
//!
//! Spans have a target of their own: the exporter takes them and nothing else, so no log line and no span of a library
//! reaches a collector. Their fields are names of calls, tenants, kinds and reasons, counts and positions.

use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use tracing::{Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::TraceParent;

/// The target of every span that is exported.
pub const TARGET: &str = "concord_trace";

/// Most events that the span of a batch is linked to; a batch that catches up has tens of thousands.
pub const LINKS: usize = 128;

static ON: AtomicBool = AtomicBool::new(false);

/// Has spans made from now on.
pub fn switch_on() {
    ON.store(true, Ordering::Relaxed);
}

/// Whether spans are made.
pub fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// A call: goes on with the caller's trace, or begins one. [`answered`] says how it ended.
pub fn call(service: &str, method: &str, parent: Option<TraceParent>) -> Span {
    if !is_on() {
        return Span::none();
    }
    let span = tracing::info_span!(
        target: TARGET, parent: None, "call", otel.name = format!("{service}/{method}"), otel.kind = "server",
        rpc.system = "grpc", rpc.service = service, rpc.method = method, concord.tenant = field::Empty,
        concord.outcome = field::Empty, otel.status_code = field::Empty
    );
    begin(span, parent)
}

/// One command of a stream, within the trace of the stream's call.
pub fn stream_command(command: &'static str, stream: Option<TraceParent>) -> Span {
    if !is_on() {
        return Span::none();
    }
    let span = tracing::info_span!(
        target: TARGET, parent: None, "command", otel.name = command, otel.kind = "server",
        concord.command = command, concord.tenant = field::Empty, concord.outcome = field::Empty,
        otel.status_code = field::Empty
    );
    begin(span, stream)
}

fn begin(span: Span, parent: Option<TraceParent>) -> Span {
    if let Some(parent) = parent {
        // It fails only for a span that nobody takes.
        let _ = span.set_parent(Context::new().with_remote_span_context(parent.remote()));
    }
    span
}

/// Whose records the present call is about.
pub fn concerns(tenant: &str) {
    if is_on() {
        Span::current().record("concord.tenant", tenant);
    }
}

/// How a call or a command of a stream ended: OK or the reason. `failed` when the service is at fault, not the caller.
pub fn answered(span: &Span, outcome: &str, failed: bool) {
    span.record("concord.outcome", outcome);
    if failed {
        span.record("otel.status_code", "ERROR");
    }
}

/// Deciding a command once on what is known of a kind of stream.
pub fn decide(kind: &'static str) -> Span {
    if !is_on() {
        return Span::none();
    }
    tracing::info_span!(target: TARGET, "decide", concord.stream = kind)
}

/// Waiting for the ledger to take so many events; [`appended`] says where they are.
pub fn append(kind: &'static str, events: usize) -> Span {
    if !is_on() {
        return Span::none();
    }
    tracing::info_span!(
        target: TARGET, "append", concord.stream = kind, concord.events = events,
        concord.position = field::Empty
    )
}

/// Where the last event of an append is.
pub fn appended(span: &Span, position: u64) {
    span.record("concord.position", position);
}

/// In which trace the present append waits for its writer, where that trace is kept.
pub fn waiting() -> Option<TraceParent> {
    if is_on() { parent_of(&Span::current()) } else { None }
}

/// Committing what waits; nothing when it is of no trace that is kept. [`committed`] says up to where.
pub fn commit(ledger: &str, commands: usize, of: &[TraceParent]) -> Span {
    if of.is_empty() || !is_on() {
        return Span::none();
    }
    let span = tracing::info_span!(
        target: TARGET, parent: None, "commit", concord.ledger = ledger, concord.batch = commands,
        concord.position = field::Empty
    );
    shared(span, of)
}

/// Up to where the ledger goes after a commit.
pub fn committed(span: &Span, position: u64) {
    span.record("concord.position", position);
}

/// Folding and writing events into the rows of views; nothing when they are of no trace that is kept.
pub fn fold(ledger: &str, events: u64, through: u64, of: &[TraceParent]) -> Span {
    if of.is_empty() || !is_on() {
        return Span::none();
    }
    let span = tracing::info_span!(
        target: TARGET, parent: None, "fold", otel.kind = "consumer", concord.ledger = ledger,
        concord.events = events, concord.position = through
    );
    shared(span, of)
}

/// What is done for many at once belongs to the trace of the first, and is linked to all of them.
fn shared(span: Span, of: &[TraceParent]) -> Span {
    let span = begin(span, of.first().copied());
    for parent in of {
        span.add_link(parent.remote());
    }
    span
}

/// Publishing one event to a broker, within the trace in which it was recorded.
pub fn publish(subject_kind: &'static str, position: u64, parent: Option<TraceParent>) -> Span {
    // An event of no kept trace begins none of its own.
    if !is_on() || parent.is_none() {
        return Span::none();
    }
    let span = tracing::info_span!(
        target: TARGET, parent: None, "publish", otel.kind = "producer", concord.stream = subject_kind,
        concord.position = position
    );
    begin(span, parent)
}

/// The span as a parent for what others do because of it, when its trace is kept.
pub fn parent_of(span: &Span) -> Option<TraceParent> {
    if !is_on() {
        return None;
    }
    TraceParent::of(span.context().span().span_context()).filter(|parent| parent.is_sampled())
}
