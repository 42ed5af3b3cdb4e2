//! The rules of a prescription.

mod draft;
mod goes_on;
mod pharmacy;
mod sign;

use concord_kernel::{PersonId, Role};

use super::state::{Drafted, Issued, Leg, Stage};
use super::{CancelCause, Command, Error, Event, MessageKind, Prescription, message_id};
use crate::{Context, Issued as Asked, OfPrescription};

/// The most requests of one pharmacy about one prescription.
const MOST_REQUESTS: usize = 32;

/// The most fills of one prescription, those that should not have been among them.
const MOST_FILLS: usize = 64;

/// The most times that a pharmacy is asked to cancel one prescription.
const MOST_CANCELLATIONS: u8 = 16;

impl Prescription {
    /// Returns the facts that follow from `issued`, in order; empty when nothing changes.
    ///
    /// What people and pharmacies tell of a signed prescription is recorded whatever was expected. A draft and a
    /// signature are decisions: they may be refused.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, asked: &Asked<OfPrescription<Command>>) -> Result<Vec<Event>, Error> {
        let Asked { command: OfPrescription { prescription, command }, context } = asked;
        let role = context.actor.role;
        if !may(role, command) {
            return Err(Error::RoleNotPermitted { role });
        }
        match command {
            Command::Draft(new) => match self.stage {
                Stage::Absent => draft::draft(*prescription, new, context).map(|event| vec![event]),
                Stage::Draft(_) | Stage::Ready(..) | Stage::Withdrawn(_) | Stage::Issued(_) => {
                    Err(Error::PrescriptionIdUsed)
                }
            },
            Command::MarkReady => {
                let drafted = self.draft()?;
                if let Some(schedule) = sign::still_ordered(drafted, context)?.drug.schedule {
                    sign::entitled(schedule, context)?;
                }
                Ok(vec![Event::PrescriptionReady { by: context.actor.id }])
            }
            Command::Sign { factors, visit } => {
                let (drafted, by) = self.ready()?;
                if by != context.actor.id {
                    return Err(Error::NotYours);
                }
                sign::sign(drafted, factors, *visit, context).map(|event| vec![event])
            }
            Command::Transmit => self.signed()?.transmit(),
            Command::RecordStatus { message, status } => self.signed()?.status(*message, *status, context),
            Command::Print => self.signed()?.print(),
            Command::Cancel { reason } => match &self.stage {
                Stage::Absent => Err(Error::NotDrafted),
                Stage::Withdrawn(_) => Err(Error::Over),
                Stage::Draft(drafted) | Stage::Ready(drafted, _) => {
                    let order = drafted.contents.order;
                    Ok(vec![Event::PrescriptionCancelled { order, cause: CancelCause::Withdrawn }])
                }
                Stage::Issued(issued) => issued.ask_to_cancel(reason, context),
            },
            Command::RecordCancelAnswer { refused } => self.signed()?.cancel_answer(*refused),
            Command::RecordFill { fill, status, quantity, on } => {
                self.signed()?.fill(*fill, *status, *quantity, *on, context)
            }
            Command::ProposeChange { request, kind, proposal } => {
                self.signed()?.propose(*request, *kind, proposal)
            }
            Command::RequestRenewal { request, note } => self.signed()?.ask_for_more(*request, note.as_ref()),
            Command::AnswerChange { request, answer } => {
                self.signed()?.answer_change(*request, answer, context)
            }
            Command::AnswerRenewal { request, answer } => {
                self.signed()?.answer_renewal(*request, answer, context)
            }
            Command::Expire => self.signed()?.expire(context),
        }
    }

    fn draft(&self) -> Result<&Drafted, Error> {
        match &self.stage {
            Stage::Draft(drafted) => Ok(drafted),
            Stage::Absent => Err(Error::NotDrafted),
            Stage::Ready(..) => Err(Error::AlreadyReady),
            Stage::Issued(_) => Err(Error::AlreadySigned),
            Stage::Withdrawn(_) => Err(Error::Over),
        }
    }

    fn ready(&self) -> Result<(&Drafted, PersonId), Error> {
        match &self.stage {
            Stage::Ready(drafted, by) => Ok((drafted, *by)),
            Stage::Absent => Err(Error::NotDrafted),
            Stage::Draft(_) => Err(Error::NotReady),
            Stage::Issued(_) => Err(Error::AlreadySigned),
            Stage::Withdrawn(_) => Err(Error::Over),
        }
    }

    fn signed(&self) -> Result<&Issued, Error> {
        match &self.stage {
            Stage::Issued(issued) => Ok(issued),
            Stage::Absent => Err(Error::NotDrafted),
            Stage::Draft(_) | Stage::Ready(..) => Err(Error::NotSigned),
            Stage::Withdrawn(_) => Err(Error::Over),
        }
    }
}

