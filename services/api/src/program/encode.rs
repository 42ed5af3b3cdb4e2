//! What the program may know to messages.

use concord_domain::episode::Stage;
use concord_kernel::Instant;
use concord_proto::concord::program::v1 as pb;
use concord_views::roster::{Retention, RosterLine};
use concord_views::worklist::due::DueItem;

use crate::common::encode::instant;
use crate::query::words;

pub(super) fn line(line: &RosterLine) -> pb::EpisodeLine {
    let RosterLine { patient, identity, stay, past, retention } = line;
    let ended = if stay.stage == Stage::Closed { past.last() } else { None };
    pb::EpisodeLine {
        patient_id: patient.to_string(),
        episode_id: stay.episode.map_or_else(String::new, |episode| episode.to_string()),
        program: stay.program.as_ref().map_or_else(String::new, ToString::to_string),
        patient_name: identity.name().to_owned(),
        stage: words::stage(stay.stage),
        admitted_at: stay.admitted_at.map(instant),
        closed_at: ended.map(|ended| instant(ended.closed_at)),
        disposition: ended.map_or_else(String::new, |ended| words::stored(&ended.disposition)),
        retention: retention.iter().map(measured).collect(),
    }
}

fn measured(at: &Retention) -> pb::Retention {
    let Retention { episode: _, days, retained, on_medication } = *at;
    pb::Retention { days: u32::from(days), retained, on_medication }
}

pub(super) fn item(item: &DueItem, now: Instant) -> pb::DueItem {
    let DueItem { patient, due } = item;
    pb::DueItem {
        item_id: format!("{patient}/{}", due.item),
        patient_id: patient.to_string(),
        overdue: due.at < now,
        kind: due.kind.as_str().to_owned(),
        summary: words::due(due),
        due_at: Some(instant(due.at)),
    }
}
