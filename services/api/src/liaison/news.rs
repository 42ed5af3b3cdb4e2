//! What differs between two readings of one patient's list.

use std::collections::{HashMap, HashSet};

use concord_proto::concord::common::v1::AsOf;
use concord_proto::concord::liaison::v1 as pb;

/// The list as it is `now`, and what of it was not so `before`.
pub(super) fn between(
    before: &pb::GetReconciledListResponse,
    now: &pb::GetReconciledListResponse,
    as_of: Option<AsOf>,
) -> pb::WatchReconciledListResponse {
    let known: HashMap<_, _> = before.medications.iter().map(|line| (&line.medication_id, line)).collect();
    let present: HashSet<_> = now.medications.iter().map(|line| &line.medication_id).collect();
    let changed = now.medications.iter().filter(|line| known.get(&line.medication_id) != Some(line));
    let removed = before.medications.iter().filter(|line| !present.contains(&line.medication_id));
    let found = now.interactions.iter().filter(|found| !before.interactions.contains(found));
    pb::WatchReconciledListResponse {
        list: Some(pb::GetReconciledListResponse { as_of, ..now.clone() }),
        changed_medication_ids: changed.map(|line| line.medication_id.clone()).collect(),
        removed_medication_ids: removed.map(|line| line.medication_id.clone()).collect(),
        new_interactions: found.cloned().collect(),
    }
}
