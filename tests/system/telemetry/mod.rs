//! What a running service tells its operators: metrics, probes, traces and logs; and that none of it holds patient data.

mod canaries;
mod collector;
mod metrics;
mod traces;

use std::path::Path;
use std::process::Stdio;

use concord_support::Concord;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::CONCORD;

/// A server that tells everything: metrics, spans to `collector` and every line of its log.
async fn talkative(folder: &Path, collector: Option<&str>) -> Concord {
    talkative_with(folder, collector.map(|collector| ("CONCORD_TELEMETRY__OTLP", collector))).await
}

/// The same, with other settings.
async fn talkative_with<'s>(
    folder: &Path,
    settings: impl IntoIterator<Item = (&'s str, &'s str)>,
) -> Concord {
    let mut command = Command::new(CONCORD);
    command
        .env("CONCORD_METRICS__LISTEN", "127.0.0.1:0")
        .env("CONCORD_LOG__FILTER", "trace")
        .env("CONCORD_LOG__FORMAT", "json")
        .env("CONCORD_TELEMETRY__SAMPLE", "1.0")
        .envs(settings)
        .stdin(Stdio::null());
    Concord::start_with(command, CONCORD, folder, &[]).await.unwrap()
}

/// Asks over plain HTTP: the status line's code, and the body.
async fn ask(server: &Concord, path: &str) -> (u16, String) {
    let url = server.metrics.as_ref().expect("it tells what it measures");
    let address = url.trim_start_matches("http://").trim_end_matches("/metrics");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let code = head.split(' ').nth(1).unwrap().parse().unwrap();
    (code, body.to_owned())
}
