//! Entries that events of a prescription make.

use concord_domain::prescription::Event;

use super::Entry;

impl Entry {
    pub(super) fn of_prescription(event: &Event) -> Option<Self> {
        let entry = match event {
            Event::PrescriptionSigned { order, .. } => Self::PrescriptionSigned { order: *order },
            Event::PrescriptionFailed { order, because, .. } => {
                Self::TransmissionFailed { order: *order, because: *because }
            }
            Event::PrescriptionCancelled { order, cause } => {
                Self::PrescriptionCancelled { order: *order, cause: *cause }
            }
            Event::CancellationDenied { order, because } => {
                Self::CancellationDenied { order: *order, because: *because }
            }
            Event::PrescriptionFilled { order, fill } => Self::Filled {
                order: *order,
                status: fill.status,
                quantity: fill.quantity,
                unexpected: fill.unexpected,
            },
            Event::PrescriptionDrafted { .. }
            | Event::PrescriptionReady { .. }
            | Event::PrescriptionTransmitted { .. }
            | Event::PrescriptionAccepted { .. }
            | Event::PrescriptionPrinted { .. }
            | Event::CancellationRequested { .. }
            | Event::ChangeProposed { .. }
            | Event::ChangeAnswered { .. }
            | Event::RenewalRequested { .. }
            | Event::RenewalAnswered { .. }
            | Event::AnswerDelivered { .. }
            | Event::AnswerFailed { .. }
            | Event::PrescriptionExpired { .. } => return None,
        };
        Some(entry)
    }
}
