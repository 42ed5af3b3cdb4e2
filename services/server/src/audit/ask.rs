//! Questions about the record as it was.

use concord_client::{Client, Error};
use concord_proto::concord::audit::v1 as pb;
use concord_proto::concord::common::v1::Purpose;
use concord_proto::concord::timeline::v1::TimelineEntry;
use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

use super::arguments::{For, Looking, Replay};
use super::show;
use crate::{Failed, out};

const PROGRESS: &str = "{wide_bar} {pos} of {len} events searched, {per_sec}, {eta} left";

pub(super) async fn replay(asked: Box<Replay>) -> Result<(), Failed> {
    let Replay { patient, actor, purpose, streams, events, correlation, after, through, looking } = *asked;
    let named = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let purpose = purpose.map_or(Purpose::Unspecified, |purpose| match purpose {
        For::Treatment => Purpose::Treatment,
        For::Payment => Purpose::Payment,
        For::Operations => Purpose::Operations,
        For::Emergency => Purpose::Emergency,
        For::PatientRequest => Purpose::PatientRequest,
        For::Audit => Purpose::Audit,
    });
    let asks = pb::ReplayEventsRequest {
        grounds: Some(looking.grounds()),
        patient_id: named(patient),
        actor_id: named(actor),
        purpose: purpose.into(),
        stream_types: streams,
        event_types: events,
        correlation_id: named(correlation),
        after,
        through,
    };
    let client = looking.service.connect().await?;
    each(&client, asks, |batch| {
        batch.events.iter().try_for_each(|event| Ok(out::line(show::stored(event)?)?))
    })
    .await
}

/// Replays, with progress on stderr where that is a terminal.
pub(super) async fn each(
    client: &Client,
    asks: pb::ReplayEventsRequest,
    mut take: impl FnMut(pb::ReplayEventsResponse) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let bar = ProgressBar::no_length().with_style(ProgressStyle::with_template(PROGRESS)?);
    let mut batches = client.audits().replay_events(asks).await.map_err(Error::from)?.into_inner();
    while let Some(batch) = batches.message().await.map_err(Error::from)? {
        bar.set_length(batch.through);
        bar.set_position(batch.searched);
        take(batch)?;
    }
    bar.finish_and_clear();
    Ok(())
}

pub(super) async fn as_of(
    looking: &Looking,
    patient: Uuid,
    at: pb::Moment,
    json: bool,
) -> Result<(), Failed> {
    let asks = pb::ListKnownRequest {
        grounds: Some(looking.grounds()),
        patient_id: patient.to_string(),
        at: Some(at),
    };
    let client = looking.service.connect().await?;
    let mut pages = client.audits().list_known(asks).await.map_err(Error::from)?.into_inner();
    let (mut entries, mut known_at) = (Vec::new(), 0);
    while let Some(page) = pages.message().await.map_err(Error::from)? {
        known_at = page.known_at;
        entries.extend(page.entries);
    }
    tell(&format!("As it was known at position {known_at}"), None, &entries, json)
}

pub(super) async fn knew(looking: &Looking, position: u64, json: bool) -> Result<(), Failed> {
    let asks = pb::GetDecisionRequest { grounds: Some(looking.grounds()), position };
    let client = looking.service.connect().await?;
    let mut pages = client.audits().get_decision(asks).await.map_err(Error::from)?.into_inner();
    let (mut entries, mut decision) = (Vec::new(), None);
    while let Some(page) = pages.message().await.map_err(Error::from)? {
        decision = decision.or(page.decision);
        entries.extend(page.entries);
    }
    let decision = decision.as_ref().map(show::stored).transpose()?;
    tell(&format!("What was known before position {position}"), decision, &entries, json)
}

pub(super) async fn diff(
    looking: &Looking,
    patient: Uuid,
    from: pb::Moment,
    to: Option<pb::Moment>,
    json: bool,
) -> Result<(), Failed> {
    let asks = pb::DiffKnownRequest {
        grounds: Some(looking.grounds()),
        patient_id: patient.to_string(),
        from: Some(from),
        to,
    };
    let client = looking.service.connect().await?;
    let mut pages = client.audits().diff_known(asks).await.map_err(Error::from)?.into_inner();
    let (mut entries, mut between) = (Vec::new(), (0, 0));
    while let Some(page) = pages.message().await.map_err(Error::from)? {
        between = (page.from_position, page.to_position);
        entries.extend(page.entries);
    }
    let title = format!("What came to be known after position {} up to {}", between.0, between.1);
    tell(&title, None, &entries, json)
}

fn tell(
    title: &str,
    decision: Option<serde_json::Value>,
    entries: &[TimelineEntry],
    json: bool,
) -> Result<(), Failed> {
    if json {
        let entries: Vec<_> = entries.iter().map(show::entry).collect();
        return Ok(out::json(&serde_json::json!({ "decision": decision, "entries": entries }))?);
    }
    if let Some(decision) = decision {
        out::line(serde_json::to_string_pretty(&decision)?)?;
    }
    out::line(title)?;
    Ok(out::line(show::table(entries).trim_end())?)
}
