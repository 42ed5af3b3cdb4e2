//! The rights to sign controlled prescriptions.

use concord_domain::prescription::{Factor, FactorKind};
use concord_domain::signing_rights::{Cause, Event, Proposal};
use concord_kernel::{Role, Schedule, SigningRightId};

use super::{day, instant, person, text, uuid};

pub(super) fn signing_rights() -> [Event; 3] {
    let (right, prescriber) = (SigningRightId::new(uuid(0x51)), person(0xA1));
    let factor = |kind| Factor {
        kind,
        verified_at: instant("2026-03-02T09:59:00Z"),
        evidence: text("verification 4711"),
    };
    [
        Event::SigningRightProposed(Proposal {
            right,
            prescriber,
            schedules: vec![Schedule::III, Schedule::IV],
            registered_until: day("2028-12-31"),
            by: person(0xD1),
        }),
        Event::SigningRightGranted {
            right,
            prescriber,
            by: person(0xA2),
            role: Role::Psychiatrist,
            factors: vec![factor(FactorKind::Biometric), factor(FactorKind::HardToken)],
        },
        Event::SigningRightRevoked {
            right,
            prescriber,
            cause: Cause::FactorCompromised,
            note: Some(text("The token was stolen from the car.")),
            by: person(0xD1),
            role: Role::Director,
        },
    ]
}
