//! Emergency access.

use concord_domain::access::{BrokenGlass, Event, Finding};
use concord_kernel::{GlassId, Role};
use uuid::Uuid;

use super::{day, instant, person, text};

pub(super) fn access() -> [Event; 3] {
    let glass = GlassId::new(Uuid::from_u128(0x91));
    [
        Event::GlassBroken(BrokenGlass {
            glass,
            by: person(2),
            role: Role::Nurse,
            reason: text("Found unresponsive in the waiting room; nobody of the team answers."),
            until: instant("2026-03-02T16:00:00Z"),
            review_by: day("2026-03-05"),
        }),
        Event::BrokenGlassUsed { glass, what: text("Worklist") },
        Event::BrokenGlassReviewed {
            glass,
            finding: Finding::Justified,
            note: text("Overdose; naloxone was given."),
        },
    ]
}
