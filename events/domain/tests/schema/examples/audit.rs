//! Audits.

use concord_domain::audit::{Basis, Event, Inquiry, Record};
use concord_kernel::ErasureReason;

use super::{day, person, text};

pub(super) fn audits() -> [Event; 2] {
    let shredded = Event::SubjectShredded { reason: ErasureReason::RetentionEnded, approved_by: person(3) };
    let recorded = Event::AuditRecorded(Record {
        basis: Basis::Government,
        reason: text("Licensing review, file 12."),
        recipient: text("State Department of Health"),
        return_or_destroy_by: Some(day("2027-03-31")),
        inquiry: Inquiry::Replay,
        person: Some(person(2)),
        after: 120,
        through: 4_210,
    });
    [recorded, shredded]
}
