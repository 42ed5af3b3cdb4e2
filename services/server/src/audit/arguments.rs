//! What may be asked on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use concord_audit::note::VerifierKey;
use concord_kernel::{IdSource, Instant, RandomIds};
use concord_proto::concord::audit::v1 as pb;
use concord_proto::concord::audit::v1::moment::Moment;
use prost_types::Timestamp;
use uuid::Uuid;

use crate::ledger::Which;
use crate::rules::Service;

const MICROS_PER_SECOND: i64 = 1_000_000;

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Print the public key of a tenant's record: give it to whoever is to check what is proven
    Key {
        #[command(flatten)]
        which: Which,
    },
    /// Print the latest signed checkpoint: keep it, and nothing before it can be changed unseen
    Checkpoint {
        #[command(flatten)]
        service: Service,
    },
    /// Write the proof of one event to a .tlog-proof file
    Proof {
        /// Position of the event
        #[arg(long)]
        position: u64,
        /// Where to
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        service: Service,
    },
    /// Check a file with the public key alone: a patient's bundle, a .tlog-proof, checkpoints, or, with checkpoints that were
    /// kept, the export of a whole ledger; no service is asked
    Verify {
        /// The file
        file: PathBuf,
        /// The public key, as `key` prints it
        #[arg(long, value_name = "KEY")]
        key: VerifierKey,
        /// File of checkpoints that was kept outside the service: for an export of a ledger
        #[arg(long, value_name = "FILE")]
        checkpoints: Option<PathBuf>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Read the whole record and check each event, and every checkpoint that was kept, against it
    VerifyLog {
        /// File of checkpoints that was kept outside the service
        #[arg(long, value_name = "FILE")]
        checkpoints: PathBuf,
        /// The public key, as `key` prints it
        #[arg(long, value_name = "KEY")]
        key: VerifierKey,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        looking: Looking,
    },
    /// Write one patient's whole history to a file that proves itself
    Export {
        /// UUID of the patient
        #[arg(long)]
        patient: Uuid,
        /// Where to
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        looking: Looking,
    },
    /// Print the events that were recorded, in order, a JSON object a line
    Replay(Box<Replay>),
    /// Tell what was known of a patient at a moment
    AsOf {
        /// UUID of the patient
        #[arg(long)]
        patient: Uuid,
        /// A position of the record, or a time such as 2026-03-02T12:00:00Z
        #[arg(long, value_parser = moment, value_name = "POSITION|TIME")]
        at: pb::Moment,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        looking: Looking,
    },
    /// Tell what whoever made a decision could know then
    Knew {
        /// Position of the event that records the decision
        #[arg(long, value_name = "POSITION")]
        decision: u64,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        looking: Looking,
    },
    /// Tell what came to be known of a patient between two moments
    Diff {
        /// UUID of the patient
        #[arg(long)]
        patient: Uuid,
        /// The earlier moment
        #[arg(long, value_parser = moment, value_name = "POSITION|TIME")]
        from: pb::Moment,
        /// The later one; absent: now
        #[arg(long, value_parser = moment, value_name = "POSITION|TIME")]
        to: Option<pb::Moment>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        looking: Looking,
    },
    /// Tell who looked at a patient's record and who was refused, or what was disclosed of it; asking is itself a look
    Looks(Looks),
    /// Print the public key of a partner who cosigns checkpoints, making the key first when there is none
    CosignKey {
        /// Name of the partner, such as lakeside.example/witness
        #[arg(long)]
        name: String,
        /// File of the partner's key: 32 random bytes
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// As a partner, check that the record goes on from what was seen before, and cosign its latest checkpoint
    Cosign {
        /// Name of the partner
        #[arg(long)]
        name: String,
        /// File of the partner's key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// The public key of the record, as `key` prints it
        #[arg(long, value_name = "KEY")]
        log_key: VerifierKey,
        /// File of the checkpoint that was cosigned last; absent at first
        #[arg(long, value_name = "FILE")]
        state: PathBuf,
        #[command(flatten)]
        service: Service,
    },
}

/// Whose access log, and which part of it.
#[derive(Debug, Args)]
pub(crate) struct Looks {
    /// UUID of the patient
    #[arg(long)]
    pub(super) patient: Uuid,
    /// Not before this time, such as 2026-03-02T12:00:00Z
    #[arg(long, value_parser = time, value_name = "TIME")]
    pub(super) from: Option<Instant>,
    /// Before this time
    #[arg(long, value_parser = time, value_name = "TIME")]
    pub(super) until: Option<Instant>,
    /// The accounting of disclosures, instead of looks
    #[arg(long)]
    pub(super) disclosures: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) service: Service,
}

