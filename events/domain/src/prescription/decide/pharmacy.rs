//! What pharmacies say, and what they are answered. What they say is a fact: said again, it changes nothing.

use concord_kernel::{Day, FillId, MessageId, PharmacyRequestId, Text};

use super::super::state::{Asked, Drafted, Issued, Leg};
use super::super::{
    Answer, CancelCause, CancelRefusal, ChangeKind, Error, Event, Fill, FillStatus, MessageKind,
    PharmacyStatus, message_id,
};
use super::{MOST_FILLS, MOST_REQUESTS};
use crate::Context;
use crate::chart::days_ahead_of;
use crate::share::left_for;

impl Issued {
    /// How the pharmacy took the prescription, or the answer to one of its requests.
    pub(super) fn status(
        &self,
        message: Option<MessageId>,
        status: PharmacyStatus,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        let order = self.drafted.contents.order;
        let message = message.unwrap_or(self.message);
        if message == self.message {
            return Ok(self.new_status(status));
        }
        if self.answering.contains(&message) {
            return Ok(vec![match status {
                PharmacyStatus::Accepted => Event::AnswerDelivered { message },
                PharmacyStatus::Failed(because) => Event::AnswerFailed { order, message, because },
            }]);
        }
        let known = |(request, asked): (&PharmacyRequestId, &super::super::state::Request)| {
            asked.answered && self.answer_message(*request, asked.of, context) == message
        };
        if self.requests.iter().any(known) { Ok(Vec::new()) } else { Err(Error::UnknownMessage) }
    }

    /// That it arrived counts whenever it is said: also after it was thought lost, or printed.
    fn new_status(&self, status: PharmacyStatus) -> Vec<Event> {
        let message = self.message;
        match (status, self.leg) {
            (PharmacyStatus::Accepted, Leg::Signed | Leg::Transmitted | Leg::Failed | Leg::Printed) => {
                vec![Event::PrescriptionAccepted { message }]
            }
            (PharmacyStatus::Failed(because), Leg::Signed | Leg::Transmitted | Leg::Accepted) => {
                vec![Event::PrescriptionFailed { order: self.drafted.contents.order, message, because }]
            }
            (PharmacyStatus::Accepted, Leg::Accepted)
            | (PharmacyStatus::Failed(_), Leg::Failed | Leg::Printed)
            | (
                PharmacyStatus::Accepted | PharmacyStatus::Failed(_),
                Leg::Completed | Leg::Cancelled | Leg::Expired,
            ) => Vec::new(),
        }
    }

    pub(super) fn cancel_answer(&self, refused: Option<CancelRefusal>) -> Result<Vec<Event>, Error> {
        let order = self.drafted.contents.order;
        if !self.cancelling {
            // Said again, or late: nothing is open any more.
            return if self.cancellations > 0 { Ok(Vec::new()) } else { Err(Error::NotCancelling) };
        }
        Ok(vec![match refused {
            None => Event::PrescriptionCancelled { order, cause: CancelCause::ByPharmacy },
            Some(because) => Event::CancellationDenied { order, because },
        }])
    }

    pub(super) fn fill(
        &self,
        fill: FillId,
        status: FillStatus,
        quantity: u16,
        on: Day,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        if self.fills.contains(&fill) {
            return Ok(Vec::new());
        }
        if self.fills.len() >= MOST_FILLS {
            return Err(Error::TooManyFills { most: MOST_FILLS });
        }
        // Days have no time zone: the day after today has begun somewhere.
        if days_ahead_of(on, context) {
            return Err(Error::InTheFuture);
        }
        let unexpected = self.is_unexpected(status, on);
        let fill = Fill { fill, status, quantity, on, unexpected };
        Ok(vec![Event::PrescriptionFilled { order: self.drafted.contents.order, fill }])
    }

