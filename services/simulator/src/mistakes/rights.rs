//! Rights to sign controlled prescriptions, which two people give.

use concord_kernel::Role;
use concord_proto::concord::access::v1 as access;
use concord_proto::concord::prescription::v1 as rx;
use uuid::Uuid;

use super::papers::TWO_FACTORS;
use super::tale::Tale;
use crate::cohort::rights::{confirmed, proposed};
use crate::script::{Body, Person};

/// Days for which the registration of the story lasts.
const REGISTERED_DAYS: i64 = 700;

fn revoked(right: Uuid) -> Body {
    Body::RevokeSigningRight(access::RevokeSigningRightRequest {
        header: None,
        right_id: right.to_string(),
        cause: access::RevocationCause::FactorCompromised.into(),
        note: "The token was stolen from the car".to_owned(),
    })
}

fn confirms(t: &mut Tale<'_>, right: Uuid, kinds: &[rx::FactorKind]) -> Body {
    confirmed(right, kinds, t.now())
}

pub(super) fn given(t: &mut Tale<'_>) {
    let (registrant, practitioner, nurse) = (t.psychiatrist(), t.practitioner(), t.nurse());
    let director = t.director();
    let schedules = registrant.schedules.clone();
    let newcomer = Person { schedules, ..Tale::colleague(t.id(), Role::Psychiatrist) };
    let (right, another) = (t.id(), t.id());
    let (until, ended) = (t.day(REGISTERED_DAYS), t.day(-1));
    t.errs(&nurse, proposed(right, &newcomer, &until), "NOT_PERMITTED");
    // The same person in another role is the same person.
    let oneself = Tale::colleague(newcomer.id.uuid(), Role::Director);
    t.errs(&oneself, proposed(right, &newcomer, &until), "SIGNING_RIGHT_NEEDS_TWO");
    t.errs(&director, proposed(right, &newcomer, &ended), "REGISTRATION_PASSED");
    let unknown = confirms(t, right, &TWO_FACTORS);
    t.errs(&registrant, unknown, "SIGNING_RIGHT_UNKNOWN");
    t.does(&director, proposed(right, &newcomer, &until));
    t.errs(&director, proposed(right, &newcomer, &until), "SIGNING_RIGHT_ID_USED");
    t.errs(&director, proposed(another, &newcomer, &until), "SIGNING_RIGHT_WAITS");
    let unregistered = confirms(t, right, &TWO_FACTORS);
    t.errs(&practitioner, unregistered, "NO_DEA_REGISTRATION");
    let one = confirms(t, right, &[rx::FactorKind::HardToken]);
    t.errs(&registrant, one, "FACTORS_MISSING");
    for refused in [None, Some("SIGNING_RIGHT_GRANTED")] {
        let confirms = confirms(t, right, &TWO_FACTORS);
        match refused {
            None => t.does(&registrant, confirms),
            Some(reason) => t.errs(&registrant, confirms, reason),
        }
    }
    t.does(&registrant, revoked(right));
    t.errs(&director, revoked(right), "SIGNING_RIGHT_ENDED");
}