/// Which events are printed; what is absent lets everything through.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// Only about this patient
    #[arg(long)]
    pub(super) patient: Option<Uuid>,
    /// Only by this person
    #[arg(long)]
    pub(super) actor: Option<Uuid>,
    /// Only for this purpose
    #[arg(long, value_enum)]
    pub(super) purpose: Option<For>,
    /// Only these kinds of stream, such as medication_chart
    #[arg(long, value_delimiter = ',')]
    pub(super) streams: Vec<String>,
    /// Only these events, such as MedicationPrescribed
    #[arg(long, value_delimiter = ',')]
    pub(super) events: Vec<String>,
    /// Only of this occurrence
    #[arg(long)]
    pub(super) correlation: Option<Uuid>,
    /// Only what was recorded after this moment
    #[arg(long, value_parser = moment, value_name = "POSITION|TIME")]
    pub(super) after: Option<pb::Moment>,
    /// Only what was recorded up to this moment
    #[arg(long, value_parser = moment, value_name = "POSITION|TIME")]
    pub(super) through: Option<pb::Moment>,
    #[command(flatten)]
    pub(super) looking: Looking,
}

/// What events are recorded for.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum For {
    Treatment,
    Payment,
    Operations,
    Emergency,
    PatientRequest,
    Audit,
}

/// What is put on record of a look, and where to look.
#[derive(Debug, Args)]
pub(crate) struct Looking {
    /// On whose behalf: 42 CFR 2.53
    #[arg(long, value_enum)]
    basis: Basis,
    /// What for
    #[arg(long)]
    reason: String,
    /// Who gets what is found
    #[arg(long)]
    recipient: String,
    /// The day until which what is taken is returned or destroyed, YYYY-MM-DD; only the program itself needs none
    #[arg(long, value_name = "DAY")]
    return_by: Option<String>,
    #[command(flatten)]
    pub(super) service: Service,
}

/// On whose behalf an audit looks.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Basis {
    /// A government agency that funds or regulates the program
    Government,
    /// Somebody who pays for treatment
    Payer,
    /// A quality improvement organisation, or peers
    PeerReview,
    /// The program itself
    Program,
}

impl Looking {
    /// What is put on record, under a name of its own.
    pub(super) fn grounds(&self) -> pb::Grounds {
        let basis = match self.basis {
            Basis::Government => pb::Basis::Government,
            Basis::Payer => pb::Basis::Payer,
            Basis::PeerReview => pb::Basis::PeerReview,
            Basis::Program => pb::Basis::Program,
        };
        pb::Grounds {
            audit_id: RandomIds.next().to_string(),
            basis: basis.into(),
            reason: self.reason.clone(),
            recipient: self.recipient.clone(),
            return_or_destroy_by: self.return_by.clone().unwrap_or_default(),
        }
    }
}

fn time(text: &str) -> Result<Instant, String> {
    Instant::parse(text).map_err(|_| String::from("a time with its zone, such as 2026-03-02T12:00:00Z"))
}

/// A position, or else a time.
fn moment(text: &str) -> Result<pb::Moment, String> {
    if let Ok(position) = text.parse() {
        return Ok(pb::Moment { moment: Some(Moment::Position(position)) });
    }
    let at = Instant::parse(text)
        .map_err(|_| String::from("a position, or a time with its zone, such as 2026-03-02T12:00:00Z"))?;
    let seconds = at.micros().div_euclid(MICROS_PER_SECOND);
    let nanos = i32::try_from(at.micros().rem_euclid(MICROS_PER_SECOND) * 1_000).unwrap_or_default();
    Ok(pb::Moment { moment: Some(Moment::At(Timestamp { seconds, nanos })) })
}
