//! What operators and their tools ask over plain HTTP: `/metrics` for Prometheus, `/livez` and `/readyz` for probes.
//!
//! Nothing here holds patient data, see `concord_telemetry::metric`. Nothing listens unless it is configured.

mod collect;
mod probe;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use concord_telemetry::{Kind, describe, metric, switch_on};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

pub(crate) use collect::{Collector, Watched};
pub(crate) use probe::Probe;

use crate::serve::{Task, Tasks};

/// How often values that nobody has asked for are taken out of their queues.
const UPKEEP: Duration = Duration::from_secs(5);

/// The format of Prometheus' text.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The one recorder of a process.
static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Begins to measure; before anything is opened that is measured.
///
/// # Errors
///
/// When another recorder is installed, which nothing in this program does.
pub(crate) fn measure() -> Result<(), BuildError> {
    if RECORDER.get().is_some() {
        return Ok(());
    }
    let mut recorder = PrometheusBuilder::new();
    for about in metric::ALL {
        if let Kind::Histogram(bounds) = about.kind {
            recorder = recorder.set_buckets_for_metric(Matcher::Full(about.name.to_owned()), bounds)?;
        }
    }
    let _first = RECORDER.set(recorder.install_recorder()?);
    switch_on();
    describe();
    metrics_process::Collector::default().describe();
    Ok(())
}

/// What answers.
struct Desk {
    /// One answer at a time: each looks at everything.
    collector: Mutex<Collector>,
    probe: Arc<Probe>,
}

/// Answers on `address`, and gives the address that it got.
///
/// # Errors
///
/// When nobody can listen there.
pub(crate) async fn answer(
    address: SocketAddr,
    collector: Collector,
    probe: Arc<Probe>,
    tasks: &mut Tasks,
) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let desk = Arc::new(Desk { collector: Mutex::new(collector), probe });
    let router = Router::new()
        .route("/metrics", get(metrics))
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .with_state(desk);
    tasks.keep(Task::Metrics, async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(kind = ?error.kind(), "the metrics cannot be asked for any more");
        }
    });
    tasks.keep(Task::Metrics, upkeep());
    Ok(address)
}

/// Values of histograms wait until somebody asks. Nobody may ever ask.
async fn upkeep() {
    loop {
        tokio::time::sleep(UPKEEP).await;
        if let Some(recorder) = RECORDER.get() {
            recorder.run_upkeep();
        }
    }
}

async fn metrics(State(desk): State<Arc<Desk>>) -> impl IntoResponse {
    desk.collector.lock().await.collect().await;
    let text = RECORDER.get().map(PrometheusHandle::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, TEXT)], text)
}

async fn livez(State(desk): State<Arc<Desk>>) -> impl IntoResponse {
    told(&desk.probe.lives())
}

async fn readyz(State(desk): State<Arc<Desk>>) -> impl IntoResponse {
    told(&desk.probe.is_ready().await)
}

fn told(found: &probe::Found) -> (StatusCode, String) {
    let code = if found.is_well() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, found.to_string())
}