impl Issued {
    /// A second telling changes nothing: a message that is sent again is the same message.
    fn transmit(&self) -> Result<Vec<Event>, Error> {
        match self.leg {
            Leg::Signed if self.cancelling => Err(Error::NotToBeSent),
            Leg::Signed => Ok(vec![Event::PrescriptionTransmitted { message: self.message }]),
            Leg::Transmitted | Leg::Accepted | Leg::Failed | Leg::Printed | Leg::Completed => Ok(Vec::new()),
            Leg::Cancelled | Leg::Expired => Err(Error::NotToBeSent),
        }
    }

    /// Source: 21 CFR 1311.170: what was transmitted is not printed, unless the transmission failed.
    fn print(&self) -> Result<Vec<Event>, Error> {
        match self.leg {
            Leg::Failed if self.cancelling => Err(Error::NotToBeSent),
            Leg::Failed => Ok(vec![Event::PrescriptionPrinted { instead_of: self.message }]),
            Leg::Signed | Leg::Transmitted | Leg::Accepted | Leg::Printed => Err(Error::NotFailed),
            Leg::Completed | Leg::Cancelled | Leg::Expired => Err(Error::Over),
        }
    }

    fn ask_to_cancel(&self, reason: &concord_kernel::Text, context: &Context) -> Result<Vec<Event>, Error> {
        if self.leg.is_over() {
            return Err(Error::Over);
        }
        if self.cancelling {
            return Err(Error::AlreadyCancelling);
        }
        if self.cancellations >= MOST_CANCELLATIONS {
            return Err(Error::TooManyCancellations { most: MOST_CANCELLATIONS });
        }
        let kind = MessageKind::Cancel(self.cancellations);
        let message = message_id(context.patient, self.drafted.prescription, kind);
        Ok(vec![Event::CancellationRequested { message, reason: reason.clone() }])
    }

    fn expire(&self, context: &Context) -> Result<Vec<Event>, Error> {
        if self.leg.is_over() {
            return Ok(Vec::new());
        }
        if context.now.day() <= self.expires_on {
            return Err(Error::NotExpired);
        }
        Ok(vec![Event::PrescriptionExpired { order: self.drafted.contents.order, at: context.now }])
    }
}

/// Who may ask for it. Agents may prepare; nobody but a prescriber reads it ready, signs, takes back or answers.
const fn may(role: Role, command: &Command) -> bool {
    let others = match command {
        Command::Draft(_) => matches!(role, Role::Nurse | Role::Pharmacist),
        Command::MarkReady
        | Command::Sign { .. }
        | Command::Print
        | Command::Cancel { .. }
        | Command::AnswerChange { .. }
        | Command::AnswerRenewal { .. } => false,
        Command::Transmit | Command::Expire => return matches!(role, Role::Service),
        Command::RecordStatus { .. }
        | Command::RecordCancelAnswer { .. }
        | Command::RecordFill { .. }
        | Command::ProposeChange { .. }
        | Command::RequestRenewal { .. } => matches!(role, Role::Nurse | Role::Pharmacist | Role::Service),
    };
    others || role.prescribes()
}
