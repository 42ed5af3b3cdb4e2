//! `concord health`: asks a running service how it is, for probes of containers and supervisors, and for people.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;
use tokio::time::{Instant, sleep, timeout};
use tonic::Code;
use tonic::transport::{Endpoint, Error as TransportError};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::cli::Health as Options;
use crate::config::Config;
use crate::{Failed, out};

/// How long one question may take; a service that needs longer to say how it is, is not well.
const PATIENCE: Duration = Duration::from_secs(5);

/// Between two questions of somebody who waits.
const PAUSE: Duration = Duration::from_millis(200);

/// What came of the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    /// It does its work.
    Serving,
    /// It answers, and does not do its work.
    NotServing,
    /// It answers, and has no part of that name.
    UnknownPart,
    /// Nobody answers there, or not in time.
    Unreachable,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Serving => "serving",
            Self::NotServing => "not serving",
            Self::UnknownPart => "no such part",
            Self::Unreachable => "nobody answers",
        })
    }
}

/// What is printed.
#[derive(Serialize)]
struct Told<'a> {
    address: &'a str,
    part: &'a str,
    status: Answer,
}

/// Asks, again and again for as long as `options` say, and succeeds when the service does its work.
pub(crate) async fn run(options: &Options, config: &Config) -> Result<ExitCode, Failed> {
    let address = options.address.clone().unwrap_or_else(|| own_address(config));
    let endpoint = options.tls.connect(&address)?.endpoint()?.connect_timeout(PATIENCE).timeout(PATIENCE);
    let status = patiently(&endpoint, &options.part, Duration::from_secs(options.wait)).await;
    let told = Told { address: &address, part: &options.part, status };
    if options.json {
        out::json(&told)?;
    } else if told.part.is_empty() {
        out::line(format_args!("{address}: {status}"))?;
    } else {
        out::line(format_args!("{address}, {}: {status}", told.part))?;
    }
    Ok(if status == Answer::Serving { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Where the configured service is asked from its own machine.
fn own_address(config: &Config) -> String {
    let scheme = if config.tls.is_on() { "https" } else { "http" };
    let mut address = config.listen;
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            Ipv4Addr::LOCALHOST.into()
        } else {
            Ipv6Addr::LOCALHOST.into()
        });
    }
    format!("{scheme}://{address}")
}

async fn patiently(endpoint: &Endpoint, part: &str, wait: Duration) -> Answer {
    let end = Instant::now() + wait;
    loop {
        let answer = timeout(PATIENCE, ask(endpoint, part)).await;
        let answer = answer.ok().and_then(Result::ok).unwrap_or(Answer::Unreachable);
        if answer == Answer::Serving || Instant::now() >= end {
            return answer;
        }
        sleep(PAUSE).await;
    }
}

async fn ask(endpoint: &Endpoint, part: &str) -> Result<Answer, TransportError> {
    let mut client = HealthClient::new(endpoint.connect().await?);
    Ok(match client.check(HealthCheckRequest { service: part.to_owned() }).await {
        Ok(said) if said.get_ref().status() == ServingStatus::Serving => Answer::Serving,
        Ok(_) => Answer::NotServing,
        Err(status) if status.code() == Code::NotFound => Answer::UnknownPart,
        Err(_) => Answer::Unreachable,
    })
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;
    use tokio_stream::wrappers::TcpListenerStream;
    use tonic::transport::Server;
    use tonic_health::ServingStatus as Status;
    use tonic_health::server::{HealthReporter, health_reporter};

    use super::*;

    const NO_TIME: Duration = Duration::ZERO;
    const LONG: Duration = Duration::from_mins(2);

    /// A service that says of itself what the reporter is told.
    async fn service() -> (HealthReporter, Endpoint) {
        let (reporter, health) = health_reporter();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(
            Server::builder().add_service(health).serve_with_incoming(TcpListenerStream::new(listener)),
        );
        (reporter, Endpoint::from_shared(address).unwrap())
    }

    #[tokio::test]
    async fn a_service_is_told_to_be_as_it_says_that_it_is() {
        let (reporter, endpoint) = service().await;
        reporter.set_service_status("", Status::NotServing).await;
        reporter.set_service_status("ledger/demo", Status::Serving).await;
        assert_eq!(patiently(&endpoint, "", NO_TIME).await, Answer::NotServing);
        assert_eq!(patiently(&endpoint, "ledger/demo", NO_TIME).await, Answer::Serving);
        assert_eq!(patiently(&endpoint, "ledger/other", NO_TIME).await, Answer::UnknownPart);
    }

    #[tokio::test]
    async fn where_nobody_listens_nobody_is_well() {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let nobody = Endpoint::from_shared(format!("http://{free}")).unwrap();
        assert_eq!(patiently(&nobody, "", NO_TIME).await, Answer::Unreachable);
    }

    #[tokio::test]
    async fn who_waits_hears_of_a_service_that_comes_up_later() {
        let (reporter, endpoint) = service().await;
        reporter.set_service_status("", Status::NotServing).await;
        let waits = tokio::spawn(async move { patiently(&endpoint, "", LONG).await });
        reporter.set_service_status("", Status::Serving).await;
        assert_eq!(waits.await.unwrap(), Answer::Serving);
    }
}
