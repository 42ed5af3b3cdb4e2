//! What `concord keys` can be asked.

use std::str::FromStr;

use clap::{Args, Subcommand};
use concord_kernel::{ErasureReason, TenantId};
use uuid::Uuid;

use crate::cli::tenant;

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make the key-encryption key, where it is a file, and an empty store of data keys
    Init {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Say how many keys there are and whether they fit; fails when they do not
    Status {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Make another key-encryption key and wrap every data key with it; services may run
    Rotate {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Destroy everything that is recorded of a patient, for good; run again, it goes on where it ended
    Shred(Shred),
}

#[derive(Debug, Args)]
pub(crate) struct Shred {
    /// Whose ledger
    #[arg(long, value_parser = tenant)]
    pub(crate) tenant: TenantId,
    /// UUID of the patient
    #[arg(long)]
    pub(crate) patient: Uuid,
    /// Why: retention_ended, ordered, recorded_in_error or patient_request
    #[arg(long, value_parser = reason)]
    pub(crate) reason: ErasureReason,
    /// UUID of the privacy officer who asks
    #[arg(long)]
    pub(crate) by: Uuid,
    /// UUID of somebody else who agreed
    #[arg(long)]
    pub(crate) approved_by: Uuid,
    /// Seconds to wait for a service that runs on the ledger
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u64).range(0..=3_600))]
    pub(crate) wait: u64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

fn reason(text: &str) -> Result<ErasureReason, String> {
    ErasureReason::from_str(text).map_err(|_| {
        let known: Vec<_> = ErasureReason::ALL.iter().map(|reason| reason.as_str()).collect();
        format!("one of {}", known.join(", "))
    })
}
