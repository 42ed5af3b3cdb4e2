//! A patient's bundle, in pieces.

use concord_audit::bundle::{Bundle, BundleError, Line};
use concord_kernel::{Instant, PatientId};
use concord_ledger::ReadError;
use concord_proto::concord::audit::v1 as pb;
use tokio::sync::mpsc::Sender;
use tonic::Status;

use crate::limits::{CHECKPOINT_WAIT, EXPORT_PIECE};
use crate::{Failure, Proofs};

impl From<BundleError> for Failure {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::Log(error) => error.into(),
            BundleError::Nobody => Self::NotFound,
            BundleError::TooMany => Self::AuditTooLarge,
            BundleError::Note(_) | BundleError::Event(_) => {
                ReadError::Corrupt("an event cannot be carried in a file").into()
            }
        }
    }
}

type Pieces = Sender<Result<pb::ExportPatientResponse, Status>>;

/// Sends the bundle of `patient` under a checkpoint that covers `position`, until nobody listens.
pub(super) async fn export(proofs: Proofs, patient: PatientId, position: u64, now: Instant, pieces: Pieces) {
    if let Err(Some(failure)) = write(&proofs, patient, position, now, &pieces).await {
        // Nobody has to be there to hear it.
        let _unread = pieces.send(Err(failure.into())).await;
    }
}

/// Fails with nothing when nobody listens any more.
async fn write(
    proofs: &Proofs,
    patient: PatientId,
    position: u64,
    now: Instant,
    pieces: &Pieces,
) -> Result<(), Option<Failure>> {
    let signed = proofs.log.covering(position, CHECKPOINT_WAIT).await.map_err(Failure::from)?;
    let through = signed.checkpoint().size;
    let piece =
        |lines: Vec<u8>, searched| pb::ExportPatientResponse { lines: lines.into(), searched, through };
    let send = |piece| async { pieces.send(Ok(piece)).await.map_err(|_| None) };
    let mut bundle = Bundle::new(&proofs.log, &signed, patient);
    while let Some(searched) = bundle.search().await.map_err(Failure::from)? {
        send(piece(Vec::new(), searched)).await?;
    }
    let mut lines = Vec::new();
    add(&mut lines, &bundle.header(&proofs.key, now).map_err(Failure::from)?);
    while let Some(line) = bundle.next().await.map_err(Failure::from)? {
        add(&mut lines, &line);
        if lines.len() >= EXPORT_PIECE {
            send(piece(std::mem::take(&mut lines), through)).await?;
        }
    }
    send(piece(lines, through)).await
}

fn add(lines: &mut Vec<u8>, line: &Line) {
    serde_json::to_writer(&mut *lines, line).expect("lines have string keys and are written to memory");
    lines.push(b'\n');
}
