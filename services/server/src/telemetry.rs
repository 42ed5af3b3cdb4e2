//! Logs and traces. Neither holds patient data: spans and fields name streams, kinds and reasons, never patients or what
//! they take.
//!
//! That can be said of this project's own lines only. Libraries write whole statements with their values when they are
//! asked for details, so whatever the filter says, they are heard from warnings on.

use std::panic::PanicHookInfo;
use std::time::Duration;

use concord_telemetry::trace;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{ExporterBuildError, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{FilterExt, ParseError, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::{Log, LogFormat, Telemetry};

/// What the targets of this project's lines begin with.
const OURS: &str = "concord";

/// How long spans that were not sent yet may take when the process ends.
const LAST_SPANS: Duration = Duration::from_secs(3);

/// Why there are no logs or traces.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TelemetryError {
    /// The filter of the log.
    #[error("log.filter cannot be used")]
    Filter(#[from] ParseError),
    /// The collector's address.
    #[error("telemetry.otlp cannot be used")]
    Collector(#[from] ExporterBuildError),
}

/// Sends what spans are left when it is stopped.
#[derive(Default)]
pub(crate) struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// Sends the spans that wait; those that cannot be sent are gone.
    pub(crate) fn stop(self) {
        if let Some(provider) = self.0
            && provider.shutdown_with_timeout(LAST_SPANS).is_err()
        {
            tracing::warn!("the last spans could not be sent to the collector");
        }
    }
}

/// Starts logging to stderr, and tracing to the collector where one is named. Must be called within the runtime.
pub(crate) fn start(log: &Log, telemetry: &Telemetry) -> Result<Traces, TelemetryError> {
    // A layer that is `None` would have every span of every library made, as it filters nothing; so only what there is.
    let mut layers = vec![lines(log, std::io::stderr)?];
    let provider =
        telemetry.otlp.as_ref().map(|collector| provider(collector, telemetry.sample)).transpose()?;
    if let Some(provider) = &provider {
        layers.push(spans(provider));
        trace::switch_on();
    }
    // A second start in one process (tests) keeps the first.
    if tracing_subscriber::registry().with(layers).try_init().is_ok() {
        std::panic::set_hook(Box::new(panicked));
    }
    Ok(Traces(provider))
}

/// A layer of the subscriber, with its own filter.
type Filtered<S> = Box<dyn Layer<S> + Send + Sync>;

/// The spans that go to a collector.
fn spans<S>(provider: &SdkTracerProvider) -> Filtered<S>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer(OURS))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(filter_fn(|metadata| metadata.is_span() && metadata.target() == trace::TARGET))
        .boxed()
}

/// The lines of the log.
fn lines<S, W>(log: &Log, to: W) -> Result<Filtered<S>, ParseError>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder().parse(&log.filter)?.and(filter_fn(is_safe));
    let lines = tracing_subscriber::fmt::layer().with_writer(to);
    Ok(match log.format {
        LogFormat::Text => lines.compact().with_filter(filter).boxed(),
        LogFormat::Json => lines.json().with_filter(filter).boxed(),
    })
}

/// Whether a line may be shown: ours, or a warning of a library.
fn is_safe(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with(OURS) || *metadata.level() <= Level::WARN
}

fn provider(collector: &str, sample: f64) -> Result<SdkTracerProvider, ExporterBuildError> {
    let exporter =
        opentelemetry_otlp::SpanExporter::builder().with_tonic().with_endpoint(collector).build()?;
    // What a caller decided for its trace stands; the share is of traces that begin here.
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(sample)));
    let resource = Resource::builder().with_service_name(OURS).build();
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(sampler)
        .with_resource(resource)
        .build())
}

/// Logs where something panicked, and why only in words that stand in the program: others may hold what was worked on.
fn panicked(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let why = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("not shown");
    let thread = std::thread::current();
    tracing::error!(location, why, thread = thread.name().unwrap_or_default(), "a thread panicked");
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn spans_of_libraries_are_not_made_with_or_without_a_collector() {
        let log = Log { filter: "info".to_owned(), format: LogFormat::Json };
        let provider = SdkTracerProvider::builder().build();
        for layers in
            [vec![lines(&log, io::sink).unwrap()], vec![lines(&log, io::sink).unwrap(), spans(&provider)]]
        {
            tracing::subscriber::with_default(tracing_subscriber::registry().with(layers), || {
                assert!(tracing::trace_span!(target: "h2", "frame").is_disabled());
                assert!(tracing::debug_span!(target: "h2", "connection").is_disabled());
            });
        }
    }

    #[test]
    fn libraries_are_heard_from_warnings_on_whatever_the_filter_says() {
        let page = Page::default();
        let writer = page.clone();
        let log = Log { filter: "trace".to_owned(), format: LogFormat::Json };
        let lines = lines(&log, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), || {
            tracing::debug!(target: "tokio_postgres::query", "executing with parameters: Ada");
            tracing::info!(target: "h2", "Ada");
            tracing::warn!(target: "h2", "a connection broke");
            tracing::trace!(target: "concord_ledger", "a detail");
        });
        let said = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
        assert!(said.contains("a connection broke") && said.contains("a detail"), "{said}");
        assert!(!said.contains("Ada"), "{said}");
        assert!(said.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{said}");
    }
}
