//! Checks what was proven.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;

use concord_audit::note::VerifierKey;
use concord_audit::{Fault, Recorded, Signed, TlogProof, Walk, bundle, ledger_of, read_anchored};
use concord_ledger::{is_export, verify_leaves};
use concord_proto::concord::audit::v1 as pb;
use concord_proto::concord::ledger::v1::StoredEvent;
use serde_json::json;
use uuid::Uuid;

use super::arguments::Looking;
use super::ask;
use crate::{Failed, out};

/// The first line of a proof of one event.
const PROOF: &str = "c2sp.org/tlog-proof@";

/// Bytes of a file that tell what it is.
const FIRST: u64 = 64;

/// What was found to hold, for people and for programs.
struct Holds {
    words: String,
    json: serde_json::Value,
}

/// Checks a file by what it is. A file that does not hold is told on stderr, with a failing exit code.
pub(super) fn file(
    path: &Path,
    key: &VerifierKey,
    checkpoints: Option<&Path>,
    json: bool,
) -> Result<ExitCode, Failed> {
    let holds = match first_bytes(path)? {
        first if is_export(&first) => of_export(path, key, checkpoints)?,
        first if first.starts_with(b"{") => of_bundle(path, key)?,
        first if first.starts_with(PROOF.as_bytes()) => of_proof(path, key)?,
        _ => of_checkpoints(path, key)?,
    };
    tell(holds, json)
}

fn tell(holds: Holds, json: bool) -> Result<ExitCode, Failed> {
    if json {
        out::json(&holds.json)?;
    } else {
        out::line(holds.words)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn first_bytes(path: &Path) -> Result<Vec<u8>, Failed> {
    let mut first = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(File::open(path)?, FIRST), &mut first)?;
    Ok(first)
}

fn of_bundle(path: &Path, key: &VerifierKey) -> Result<Holds, Failed> {
    let checked = bundle::check(BufReader::new(File::open(path)?), key)?;
    let bundle::Checked { patient, checkpoint, events, streams } = checked;
    let size = checkpoint.size;
    Ok(Holds {
        words: format!(
            "Every one of the {events} events is in the signed record of {size}, as it stands here, and none of \
             the {streams} streams lacks one."
        ),
        json: json!({ "patient": patient, "events": events, "streams": streams, "size": size }),
    })
}

/// A whole ledger: every row against its hashes, and these against the checkpoints that were kept elsewhere.
fn of_export(path: &Path, key: &VerifierKey, checkpoints: Option<&Path>) -> Result<Holds, Failed> {
    let checkpoints = checkpoints.ok_or(
        "an export proves itself only against checkpoints that were kept elsewhere: name them with --checkpoints",
    )?;
    let kept = read_anchored(&fs::read_to_string(checkpoints)?, key)?;
    let kept: Vec<_> = kept.iter().map(Signed::checkpoint).cloned().collect();
    let ledger = ledger_of(key.name()).ok_or("the key is not one of a record")?;
    let (mut walk, mut fault) = (Walk::new(ledger, kept), None);
    let mut leaf = |leaf| {
        if fault.is_none() {
            fault = walk.step_checked(leaf).err();
        }
    };
    let report = verify_leaves(BufReader::new(File::open(path)?), &mut leaf, &mut |_, _| {})?;
    if report.ledger != ledger {
        return Err(format!("the export is of {}, and the key of {ledger}", report.ledger).into());
    }
    if let Some(fault) = fault {
        return Err(fault.into());
    }
    let checkpoints = walk.finish()?.checkpoints;
    let (events, streams) = (report.position, report.streams);
    Ok(Holds {
        words: format!(
            "Nothing is missing, moved or altered in {events} events of {streams} streams; {checkpoints} checkpoints hold."
        ),
        json: json!({
            "events": events,
            "streams": streams,
            "checkpoints": checkpoints,
            "root": hex::encode(report.root),
        }),
    })
}

fn of_proof(path: &Path, key: &VerifierKey) -> Result<Holds, Failed> {
    let proof: TlogProof = fs::read_to_string(path)?.parse()?;
    let size = proof.verify(key)?.checkpoint().size;
    let position = proof.index + 1;
    Ok(Holds {
        words: format!("The event at position {position} is one of {size} signed events."),
        json: json!({ "position": position, "size": size }),
    })
}

fn of_checkpoints(path: &Path, key: &VerifierKey) -> Result<Holds, Failed> {
    let kept = read_anchored(&fs::read_to_string(path)?, key)?;
    let size = kept.iter().map(|signed| signed.checkpoint().size).max().unwrap_or(0);
    Ok(Holds {
        words: format!("{} checkpoints are signed with the key, the longest for {size} events.", kept.len()),
        json: json!({ "checkpoints": kept.len(), "size": size }),
    })
}

/// Reads the whole record as an auditor and checks it against the checkpoints that were kept.
pub(super) async fn log(
    looking: &Looking,
    checkpoints: &Path,
    key: &VerifierKey,
    json: bool,
) -> Result<ExitCode, Failed> {
    let kept = read_anchored(&fs::read_to_string(checkpoints)?, key)?;
    let kept: Vec<_> = kept.iter().map(Signed::checkpoint).cloned().collect();
    let ledger = ledger_of(key.name()).ok_or("the key is not one of a record")?;
    let mut walk = Walk::new(ledger, kept);
    let client = looking.service.connect().await?;
    let asks =
        pb::ReplayEventsRequest { grounds: Some(looking.grounds()), ..pb::ReplayEventsRequest::default() };
    ask::each(&client, asks, |batch| {
        for event in batch.events {
            let position = event.position;
            let leaf =
                <[u8; 32]>::try_from(event.leaf_hash.as_ref()).map_err(|_| Fault::Leaf { position })?;
            let event = recorded(event).ok_or(Fault::Leaf { position })?;
            walk.step(&event, Some(leaf))?;
        }
        Ok(())
    })
    .await?;
    let report = walk.finish()?;
    tell(
        Holds {
            words: format!(
                "Nothing is missing, moved or altered in {} events of {} streams; {} checkpoints hold.",
                report.events, report.streams, report.checkpoints
            ),
            json: json!({
                "events": report.events,
                "streams": report.streams,
                "checkpoints": report.checkpoints,
                "root": hex::encode(report.root),
            }),
        },
        json,
    )
}

fn recorded(event: StoredEvent) -> Option<Recorded> {
    Some(Recorded {
        position: event.position,
        stream_type: event.stream_type,
        stream_id: Uuid::from_slice(&event.stream_id).ok()?,
        version: event.version,
        event_type: event.event_type,
        event_version: u16::try_from(event.event_version).ok()?,
        recorded_at_micros: event.recorded_at_micros,
        payload: String::from_utf8(event.payload.into()).ok()?,
        sealed: String::from_utf8(event.sealed.into()).ok()?,
        metadata: String::from_utf8(event.metadata.into()).ok()?,
    })
}
