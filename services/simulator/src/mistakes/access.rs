//! Emergency access to a record.

use concord_kernel::Role;
use concord_proto::concord::access::v1 as access;
use concord_proto::concord::chart::v1 as chart;

use super::tale::Tale;
use crate::script::{Body, Person};

/// Times that the glass may be broken before a record until somebody reviews one of them.
const MOST_UNREVIEWED: usize = 20;

fn breaks(glass: &str) -> Body {
    Body::BreakGlass(access::BreakGlassRequest {
        header: None,
        glass_id: glass.to_owned(),
        reason: "Found unresponsive in the waiting room".to_owned(),
    })
}

fn review(glass: &str) -> Body {
    Body::ReviewBreakGlass(access::ReviewBreakGlassRequest {
        header: None,
        glass_id: glass.to_owned(),
        finding: access::GlassFinding::Justified.into(),
        note: "There was nobody else".to_owned(),
    })
}

fn no_allergies() -> Body {
    Body::ConfirmNoKnownAllergies(chart::ConfirmNoKnownAllergiesRequest { header: None })
}

fn covering(t: &mut Tale<'_>) -> Person {
    Tale::colleague(t.id(), Role::Psychiatrist)
}

pub(super) fn reached(t: &mut Tale<'_>) {
    t.is_admitted();
    let (other, second) = (covering(t), covering(t));
    let officer = Tale::colleague(t.id(), Role::PrivacyOfficer);
    let (glass, later) = (t.new_id(), t.new_id());
    t.errs(&other, no_allergies(), "NO_RELATIONSHIP");
    t.errs(&t.therapist(), breaks(&glass), "NOT_PERMITTED");
    t.does(&other, breaks(&glass));
    t.does(&other, no_allergies());
    t.errs(&other, breaks(&later), "GLASS_ALREADY_BROKEN");
    t.errs(&second, breaks(&glass), "GLASS_ID_TAKEN");
    t.errs(&second, no_allergies(), "NO_RELATIONSHIP");
    t.errs(&officer, review(&later), "GLASS_NOT_BROKEN");
    // The same person in another role is the same person.
    let oneself = Tale::colleague(other.id.uuid(), Role::PrivacyOfficer);
    t.errs(&oneself, review(&glass), "REVIEW_OF_ONESELF");
    for _ in 1..MOST_UNREVIEWED {
        let (another, glass) = (covering(t), t.new_id());
        t.does(&another, breaks(&glass));
    }
    t.errs(&second, breaks(&later), "GLASS_UNREVIEWED");
    t.does(&officer, review(&glass));
    t.errs(&officer, review(&glass), "GLASS_REVIEWED");
    t.errs(&other, no_allergies(), "NO_RELATIONSHIP");
}
