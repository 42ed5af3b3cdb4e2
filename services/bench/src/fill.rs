//! A ledger of real events to read back: made by the service itself, through its API.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use concord_kernel::{LedgerId, TenantId};
use concord_ledger::DataFolder;
use concord_proto::concord::ledger::v1::GetHeadRequest;
use concord_proto::concord::ledger::v1::ledger_service_client::LedgerServiceClient;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;

use crate::commands::{bearer, reader, seed};
use crate::mix::Mix;
use crate::server::{Launch, Running};
use crate::{BenchError, stream};

/// Commands in flight on each stream.
const SLOTS: usize = 64;
const CONNECTIONS: usize = 4;

/// A data folder with a ledger in it.
pub(crate) struct Filled {
    pub(crate) folder: PathBuf,
    pub(crate) file: PathBuf,
    pub(crate) id: LedgerId,
    pub(crate) events: u64,
}

/// Fills a new data folder with at least `events` events of `patients` clients.
pub(crate) async fn fill(
    launch: &Launch,
    folder: &Path,
    events: u64,
    patients: u64,
) -> Result<Filled, BenchError> {
    let folder = folder.join("data");
    let bearer = bearer(launch, &folder)?;
    let server = serve(launch, &folder).await?;
    let channels = server.connect(CONNECTIONS).await?;
    let mix = Mix::over(patients);
    seed(&channels, &bearer, mix).await?;
    let auditor = reader(launch, &folder)?;
    let have = grow(&channels, (&bearer, &auditor), mix, events, &mut 1).await?;
    server.stop().await?;
    let id = LedgerId::clinical(TenantId::parse("demo").expect("a valid name"));
    Ok(Filled { file: DataFolder::file(&folder, &id), folder, id, events: have })
}

/// Sends commands until the ledger has at least `events` events; says how many it has. `round` counts what was sent, so that
/// nothing is sent twice.
pub(crate) async fn grow(
    channels: &[Channel],
    (bearer, auditor): (&MetadataValue<Ascii>, &MetadataValue<Ascii>),
    mix: Mix,
    events: u64,
    round: &mut usize,
) -> Result<u64, BenchError> {
    let mut have = head(channels[0].clone(), auditor).await?;
    while have < events {
        more(channels, bearer, mix, events - have, *round).await?;
        have = head(channels[0].clone(), auditor).await?;
        *round += 1;
    }
    Ok(have)
}

/// Starts a server on `folder` that answers calls and keeps no views.
pub(crate) async fn serve(launch: &Launch, folder: &Path) -> Result<Running, BenchError> {
    let data = folder.to_string_lossy();
    let arguments = ["--data", &*data, "serve", "--listen", "127.0.0.1:0", "--roles", "api"];
    Running::start(launch, &arguments).await
}

async fn more(
    channels: &[Channel],
    bearer: &MetadataValue<Ascii>,
    mix: Mix,
    count: u64,
    round: usize,
) -> Result<(), BenchError> {
    let sent = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = channels
        .iter()
        .enumerate()
        .map(|(part, channel)| {
            let sent = Arc::clone(&sent);
            let next = move |slot: usize, n: u64| {
                let worker = (round * CONNECTIONS + part) * SLOTS + slot;
                (sent.fetch_add(1, Ordering::Relaxed) < count).then(|| mix.command(worker, n))
            };
            tokio::spawn(stream::drive(channel.clone(), bearer.clone(), SLOTS, next))
        })
        .collect();
    for task in tasks {
        task.await.expect("the filling does not panic")?;
    }
    Ok(())
}

async fn head(channel: Channel, bearer: &MetadataValue<Ascii>) -> Result<u64, BenchError> {
    let mut request = Request::new(GetHeadRequest {});
    request.metadata_mut().insert("authorization", bearer.clone());
    let head = LedgerServiceClient::new(channel).get_head(request).await?.into_inner();
    Ok(head.token.map_or(0, |token| token.position))
}
