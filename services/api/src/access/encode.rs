//! Rows to messages of emergency access.

use concord_domain::access::Finding;
use concord_proto::concord::access::v1 as pb;
use concord_views::broken_glass::{Broken, BrokenGlassItem, Review};

use crate::common::encode::{instant, role};

pub(super) fn item(item: BrokenGlassItem) -> pb::BrokenGlass {
    let BrokenGlassItem { patient, broken } = item;
    let Broken { glass, by, role: acted, reason, at, until, review_by, uses, review } = broken;
    pb::BrokenGlass {
        glass_id: glass.to_string(),
        patient_id: patient.to_string(),
        person_id: by.to_string(),
        role: role(acted).into(),
        reason: reason.expose().to_owned(),
        broken_at: Some(instant(at)),
        until: Some(instant(until)),
        review_by: review_by.to_string(),
        uses,
        review: review.map(self::review),
    }
}

fn review(review: Review) -> pb::GlassReview {
    let Review { finding, note, by, at } = review;
    let finding = match finding {
        Finding::Justified => pb::GlassFinding::Justified,
        Finding::NotJustified => pb::GlassFinding::NotJustified,
    };
    pb::GlassReview {
        finding: finding.into(),
        note: note.expose().to_owned(),
        person_id: by.to_string(),
        at: Some(instant(at)),
    }
}
