//! How a patient takes what is ordered, as a therapist may know it, to messages.

use concord_proto::concord::therapist::v1 as pb;
use concord_views::parts::{Adherence, Helper, OpenBarrier, OpenOutreach};

use crate::common::encode::instant;
use crate::query::words;

pub(super) fn adherence(taking: &Adherence) -> pb::TherapyAdherence {
    let measured = taking.measured.as_ref();
    pb::TherapyAdherence {
        measured_percent: measured.and_then(|measured| measured.percent).map(u32::from),
        measured_from: measured.map_or_else(String::new, |measured| measured.from.to_string()),
        measured_to: measured.map_or_else(String::new, |measured| measured.to.to_string()),
        barriers: taking.barriers.iter().map(barrier).collect(),
        family: taking.family.iter().map(helper).collect(),
        checked_in_at: taking.checked_in_at.map(instant),
        outreach: taking.outreach.iter().map(outreach).collect(),
    }
}

fn outreach(open: &OpenOutreach) -> pb::TherapyOutreach {
    pb::TherapyOutreach {
        because: words::stored(&open.because),
        act_by: Some(instant(open.act_by)),
        breached: open.breached,
    }
}

fn barrier(open: &OpenBarrier) -> pb::TherapyBarrier {
    pb::TherapyBarrier {
        barrier_id: open.barrier.to_string(),
        kind: words::stored(&open.kind),
        words: open.words.expose().to_owned(),
        act_by: Some(instant(open.act_by)),
    }
}

fn helper(helper: &Helper) -> pb::TherapyHelper {
    pb::TherapyHelper {
        person_id: helper.person.to_string(),
        shares: helper.shares.iter().map(words::stored).collect(),
        until: helper.until.map_or_else(String::new, |until| until.to_string()),
        engaged_at: helper.engaged_at.map(instant),
    }
}
