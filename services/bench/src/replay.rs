//! `bench replay`: a whole ledger read back in order, in process and through gRPC.

use std::sync::Arc;
use std::time::Instant;

use concord_domain::DomainEvent;
use concord_kernel::{RandomIds, SystemClock};
use concord_ledger::{Filter, Ledger, SqliteLedger, SqliteOptions};
use concord_proto::concord::ledger::v1::ReadRangeRequest;
use concord_proto::concord::ledger::v1::ledger_service_client::LedgerServiceClient;
use serde::Serialize;
use tonic::Request;

use crate::BenchError;
use crate::commands::reader;
use crate::fill::{Filled, fill, serve};
use crate::server::Launch;

/// Positions searched at once.
const PAGE: usize = 5_000;

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Events in the ledger.
    pub events: u64,
    /// Events a second, read and decoded into domain types, in process.
    pub decoded_per_second: f64,
    /// Events a second that a gRPC caller received.
    pub grpc_per_second: f64,
}

/// Measures.
///
/// # Errors
///
/// [`BenchError`] when a server or ledger fails.
pub async fn run(
    launch: &Launch,
    events: u64,
    patients: u64,
    say: &dyn Fn(&str),
) -> Result<Report, BenchError> {
    let folder = tempfile::tempdir()?;
    say("filling a ledger through the API");
    let filled = fill(launch, folder.path(), events, patients).await?;
    say("reading and decoding it in process");
    let decoded_per_second = in_process(&filled).await?;
    say("reading it through gRPC");
    let grpc_per_second = through_grpc(launch, &filled).await?;
    Ok(Report { events: filled.events, decoded_per_second, grpc_per_second })
}

/// Opens the ledger of `filled` in this process.
pub(crate) fn open(filled: &Filled) -> Result<Arc<dyn Ledger>, BenchError> {
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    let ledger = SqliteLedger::open(&filled.file, filled.id.clone(), clock, ids, SqliteOptions::default());
    Ok(Arc::new(ledger.map_err(|error| BenchError::Store(error.to_string()))?))
}

async fn in_process(filled: &Filled) -> Result<f64, BenchError> {
    let store = |error: concord_ledger::ReadError| BenchError::Store(error.to_string());
    let ledger = open(filled)?;
    let (started, mut after, mut count) = (Instant::now(), 0, 0_u64);
    let all = Filter::default();
    // The next page is read while this one is decoded.
    let fetch = |after| {
        let ledger = Arc::clone(&ledger);
        let all = all.clone();
        tokio::spawn(async move { ledger.read(after, &all, PAGE).await })
    };
    let mut coming = fetch(after);
    while after < filled.events {
        let page = coming.await.expect("reading does not panic").map_err(store)?;
        after = page.through;
        coming = fetch(after);
        for entry in &page.entries {
            let event = DomainEvent::decode(entry.stream.kind, &entry.payload);
            std::hint::black_box(event.map_err(|error| BenchError::Store(error.to_string()))?);
            count += 1;
        }
    }
    rate(count, filled, started)
}

async fn through_grpc(launch: &Launch, filled: &Filled) -> Result<f64, BenchError> {
    let server = serve(launch, &filled.folder).await?;
    let channel = server.connect(1).await?.swap_remove(0);
    let mut request = Request::new(ReadRangeRequest { limit: filled.events, ..Default::default() });
    request.metadata_mut().insert("authorization", reader(launch, &filled.folder)?);
    let started = Instant::now();
    let mut batches = LedgerServiceClient::new(channel)
        .max_decoding_message_size(usize::MAX)
        .read_range(request)
        .await?
        .into_inner();
    let mut count = 0;
    while let Some(batch) = batches.message().await? {
        count += batch.events.len() as u64;
    }
    let rate = rate(count, filled, started);
    server.stop().await?;
    rate
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn rate(count: u64, filled: &Filled, started: Instant) -> Result<f64, BenchError> {
    if count < filled.events {
        return Err(BenchError::Store(format!("{count} of {} events came back", filled.events)));
    }
    Ok(count as f64 / started.elapsed().as_secs_f64())
}