    pub(super) fn propose(
        &self,
        request: PharmacyRequestId,
        kind: ChangeKind,
        proposal: &Text,
    ) -> Result<Vec<Event>, Error> {
        let (prescription, order) = (self.drafted.prescription, self.drafted.contents.order);
        let proposed =
            Event::ChangeProposed { prescription, order, request, kind, proposal: proposal.clone() };
        self.asks(request, Asked::Change, proposed)
    }

    pub(super) fn ask_for_more(
        &self,
        request: PharmacyRequestId,
        note: Option<&Text>,
    ) -> Result<Vec<Event>, Error> {
        let (prescription, order) = (self.drafted.prescription, self.drafted.contents.order);
        let asked = Event::RenewalRequested { prescription, order, request, note: note.cloned() };
        self.asks(request, Asked::Renewal, asked)
    }

    fn asks(&self, request: PharmacyRequestId, of: Asked, event: Event) -> Result<Vec<Event>, Error> {
        match self.requests.get(&request) {
            Some(known) if known.of == of => Ok(Vec::new()),
            Some(_) => Err(Error::RequestIdUsed),
            None if self.requests.len() >= MOST_REQUESTS => {
                Err(Error::TooManyRequests { most: MOST_REQUESTS })
            }
            None => Ok(vec![event]),
        }
    }

    /// Another prescription in its place makes this one void: the pharmacy is told in the answer.
    pub(super) fn answer_change(
        &self,
        request: PharmacyRequestId,
        answer: &Answer,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        let message = self.answerable(request, Asked::Change, answer, context)?;
        if matches!(answer, Answer::Denied { .. }) && !self.leg.is_over() {
            self.has_room(context)?;
        }
        let mut events = vec![Event::ChangeAnswered { request, answer: answer.clone(), message }];
        if matches!(answer, Answer::Approved { .. }) && !self.leg.is_over() {
            let order = self.drafted.contents.order;
            events.push(Event::PrescriptionCancelled { order, cause: CancelCause::Replaced });
        }
        Ok(events)
    }

    /// While its pharmacy asks for another it leaves its share to that one. If it is to stand after all, there must be
    /// room for it; of an order that has ended nothing more is signed.
    fn has_room(&self, context: &Context) -> Result<(), Error> {
        let Drafted { prescription, contents, .. } = &self.drafted;
        let chart = context.facts.chart.as_ref().ok_or(Error::FactsMissing)?;
        let order = chart.prescribable.get(&contents.order);
        let Some(order) = order.filter(|order| order.allotted.contains(prescription)) else { return Ok(()) };
        let left_days = left_for(*prescription, order.supply, &order.allotted, context)?;
        if self.drafted.days() > left_days { Err(Error::SupplyHandedOut { left_days }) } else { Ok(()) }
    }

    pub(super) fn answer_renewal(
        &self,
        request: PharmacyRequestId,
        answer: &Answer,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        let message = self.answerable(request, Asked::Renewal, answer, context)?;
        Ok(vec![Event::RenewalAnswered { request, answer: answer.clone(), message }])
    }

    /// The message that answers, when the request is open and a replacement is signed.
    fn answerable(
        &self,
        request: PharmacyRequestId,
        of: Asked,
        answer: &Answer,
        context: &Context,
    ) -> Result<MessageId, Error> {
        let known =
            self.requests.get(&request).filter(|known| known.of == of).ok_or(Error::UnknownRequest)?;
        if known.answered {
            return Err(Error::RequestAnswered);
        }
        if let Answer::Approved { replacement } = answer {
            let other = context.facts.prescriptions.get(replacement);
            let stands = other.is_some_and(|other| other.signed && !other.void);
            if !stands || *replacement == self.drafted.prescription {
                return Err(Error::ReplacementNotSigned);
            }
        }
        Ok(self.answer_message(request, of, context))
    }

    fn answer_message(&self, request: PharmacyRequestId, of: Asked, context: &Context) -> MessageId {
        let kind = match of {
            Asked::Change => MessageKind::ChangeAnswer(request),
            Asked::Renewal => MessageKind::RenewalAnswer(request),
        };
        message_id(context.patient, self.drafted.prescription, kind)
    }
}
