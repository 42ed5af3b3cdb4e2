//! Who may sign controlled prescriptions: proposed by the director, confirmed by a registrant, before the first client comes.

use concord_kernel::Schedule;
use concord_proto::concord::access::v1 as access;
use concord_proto::concord::prescription::v1 as rx;
use uuid::Uuid;

use super::writer::{Writer, later};
use super::{Staff, id_of, timestamp};
use crate::script::{Body, Person};

/// Minutes of the first day at which it happens, counted from 08:00: before the program's rules are made.
const EARLY: i64 = -90;

/// Minutes until the registrant confirms.
const CONFIRMED_AFTER: u64 = 5;

/// Days that the registrations last from the first day on: longer than any cohort.
const REGISTERED_DAYS: i64 = 4_000;

/// Where the identifiers of rights begin: further than those of people go.
const FIRST_RIGHT: u64 = 1_000;

/// Writes how each registrant is given the right, one after the other.
pub(super) fn write(w: &mut Writer, seed: u64, staff: &Staff) {
    let mut at = w.at(0, EARLY);
    let until = w.at(REGISTERED_DAYS, 0).day().to_string();
    let registered = staff.prescribers.iter().filter(|person| !person.schedules.is_empty());
    for (number, person) in (FIRST_RIGHT..).zip(registered) {
        let right = id_of(seed, None, number);
        w.step(at, &staff.director, proposed(right, person, &until));
        at = later(at, CONFIRMED_AFTER);
        // The only registrant of a program has nobody else who could confirm it.
        w.step(at, person, confirmed(right, &[rx::FactorKind::Biometric, rx::FactorKind::HardToken], at));
    }
}

/// That `person` is to sign all that they are registered for.
pub(crate) fn proposed(right: Uuid, person: &Person, registered_until: &str) -> Body {
    let schedules = person.schedules.iter().map(|schedule| wire(*schedule).into());
    Body::ProposeSigningRight(access::ProposeSigningRightRequest {
        header: None,
        right_id: right.to_string(),
        prescriber_id: person.id.to_string(),
        schedules: schedules.collect(),
        registered_until: registered_until.to_owned(),
    })
}

/// With factors of these kinds, which were shown at `at`.
pub(crate) fn confirmed(right: Uuid, kinds: &[rx::FactorKind], at: concord_kernel::Instant) -> Body {
    let factor = |kind: &rx::FactorKind| rx::Factor {
        kind: (*kind).into(),
        verified_at: Some(timestamp(at)),
        evidence: "sign-on of the program".to_owned(),
    };
    let factors = kinds.iter().map(factor).collect();
    Body::ConfirmSigningRight(access::ConfirmSigningRightRequest {
        header: None,
        right_id: right.to_string(),
        factors,
    })
}

const fn wire(schedule: Schedule) -> access::Schedule {
    match schedule {
        Schedule::II => access::Schedule::Ii,
        Schedule::III => access::Schedule::Iii,
        Schedule::IV => access::Schedule::Iv,
        Schedule::V => access::Schedule::V,
    }
}
