//! How long after its receipt a command can be seen in every view: a prober beside the load.

use std::time::{Duration, Instant};

use concord_proto::concord::common::v1::{PageRequest, Token};
use concord_proto::concord::liaison::v1::ListClientsRequest;
use concord_proto::concord::liaison::v1::liaison_service_client::LiaisonServiceClient;
use concord_proto::concord::prescriber::v1::ListWorklistRequest;
use concord_proto::concord::prescriber::v1::prescriber_service_client::PrescriberServiceClient;
use concord_proto::concord::program::v1::program_service_client::ProgramServiceClient;
use concord_proto::concord::program::v1::{ListDueItemsRequest, ListEpisodesRequest};
use concord_proto::concord::scales::v1::scale_service_client::ScaleServiceClient;
use concord_proto::concord::therapist::v1::ListCaseloadRequest;
use concord_proto::concord::therapist::v1::therapist_service_client::TherapistServiceClient;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;

use crate::BenchError;
use crate::load::{Measured, Recorder};
use crate::mix::{Mix, PROGRAM};

/// Between two probes.
const PAUSE: Duration = Duration::from_millis(50);

/// The worker number of the prober, past any that the load uses.
const PROBER: usize = 1 << 19;

/// Probes for `length`: sends a score, then asks every audience's list for that score's position, and records how
/// long the slowest took.
pub(crate) async fn probe(
    channel: Channel,
    bearer: MetadataValue<Ascii>,
    mix: Mix,
    length: Duration,
) -> Result<Measured, BenchError> {
    let started = Instant::now();
    let mut recorder = Recorder::new();
    let mut n = 0;
    while started.elapsed() < length {
        let score = with(&bearer, mix.score(PROBER, n));
        let receipt =
            ScaleServiceClient::new(channel.clone()).administer_scale(score).await?.into_inner().receipt;
        let acknowledged = Instant::now();
        everywhere(&channel, &bearer, receipt.and_then(|receipt| receipt.token)).await?;
        recorder.record(acknowledged.elapsed());
        n += 1;
        tokio::time::sleep(PAUSE).await;
    }
    Ok(recorder.measured(started.elapsed()))
}

async fn everywhere(
    channel: &Channel,
    bearer: &MetadataValue<Ascii>,
    token: Option<Token>,
) -> Result<(), BenchError> {
    let page = Some(PageRequest { page_size: 1, ..Default::default() });
    let mut therapist = TherapistServiceClient::new(channel.clone());
    let mut prescriber = PrescriberServiceClient::new(channel.clone());
    let mut liaison = LiaisonServiceClient::new(channel.clone());
    let mut program = ProgramServiceClient::new(channel.clone());
    let mut due = ProgramServiceClient::new(channel.clone());
    let caseload =
        ListCaseloadRequest { min_position: token.clone(), page: page.clone(), ..Default::default() };
    let worklist =
        ListWorklistRequest { min_position: token.clone(), page: page.clone(), ..Default::default() };
    let clients =
        ListClientsRequest { min_position: token.clone(), page: page.clone(), ..Default::default() };
    let (min_position, wanted) = (token.clone(), page.clone());
    let episodes = ListEpisodesRequest { min_position, page: wanted, program: PROGRAM.to_owned() };
    let items = ListDueItemsRequest { min_position: token, page, ..Default::default() };
    tokio::try_join!(
        async { therapist.list_caseload(with(bearer, caseload)).await.map(drop) },
        async { prescriber.list_worklist(with(bearer, worklist)).await.map(drop) },
        async { liaison.list_clients(with(bearer, clients)).await.map(drop) },
        async { program.list_episodes(with(bearer, episodes)).await.map(drop) },
        async { due.list_due_items(with(bearer, items)).await.map(drop) },
    )?;
    Ok(())
}

fn with<T>(bearer: &MetadataValue<Ascii>, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", bearer.clone());
    request
}
