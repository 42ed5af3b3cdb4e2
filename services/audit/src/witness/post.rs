//! One call to a witness.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use concord_ledger::merkle::Hash;
use ureq::Agent;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use super::WitnessError;
use crate::checkpoint::number;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read: a few signature lines.
const LONGEST_BYTES: u64 = 16 * 1024;

const OK: u16 = 200;
const CONFLICT: u16 = 409;
const UNPROCESSABLE: u16 = 422;

/// What a witness says to a checkpoint.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Its cosignatures: lines of a note.
    Cosigned(String),
    /// It has seen so many events of the log, and not so many as was thought; or so many with another root.
    Has(u64),
    /// The proof does not lead from what it has seen to the checkpoint.
    NotConsistent,
}

/// Where a witness is.
pub(super) struct Post {
    agent: Agent,
    address: String,
}

impl Post {
    pub(super) fn to(address: &str, authorities: Option<&[u8]>) -> Result<Self, WitnessError> {
        if !address.starts_with("https://") && !address.starts_with("http://") {
            return Err(WitnessError::Address);
        }
        let agent = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            // A witness is where its address says.
            .max_redirects(0)
            .tls_config(TlsConfig::builder().root_certs(roots(authorities)?).build())
            .build()
            .into();
        Ok(Self { agent, address: format!("{}/add-checkpoint", address.trim_end_matches('/')) })
    }

    /// Shows the checkpoint in `note` to the witness, which is thought to have seen the first `seen` events; `proof` leads
    /// from there.
    pub(super) fn add_checkpoint(
        &self,
        seen: u64,
        proof: &[Hash],
        note: &str,
    ) -> Result<Answer, WitnessError> {
        let proof = proof.iter().map(|hash| format!("{}\n", STANDARD.encode(hash)));
        let body = format!("old {seen}\n{}\n{note}", proof.collect::<String>());
        let mut response = self.agent.post(&self.address).send(body).map_err(|_| WitnessError::Away)?;
        let status = response.status().as_u16();
        let read = response.body_mut().with_config().limit(LONGEST_BYTES).read_to_string();
        let said = read.map_err(|_| WitnessError::Away)?;
        match status {
            OK => Ok(Answer::Cosigned(said)),
            CONFLICT => number(said.trim_end()).map(Answer::Has).ok_or(WitnessError::Status(status)),
            UNPROCESSABLE => Ok(Answer::NotConsistent),
            other => Err(WitnessError::Status(other)),
        }
    }
}

fn roots(authorities: Option<&[u8]>) -> Result<RootCerts, WitnessError> {
    let Some(pem) = authorities else { return Ok(RootCerts::WebPki) };
    let items = parse_pem(pem).collect::<Result<Vec<_>, _>>().map_err(|_| WitnessError::Address)?;
    let certificates = items.into_iter().filter_map(|item| {
        if let PemItem::Certificate(certificate) = item { Some(certificate) } else { None }
    });
    let certificates: Vec<_> = certificates.collect();
    if certificates.is_empty() {
        Err(WitnessError::Address)
    } else {
        Ok(RootCerts::new_with_certs(&certificates))
    }
}
