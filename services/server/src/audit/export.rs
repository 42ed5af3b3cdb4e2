//! A patient's bundle to a file.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use concord_client::Error;
use concord_proto::concord::audit::v1 as pb;
use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

use super::arguments::Looking;
use crate::{Failed, out};

/// Whoever the file is for, it is for its owner first.
const OWNER_ONLY: u32 = 0o600;
const PROGRESS: &str = "{wide_bar} {pos} of {len} events searched, {eta} left";

/// Writes the bundle of `patient` to `to`, which must not be there yet. A file that was not finished is taken away.
pub(super) async fn patient(looking: &Looking, patient: Uuid, to: &Path) -> Result<(), Failed> {
    let client = looking.service.connect().await?;
    let asks = pb::ExportPatientRequest { grounds: Some(looking.grounds()), patient_id: patient.to_string() };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(to)?;
    let pieces = client.audits().export_patient(asks).await.map_err(Error::from);
    let written = match pieces {
        Ok(pieces) => write(pieces.into_inner(), &mut file).await,
        Err(refused) => Err(refused.into()),
    };
    if written.is_err() {
        fs::remove_file(to)?;
    }
    let bytes = written?;
    Ok(out::line(format_args!("Wrote {bytes} bytes to {}.", to.display()))?)
}

async fn write(
    mut pieces: tonic::Streaming<pb::ExportPatientResponse>,
    file: &mut File,
) -> Result<u64, Failed> {
    let bar = ProgressBar::no_length().with_style(ProgressStyle::with_template(PROGRESS)?);
    let mut bytes = 0;
    while let Some(piece) = pieces.message().await.map_err(Error::from)? {
        bar.set_length(piece.through);
        bar.set_position(piece.searched);
        file.write_all(&piece.lines)?;
        bytes += piece.lines.len() as u64;
    }
    file.sync_all()?;
    bar.finish_and_clear();
    Ok(bytes)
}
