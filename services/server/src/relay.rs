//! `concord relay`: how far a running service has published its log.

use std::process::ExitCode;

use concord_client::{Client, Error};
use concord_kernel::{Clock, Instant, SystemClock, TenantId, Token};
use concord_proto::concord::ledger::v1::{GetHeadRequest, ReadRangeRequest};
use concord_relay::{Lag, connect, last};
use serde::Serialize;
use uuid::Uuid;

use crate::cli::Relay;
use crate::config::Config;
use crate::{Failed, out};

/// How far the log is published, as it is printed.
#[derive(Serialize)]
struct Line {
    tenant: TenantId,
    epoch: Uuid,
    recorded: u64,
    published: u64,
    behind_events: u64,
    behind_seconds: f64,
}

/// Runs `command`; the servers are those of `config`.
pub(crate) async fn run(command: Relay, config: &Config) -> Result<ExitCode, Failed> {
    let Relay::Status { tenant, json, service } = command;
    let servers = config.nats.servers().ok_or("nats.servers names no server, so nothing is published")?;
    let client = service.connect().await?;
    let head = head(&client).await?;
    let end = last(&connect(&servers).await?, &tenant).await?;
    if let Some(other) = end.filter(|end| end.epoch != head.epoch) {
        return Err(
            format!("the stream is of history {}, and the ledger of {}", other.epoch, head.epoch).into()
        );
    }
    let published = end.map_or(0, |end| end.position);
    let lag = lag(&client, published, head.position).await?;
    let line = Line {
        tenant,
        epoch: head.epoch,
        recorded: head.position,
        published,
        behind_events: lag.events,
        behind_seconds: lag.age.as_secs_f64(),
    };
    if json {
        out::json(&line)?;
    } else {
        out::line(format_args!("recorded   {} events", line.recorded))?;
        out::line(format_args!("published  {} events", line.published))?;
        out::line(format_args!("behind     {} events, {:.1} s", line.behind_events, line.behind_seconds))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn head(client: &Client) -> Result<Token, Failed> {
    let head = client.ledger().get_head(GetHeadRequest {}).await.map_err(Error::from)?.into_inner();
    let token = head.token.ok_or("the service does not say where its ledger is")?;
    Ok(Token { epoch: token.epoch.parse()?, position: token.position })
}

/// What is not published, and since when the first of it waits.
async fn lag(client: &Client, published: u64, recorded: u64) -> Result<Lag, Failed> {
    let events = recorded.saturating_sub(published);
    if events == 0 {
        return Ok(Lag::default());
    }
    let request = ReadRangeRequest { after_position: published, limit: 1, ..ReadRangeRequest::default() };
    let mut first = client.ledger().read_range(request).await.map_err(Error::from)?.into_inner();
    let mut age = std::time::Duration::ZERO;
    while let Some(batch) = first.message().await.map_err(Error::from)? {
        for event in batch.events {
            age = SystemClock.now().since(Instant::from_micros(event.recorded_at_micros)?);
        }
    }
    Ok(Lag { events, age })
}
