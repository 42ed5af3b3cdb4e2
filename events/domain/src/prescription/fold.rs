//! How each event changes a prescription.

use std::collections::{BTreeMap, BTreeSet};

use concord_kernel::{Day, MessageId, PharmacyRequestId};

use super::state::{Asked, Drafted, Issued, Leg, Request, Stage};
use super::{Event, Fill, FillStatus, Prescription};

impl Prescription {
    /// Takes in one more event.
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::PrescriptionDrafted { prescription, contents, on } => {
                self.stage = Stage::Draft(Box::new(Drafted { prescription, contents: *contents, on }));
            }
            Event::PrescriptionReady { by } => self.turn(|stage| match stage {
                Stage::Draft(drafted) => Stage::Ready(drafted, by),
                other @ (Stage::Absent | Stage::Ready(..) | Stage::Withdrawn(_) | Stage::Issued(_)) => other,
            }),
            Event::PrescriptionSigned { expires_on, message, .. } => self.sign(expires_on, message),
            Event::PrescriptionTransmitted { .. } => self.goes(Leg::Transmitted),
            Event::PrescriptionAccepted { .. } => self.goes(Leg::Accepted),
            Event::PrescriptionFailed { .. } => self.goes(Leg::Failed),
            Event::PrescriptionPrinted { .. } => self.goes(Leg::Printed),
            Event::PrescriptionExpired { .. } => self.goes(Leg::Expired),
            Event::CancellationRequested { .. } => self.change(|issued| {
                issued.cancelling = true;
                issued.cancellations = issued.cancellations.saturating_add(1);
            }),
            Event::CancellationDenied { .. } => self.change(|issued| issued.cancelling = false),
            Event::PrescriptionCancelled { .. } => {
                self.turn(|stage| match stage {
                    Stage::Draft(drafted) | Stage::Ready(drafted, _) => Stage::Withdrawn(drafted),
                    other @ (Stage::Absent | Stage::Withdrawn(_) | Stage::Issued(_)) => other,
                });
                self.change(|issued| (issued.leg, issued.cancelling) = (Leg::Cancelled, false));
            }
            Event::PrescriptionFilled { fill, .. } => self.change(|issued| issued.filled(fill)),
            Event::ChangeProposed { request, .. } => self.asked(request, Asked::Change),
            Event::RenewalRequested { request, .. } => self.asked(request, Asked::Renewal),
            Event::ChangeAnswered { request, message, .. }
            | Event::RenewalAnswered { request, message, .. } => self.change(|issued| {
                if let Some(known) = issued.requests.get_mut(&request) {
                    known.answered = true;
                }
                issued.answering.insert(message);
            }),
            Event::AnswerDelivered { message } | Event::AnswerFailed { message, .. } => {
                self.change(|issued| {
                    issued.answering.remove(&message);
                });
            }
        }
    }

    fn turn(&mut self, to: impl FnOnce(Stage) -> Stage) {
        self.stage = to(std::mem::take(&mut self.stage));
    }

    fn sign(&mut self, expires_on: Day, message: MessageId) {
        self.turn(|stage| match stage {
            Stage::Ready(drafted, _) => Stage::Issued(Box::new(Issued {
                drafted: *drafted,
                expires_on,
                message,
                leg: Leg::Signed,
                cancelling: false,
                cancellations: 0,
                fills: BTreeSet::new(),
                dispensed: 0,
                begun: 0,
                requests: BTreeMap::new(),
                answering: BTreeSet::new(),
            })),
            other @ (Stage::Absent | Stage::Draft(_) | Stage::Withdrawn(_) | Stage::Issued(_)) => other,
        });
    }

    fn change(&mut self, change: impl FnOnce(&mut Issued)) {
        if let Stage::Issued(issued) = &mut self.stage {
            change(issued);
        }
    }

    fn goes(&mut self, leg: Leg) {
        self.change(|issued| issued.leg = leg);
    }

    fn asked(&mut self, request: PharmacyRequestId, of: Asked) {
        self.change(|issued| {
            issued.requests.insert(request, Request { of, answered: false });
        });
    }
}

impl Issued {
    fn filled(&mut self, fill: Fill) {
        self.fills.insert(fill.fill);
        if fill.status != FillStatus::NotDispensed {
            self.begun = self.begun.saturating_add(1);
        }
        if fill.status == FillStatus::Dispensed {
            self.dispensed = self.dispensed.saturating_add(1);
        }
        let all = self.dispensed > self.drafted.contents.supply.refills;
        if all && !self.leg.is_over() {
            self.leg = Leg::Completed;
        }
    }
}
