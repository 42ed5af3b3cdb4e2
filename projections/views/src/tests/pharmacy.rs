//! Prescriptions of a random history: each comes about, is sent, filled and asked about.

use concord_domain::UsState;
use concord_domain::chart::Supply;
use concord_domain::prescription::{
    Answer, CancelCause, ChangeKind, Contents, Event, Fill, FillStatus, PharmacyId, TransmissionFailure,
};
use concord_kernel::{FillId, Instant, MessageId, PharmacyRequestId, PrescriptionId};
use concord_knowledge::{ConditionId, DrugId};
use uuid::Uuid;

use super::history::{Dice, Story, regimen, text};

/// The prescription that something happens to, and how far it has come.
#[derive(Debug)]
pub(super) struct AtPharmacy {
    pub(super) latest: PrescriptionId,
    steps: u64,
}

impl Default for AtPharmacy {
    fn default() -> Self {
        Self { latest: PrescriptionId::new(Uuid::nil()), steps: u64::MAX }
    }
}

/// Steps of one prescription, from draft to the last answer.
const STEPS: u64 = 9;

impl Story {
    /// The prescription that something happened to last.
    pub(crate) fn latest_prescription(&self) -> PrescriptionId {
        self.at_pharmacy.latest
    }

    /// What happens next to the latest prescription, or another one is written.
    pub(crate) fn pharmacy(&mut self, now: Instant, dice: &mut Dice) -> Event {
        let order = self.orders[0].0;
        self.at_pharmacy.steps = self.at_pharmacy.steps.wrapping_add(1);
        if self.at_pharmacy.steps >= STEPS {
            self.at_pharmacy = AtPharmacy { latest: PrescriptionId::new(dice.id()), steps: 0 };
        }
        let prescription = self.at_pharmacy.latest;
        let message = MessageId::new(prescription.uuid());
        let request = PharmacyRequestId::new(prescription.uuid());
        let sold = dice.roll(2) == 0;
        match self.at_pharmacy.steps {
            0 => Event::PrescriptionDrafted {
                prescription,
                contents: Box::new(Contents {
                    order,
                    drug: DrugId::parse("sertraline").unwrap(),
                    schedule: None,
                    regimen: regimen(50.0),
                    indication: ConditionId::parse("major-depression").unwrap(),
                    product: text("50 mg tablet"),
                    quantity: 30,
                    supply: Supply { days: 30, refills: 1 },
                    pharmacy: PharmacyId::parse("1234567").unwrap(),
                    state: UsState::parse("OH").unwrap(),
                    earliest_fill_on: None,
                    follows: None,
                    series_days: 60,
                    note: None,
                }),
                on: now.day(),
            },
            1 => {
                Event::PrescriptionReady { by: super::history::person(concord_kernel::Role::Psychiatrist, 1) }
            }
            2 => Event::PrescriptionSigned {
                order,
                by: super::history::person(concord_kernel::Role::Psychiatrist, 1),
                issued_on: now.day(),
                expires_on: now.plus_days(365).day(),
                message,
                factors: Vec::new(),
                resting: None,
            },
            3 if sold => Event::PrescriptionTransmitted { message },
            3 => Event::PrescriptionFailed { order, message, because: TransmissionFailure::Rejected },
            4 if sold => Event::PrescriptionAccepted { message },
            4 => Event::PrescriptionPrinted { instead_of: message },
            5 => Event::PrescriptionFilled {
                order,
                fill: Fill {
                    fill: FillId::new(dice.id()),
                    status: if sold { FillStatus::Dispensed } else { FillStatus::NotDispensed },
                    quantity: 30,
                    on: now.day(),
                    unexpected: false,
                },
            },
            6 if sold => Event::ChangeProposed {
                prescription,
                order,
                request,
                kind: ChangeKind::OutOfStock,
                proposal: text("capsules"),
            },
            6 => Event::RenewalRequested { prescription, order, request, note: None },
            7 => Event::ChangeAnswered { request, answer: Answer::Denied { reason: text("no") }, message },
            _ => Event::PrescriptionCancelled { order, cause: CancelCause::ByPharmacy },
        }
    }
}
