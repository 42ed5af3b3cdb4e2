//! `[log]`, `[metrics]` and `[telemetry]`: what a process tells of itself.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// How the process logs. No log line holds patient data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) filter: String,
    pub(crate) format: LogFormat,
}

/// Who reads the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// Metrics and probes over plain HTTP.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metrics {
    /// Absent: nowhere.
    #[serde(deserialize_with = "unless_empty")]
    pub(crate) listen: Option<SocketAddr>,
}

/// Traces of calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Telemetry {
    /// Absent: nothing is traced.
    #[serde(deserialize_with = "unless_empty")]
    pub(crate) otlp: Option<String>,
    /// Which share of traces that begin here is kept, 0 to 1.
    pub(crate) sample: f64,
}

/// Reads what an empty text leaves out.
fn unless_empty<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T::Err: fmt::Display,
{
    let text = String::deserialize(deserializer)?;
    (!text.is_empty()).then(|| text.parse().map_err(D::Error::custom)).transpose()
}

impl Telemetry {
    /// What cannot be used of it.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.otlp.as_deref().is_some_and(|collector| !is_local_collector(collector)) {
            faults.push(String::from(
                "telemetry.otlp: only a loopback address such as http://127.0.0.1:4317; without TLS no other host is reached",
            ));
        }
        if !(0.0..=1.0).contains(&self.sample) {
            faults.push(String::from("telemetry.sample: a share from 0 to 1"));
        }
        faults
    }
}

/// Whether a collector takes spans on this machine: `http://` and a loopback address with its port.
fn is_local_collector(address: &str) -> bool {
    address
        .strip_prefix("http://")
        .map(|rest| rest.strip_suffix('/').unwrap_or(rest))
        .and_then(|rest| rest.parse::<SocketAddr>().ok())
        .is_some_and(|address| address.ip().is_loopback())
}
